package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/airside-dev/airside/internal/awswire/model"
)

func main() {
	models := flag.String("models", "", "folder of AWS service models in botocore's service-2 format: iam.json, sts.json, …")
	root := flag.String("root", ".", "root of the module that is written to")
	flag.Parse()
	if *models == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*models, *root); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(models, root string) error {
	for _, s := range implemented {
		m, err := readModel(filepath.Join(models, s.service+".json"))
		if err != nil {
			return err
		}
		doc, err := trim(s.service, m, s.operations)
		if err != nil {
			return err
		}
		source, err := goTypes(doc)
		if err != nil {
			return err
		}
		if err := write(root, filepath.Join("internal", "api", s.service+"api", "zz_generated.go"), source); err != nil {
			return err
		}
		trimmed, err := encode(doc)
		if err != nil {
			return err
		}
		if err := write(root, filepath.Join("internal", "awswire", "model", s.service+".json"), trimmed); err != nil {
			return err
		}
	}
	return nil
}

// encode prints doc with one operation or shape per line, so that a change of a model reads well as a difference.
func encode(doc *model.Document) ([]byte, error) {
	head := *doc
	head.Operations, head.Known, head.Shapes = nil, nil, nil
	b, err := compact(head)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Write(bytes.TrimSuffix(b, []byte(`,"operations":null,"known":null,"shapes":null}`)))
	for _, list := range []struct {
		name string
		len  int
		at   func(int) any
	}{
		{"operations", len(doc.Operations), func(i int) any { return doc.Operations[i] }},
		{"known", len(doc.Known), func(i int) any { return doc.Known[i] }},
		{"shapes", len(doc.Shapes), func(i int) any { return doc.Shapes[i] }},
	} {
		fmt.Fprintf(&out, ",\n%q: [", list.name)
		for i := range list.len {
			line, err := compact(list.at(i))
			if err != nil {
				return nil, err
			}
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString("\n ")
			out.Write(line)
		}
		out.WriteString("\n]")
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}

// compact is v as JSON on one line, with <, > and & as they are: patterns are full of them.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func write(root, name string, content []byte) error {
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o666)
}
