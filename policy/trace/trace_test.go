package trace_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/airside-dev/airside/policy/trace"
)

// Whoever wants no explanation passes nil; everything must work on it and cost nothing.
func TestNilRecordsNothing(t *testing.T) {
	var none *trace.Step
	allocations := testing.AllocsPerRun(100, func() {
		child := none.Add(trace.Step{Kind: trace.Check, Subject: "x"})
		child.End(trace.Match, "fine")
		if child != nil || child.On() || none.On() {
			t.Error("a step was recorded")
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations, want none", allocations)
	}
}

func ExampleStep() {
	root := &trace.Step{Kind: trace.Decision, Subject: "s3:GetObject"}
	check := root.Add(trace.Step{Kind: trace.Check, Subject: "age", Want: []string{"<= 15m"}, Got: []string{"20m"}})
	check.End(trace.NoMatch, "the token is too old")
	root.End(trace.NoAllow, "")
	text, err := json.Marshal(root)
	fmt.Println(string(text), err)
	// Output:
	// {"kind":"decision","subject":"s3:GetObject","outcome":"no-allow","steps":[{"kind":"check","subject":"age","outcome":"no-match","want":["\u003c= 15m"],"got":["20m"],"detail":"the token is too old"}]} <nil>
}
