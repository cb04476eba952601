package iam

import (
	"fmt"
	"strings"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/policycase"
	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

// Request is one question.
type Request struct {
	// Principal is who asks, as AWS prints it:
	//
	//	arn:aws:iam::111122223333:user/path/name           an IAM user
	//	arn:aws:sts::111122223333:assumed-role/role/name   a session of a role
	//	arn:aws:sts::111122223333:federated-user/name      a session of GetFederationToken
	//	arn:aws:iam::111122223333:root                     the root user of an account
	//	arn:aws:iam::111122223333:oidc-provider/host       the caller of AssumeRoleWithWebIdentity; also saml-provider/…
	//	eks.amazonaws.com                                  an AWS service
	//	*                                                  the anonymous caller
	//
	// The ARN of a role session does not hold the role's path, and no ARN holds unique ids: where these matter, Context
	// has aws:PrincipalArn and aws:userid.
	Principal string
	Parent    string // of a federated-user session: ARN of the IAM user that made it; otherwise empty

	Action          string // "service:Operation"
	Resource        string // an ARN, or "*" for an action without resource types
	ResourceAccount string // owner, 12 digits; empty: the account in the ARN, else the principal's own

	// Context is the condition keys of the request. Those that follow from the principal and the resource's owner
	// (aws:PrincipalArn, aws:username, aws:ResourceAccount, …) are added; a given one stands, and one that is given
	// without values is absent.
	Context map[string][]string
}

// Source is a policy and the name that verdicts and traces have for it: an ARN for a managed policy, anything else for
// others.
type Source struct {
	Name   string
	Policy *policy.Policy
}

// Policies are all policies that have a say on one request. The zero value has none, and allows nobody but root.
type Policies struct {
	Identity []Source // of the principal: its own, and those of its groups
	Boundary *Source  // the principal's permissions boundary; nil: none is set
	Session  []Source // passed when the session was made; nil: none were passed

	// Resource is the resource's own policy; nil: it has none. For an action of sts on a role it is the role's trust
	// policy, without which nobody assumes the role.
	Resource *Source

	SCPs [][]Source // over the principal's account, by level: organization root first; nil: not in an organization
	RCPs [][]Source // over the resource's account, likewise
}

// Decision is one of the three decisions of IAM.
type Decision string

// The decisions.
const (
	Allowed          Decision = "Allowed"
	ImplicitlyDenied Decision = "ImplicitlyDenied" // nothing allows it
	ExplicitlyDenied Decision = "ExplicitlyDenied" // a statement denies it
)

// Verdict is the decision and what made it so.
type Verdict struct {
	Decision  Decision
	By        policy.Kind       // the kind of policy that allowed it, denied it or should have allowed it; empty for root
	Source    string            // name of the policy that holds the deciding statement; empty for an implicit denial
	Statement *policy.Statement // that statement; nil where no statement decided

	message string
}

// Allowed tells whether the request may go on.
func (v Verdict) Allowed() bool { return v.Decision == Allowed }

// Message is the sentence of AWS's AccessDenied for a denial, and empty for a grant:
//
//	User: arn:… is not authorized to perform: s3:GetObject on resource: arn:… because no identity-based policy allows the s3:GetObject action
func (v Verdict) Message() string { return v.message }

// Decide answers a request. With a step, every policy is evaluated and what was looked at is recorded below the step,
// which ends as the decision did; with nil, evaluation stops when the answer is certain. An error says what in the
// request or the policies is not possible, and nothing was decided then.
func Decide(r *Request, p *Policies, step *policy.Step) (Verdict, error) {
	question := policycase.Case{Request: policycase.Request{
		Action: r.Action, Resource: r.Resource, ResourceAccount: r.ResourceAccount,
		Principal: r.Principal, Parent: r.Parent, Context: r.Context,
	}}
	request, err := question.AuthzRequest()
	if err != nil {
		return Verdict{}, err
	}
	policies, err := p.authz()
	if err != nil {
		return Verdict{}, err
	}
	policies.ResourceTrust = policycase.DecidedByTrust(r.Action, r.Resource)
	if step != nil && step.Kind == "" {
		step.Kind, step.Subject = trace.Decision, r.Action+" on "+r.Resource
	}
	v := authz.Decide(request, policies, step)
	return Verdict{
		Decision:  Decision(v.Outcome),
		By:        policy.Kind(v.By),
		Source:    v.Source,
		Statement: v.Deciding,
		message:   v.Message(r.Principal, r.Action, r.Resource, r.Resource == "*"),
	}, nil
}

// authz are the same policies as package authz has them.
func (p *Policies) authz() (*authz.Policies, error) {
	var c converter
	out := &authz.Policies{
		Identity:   c.list(policy.Identity, p.Identity),
		Boundary:   c.one(policy.Boundary, p.Boundary),
		Session:    c.list(policy.Session, p.Session),
		HasSession: p.Session != nil,
		Resource:   c.one(policy.Resource, p.Resource),
		SCPs:       c.levels(policy.SCP, p.SCPs),
		RCPs:       c.levels(policy.RCP, p.RCPs),
	}
	return out, c.err
}

// converter keeps the first error.
type converter struct{ err error }

func (c *converter) source(kind policy.Kind, s Source) authz.Source {
	if s.Policy == nil && c.err == nil {
		c.err = fmt.Errorf("%s %q has no document: leave the source out if there is no such policy",
			kind, s.Name)
	}
	out := authz.Source{Name: s.Name, Policy: s.Policy}
	if strings.HasPrefix(s.Name, "arn:") {
		out.ARN = s.Name
	}
	return out
}

func (c *converter) one(kind policy.Kind, s *Source) *authz.Source {
	if s == nil {
		return nil
	}
	out := c.source(kind, *s)
	return &out
}

func (c *converter) list(kind policy.Kind, sources []Source) []authz.Source {
	out := make([]authz.Source, 0, len(sources))
	for _, s := range sources {
		out = append(out, c.source(kind, s))
	}
	return out
}

// levels keeps a level without policies: it allows nothing.
func (c *converter) levels(kind policy.Kind, levels [][]Source) [][]authz.Source {
	var out [][]authz.Source
	for _, l := range levels {
		out = append(out, c.list(kind, l))
	}
	return out
}
