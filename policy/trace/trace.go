// Package trace is the record of how a decision was reached: a tree of typed steps in the order in which the decision
// looked at things.
//
// It owns the shape and nothing else. Deciding packages (policy, authz, clusteraccess) fill it, renderers read it. All
// methods work on a nil *Step and do nothing there, so that a caller who wants no explanation passes nil and pays
// nothing.
package trace

import "strconv"

// Kind says what a step looked at.
type Kind string

// The kinds, from the outermost to the innermost.
const (
	Decision  Kind = "decision"  // one authorization or authentication question
	Layer     Kind = "layer"     // a group of policies, or one stage: "identity-based policy", "access entry", "token"
	Policy    Kind = "policy"    // one policy document, access policy or mapping
	Statement Kind = "statement" // one statement or rule
	Element   Kind = "element"   // Action, Resource, Principal, Condition of a statement; verbs, resources of a rule
	Condition Kind = "condition" // one operator on one key
	Check     Kind = "check"     // one yes-or-no check that stands alone, such as a token's expiry
)

// Outcome says how a step ended.
type Outcome string

// The outcomes.
const (
	Allow       Outcome = "allow"
	Deny        Outcome = "deny"         // an explicit refusal
	NoAllow     Outcome = "no-allow"     // nothing here allowed it
	Match       Outcome = "match"        // the element, condition or check holds
	NoMatch     Outcome = "no-match"     // it does not
	NotRelevant Outcome = "not-relevant" // it was there and had no say
)

// Pos is a place in a document, counted from 1. Zero means unknown.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// String prints "line:column".
func (p Pos) String() string { return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column) }

// Step is one thing that a decision looked at.
type Step struct {
	Kind    Kind     `json:"kind"`
	Subject string   `json:"subject"` // which: a policy ARN, a Sid or "statement 2", an element's name, "StringEquals sts:ExternalId"
	Outcome Outcome  `json:"outcome"`
	Want    []string `json:"want,omitempty"`   // what the policy, entry or rule asks for
	Got     []string `json:"got,omitempty"`    // what the request brought; nil where it brought nothing
	Absent  bool     `json:"absent,omitempty"` // the request does not carry this key at all
	Pos     *Pos     `json:"pos,omitempty"`    // where in the policy document
	Detail  string   `json:"detail,omitempty"` // one sentence for a person, where the fields do not say it all
	Steps   []*Step  `json:"steps,omitempty"`  // what this step looked at in turn, in that order
}

// Add appends a copy of child and returns it for children of its own. On a nil step it returns nil.
func (s *Step) Add(child Step) *Step {
	if s == nil {
		return nil
	}
	c := new(Step) // and not &child, which would be allocated for a nil step too
	*c = child
	s.Steps = append(s.Steps, c)
	return c
}

// End sets how the step ended, and the sentence to say about it (empty leaves the earlier one).
func (s *Step) End(o Outcome, detail string) {
	if s == nil {
		return
	}
	s.Outcome = o
	if detail != "" {
		s.Detail = detail
	}
}

// On tells whether anything is being recorded.
func (s *Step) On() bool { return s != nil }
