package policy

import "strings"

// Policy is a compiled policy document. It is immutable and safe for concurrent use.
type Policy struct {
	doc        *Document
	statements []compiled
	index      serviceIndex
}

// compiled is one statement, ready to be evaluated.
type compiled struct {
	source       *Statement
	deny         bool
	principal    *principalSet
	notPrincipal *principalSet
	action       *patternSet
	notAction    *patternSet
	resource     *patternSet
	notResource  *patternSet
	conditions   []condition
}

// patternSet is a compiled Action, NotAction, Resource or NotResource element.
type patternSet struct {
	source   *Values
	patterns []pattern

	// The patterns of a long Action list by service. nil for short lists, which are faster to go through.
	byService map[string][]int
}

// longList is the number of actions from which a list is worth an index. ReadOnlyAccess has some thousands.
const longList = 16

// Compile prepares a document for evaluation. It takes any parsed document; one that Validate refuses is compiled so
// that its defects grant nothing: a statement with an effect other than Allow denies, an unknown operator fails in an
// Allow and holds in a Deny.
func Compile(d *Document) *Policy {
	p := &Policy{doc: d, statements: make([]compiled, 0, len(d.Statements))}
	for _, s := range d.Statements {
		p.statements = append(p.statements, compiled{
			source:       s,
			deny:         s.Effect == nil || s.Effect.Text != Allow,
			principal:    newPrincipalSet(s.Principal),
			notPrincipal: newPrincipalSet(s.NotPrincipal),
			action:       newActions(s.Action),
			notAction:    newActions(s.NotAction),
			resource:     newResources(s.Resource, d.variables()),
			notResource:  newResources(s.NotResource, d.variables()),
			conditions:   newConditions(s.Condition, d.variables()),
		})
	}
	p.index = newServiceIndex(p.statements)
	return p
}

// Document is the document that the policy was compiled from.
func (p *Policy) Document() *Document { return p.doc }

// Text is the document as it was parsed.
func (p *Policy) Text() string { return p.doc.text }

func newActions(v *Values) *patternSet {
	if v == nil {
		return nil
	}
	set := &patternSet{source: v, patterns: make([]pattern, 0, len(v.List))}
	for _, a := range v.List {
		set.patterns = append(set.patterns, newPattern(a.Text, true, false))
	}
	if len(set.patterns) > longList {
		set.byService = make(map[string][]int)
		for i, a := range v.List {
			service := serviceOf(a.Text)
			set.byService[service] = append(set.byService[service], i)
		}
	}
	return set
}

// newResources compiles Resource values. Variables may stand after the fifth colon only
// (reference_policies_variables); one that stands before has no value.
func newResources(v *Values, variables bool) *patternSet {
	if v == nil {
		return nil
	}
	set := &patternSet{source: v, patterns: make([]pattern, 0, len(v.List))}
	for _, r := range v.List {
		text := padARN(r.Text, variables)
		p := newPattern(text, true, variables)
		p.source = r.Text
		if variables && len(p.slots) > 0 {
			if _, fifth := colons(text, variables); fifth < 0 || fifth > strings.Index(text, "${") {
				p.slots = []slot{{}}
			}
		}
		set.patterns = append(set.patterns, p)
	}
	return set
}

// padARN completes an ARN of fewer than six segments with *. A * at the end of a segment already reaches beyond it
// (reference_policies_elements_resource).
func padARN(s string, variables bool) string {
	if !PadShortARNs || !strings.HasPrefix(s, "arn:") || strings.HasSuffix(s, "*") {
		return s
	}
	n, _ := colons(s, variables)
	return s + strings.Repeat(":*", max(0, 5-n))
}

// matchAction is the index of the first pattern that matches the action, -1 where none does. Only "*" matches without a
// colon (reference_policies_elements_action).
func (s *patternSet) matchAction(action string) int {
	if s.byService == nil {
		for i := range s.patterns {
			if s.patterns[i].isAction(action) {
				return i
			}
		}
		return -1
	}
	service, _, _ := strings.Cut(action, ":")
	w := walk{s.byService[strings.ToLower(service)], s.byService[anyService]}
	for i, ok := w.next(); ok; i, ok = w.next() {
		if s.patterns[i].isAction(action) {
			return i
		}
	}
	return -1
}

func (p *pattern) isAction(action string) bool {
	if p.shape != all && strings.IndexByte(p.source, ':') < 0 {
		return false
	}
	ok, _ := p.match(action, nil, folded)
	return ok
}

// resourceMode is how Resource values are compared.
var resourceMode = map[bool]mode{true: whole, false: byParts}[ResourceWildcardCrossesColon]

// matchResource is the index of the first pattern that matches the resource, -1 where none does. unresolved tells
// whether a variable without a value was met on the way. The resource "*" of an action without resource types is
// matched by nothing but "*".
func (s *patternSet) matchResource(resource string, keys Keys) (index int, unresolved bool) {
	for i := range s.patterns {
		p := &s.patterns[i]
		if p.shape == all {
			return i, unresolved
		}
		ok, resolved := p.match(resource, keys, resourceMode)
		if ok && resource != "*" {
			return i, unresolved
		}
		unresolved = unresolved || !resolved
	}
	return -1, unresolved
}
