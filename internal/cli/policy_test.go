package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// run runs a command line in a folder of these files.
func run(t *testing.T, files map[string]string, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	code = Main(append([]string{"policy"}, args...), strings.NewReader(in), &stdout, &stderr, nil)
	return code, stdout.String(), stderr.String()
}

const (
	allowed = `{"id": "yes", "request": {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "principal": "arn:aws:iam::111122223333:user/a"},
 "identityPolicies": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}]}`
	denied = `{"id": "no", "request": {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "principal": "*"}}`
)

func TestEval(t *testing.T) {
	const yes, no = `{"id":"yes","decision":"Allowed"}` + "\n", `{"id":"no","decision":"ImplicitlyDenied"}` + "\n"
	for _, test := range []struct {
		name, text string
		code       int
		out, errs  string
	}{
		{"one", allowed, 0, yes, ""},
		{"several", "[" + allowed + "\n,\n" + denied + "]\n", 0, yes + no, ""},
		{"none", "[]", 0, "", ""},
		{"no id", strings.Replace(denied, `"id": "no", `, "", 1), 0, `{"id":"","decision":"ImplicitlyDenied"}` + "\n", ""},

		{"empty", " \n", 2, "", "c.json:1: there is no case"},
		{"not JSON", "{\n\"id\": x}", 2, "", "c.json:2: this is not JSON: invalid character 'x'"},
		{"cut off", "[" + allowed + ",\n", 2, yes, "c.json:2: this is not JSON: unexpected end of JSON input"},
		{"not JSON after a case", "[" + allowed + ",\n" + denied + "\n" + denied + "]", 2, yes + no,
			"c.json:4: this is not JSON: invalid character '{' after array element"},
		{"two cases and no list", denied + "\n" + denied, 2, no, "c.json:2: something follows the case: several cases are written as a list"},
		{"after the list", "[" + denied + "]\n]", 2, no, "c.json:2: something follows the list of cases"},
		{"a list in the list", "[[]]", 2, "", "c.json:1: case 1: a case is an object and not a list"},
		{"a number", "7", 2, "", "c.json:1: case 1: a case must be an object, not a number"},
		{"null", "null", 2, "", "c.json:1: case 1: a case is an object, not null"},
		{"unknown field", "[" + allowed + ",\n\n" + `{"id":"bad","requst":{}}]`, 2, yes, `c.json:4: case 2: bad: unknown field "requst"`},
		{"wrong type", `{"id":"bad","request":{"action":["s3:GetObject"]}}`, 2, "", "case 1: bad: request.action must be a string, not a list"},
		{"principal", "[" + denied + ",\n" + strings.Replace(denied, `"*"`, `"joe"`, 1) + "," + allowed + "]", 2, no,
			`c.json:2: case 2: no: principal "joe"`},
		{"policy", strings.Replace(allowed, `"Effect": "Allow"`, `"Effect": "allow"`, 1), 2, "",
			"c.json:1: case 1: yes: identityPolicies[0]: MalformedPolicyDocument: Syntax errors in policy."},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, out, errs := run(t, map[string]string{"c.json": test.text}, "", "eval", "c.json")
			if code != test.code || out != test.out || !strings.Contains(errs, test.errs) || (errs == "") != (test.errs == "") {
				t.Errorf("exit %d\n%s%s\nwant exit %d\n%s%s", code, out, errs, test.code, test.out, test.errs)
			}
			if strings.Count(errs, "\n") > 1 {
				t.Errorf("more than one message: %q", errs)
			}
		})
	}
}

func TestEvalForms(t *testing.T) {
	files := map[string]string{"a.json": allowed, "b.json": denied}
	code, out, errs := run(t, files, denied, "eval", "a.json", "-", "b.json")
	if code != 0 || strings.Count(out, "\n") != 3 || errs != "" {
		t.Errorf("three files: exit %d\n%s%s", code, out, errs)
	}
	code, out, _ = run(t, files, "", "eval", "--trace", "a.json")
	var line struct {
		Steps struct {
			Kind, Outcome string
			Steps         []json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(out), &line); code != 0 || err != nil || line.Steps.Kind != "decision" ||
		line.Steps.Outcome != "allow" || len(line.Steps.Steps) == 0 {
		t.Errorf("with a trace: exit %d, %v\n%s", code, err, out)
	}
	code, out, _ = run(t, files, "", "eval", "--format", "text", "a.json")
	if code != 0 || !strings.HasPrefix(out, "yes: Allowed\n    ✓ decision s3:GetObject on arn:aws:s3:::b/k: allow\n") ||
		!strings.Contains(out, "statement 1") {
		t.Errorf("as text: exit %d\n%s", code, out)
	}
	code, _, errs = run(t, files, "", "eval", "missing.json")
	if code != 2 || !strings.HasPrefix(errs, "airside: missing.json cannot be read: ") {
		t.Errorf("a file that is not there: exit %d\n%s", code, errs)
	}
}

const warned = `{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"*","Resource":"*"}]}`

func TestLint(t *testing.T) {
	files := map[string]string{
		"good.json":  `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`,
		"warn.json":  warned,
		"bad.json":   "{\"Version\":\"2012-10-17\",\n\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3\",\"Resource\":\"*\"}}",
		"broken":     "{\n  oops}",
		"trust.json": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`,
	}
	for _, test := range []struct {
		args string
		code int
		out  string // its beginning
		errs string
	}{
		{"good.json", 0, "", ""},
		{"warn.json good.json", 0, "warn.json:2:3: warning: this statement allows every action on every resource", ""},
		{"bad.json warn.json", 1, "bad.json:2:40: error: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.\nwarn.json:2:3: warning", ""},
		{"broken", 1, "broken:2:3: error: unexpected 'o' where a name in double quotes should stand\n", ""},
		{"-", 0, "-:2:3: warning: ", ""},
		{"--format json warn.json", 0, `{"file":"warn.json","line":2,"column":3,"severity":"warning","rule":"full-access","message":"this`, ""},
		{"missing bad.json", 2, "bad.json:2:40: error: ", "airside: missing cannot be read: "},
		{"trust.json", 1, "trust.json:1:", ""},
		{"--kind trust trust.json", 0, "", ""},
		{"--kind scp warn.json", 0, "", ""},
		{"--kind group warn.json", 2, "", `airside: there is no kind of policy "group": choose identity, boundary, session, resource, trust, scp, rcp`},
		{"--format yaml warn.json", 2, "", `airside: there is no format "yaml": choose text or json`},
		{"", 2, "", "airside: requires at least 1 arg"},
	} {
		code, out, errs := run(t, files, warned, append([]string{"lint"}, strings.Fields(test.args)...)...)
		if code != test.code || !strings.HasPrefix(out, test.out) || (out == "") != (test.out == "") ||
			!strings.HasPrefix(errs, test.errs) || (errs == "") != (test.errs == "") {
			t.Errorf("lint %s: exit %d\n%s%s\nwant exit %d\n%s%s", test.args, code, out, errs, test.code, test.out, test.errs)
		}
	}
}

func TestFmt(t *testing.T) {
	const rough, canonical = `{"Statement":{"Action":["s3:GetObject"],"Effect":"Allow","Resource":"*"},"Version":"2012-10-17"}`, `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "*"
    }
  ]
}
`
	files := map[string]string{"rough.json": rough, "good.json": canonical, "broken.json": "{}}"}
	for _, test := range []struct {
		args    string
		code    int
		out     string
		errs    string
		written bool
	}{
		{"rough.json", 0, canonical, "", false},
		{"-", 0, canonical, "", false},
		{"-l rough.json good.json", 0, "rough.json\n", "", false},
		{"-w rough.json good.json", 0, "", "", true},
		{"-l -w good.json rough.json", 0, "rough.json\n", "", true},
		{"-w broken.json rough.json", 2, "", "airside: broken.json:1:3: unexpected '}' after the end of the document\n", true},
		{"-w -", 2, "", "airside: standard input cannot be written to: leave --write out\n", false},
	} {
		code, out, errs := run(t, files, rough, append([]string{"fmt"}, strings.Fields(test.args)...)...)
		if code != test.code || out != test.out || errs != test.errs {
			t.Errorf("fmt %s: exit %d\n%s%s\nwant exit %d\n%s%s", test.args, code, out, errs, test.code, test.out, test.errs)
		}
		want := rough
		if test.written {
			want = canonical
		}
		text, err := os.ReadFile("rough.json")
		if err != nil || string(text) != want {
			t.Errorf("fmt %s: the file is now %q, %v", test.args, text, err)
		}
		if info, err := os.Stat(filepath.Join(".", "rough.json")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("fmt %s: the file's mode is now %v, %v", test.args, info.Mode(), err)
		}
	}
	code, _, errs := run(t, nil, "", "sort")
	if code != 2 || !strings.Contains(errs, `there is no command "sort"`) {
		t.Errorf("an unknown command: exit %d\n%s", code, errs)
	}
}
