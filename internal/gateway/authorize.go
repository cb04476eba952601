package gateway

import (
	"maps"
	"net/http"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

// answer is one check with its verdict, kept for the trail.
type answer struct {
	check    op.Check
	request  authz.Request
	policies authz.Policies
	verdict  authz.Verdict
}

// authorize makes every check of an operation. The first one that fails refuses the call.
func (g *Gateway) authorize(x *exchange, entry op.Entry, in any) error {
	action := x.service.Model.SigningName + ":" + x.oper.Name
	if x.call.Session != nil && x.service.Forbid != nil {
		if err := x.service.Forbid(x.call.Session, action); err != nil {
			return err
		}
	}
	checks, err := entry.Access(&x.call, in)
	if err != nil {
		return err
	}
	if len(checks) == 0 {
		return nil
	}
	base := x.cred.Policies(x.call.World)
	for _, c := range checks {
		a := answer{check: c, request: g.request(x, c), policies: base}
		a.policies.Resource, a.policies.ResourceTrust = c.Policy, c.Trust
		a.verdict = authz.Decide(&a.request, &a.policies, nil)
		x.answer = append(x.answer, a)
		if !a.verdict.Allowed() {
			return x.service.Denial(g, x, &a)
		}
	}
	return nil
}

// request is the question that a check asks, with every condition key that the call and its caller bring.
func (g *Gateway) request(x *exchange, c op.Check) authz.Request {
	owner := c.Owner
	if owner == "" {
		owner = x.call.Account
	}
	env := authz.Environment{
		Time: x.call.Time, SourceIP: x.call.SourceIP, UserAgent: x.call.UserAgent, Region: x.call.Region, Secure: g.Secure,
	}
	own := maps.Clone(c.Keys)
	if own == nil {
		own = policy.Keys{}
	}
	authz.SetRequestTags(own, c.RequestTags)
	authz.SetResourceTags(own, c.ResourceTags)
	keys := authz.RequestKeys(&x.call.Caller, env, owner, own)
	return authz.Request{
		Principal: x.call.Caller, Action: c.Action, Resource: c.Resource, ResourceAccount: owner, Keys: keys,
	}
}

// explain decides again, with every step. The facts are those of the call, so the verdict is the same.
func (a *answer) explain() *trace.Step {
	step := &trace.Step{Kind: trace.Decision, Subject: a.request.Action + " on " + a.request.Resource}
	authz.Decide(&a.request, &a.policies, step)
	return step
}

// Denial words a refusal as a service does.
type Denial func(g *Gateway, x *exchange, a *answer) *awserr.Error

// message is the AccessDenied sentence.
func (a *answer) message() string {
	resource := a.check.Resource
	if a.check.Friendly != "" {
		resource = a.check.Friendly
	}
	return a.verdict.Message(a.request.Principal.ARN, a.request.Action, resource, a.check.NoResource)
}

// QueryDenial is how IAM refuses, and STS but for the AssumeRole family.
func QueryDenial(_ *Gateway, _ *exchange, a *answer) *awserr.Error {
	return awserr.WithStatus(http.StatusForbidden, "AccessDenied", "%s", a.message())
}

// STSDenial leaves out the reason where a role's trust is part of the decision, as STS is seen to do
// (facts/wire-errors.md section 2.2).
func STSDenial(g *Gateway, x *exchange, a *answer) *awserr.Error {
	if !a.check.Trust {
		return QueryDenial(g, x, a)
	}
	return awserr.WithStatus(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: %s on resource: %s",
		a.request.Principal.ARN, a.request.Action, a.check.Resource)
}

// JSONDenial is how EKS refuses.
func JSONDenial(_ *Gateway, _ *exchange, a *answer) *awserr.Error {
	return awserr.WithStatus(http.StatusForbidden, "AccessDeniedException", "%s", a.message())
}

// EC2Denial is how EC2 refuses: with an encoded message, where a resource was named, that
// sts:DecodeAuthorizationMessage opens.
func EC2Denial(g *Gateway, x *exchange, a *answer) *awserr.Error {
	text := "You are not authorized to perform this operation. " + a.message()
	if !a.check.NoResource {
		plain, err := authz.DecodedMessage(&a.request, a.verdict)
		if err == nil {
			text += ". Encoded authorization failure message: " + g.Sealer.SealMessage(string(plain))
		} else {
			g.Log.Error("an authorization failure message cannot be encoded", "request", x.call.ID, "error", err)
		}
	}
	return awserr.WithStatus(http.StatusForbidden, "UnauthorizedOperation", "%s", text)
}
