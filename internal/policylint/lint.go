package policylint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/airside-dev/airside/policy"
)

// Severity says whether AWS refuses the document or takes it.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // AWS refuses the document
	Warning Severity = "warning" // AWS takes it; it seldom does what its author meant
)

// The rules behind errors. Those behind warnings are in the table below.
const (
	SyntaxRule     = "syntax"     // the text is not a policy document
	ValidationRule = "validation" // a document that AWS refuses for this kind of policy
)

// Finding is one thing to say about a document.
type Finding struct {
	Pos      policy.Pos
	Severity Severity
	Rule     string // name of the rule, stable: "mfa-absent"
	Message  string // one sentence, or AWS's text
}

// rule is one reason to warn.
type rule struct {
	name  string
	about func(policy.Kind) bool // the kinds of policy that the rule is about; nil: all
	check func(*linter)
}

// rules is every rule that warns. Findings are ordered by their place; those at one place by this table.
var rules = []rule{
	{"duplicate-statement", nil, duplicateStatements},
	{"old-version", nil, variablesInOldVersion},
	{"full-access", grants, fullAccess},
	{"allow-not-action", grants, allowNotAction},
	{"allow-not-principal", isResource, allowNotPrincipal},
	{"public-principal", namesPrincipals, publicPrincipal},
	{"unknown-action", nil, unknownActions},
	{"unknown-key", nil, unknownKeys},
	{"multivalued-key", nil, multivaluedKeys},
	{"empty-set-matches", nil, emptySetMatches},
	{"mfa-absent", nil, mfaAbsent},
	{"literal-wildcard", nil, literalWildcards},
	{"issuer-key", nil, issuerKeys},
	{"short-ref", nil, shortRefs},
}

// Rules lists the names of the rules that warn.
func Rules() []string {
	names := make([]string, 0, len(rules))
	for _, r := range rules {
		names = append(names, r.name)
	}
	return names
}

// grants tells whether an Allow in such a policy gives something to somebody. In the others it only leaves something
// possible, and a wide Allow is how they are meant to be written.
func grants(k policy.Kind) bool {
	return k == policy.Identity || k == policy.Resource || k == policy.Trust
}

func isResource(k policy.Kind) bool      { return k == policy.Resource }
func namesPrincipals(k policy.Kind) bool { return k == policy.Resource || k == policy.Trust }

// Check looks at a text that is to be used as a policy of the given kind. A text that is no policy document has one
// finding, its syntax error. Of several reasons why AWS refuses a document, only the one that AWS gives is found: there
// is at most one error. Findings are in the order of the text.
func Check(text string, kind policy.Kind) []Finding {
	d, err := policy.Parse(text)
	if err != nil {
		return []Finding{failure(SyntaxRule, err)}
	}
	l := &linter{doc: d, kind: kind}
	if err := d.Validate(kind, false); err != nil {
		l.found = append(l.found, failure(ValidationRule, err))
	}
	for _, r := range rules {
		if r.about == nil || r.about(kind) {
			l.rule = r.name
			r.check(l)
		}
	}
	slices.SortStableFunc(l.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return l.found
}

// failure is the finding for an error of package policy. An error about the whole document stands at its beginning.
func failure(rule string, err error) Finding {
	f := Finding{Pos: policy.Pos{Line: 1, Column: 1}, Severity: Error, Rule: rule, Message: err.Error()}
	var (
		syntax  *policy.SyntaxError
		refused *policy.ValidationError
	)
	switch {
	case errors.As(err, &syntax):
		f.Pos, f.Message = syntax.Pos, syntax.Msg
	case errors.As(err, &refused):
		f.Message = refused.Message
		if refused.Pos.Line > 0 {
			f.Pos = refused.Pos
		}
	}
	return f
}

// linter is one document under the rules.
type linter struct {
	doc   *policy.Document
	kind  policy.Kind
	rule  string
	found []Finding
}

func (l *linter) warn(at policy.Pos, format string, args ...any) {
	l.found = append(l.found, Finding{Pos: at, Severity: Warning, Rule: l.rule, Message: fmt.Sprintf(format, args...)})
}

// variables tells whether ${…} is a policy variable in the document.
func (l *linter) variables() bool {
	return l.doc.Version != nil && l.doc.Version.Text == policy.Version2012
}

func allows(s *policy.Statement) bool { return s.Effect != nil && s.Effect.Text == policy.Allow }

// condition is one key under one operator of a statement.
type condition struct {
	statement *policy.Statement
	key       *policy.ConditionKey
	operator  string // without set operator and IfExists: "StringEquals"
	set       string // "ForAllValues", "ForAnyValue" or empty
	ifExists  bool
}

// conditions are those of the whole document, in its order.
func (l *linter) conditions() []condition {
	var all []condition
	for _, s := range l.doc.Statements {
		for i := range s.Condition {
			op := &s.Condition[i]
			c := condition{statement: s, operator: op.Name}
			if set, name, ok := strings.Cut(op.Name, ":"); ok {
				c.set, c.operator = set, name
			}
			c.operator, c.ifExists = strings.CutSuffix(c.operator, "IfExists")
			for j := range op.Keys {
				c.key = &op.Keys[j]
				all = append(all, c)
			}
		}
	}
	return all
}

// values calls f for every value of the elements that are there, in their order.
func values(f func(policy.Value), elements ...*policy.Values) {
	for _, e := range elements {
		if e != nil {
			for _, v := range e.List {
				f(v)
			}
		}
	}
}

// has tells whether the element is there and one of its values satisfies f.
func has(e *policy.Values, f func(text string) bool) bool {
	return e != nil && slices.ContainsFunc(e.List, func(v policy.Value) bool { return f(v.Text) })
}
