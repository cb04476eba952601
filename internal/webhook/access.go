package webhook

import (
	"net/http"
	"strings"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/clusteraccess"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy/trace"
)

// principalIDKey is the extra field by which a user is known to be an AWS principal. The API server drops it when
// somebody impersonates, and so access policies do not apply then (facts/eks-access-semantics.md section 6).
const principalIDKey = "sigs.k8s.io/aws-iam-authenticator/principalId"

// accessReview answers what access policies say about a request: allowed, or no opinion. RBAC is asked next by the API
// server itself.
func (h *Handler) accessReview(w http.ResponseWriter, r *http.Request) {
	now := h.Now()
	facts := h.World()
	c := h.cluster(w, r, facts)
	if c == nil {
		return
	}
	var review authorizationv1.SubjectAccessReview
	if !read(w, r, &review) {
		return
	}
	answer := authorizationv1.SubjectAccessReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "authorization.k8s.io/v1", Kind: "SubjectAccessReview"},
	}
	a := authorization{spec: &review.Spec, attributes: attributes(&review.Spec)}
	if ids := review.Spec.Extra[principalIDKey]; len(ids) == 1 {
		a.entry, _ = facts.FactsOf(c).EntryByPrincipalID(ids[0])
	}
	if a.entry != nil {
		a.verdict = a.decide(nil)
	}
	answer.Status.Allowed, answer.Status.Reason = a.verdict.Allowed, a.verdict.Reason
	h.write(w, answer)
	h.Trail.Record(a.record(c, now))
}

// attributes translates a review's question.
func attributes(s *authorizationv1.SubjectAccessReviewSpec) clusteraccess.Attributes {
	switch {
	case s.ResourceAttributes != nil:
		a := s.ResourceAttributes
		return clusteraccess.Attributes{
			ResourceRequest: true, Verb: a.Verb, Group: a.Group, Version: a.Version, Resource: a.Resource,
			Subresource: a.Subresource, Name: a.Name, Namespace: a.Namespace,
		}
	case s.NonResourceAttributes != nil:
		return clusteraccess.Attributes{Verb: s.NonResourceAttributes.Verb, Path: s.NonResourceAttributes.Path}
	}
	return clusteraccess.Attributes{}
}

// authorization is one request's way through the access policies.
type authorization struct {
	spec       *authorizationv1.SubjectAccessReviewSpec
	attributes clusteraccess.Attributes
	entry      *clusteraccess.Entry // nil: no access entry, so no access policies
	verdict    clusteraccess.Verdict
}

func (a *authorization) decide(step *trace.Step) clusteraccess.Verdict {
	return clusteraccess.Authorize(a.entry.PrincipalID, a.entry.PrincipalARN, a.entry.Associations, a.attributes, step)
}

func (a authorization) record(c *world.Cluster, now time.Time) audit.Record {
	r := audit.Record{
		ID: awsid.UUID(), Time: now, Source: audit.Access, Cluster: c.Name, Region: c.Region,
		Username: a.spec.User, Groups: a.spec.Groups, Action: a.action(), Resource: a.resource(),
		Decision: audit.NoOpinion, Reason: "no access policy of the entry allows it; RBAC decides",
	}
	if arns := a.spec.Extra["arn"]; len(arns) == 1 {
		r.Principal = arns[0]
	}
	switch {
	case a.verdict.Allowed:
		r.Decision, r.Reason = audit.Allowed, a.verdict.Reason
	case a.entry == nil:
		r.Reason = "no access entry, so no access policy; RBAC decides"
	case len(a.entry.Associations) == 0:
		r.Reason = "the access entry has no access policy; RBAC decides"
	}
	r.Explain = func() []audit.Verdict {
		step := &trace.Step{Kind: trace.Decision, Subject: r.Action + " " + r.Resource, Outcome: trace.NoAllow}
		if a.entry != nil {
			a.decide(step)
		}
		return []audit.Verdict{{
			Action: r.Action, Resource: r.Resource, Decision: r.Decision, By: "access policy", Policy: a.verdict.PolicyARN,
			Reason: r.Reason, Steps: step,
		}}
	}
	return r
}

// action is the verb and the resource, "list pods", "get deployments.apps/scale".
func (a *authorization) action() string {
	at := &a.attributes
	if !at.ResourceRequest {
		return at.Verb + " " + at.Path
	}
	name := at.Resource
	if at.Group != "" {
		name += "." + at.Group
	}
	if at.Subresource != "" {
		name += "/" + at.Subresource
	}
	return at.Verb + " " + name
}

// resource is where: "dev/my-pod", "dev", "my-node", or "cluster scope".
func (a *authorization) resource() string {
	at := &a.attributes
	var parts []string
	for _, p := range []string{at.Namespace, at.Name} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return "cluster scope"
	}
	return strings.Join(parts, "/")
}
