package policy

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParseErrorsHavePositions(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", ``, `1:1: unexpected end of the document where a value should stand`},
		{"not JSON", `hello`, `1:1: unexpected 'h' where a value should stand`},
		{"not an object", `[]`, `1:1: a policy document must be an object, not a list`},
		{"trailing data", "{}\n x", `2:2: unexpected 'x' after the end of the document`},
		{"trailing comma", `{"Version":"2012-10-17",}`, `1:25: unexpected '}' where a name in double quotes should stand`},
		{"duplicate name", "{\n  \"Version\": \"2012-10-17\",\n  \"Version\": \"2012-10-17\"\n}", `3:3: "Version" is given twice in the same object`},
		{"duplicate condition key", `{"Statement":{"Condition":{"Bool":{"a":"b","a":"c"}}}}`, `1:44: "a" is given twice in the same object`},
		{"unknown element", `{"version":"2012-10-17"}`, `1:2: unknown element "version"; a policy has Version, Id and Statement`},
		{"unknown statement element", "{\"Statement\": [\n {\"effect\": \"Allow\"}]}", `2:3: unknown element "effect" in a statement`},
		{"statement a string", `{"Statement":"x"}`, `1:14: Statement must be an object or a list of objects, not a string`},
		{"statement of strings", `{"Statement":["x"]}`, `1:15: a statement must be an object, not a string`},
		{"effect a list", `{"Statement":{"Effect":["Allow"]}}`, `1:24: Effect must be a string, not a list`},
		{"action a number", `{"Statement":{"Action":[1]}}`, `1:25: Action must be a string or a list of strings, not a number`},
		{"nested action", `{"Statement":{"Action":[["a:b"]]}}`, `1:25: Action must be a string or a list of strings, not a list`},
		{"condition a list", `{"Statement":{"Condition":[]}}`, `1:27: Condition must be an object, not a list`},
		{"null value", `{"Statement":{"Condition":{"Bool":{"a":null}}}}`, `1:40: a must be a string or a list of strings, not null`},
		{"column counts characters", `{"Id":"é","x":1}`, `1:11: unknown element "x"; a policy has Version, Id and Statement`},
		{"half a surrogate", `{"Id":"\ud800"}`, `1:14: a string holds half of a surrogate pair`},
		{"control character", "{\"Id\":\"a\tb\"}", `1:9: a string holds the control character 0x09; write it as an escape`},
		{"bad escape", `{"Id":"\x"}`, `1:9: unknown escape 'x' in a string`},
		{"not closed", `{"Id":"abc`, `1:11: a string is not closed before the end of the document`},
		{"bad number", `{"Statement":{"Condition":{"Bool":{"a":01}}}}`, `1:41: unexpected '1' where a comma or } should stand`},
		{"negative nothing", `{"Statement":{"Condition":{"Bool":{"a":-}}}}`, `1:41: unexpected '}' in a number`},
		{"fraction without digits", `{"Statement":{"Condition":{"Bool":{"a":1.}}}}`, `1:42: unexpected '}' in a number`},
		{"exponent without digits", `{"Statement":{"Condition":{"Bool":{"a":1e+}}}}`, `1:43: unexpected '}' in a number`},
		{"name not closed", `{"Id`, `1:5: a string is not closed before the end of the document`},
		{"no colon", `{"Id" "x"}`, `1:7: unexpected '"' where the colon after "Id" should stand`},
		{"no comma in a list", `{"Statement":[{} {}]}`, `1:18: unexpected '{' where a comma or ] should stand`},
		{"not UTF-8", "{\"Id\":\"a\xff\"}", `1:9: a string is not valid UTF-8`},
		{"byte that is no character", "{\xff", `1:2: unexpected byte 0xff where a name in double quotes should stand`},
		{"ends in an escape", `{"Id":"\`, `1:8: a string is not closed before the end of the document`},
		{"no hexadecimal digits", `{"Id":"\u00g9"}`, `1:8: \u in a string must be followed by four hexadecimal digits`},
		{"principal a list", `{"Statement":{"Principal":["*"]}}`, `1:27: Principal must be an object, not a list`},
		{"principal of numbers", `{"Statement":{"Principal":{"AWS":111122223333}}}`, `1:34: AWS must be a string or a list of strings, not a number`},
		{"too deep", strings.Repeat("[", 40), `1:18: values are nested more than 16 deep`},
		{"too long", `{"Id":"` + strings.Repeat("x", MaxSize) + `"}`, `1:1: the document has 131081 characters; at most 131072 are allowed`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.text)
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a *SyntaxError", err)
			}
			if err.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}

func TestParseKeepsPositionsAndScalars(t *testing.T) {
	d, err := Parse(`{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "One", "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": ["*"],
    "Condition": {"NumericLessThan": {"s3:max-keys": [10, 2.50]}, "Bool": {"aws:SecureTransport": true}}
  }
}`)
	if err != nil {
		t.Fatal(err)
	}
	s := d.Statements[0]
	if s.Name() != "One" || s.Pos != (Pos{Line: 3, Column: 16}) {
		t.Errorf("statement %s at %s", s.Name(), s.Pos)
	}
	if got := s.Action.List[0]; got.Text != "s3:GetObject" || got.Pos != (Pos{Line: 5, Column: 15}) {
		t.Errorf("action %q at %s", got.Text, got.Pos)
	}
	if got := texts(s.Condition[0].Keys[0].List); !reflect.DeepEqual(got, []string{"10", "2.50"}) {
		t.Errorf("numbers %q", got)
	}
	if got := texts(s.Condition[1].Keys[0].List); !reflect.DeepEqual(got, []string{"true"}) {
		t.Errorf("boolean %q", got)
	}
}

// TestStringsAndNumbers: every escape of JSON is decoded, and printed again where JSON asks for one; numbers stay as they
// were written.
func TestStringsAndNumbers(t *testing.T) {
	d := mustParse(t, `{"Id":"\"\\\/\b\f\n\r\t\u00E9\u00e9\ud83d\ude00","Statement":{"Condition":{"NumericEquals":{"k":[-1.5e+10,0]}}}}`)
	if want := "\"\\/\b\f\n\r\téé😀"; d.ID.Text != want {
		t.Errorf("got %q, want %q", d.ID.Text, want)
	}
	if got := texts(d.Statements[0].Condition[0].Keys[0].List); !reflect.DeepEqual(got, []string{"-1.5e+10", "0"}) {
		t.Errorf("numbers %q", got)
	}
	if want := `"Id": "\"\\/\u0008\u000c\n\r\téé😀"`; !strings.Contains(d.String(), want) {
		t.Errorf("%s has no %s", d, want)
	}
}

// TestPolicyKeepsItsDocument: what was parsed can be shown again.
func TestPolicyKeepsItsDocument(t *testing.T) {
	text := " { \"Statement\" : [] } "
	d := mustParse(t, text)
	if p := Compile(d); p.Document() != d || p.Text() != text || d.Text() != text {
		t.Errorf("got %q and %q", p.Text(), d.Text())
	}
}

// TestStringIsCanonical: documents that say the same print the same.
func TestStringIsCanonical(t *testing.T) {
	same := []string{
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"k":"true"}}}}`,
		`{"Statement":[{"Resource":["*"],"Condition":{"Bool":{"k":[true]}},"Action":["s3:*"],"Effect":"Allow"}],"Version":"2012-10-17"}`,
	}
	first := mustParse(t, same[0]).String()
	if second := mustParse(t, same[1]).String(); first != second {
		t.Errorf("different texts:\n%s\n%s", first, second)
	}
	want := `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:*",
      "Resource": "*",
      "Condition": {
        "Bool": {
          "k": "true"
        }
      }
    }
  ]
}`
	if first != want {
		t.Errorf("got\n%s\nwant\n%s", first, want)
	}
}

func mustParse(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d
}

// corpus is the documents of testdata.
func corpus(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents in testdata: %v", err)
	}
	var out []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

func FuzzParse(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add(text)
	}
	f.Add(`{"Statement":[{"Principal":{"AWS":[],"Service":"x"},"NotPrincipal":"*","Condition":{}}]}`)
	f.Add(`{"Id":"\u00e9\ud83d\ude00\u0001\"\\"}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Pos.Line < 1 || syntax.Pos.Column < 1 {
				t.Fatalf("error %#v has no position", err)
			}
			return
		}
		printed := d.String()
		again, err := Parse(printed)
		if err != nil {
			t.Fatalf("printed form does not parse: %v\n%s", err, printed)
		}
		if second := again.String(); second != printed {
			t.Fatalf("print of the parse of a print differs:\n%s\n%s", printed, second)
		}
		for _, kind := range []Kind{Identity, Trust, Resource, SCP, RCP} {
			_, first := Check(text, kind, true)
			_, second := Check(printed, kind, true)
			if !sameMessage(first, second) {
				t.Fatalf("%s: %v before printing, %v after", kind, first, second)
			}
		}
		p := Compile(d)
		if same := p.RewritePrincipals(func(string) (string, bool) { return "", false }); same != text {
			t.Fatalf("rewriting nothing changed %q to %q", text, same)
		}
	})
}

func sameMessage(a, b error) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Error() == b.Error()
}
