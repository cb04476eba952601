package clusteraccess

import (
	"errors"
	"strings"
)

// verbSet is a set of verbs. A verb that no rule names has no bit of its own; only anyVerb holds it.
type verbSet uint16

const anyVerb verbSet = 1 << 15

// verbBit is the bit of a verb that access policies name; zero for every other.
func verbBit(verb string) verbSet {
	switch verb {
	case "get":
		return 1 << 0
	case "list":
		return 1 << 1
	case "watch":
		return 1 << 2
	case "create":
		return 1 << 3
	case "update":
		return 1 << 4
	case "patch":
		return 1 << 5
	case "delete":
		return 1 << 6
	case "deletecollection":
		return 1 << 7
	case "impersonate":
		return 1 << 8
	case "bind":
		return 1 << 9
	case "escalate":
		return 1 << 10
	}
	return 0
}

// has tells whether a verb, given by its bit, is in the set.
func (s verbSet) has(bit verbSet) bool { return s&(bit|anyVerb) != 0 }

func verbsOf(names []string) (verbSet, error) {
	var s verbSet
	for _, n := range names {
		bit := verbBit(n)
		if n == "*" {
			bit = anyVerb
		}
		if bit == 0 {
			return 0, errors.New("unknown verb " + n)
		}
		s |= bit
	}
	if s == 0 {
		return 0, errors.New("a rule without verbs")
	}
	return s, nil
}

// names numbers every API group, resource and subresource that a rule names, so that a request is compared by numbers. A
// text that no rule names is 0, which occurs in no rule.
type names map[string]uint16

const (
	star uint16 = 1 // "*"
	none uint16 = 2 // "", which is the core API group, and no subresource
)

func (n names) number(s string) uint16 {
	id, ok := n[s]
	if !ok {
		id = uint16(len(n) + 1)
		n[s] = id
	}
	return id
}

// target is what a rule is about. A group of "*" is any group; a resource of "*" is any resource, with an empty
// subresource or with one ("*/scale"); with the subresource "*" it is "*" in its own right, which takes in every
// subresource as well.
//
// It is three numbers in one, because maps with such keys are quickest to ask.
type target uint64

func targetOf(group, resource, subresource uint16) target {
	return target(group)<<32 | target(resource)<<16 | target(subresource)
}

func (n names) target(group, resource string) target {
	r, sub, _ := strings.Cut(resource, "/")
	if resource == "*" {
		sub = "*"
	}
	return targetOf(n.number(group), n.number(r), n.number(sub))
}

// query is a request made ready to be held against any number of policies.
type query struct {
	attrs  *Attributes
	verb   verbSet
	anySub bool // rules for "*/subresource" have a say

	group, resource, subresource uint16
}

func (t *policyTable) query(a *Attributes) query {
	q := query{attrs: a, verb: verbBit(a.Verb)}
	if !a.ResourceRequest {
		return q
	}
	// A review that a person writes may name the subresource within the resource; RBAC takes both for the same, save
	// that "*/subresource" is then not asked.
	resource, sub := a.Resource, a.Subresource
	if i := strings.IndexByte(resource, '/'); sub == "" && i >= 0 && i < len(resource)-1 {
		resource, sub = resource[:i], resource[i+1:]
	}
	q.group, q.resource, q.subresource = t.names[a.Group], t.names[resource], none
	if sub != "" {
		q.subresource = t.names[sub]
	}
	q.anySub = a.Subresource != ""
	return q
}

// compiledPolicy answers a request with a handful of map look-ups, however many rules the policy has.
type compiledPolicy struct {
	verbs    map[target]verbSet
	anyGroup bool // some rule is for group "*"
	anySub   bool // some rule is for "*/subresource"
	paths    []pathRule
}

type pathRule struct {
	path  string // without its final "*"
	tail  bool   // it had one: any path that begins so
	verbs verbSet
}

// compile fills p.compiled. Rules with RestrictedTo are left out: they grant nothing.
func (p *AccessPolicy) compile(n names) error {
	c := compiledPolicy{verbs: map[target]verbSet{}}
	for _, r := range p.Rules {
		verbs, err := verbsOf(r.Verbs)
		if err != nil {
			return err
		}
		if (len(r.NonResourceURLs) > 0) == (len(r.Resources) > 0) || (len(r.Resources) > 0) != (len(r.APIGroups) > 0) {
			return errors.New("a rule needs either apiGroups and resources or nonResourceURLs")
		}
		if r.RestrictedTo != "" {
			continue
		}
		for _, group := range r.APIGroups {
			c.anyGroup = c.anyGroup || group == "*"
			for _, resource := range r.Resources {
				c.anySub = c.anySub || strings.HasPrefix(resource, "*/")
				c.verbs[n.target(group, resource)] |= verbs
			}
		}
		for _, u := range r.NonResourceURLs {
			path, tail := strings.CutSuffix(u, "*")
			c.paths = append(c.paths, pathRule{path, tail, verbs})
		}
	}
	p.compiled = c
	return nil
}

// allows answers one request.
func (c *compiledPolicy) allows(q *query) bool {
	if !q.attrs.ResourceRequest {
		for _, p := range c.paths {
			if p.verbs.has(q.verb) && (q.attrs.Path == p.path || p.tail && strings.HasPrefix(q.attrs.Path, p.path)) {
				return true
			}
		}
		return false
	}
	return c.inGroup(q, q.group) || c.anyGroup && c.inGroup(q, star)
}

// inGroup answers for the rules of one group.
func (c *compiledPolicy) inGroup(q *query, group uint16) bool {
	return c.verbs[targetOf(group, q.resource, q.subresource)].has(q.verb) ||
		c.verbs[targetOf(group, star, star)].has(q.verb) ||
		c.anySub && q.anySub && c.verbs[targetOf(group, star, q.subresource)].has(q.verb)
}
