package clusteraccess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/airside-dev/airside/policy/trace"
)

// explain is Authorize with a record: for each association whether its scope covers the request, and of its policy the
// rule that decided or came nearest.
func explain(principalID, principalARN string, assocs []Association, attrs Attributes, step *trace.Step) Verdict {
	var verdict Verdict
	layer := step.Add(trace.Step{Kind: trace.Layer, Subject: "access policies", Outcome: trace.NoAllow})
	if len(assocs) == 0 {
		layer.End(trace.NoAllow, "the access entry has no access policies")
	}
	for i := range assocs {
		a := &assocs[i]
		p := layer.Add(trace.Step{Kind: trace.Policy, Subject: a.PolicyARN, Outcome: trace.NoAllow})
		covered := explainScope(a, &attrs, p)
		// The rules are looked at even where the scope already said no: a reader wants to know whether a wider scope
		// would help.
		allowed := explainPolicy(a, &attrs, p)
		switch {
		case covered && allowed:
			p.End(trace.Allow, "")
			if !verdict.Allowed {
				verdict = allow(principalID, principalARN, a, attrs.Namespace)
			}
		case allowed:
			p.End(trace.NoAllow, "a rule allows it, but the association does not reach that far")
		}
	}
	if verdict.Allowed {
		layer.End(trace.Allow, verdict.Reason)
		step.End(trace.Allow, verdict.Reason)
	} else {
		step.End(trace.NoAllow, "no access policy allows to "+attrs.String())
	}
	return verdict
}

// explainScope records how far an association reaches.
func explainScope(a *Association, attrs *Attributes, parent *trace.Step) bool {
	s := parent.Add(trace.Step{Kind: trace.Check, Subject: "scope " + string(a.Scope), Outcome: trace.Match})
	if a.Scope == NamespaceScope {
		s.Want = a.Namespaces
	}
	if attrs.ResourceRequest && attrs.Namespace != "" {
		s.Got = []string{attrs.Namespace}
	}
	if a.covers(attrs) {
		return true
	}
	switch {
	case a.Scope != NamespaceScope:
		s.End(trace.NoMatch, "an association's scope is cluster or namespace")
	case !attrs.ResourceRequest:
		s.End(trace.NoMatch, "a namespace scope covers no paths outside the resource API")
	case attrs.Namespace == "":
		s.End(trace.NoMatch, "the request is at the cluster scope")
	default:
		s.End(trace.NoMatch, "")
	}
	return false
}

// explainPolicy records the rule of a policy that allows a request, or the one that came nearest.
func explainPolicy(a *Association, attrs *Attributes, parent *trace.Step) bool {
	p, ok := policyOfAssociation(a.PolicyARN)
	switch {
	case !ok:
		parent.End(trace.NoAllow, "no such access policy is known")
		return false
	case !p.RulesKnown:
		parent.End(trace.NoAllow, "AWS does not publish the rules of this policy, so it grants nothing here")
		return false
	}
	best, bestFit := -1, fit{}
	for i := range p.Rules {
		if f := fitOf(&p.Rules[i], attrs); best < 0 || f.score() > bestFit.score() {
			best, bestFit = i, f
		}
	}
	if best < 0 || bestFit.score() == 0 {
		parent.End(trace.NoAllow, "no rule of the policy is about "+attrs.object())
		return false
	}
	r := &p.Rules[best]
	s := parent.Add(trace.Step{Kind: trace.Statement, Subject: fmt.Sprintf("rule %d", best+1), Outcome: trace.NoAllow})
	element := func(name string, want []string, got string, ok bool) {
		o := trace.NoMatch
		if ok {
			o = trace.Match
		}
		s.Add(trace.Step{Kind: trace.Element, Subject: name, Outcome: o, Want: want, Got: []string{got}})
	}
	if attrs.ResourceRequest {
		element("apiGroups", r.APIGroups, attrs.Group, bestFit.group)
		element("resources", r.Resources, attrs.resource(), bestFit.resource)
	} else {
		element("nonResourceURLs", r.NonResourceURLs, attrs.Path, bestFit.resource)
	}
	element("verbs", r.Verbs, attrs.Verb, bestFit.verb)
	switch {
	case bestFit.all() && r.RestrictedTo != "":
		s.End(trace.NoAllow, "the rule is for "+r.RestrictedTo+"; AWS does not publish their names, so it grants nothing here")
	case bestFit.all():
		s.End(trace.Allow, "")
		return true
	case bestFit.group && bestFit.resource:
		s.End(trace.NoAllow, "the rule is about "+attrs.object()+" and does not have the verb "+attrs.Verb)
	case bestFit.resource:
		s.End(trace.NoAllow, "the rule is about this resource in another API group")
	default:
		s.End(trace.NoAllow, "no rule of the policy is about "+attrs.object()+"; this one is for the same API group")
	}
	return bestFit.all() && r.RestrictedTo == ""
}

// fit is how near a rule comes to a request. For paths group and resource are one.
type fit struct{ group, resource, verb, restricted bool }

func (f fit) all() bool { return f.group && f.resource && f.verb }

// score orders fits: a rule that allows, one that would if its names were published, the right resource with another
// verb, the resource in another group, the right group.
func (f fit) score() int {
	switch {
	case f.all() && !f.restricted:
		return 6
	case f.all():
		return 5
	case f.group && f.resource:
		return 4
	case f.resource && f.verb:
		return 3
	case f.resource:
		return 2
	case f.group && f.verb:
		return 1
	}
	return 0
}

// fitOf compares a rule with a request, element by element and without the compiled form.
func fitOf(r *Rule, attrs *Attributes) fit {
	f := fit{restricted: r.RestrictedTo != ""}
	f.verb = slices.Contains(r.Verbs, "*") || slices.Contains(r.Verbs, attrs.Verb)
	if !attrs.ResourceRequest {
		f.resource = slices.ContainsFunc(r.NonResourceURLs, func(u string) bool {
			prefix, tail := strings.CutSuffix(u, "*")
			return u == attrs.Path || tail && strings.HasPrefix(attrs.Path, prefix)
		})
		f.group = f.resource
		return f
	}
	f.group = slices.Contains(r.APIGroups, "*") || slices.Contains(r.APIGroups, attrs.Group)
	f.resource = slices.ContainsFunc(r.Resources, func(res string) bool {
		return res == "*" || res == attrs.resource() || attrs.Subresource != "" && res == "*/"+attrs.Subresource
	})
	return f
}

// resource is the resource as rules write it: "pods/log".
func (a *Attributes) resource() string {
	if a.Subresource == "" {
		return a.Resource
	}
	return a.Resource + "/" + a.Subresource
}

// object names what is asked about: "deployments in API group apps".
func (a *Attributes) object() string {
	switch {
	case !a.ResourceRequest:
		return "path " + a.Path
	case a.Group == "":
		return a.resource() + " in the core API group"
	}
	return a.resource() + " in API group " + a.Group
}

// String is the question as a person would put it.
func (a Attributes) String() string {
	s := a.Verb + " " + a.object()
	switch {
	case !a.ResourceRequest:
	case a.Namespace == "":
		s += " at the cluster scope"
	default:
		s += " in namespace " + a.Namespace
	}
	return s
}
