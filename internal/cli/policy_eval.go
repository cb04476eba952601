package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/explain"
	"github.com/airside-dev/airside/internal/policycase"
	"github.com/airside-dev/airside/policy/trace"
)

func (a *app) policyEval() *cobra.Command {
	e := evaluation{}
	cmd := &cobra.Command{
		Use:   "eval FILE...",
		Short: "Decide requests that are written down with their policies",
		Long: "Decide requests that are written down with every policy that has a say, and print one decision a line:\n" +
			"Allowed, ImplicitlyDenied or ExplicitlyDenied. A file is one case or a list of cases; - is standard input.\n\n" +
			"A case:\n\n" +
			`  {"id": "read",
   "request": {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resourceAccount": "111122223333",
               "principal": "arn:aws:iam::111122223333:user/alice", "context": {"aws:SourceIp": ["203.0.113.7"]}},
   "identityPolicies": [{…}], "resourcePolicy": {…}, "permissionsBoundary": {…}, "sessionPolicy": {…},
   "scps": [{"level": "root", "policies": [{…}]}], "rcps": [{…}]}` + "\n\n" +
			"Only the request is required. The command ends at the first case that cannot be read, with exit code 2. Places\n" +
			"(line:column) are those within a policy document. docs/trace.schema.json in the source describes the output.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf(e.format, "json", "text"); err != nil {
				return err
			}
			out := bufio.NewWriter(a.out)
			e.out = out
			err := e.files(a, args)
			return errors.Join(out.Flush(), err)
		},
	}
	cmd.Flags().BoolVar(&e.trace, "trace", false, "with everything that the decision looked at, as steps")
	cmd.Flags().StringVar(&e.format, "format", "json", "`json` (one decision a line) or text (with an explanation)")
	return cmd
}

// evaluation decides cases and prints what was decided.
type evaluation struct {
	out    io.Writer
	trace  bool
	format string
}

// decided is one line of output.
type decided struct {
	ID       string        `json:"id"`
	Decision authz.Outcome `json:"decision"`
	Steps    *trace.Step   `json:"steps,omitempty"`
}

func (e *evaluation) files(a *app, names []string) error {
	for _, name := range names {
		text, err := a.file(name)
		if err != nil {
			return usageError{err}
		}
		if err := e.cases(name, text); err != nil {
			return err
		}
	}
	return nil
}

// cases decides the cases of one file, each as soon as it is read.
func (e *evaluation) cases(name, text string) error {
	list := caseList{text: text}
	for list.next() {
		c, err := list.load()
		if err == nil {
			err = e.decide(c)
		}
		var failed writeError
		if errors.As(err, &failed) {
			return failed.error
		}
		if err != nil {
			return usageError{fmt.Errorf("%s:%d: case %d: %w", name, list.line(list.at), list.index, err)}
		}
	}
	if list.err != nil {
		return usageError{fmt.Errorf("%s:%d: %w", name, list.line(list.at), list.err)}
	}
	return nil
}

// writeError is output that could not be written: nothing is wrong with the case.
type writeError struct{ error }

func (e *evaluation) decide(c *policycase.Case) error {
	var step *trace.Step
	if e.trace || e.format == "text" {
		step = &trace.Step{Kind: trace.Decision, Subject: c.Request.Action + " on " + c.Request.Resource}
	}
	v, err := c.Decide(step)
	if err != nil {
		return err
	}
	if e.format == "text" {
		_, err = fmt.Fprintln(e.out, explain.Printable(strings.TrimPrefix(c.ID+": ", ": ")+string(v.Outcome)))
		if err == nil {
			err = explain.Text(e.out, step, "    ")
		}
	} else {
		encoder := json.NewEncoder(e.out)
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(decided{c.ID, v.Outcome, step})
	}
	if err != nil {
		return writeError{err}
	}
	return nil
}

// caseList takes a file apart into its cases, so that what is wrong with one says nothing about those before it.
type caseList struct {
	text    string
	decoder *json.Decoder
	inList  bool

	index int // of the case, from 1
	at    int // where it begins; where err is
	raw   json.RawMessage
	err   error // of the file; nil at its end
}

// next goes to the next case.
func (l *caseList) next() bool {
	if l.decoder == nil {
		l.decoder = json.NewDecoder(strings.NewReader(l.text))
		l.inList = strings.HasPrefix(strings.TrimLeft(l.text, whitespace), "[")
		if !l.inList && strings.Trim(l.text, whitespace) == "" {
			l.err = errors.New("there is no case")
			return false
		}
		if l.inList {
			if _, err := l.decoder.Token(); err != nil {
				l.syntax(err)
				return false
			}
		}
	}
	if l.inList && !l.decoder.More() || !l.inList && l.index == 1 {
		l.end()
		return false
	}
	offset := int(l.decoder.InputOffset())
	l.at = len(l.text) - len(strings.TrimLeft(l.text[offset:], whitespace+","))
	if err := l.decoder.Decode(&l.raw); err != nil {
		l.syntax(err)
		return false
	}
	l.index++
	return true
}

const whitespace = " \t\r\n"

// end checks what follows the last case.
func (l *caseList) end() {
	if l.inList {
		if _, err := l.decoder.Token(); err != nil {
			l.syntax(err)
			return
		}
	}
	if rest := strings.TrimLeft(l.text[l.decoder.InputOffset():], whitespace); rest != "" {
		l.at = len(l.text) - len(rest)
		l.err = errors.New("something follows the case: several cases are written as a list")
		if l.inList {
			l.err = errors.New("something follows the list of cases")
		}
	}
}

// syntax is an error of JSON. Its place is asked of a parser that saw the whole text: a decoder counts from value to
// value.
func (l *caseList) syntax(err error) {
	var (
		all    any
		syntax *json.SyntaxError
	)
	if errors.As(json.Unmarshal([]byte(l.text), &all), &syntax) {
		l.at, err = max(0, int(syntax.Offset)-1), syntax
	}
	l.err = fmt.Errorf("this is not JSON: %w", err)
}

// load reads the case that next went to.
func (l *caseList) load() (*policycase.Case, error) {
	c, err := policycase.Load(strings.NewReader(string(l.raw)))
	if err == nil && len(c) != 1 {
		err = errors.New("a case is an object and not a list")
	}
	if err != nil {
		return nil, l.named(inWordsOfJSON(err))
	}
	return c[0], nil
}

// inWordsOfJSON says in the terms of the file what encoding/json says in those of Go.
func inWordsOfJSON(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		field := wrong.Field
		if field == "" {
			field = "a case"
		}
		return fmt.Errorf("%s must be %s, not %s", field, jsonType(wrong.Type), withArticle(wrong.Value))
	}
	if what, ok := strings.CutPrefix(err.Error(), "json: "); ok {
		return errors.New(what)
	}
	return err
}

// jsonType is the JSON type that a field is read from.
func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

func withArticle(jsonType string) string {
	jsonType, _, _ = strings.Cut(jsonType, " ") // "number 12"
	switch jsonType {
	case "object":
		return "an object"
	case "array":
		return "a list"
	case "bool":
		return "a boolean"
	}
	return "a " + jsonType
}

// named adds the id of a case that could not be read, if that much of it could.
func (l *caseList) named(err error) error {
	var c struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(l.raw, &c) // what is wrong with the case is known already
	if c.ID == "" || strings.HasPrefix(err.Error(), c.ID+": ") {
		return err
	}
	return fmt.Errorf("%s: %w", c.ID, err)
}

// line is the line of an offset.
func (l *caseList) line(offset int) int {
	return strings.Count(l.text[:min(offset, len(l.text))], "\n") + 1
}
