package policylint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/airside-dev/airside/policy"
)

// duplicateStatements: a statement that says what an earlier one said, whatever their Sids are.
func duplicateStatements(l *linter) {
	first := map[string]*policy.Statement{}
	for _, s := range l.doc.Statements {
		key := meaning(s)
		if earlier, ok := first[key]; ok {
			l.warn(s.Pos, "this statement says the same as %s (%s)", earlier.Name(), earlier.Pos)
			continue
		}
		first[key] = s
	}
}

// meaning is a text that two statements share where they have the same elements with the same values, in any order of
// the values. Sids have no part in it.
func meaning(s *policy.Statement) string {
	var b strings.Builder
	if s.Effect != nil {
		fmt.Fprintf(&b, "Effect %q\n", s.Effect.Text)
	}
	list := func(name string, values []policy.Value) {
		texts := make([]string, 0, len(values))
		for _, v := range values {
			texts = append(texts, v.Text)
		}
		slices.Sort(texts)
		fmt.Fprintf(&b, "%s %q\n", name, slices.Compact(texts))
	}
	for _, e := range []struct {
		name   string
		values *policy.Values
	}{{"Action", s.Action}, {"NotAction", s.NotAction}, {"Resource", s.Resource}, {"NotResource", s.NotResource}} {
		if e.values != nil {
			list(e.name, e.values.List)
		}
	}
	for _, e := range []struct {
		name       string
		principals *policy.Principals
	}{{"Principal", s.Principal}, {"NotPrincipal", s.NotPrincipal}} {
		if e.principals == nil {
			continue
		}
		if e.principals.Text != nil {
			fmt.Fprintf(&b, "%s %q\n", e.name, e.principals.Text.Text)
		}
		for _, t := range e.principals.Types {
			list(e.name+" "+t.Type, t.List)
		}
	}
	for _, op := range s.Condition {
		for _, k := range op.Keys {
			list("Condition "+op.Name+" "+strings.ToLower(k.Name), k.List)
		}
	}
	return b.String()
}

// variablesInOldVersion: only the 2012 version knows policy variables; before it ${…} is the text itself
// (reference_policies_elements_version).
func variablesInOldVersion(l *linter) {
	if l.variables() {
		return
	}
	warn := func(v policy.Value) {
		if strings.Contains(v.Text, "${") {
			l.warn(v.Pos, `without "Version": "%s", %q is taken as it stands: ${…} is no variable`, policy.Version2012, v.Text)
		}
	}
	for _, s := range l.doc.Statements {
		values(warn, s.Resource, s.NotResource)
		for _, op := range s.Condition {
			for _, k := range op.Keys {
				values(warn, &policy.Values{List: k.List})
			}
		}
	}
}

// fullAccess: an unconditional Allow of everything on everything.
func fullAccess(l *linter) {
	for _, s := range l.doc.Statements {
		if allows(s) && len(s.Condition) == 0 && has(s.Action, everyAction) && has(s.Resource, onlyStars) {
			l.warn(s.Pos, "this statement allows every action on every resource: whoever has it is an administrator")
		}
	}
}

func everyAction(a string) bool { return a == "*:*" || onlyStars(a) }

func onlyStars(s string) bool { return s != "" && strings.Trim(s, "*") == "" }

// allowNotAction: what it allows is not seen in it (reference_policies_elements_notaction, "NotAction with Allow").
func allowNotAction(l *linter) {
	for _, s := range l.doc.Statements {
		if allows(s) && s.NotAction != nil {
			l.warn(s.NotAction.Pos, "Allow with NotAction allows every action of every service that is not listed, those of "+
				"the future included: list what is meant in Action")
		}
	}
}

// allowNotPrincipal: reference_policies_elements_notprincipal does not support it, and what it would mean is everybody
// else, anonymous callers included.
func allowNotPrincipal(l *linter) {
	for _, s := range l.doc.Statements {
		if allows(s) && s.NotPrincipal != nil {
			l.warn(s.NotPrincipal.Pos, "Allow with NotPrincipal gives access to everybody else, anonymous callers included: "+
				"name the principals that are meant in Principal")
		}
	}
}

// publicPrincipal: an Allow for everybody without a condition that says who is meant.
func publicPrincipal(l *linter) {
	who := "everybody, anonymous callers included"
	if l.kind == policy.Trust {
		who = "every principal of every AWS account" // reference_policies_elements_principal: anonymous callers have none
	}
	for _, s := range l.doc.Statements {
		if !allows(s) || s.Principal == nil || len(s.Condition) > 0 {
			continue
		}
		if at, ok := wildcardPrincipal(s.Principal); ok {
			l.warn(at, "this principal is %s: name who is meant, or add a condition such as aws:PrincipalOrgID", who)
		}
	}
}

// wildcardPrincipal is the place of the "*" in an element that names everybody.
func wildcardPrincipal(p *policy.Principals) (policy.Pos, bool) {
	if p.Text != nil {
		return p.Text.Pos, p.Text.Text == "*"
	}
	for _, t := range p.Types {
		for _, v := range t.List {
			if t.Type == "AWS" && v.Text == "*" {
				return v.Pos, true
			}
		}
	}
	return policy.Pos{}, false
}
