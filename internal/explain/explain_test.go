package explain

import (
	"fmt"
	"strings"
	"testing"

	"github.com/airside-dev/airside/policy/trace"
)

func TestText(t *testing.T) {
	root := &trace.Step{Kind: trace.Decision, Subject: "iam:GetRole on r", Outcome: trace.NoAllow}
	s := root.Add(trace.Step{Kind: trace.Statement, Subject: "statement 1", Outcome: trace.NoMatch, Pos: &trace.Pos{Line: 2, Column: 5}})
	s.Add(trace.Step{Kind: trace.Condition, Subject: "StringEquals aws:x", Outcome: trace.NoMatch, Want: []string{"a", "b"}, Absent: true})
	s.Add(trace.Step{Kind: trace.Element, Subject: "Action", Outcome: trace.Match, Got: []string{"iam:GetRole"}, Detail: "any case"})
	var b strings.Builder
	if err := Text(&b, root, ""); err != nil {
		t.Fatal(err)
	}
	const want = `– decision iam:GetRole on r: no-allow
  ✗ statement 1 (2:5): no-match
    ✗ condition StringEquals aws:x: no-match; wants a, b; the request has none
    ✓ element Action: match; got iam:GetRole; any case
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestLongListsAreCut(t *testing.T) {
	var many []string
	for i := range maxValues + 3 {
		many = append(many, fmt.Sprint(i))
	}
	if got := line(&trace.Step{Want: many}); !strings.HasSuffix(got, "7 and 3 more") {
		t.Errorf("got %q", got)
	}
}

func TestNothingIsNothing(t *testing.T) {
	var b strings.Builder
	if err := Text(&b, nil, ""); err != nil || b.Len() > 0 {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestRequestsCannotForgeLines(t *testing.T) {
	if got := Printable("a\nb\x1b[31m\u202e é"); got != `a\nb\x1b[31m\u202e é` {
		t.Errorf("got %q", got)
	}
}
