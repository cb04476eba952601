package policy

import (
	"fmt"
	"strings"

	"github.com/airside-dev/airside/policy/trace"
)

// explain is applies with everything recorded: no element is skipped because an earlier one did not match.
func (s *compiled) explain(q *Query, parent *Step) (bool, Grant) {
	step := parent.Add(Step{Kind: trace.Statement, Subject: s.source.Name(), Pos: &s.source.Pos})
	ok, grant := s.explainPrincipal(q, step)
	ok = s.explainAction(q, step) && ok
	ok = s.explainResource(q, step) && ok
	ok = s.explainConditions(q, step) && ok
	switch {
	case !ok:
		step.End(trace.NoMatch, "")
		return false, NotGranted
	case s.deny:
		step.End(trace.Deny, "")
	default:
		step.End(trace.Allow, "")
	}
	return true, grant
}

// outcome is Match or NoMatch.
func outcome(ok bool) trace.Outcome {
	if ok {
		return trace.Match
	}
	return trace.NoMatch
}

func (s *compiled) explainPrincipal(q *Query, parent *Step) (bool, Grant) {
	ok, grant := s.matchesPrincipal(q)
	if s.principal == nil && s.notPrincipal == nil {
		if !ok {
			parent.Add(Step{Kind: trace.Element, Subject: "Principal", Outcome: trace.NoMatch,
				Detail: fmt.Sprintf("the statement names no principal, which in a %s is nobody", q.Kind)})
		}
		return ok, grant
	}
	if !q.Kind.namesPrincipals() {
		parent.Add(Step{Kind: trace.Element, Subject: "Principal", Outcome: outcome(ok),
			Detail: fmt.Sprintf("a %s may not name principals; the statement grants nothing", q.Kind)})
		return ok, grant
	}
	got := q.Caller.names()
	if s.principal != nil {
		g, by := s.principal.grant(&q.Caller, q.Kind)
		step := Step{Kind: trace.Element, Subject: "Principal", Outcome: outcome(g != NotGranted), Got: got,
			Want: s.principal.wants(), Pos: &s.principal.source.Pos}
		if by != nil {
			step.Want, step.Pos = []string{by.kind + ": " + by.value}, by.pos
			step.Detail = "names " + g.String()
		}
		parent.Add(step)
	}
	if s.notPrincipal != nil {
		exempt := s.notPrincipal.exempts(&q.Caller, q.Kind, s.deny)
		step := Step{Kind: trace.Element, Subject: "NotPrincipal", Outcome: outcome(!exempt), Got: got,
			Want: s.notPrincipal.wants(), Pos: &s.notPrincipal.source.Pos}
		switch {
		case exempt:
			step.Detail = "leaves the caller out"
		case s.deny && q.Caller.HasBoundary:
			step.Detail = "a caller with a permissions boundary is never left out"
		case s.deny:
			step.Detail = "leaves out only callers that are listed together with everything that contains them"
		}
		parent.Add(step)
	}
	return ok, grant
}

func (s *compiled) explainAction(q *Query, parent *Step) bool {
	if s.action != nil {
		i := s.action.matchAction(q.Action)
		s.action.record(parent, "Action", q.Action, i, i >= 0)
	}
	if s.notAction != nil {
		i := s.notAction.matchAction(q.Action)
		s.notAction.record(parent, "NotAction", q.Action, i, i < 0)
	}
	if s.action == nil && s.notAction == nil {
		parent.Add(Step{Kind: trace.Element, Subject: "Action", Outcome: trace.NoMatch, Detail: "the statement names no action"})
	}
	return s.matchesAction(q)
}

func (s *compiled) explainResource(q *Query, parent *Step) bool {
	if s.resource != nil {
		i, unresolved := s.resource.matchResource(q.Resource, q.Keys)
		step := s.resource.record(parent, "Resource", q.Resource, i, i >= 0)
		if i < 0 && unresolved {
			step.End(step.Outcome, "a policy variable has no value in this request, so that its resource matches nothing")
		} else if i < 0 && q.Resource == "*" {
			step.End(step.Outcome, `the action works on no particular resource: only "*" matches`)
		}
	}
	if s.notResource != nil {
		i, unresolved := s.notResource.matchResource(q.Resource, q.Keys)
		ok := i < 0 && (!unresolved || NotResourceUnresolvedMatches)
		step := s.notResource.record(parent, "NotResource", q.Resource, i, ok)
		if i < 0 && !ok {
			step.End(step.Outcome, "a policy variable has no value in this request, so that the statement does not apply")
		}
	}
	ok := s.matchesResource(q)
	if s.resource == nil && s.notResource == nil && !ok {
		parent.Add(Step{Kind: trace.Element, Subject: "Resource", Outcome: trace.NoMatch, Detail: "the statement names no resource"})
	}
	return ok
}

// record adds the step of a list of patterns: with the value that matched, or with all of them where none did.
func (s *patternSet) record(parent *Step, element, got string, index int, ok bool) *Step {
	step := Step{Kind: trace.Element, Subject: element, Outcome: outcome(ok), Got: []string{got}, Pos: &s.source.Pos}
	if index >= 0 {
		step.Want, step.Pos = []string{s.source.List[index].Text}, &s.source.List[index].Pos
	} else {
		step.Want = texts(s.source.List)
	}
	return parent.Add(step)
}

func texts(list []Value) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		out = append(out, v.Text)
	}
	return out
}

func (s *compiled) explainConditions(q *Query, parent *Step) bool {
	if len(s.conditions) == 0 {
		return true
	}
	step := parent.Add(Step{Kind: trace.Element, Subject: "Condition"})
	all := true
	for i := range s.conditions {
		c := &s.conditions[i]
		ok, why := c.eval(q.Keys, s.deny)
		all = all && ok
		got := q.Keys[c.key]
		step.Add(Step{Kind: trace.Condition, Subject: c.operator + " " + c.source.Name, Outcome: outcome(ok),
			Want: texts(c.source.List), Got: got, Absent: len(got) == 0, Pos: &c.source.Pos, Detail: c.detail(q.Keys, ok, why)})
	}
	step.End(outcome(all), "")
	return all
}

// detail is what the wanted and the given values alone do not say about a condition.
func (c *condition) detail(keys Keys, ok bool, why reason) string {
	switch why {
	case missing:
		if ok {
			return "the request has no such key, which " + c.operator + " accepts"
		}
		return "the request has no such key, which " + c.operator + " does not accept"
	case unqualified:
		return "the key holds several values and the operator has neither ForAllValues nor ForAnyValue, so that nothing matches"
	case unknownOperator:
		return c.operator + " is no condition operator"
	}
	var notes []string
	for i := range c.values {
		v := &c.values[i]
		switch {
		case !v.valid:
			notes = append(notes, fmt.Sprintf("%q is not of the operator's type and matches nothing", c.source.List[i].Text))
		case len(v.pattern.slots) > 0:
			if text, resolved := v.pattern.text(keys); resolved {
				notes = append(notes, fmt.Sprintf("%q stands for %q", v.pattern.source, text))
			} else {
				notes = append(notes, fmt.Sprintf("%q holds a variable without a value and matches nothing", v.pattern.source))
			}
		}
	}
	return strings.Join(notes, "; ")
}
