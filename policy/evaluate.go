package policy

// Query is one question to one policy.
type Query struct {
	Kind     Kind   // what the policy is used as
	Action   string // "service:Operation"
	Resource string // an ARN, or "*" for actions without a resource type
	Keys     Keys   // the context of the request
	Caller   Caller // for Principal elements, in the kinds of policy that have them
}

// Result is what a policy says. Deny overrides Allow; neither means that the policy has nothing to say.
type Result struct {
	Deny  *Statement // the first Deny that applies
	Allow *Statement // the Allow that applies with the strongest Grant, the first of equals
	Grant Grant      // through which principal Allow came; NotGranted where the policy names none
}

// Evaluate asks the policy. With a nil step it looks only at statements that may be about the action's service and stops
// at the first Deny; Allow is then what was found until there. With a step it looks at every statement and records,
// below step, each statement with its elements and conditions.
func (p *Policy) Evaluate(q *Query, step *Step) Result {
	var r Result
	if step.On() {
		for i := range p.statements {
			s := &p.statements[i]
			if applies, grant := s.explain(q, step); applies {
				r.add(s, grant)
			}
		}
		return r
	}
	w := p.index.relevant(q.Action)
	for i, ok := w.next(); ok && r.Deny == nil; i, ok = w.next() {
		s := &p.statements[i]
		if applies, grant := s.applies(q); applies {
			r.add(s, grant)
		}
	}
	return r
}

// add takes up a statement that applies.
func (r *Result) add(s *compiled, grant Grant) {
	switch {
	case s.deny && r.Deny == nil:
		r.Deny = s.source
	case !s.deny && (r.Allow == nil || grant > r.Grant):
		r.Allow, r.Grant = s.source, grant
	}
}

// applies tells whether the statement says something about the request, cheapest element first.
func (s *compiled) applies(q *Query) (bool, Grant) {
	if !s.matchesAction(q) || !s.matchesResource(q) {
		return false, NotGranted
	}
	ok, grant := s.matchesPrincipal(q)
	if !ok {
		return false, NotGranted
	}
	for i := range s.conditions {
		if holds, _ := s.conditions[i].eval(q.Keys, s.deny); !holds {
			return false, NotGranted
		}
	}
	return true, grant
}

func (s *compiled) matchesAction(q *Query) bool {
	if s.action == nil && s.notAction == nil {
		return false
	}
	return (s.action == nil || s.action.matchAction(q.Action) >= 0) &&
		(s.notAction == nil || s.notAction.matchAction(q.Action) < 0)
}

// matchesResource: a role trust policy has no Resource, it is about its role.
func (s *compiled) matchesResource(q *Query) bool {
	if s.resource == nil && s.notResource == nil {
		return q.Kind == Trust
	}
	if s.resource != nil {
		if i, _ := s.resource.matchResource(q.Resource, q.Keys); i < 0 {
			return false
		}
	}
	if s.notResource != nil {
		i, unresolved := s.notResource.matchResource(q.Resource, q.Keys)
		if i >= 0 || unresolved && !NotResourceUnresolvedMatches {
			return false
		}
	}
	return true
}

// namesPrincipals tells whether statements of the kind are about the principals they name. Those of the other kinds are
// about the principal that the policy belongs to.
func (k Kind) namesPrincipals() bool { return k == Resource || k == Trust || k == RCP }

// matchesPrincipal: a statement that names no principal is about everybody in policies that may not name one, and about
// nobody in those that have to. One that names a principal where it may not grants nothing.
func (s *compiled) matchesPrincipal(q *Query) (bool, Grant) {
	if s.principal == nil && s.notPrincipal == nil {
		return !q.Kind.namesPrincipals(), NotGranted
	}
	if !q.Kind.namesPrincipals() {
		return s.deny, NotGranted
	}
	grant := GrantAnyone
	if s.principal != nil {
		if grant, _ = s.principal.grant(&q.Caller, q.Kind); grant == NotGranted {
			return false, NotGranted
		}
	}
	if s.notPrincipal != nil && s.notPrincipal.exempts(&q.Caller, q.Kind, s.deny) {
		return false, NotGranted
	}
	return true, grant
}
