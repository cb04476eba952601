package cli

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The schema that programs read traces by.
const schemaFile = "../../docs/trace.schema.json"

func readSchema(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(schemaFile))
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// traced are cases whose traces have every kind of step that a policy decision has, and every outcome.
const traced = `[
 {"id":"conditions","request":{"action":"s3:GetObject","resource":"arn:aws:s3:::b/k","principal":"arn:aws:iam::111122223333:user/a"},
  "identityPolicies":[{"Version":"2012-10-17","Statement":[
   {"Sid":"Mine","Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:username":"a"}}},
   {"Effect":"Deny","NotAction":"s3:*","Resource":"*"},
   {"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}]},
 {"id":"deny","request":{"action":"s3:GetObject","resource":"arn:aws:s3:::b/k","principal":"arn:aws:iam::111122223333:user/a"},
  "identityPolicies":[{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::c"}}]},
 {"id":"every layer","request":{"action":"s3:GetObject","resource":"arn:aws:s3:::b/k","resourceAccount":"444455556666",
   "principal":"arn:aws:sts::111122223333:assumed-role/r/s"},
  "identityPolicies":[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}],
  "permissionsBoundary":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}},
  "sessionPolicy":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},
  "resourcePolicy":{"Version":"2012-10-17","Statement":[
   {"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
   {"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}]},
  "scps":[{"level":"root","policies":[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}]}],
  "rcps":[{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}}]},
 {"id":"root","request":{"action":"s3:GetObject","resource":"arn:aws:s3:::b/k","principal":"arn:aws:iam::111122223333:root"}},
 {"id":"trust","request":{"action":"sts:AssumeRole","resource":"arn:aws:iam::111122223333:role/r","principal":"eks.amazonaws.com"},
  "resourcePolicy":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}}}
]`

func TestTracesMatchTheSchema(t *testing.T) {
	root, outcomes := readSchema(t), constants(t, "Outcome") // before run leaves the folder
	for _, flags := range [][]string{{"--trace"}, nil} {
		code, out, errs := run(t, map[string]string{"c.json": traced}, "", append(append([]string{"eval"}, flags...), "c.json")...)
		if code != 0 {
			t.Fatalf("exit %d: %s", code, errs)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != 5 {
			t.Fatalf("%d lines:\n%s", len(lines), out)
		}
		v := validator{root: root, seen: map[string]bool{}}
		for _, line := range lines {
			var value any
			if err := json.Unmarshal([]byte(line), &value); err != nil {
				t.Fatal(err)
			}
			v.check("", root, value)
		}
		for _, problem := range v.problems {
			t.Error(problem)
		}
		for _, outcome := range outcomes {
			if len(flags) > 0 && !v.seen[outcome] {
				t.Errorf("no trace has the outcome %s: the cases are too few", outcome)
			}
		}
	}
}

// What must not match shows that the validator, and the schema, can refuse.
func TestSchemaRefuses(t *testing.T) {
	const step = `{"kind":"layer","subject":"s","outcome":"allow"`
	root := readSchema(t)
	for _, text := range []string{
		`[]`, `{"id":"a"}`, `{"id":1,"decision":"Allowed"}`, `{"id":"a","decision":"allowed"}`,
		`{"id":"a","decision":"Allowed","more":1}`,
		`{"id":"a","decision":"Allowed","steps":[` + step + `}]}`,
		`{"id":"a","decision":"Allowed","steps":{"kind":"layer","subject":"s","outcome":""}}`,
		`{"id":"a","decision":"Allowed","steps":{"kind":"group","subject":"s","outcome":"allow"}}`,
		`{"id":"a","decision":"Allowed","steps":` + step + `,"want":[]}}`,
		`{"id":"a","decision":"Allowed","steps":` + step + `,"got":[1]}}`,
		`{"id":"a","decision":"Allowed","steps":` + step + `,"absent":false}}`,
		`{"id":"a","decision":"Allowed","steps":` + step + `,"detail":""}}`,
		`{"id":"a","decision":"Allowed","steps":` + step + `,"pos":{"line":1}}}`,
		`{"id":"a","decision":"Allowed","steps":` + step + `,"pos":{"line":-1,"column":1}}}`,
		`{"id":"a","decision":"Allowed","steps":` + step + `,"pos":{"line":1.5,"column":1}}}`,
		`{"id":"a","decision":"Allowed","steps":` + step + `,"steps":[{}]}}`,
	} {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		v := validator{root: root, seen: map[string]bool{}}
		if v.check("", root, value); len(v.problems) == 0 {
			t.Errorf("the schema takes %s", text)
		}
	}
}

// Every kind and outcome of package trace is in the schema, and nothing else is.
func TestSchemaHasEveryConstant(t *testing.T) {
	step := readSchema(t)["$defs"].(map[string]any)["step"].(map[string]any)["properties"].(map[string]any)
	for name, property := range map[string]string{"Kind": "kind", "Outcome": "outcome"} {
		want := constants(t, name)
		var got []string
		for _, v := range step[property].(map[string]any)["enum"].([]any) {
			got = append(got, v.(string))
		}
		slices.Sort(got)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s is one of %q in the schema and of %q in package trace", property, got, want)
		}
	}
}

// constants are the values of the constants of a string type of package trace, sorted.
func constants(t *testing.T, typeName string) []string {
	t.Helper()
	folder := filepath.FromSlash("../../policy/trace")
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, e.Name()), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if id, ok := spec.Type.(*ast.Ident); ok && id.Name == typeName {
				for _, v := range spec.Values {
					text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, text)
				}
			}
			return true
		})
	}
	slices.Sort(values)
	return values
}

// validator checks values by the part of JSON Schema that the file uses. A keyword that it does not know is a problem.
type validator struct {
	root     map[string]any
	problems []string
	seen     map[string]bool // values that an enum let pass
}

func (v *validator) fail(at, format string, args ...any) {
	v.problems = append(v.problems, "at "+at+"/: "+fmt.Sprintf(format, args...))
}

func (v *validator) check(at string, schema map[string]any, value any) {
	for _, keyword := range slices.Sorted(maps.Keys(schema)) {
		v.keyword(at, keyword, schema, value)
	}
}

func (v *validator) keyword(at, keyword string, schema map[string]any, value any) {
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	switch arg := schema[keyword]; keyword {
	case "$schema", "$id", "$defs", "title", "description":
	case "$ref":
		target := any(v.root)
		for _, name := range strings.Split(strings.TrimPrefix(arg.(string), "#/"), "/") {
			target = target.(map[string]any)[name]
		}
		v.check(at, target.(map[string]any), value)
	case "type":
		if got := typeOf(value); got != arg && !(arg == "number" && got == "integer") {
			v.fail(at, "%s, want %s", got, arg)
		}
	case "const":
		if !reflect.DeepEqual(value, arg) {
			v.fail(at, "%v, want %v", value, arg)
		}
	case "enum":
		if !slices.ContainsFunc(arg.([]any), func(one any) bool { return reflect.DeepEqual(one, value) }) {
			v.fail(at, "%q is none of %q", value, arg)
		}
		v.seen[fmt.Sprint(value)] = true
	case "minimum":
		if n, ok := value.(float64); ok && n < arg.(float64) {
			v.fail(at, "%v is less than %v", n, arg)
		}
	case "minLength":
		if s, ok := value.(string); ok && float64(len([]rune(s))) < arg.(float64) {
			v.fail(at, "%q is too short", s)
		}
	case "minItems":
		if isList && float64(len(list)) < arg.(float64) {
			v.fail(at, "%d items, want at least %v", len(list), arg)
		}
	case "items":
		for i, item := range list {
			v.check(fmt.Sprintf("%s/%d", at, i), arg.(map[string]any), item)
		}
	case "required":
		for _, name := range arg.([]any) {
			if _, ok := object[name.(string)]; isObject && !ok {
				v.fail(at, "%s is missing", name)
			}
		}
	case "properties":
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if sub, ok := arg.(map[string]any)[name]; ok {
				v.check(at+"/"+name, sub.(map[string]any), object[name])
			}
		}
	case "additionalProperties":
		if arg != false {
			v.fail(at, "the schema's additionalProperties is %v: only false is understood", arg)
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if _, ok := schema["properties"].(map[string]any)[name]; !ok {
				v.fail(at, "%s is not known", name)
			}
		}
	default:
		v.fail(at, "the schema's keyword %s is not understood", keyword)
	}
}

// typeOf is the JSON Schema type of a decoded value.
func typeOf(value any) string {
	switch value := value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if value == float64(int64(value)) {
			return "integer"
		}
		return "number"
	}
	return "null"
}
