package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/awswire/model"
)

// TestGeneratedIsCurrent makes the Go types again from the committed models: they must be what is committed, and the
// models must hold exactly the operations of operations.go. It needs none of AWS's own files.
func TestGeneratedIsCurrent(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	for _, s := range implemented {
		t.Run(s.service, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(root, "internal", "awswire", "model", s.service+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var doc model.Document
			if err := json.Unmarshal(b, &doc); err != nil {
				t.Fatal(err)
			}
			var have []string
			for _, o := range doc.Operations {
				have = append(have, o.Name)
			}
			want := slices.Sorted(slices.Values(s.operations))
			if !slices.Equal(have, want) {
				t.Errorf("the model of %s has operations %v, operations.go has %v", s.service, have, want)
			}
			again, err := encode(&doc)
			if err != nil {
				t.Fatal(err)
			}
			if string(again) != string(b) {
				t.Errorf("the model of %s is not as the generator writes it", s.service)
			}
			source, err := goTypes(&doc)
			if err != nil {
				t.Fatal(err)
			}
			committed, err := os.ReadFile(filepath.Join(root, "internal", "api", s.service+"api", "zz_generated.go"))
			if err != nil {
				t.Fatal(err)
			}
			if string(source) != string(committed) {
				t.Errorf("internal/api/%sapi is not what the model makes: run the generator", s.service)
			}
		})
	}
}

const small = `{"metadata":{"apiVersion":"2020-01-01","endpointPrefix":"small","protocol":"json","targetPrefix":"Small"},
"operations":{
 "Put":{"name":"Put","http":{"method":"POST","requestUri":"/"},"input":{"shape":"PutRequest"},"errors":[{"shape":"Gone"}]},
 "Drop":{"name":"Drop","http":{"method":"POST","requestUri":"/"}}},
"shapes":{
 "PutRequest":{"type":"structure","required":["zone"],"members":{"zone":{"shape":"S"},"at":{"shape":"T"},"self":{"shape":"Tree"},"m":{"shape":"M"}}},
 "Tree":{"type":"structure","members":{"children":{"shape":"Trees"}}},
 "Trees":{"type":"list","member":{"shape":"Tree"}},
 "M":{"type":"map","key":{"shape":"S"},"value":{"shape":"Trees"}},
 "Gone":{"type":"structure","members":{},"exception":true,"documentation":"<p>AWS's own words</p>"},
 "Other":{"type":"structure","members":{"s":{"shape":"S"}}},
 "S":{"type":"string","documentation":"prose"},"T":{"type":"timestamp"}}}`

func readSmall(t *testing.T, text string) *botocore {
	t.Helper()
	file := filepath.Join(t.TempDir(), "small.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := readModel(file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTrimAndTypes(t *testing.T) {
	doc, err := trim("small", readSmall(t, small), []string{"Put", "Drop"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, unwanted := range []string{"Other", "prose", "own words"} {
		if strings.Contains(string(b), unwanted) {
			t.Errorf("the trimmed model contains %q", unwanted)
		}
	}
	source, err := goTypes(doc)
	if err != nil {
		t.Fatal(err)
	}
	// Tabs and runs of spaces are gofmt's business.
	flat := strings.Join(strings.Fields(string(source)), " ")
	for _, want := range []string{
		"type PutRequest struct { Zone string // required At *time.Time Self *Tree M map[string][]Tree }",
		"type Tree struct { Children []Tree }",
		"type DropRequest struct{}",
		"Drop op.Operation[DropRequest, op.Empty] Put op.Operation[PutRequest, op.Empty] }",
		`op.Erase("Drop", o.Drop), op.Erase("Put", o.Put),`,
	} {
		if !strings.Contains(flat, want) {
			t.Errorf("the source lacks %q:\n%s", want, source)
		}
	}
}

func TestTrimRefuses(t *testing.T) {
	tests := []struct{ name, from, to, operation, want string }{
		{"unknown operation", "", "", "Get", "no operation Get"},
		{"payload", `"required":["zone"]`, `"payload":"zone"`, "Put", "payload"},
		{"location", `"zone":{"shape":"S"}`, `"zone":{"shape":"S","location":"headers"}`, "Put", "location headers"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := trim("small", readSmall(t, strings.Replace(small, tt.from, tt.to, 1)), []string{tt.operation})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one about %q", err, tt.want)
			}
		})
	}
}
