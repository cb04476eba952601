package clusteraccess

import (
	"strings"

	"github.com/airside-dev/airside/policy/trace"
)

// Attributes is what is asked about, in the fields of a SubjectAccessReview.
type Attributes struct {
	Verb            string
	ResourceRequest bool // false: a request for Path, such as /healthz

	// Of resource requests.
	Group       string // "" is the core group
	Version     string // has no say
	Resource    string
	Subresource string
	Name        string // has no say: no published rule names objects
	Namespace   string // empty for cluster-scoped resources and for all namespaces at once

	Path string // of other requests
}

// Verdict is what access policies say: allowed, or no opinion. They cannot deny.
type Verdict struct {
	Allowed   bool
	Reason    string // as EKS writes it into audit events; empty where Allowed is false
	PolicyARN string // the access policy that allowed it
	Scope     Scope  // of the association that allowed it
}

// Authorize evaluates the access policies that are associated with an entry. The first association that allows the
// request gives the reason.
//
// principalID and principalARN are those of the entry. The subject of the decision is the principal and not the
// username, so who calls this must know that the request was not impersonated (facts/eks-access-semantics.md section 6).
//
// With a step every association is looked at and recorded, also after one has allowed the request.
func Authorize(principalID, principalARN string, assocs []Association, attrs Attributes, step *trace.Step) Verdict {
	if step.On() {
		return explain(principalID, principalARN, assocs, attrs, step)
	}
	var q query
	for i := range assocs {
		a := &assocs[i]
		if !a.covers(&attrs) {
			continue
		}
		if q.attrs == nil {
			q = policies().query(&attrs)
		}
		if p, ok := policyOfAssociation(a.PolicyARN); ok && p.compiled.allows(&q) {
			return allow(principalID, principalARN, a, attrs.Namespace)
		}
	}
	return Verdict{}
}

// allow is the verdict of an association that allowed a request. The words for a cluster scope are those of a real audit
// event (facts/eks-authentication.md section 7); for a namespace scope none was ever seen, and these are their analogue.
func allow(principalID, principalARN string, a *Association, namespace string) Verdict {
	kind, suffix := "ClusterRoleBinding", ""
	if a.Scope == NamespaceScope {
		kind, suffix = "RoleBinding", "/"+namespace
	}
	return Verdict{
		Allowed:   true,
		Reason:    "EKS Access Policy: allowed by " + kind + ` "` + principalARN + "+" + a.PolicyARN + suffix + `" of ClusterRole "` + a.PolicyARN + `" to User "` + principalID + `"`,
		PolicyARN: a.PolicyARN,
		Scope:     a.Scope,
	}
}

// covers tells whether an association reaches as far as a request. A namespace scope works as a RoleBinding does: it
// never covers cluster-scoped resources, lists over all namespaces, or paths. The namespace object itself is covered,
// because the API server gives a request for it the namespace's own name.
func (a *Association) covers(attrs *Attributes) bool {
	switch a.Scope {
	case ClusterScope:
		return true
	case NamespaceScope:
		if !attrs.ResourceRequest || attrs.Namespace == "" {
			return false
		}
		for _, pattern := range a.Namespaces {
			if matchNamespace(pattern, attrs.Namespace) {
				return true
			}
		}
	}
	return false
}

// matchNamespace matches a name against a pattern in which "*" stands for any text, the empty one included. It
// never goes back in the name, so a hostile pattern costs no more than any other.
func matchNamespace(pattern, name string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, head)
	if !ok {
		return false
	}
	for {
		piece, more, star := strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(name, piece)
		}
		// The first place where a piece fits leaves the most room for the pieces after it.
		i := strings.Index(name, piece)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(piece):], more
	}
}
