package policycase

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

// Decide answers the case; a step that is not nil receives the explanation. An error says what in the case is not
// possible: a principal, an ARN, a document that IAM refuses. The expected decision plays no part.
func (c *Case) Decide(step *trace.Step) (authz.Verdict, error) {
	req, err := c.AuthzRequest()
	if err != nil {
		return authz.Verdict{}, err
	}
	policies, err := c.Policies()
	if err != nil {
		return authz.Verdict{}, err
	}
	return authz.Decide(req, policies, step), nil
}

// AuthzRequest is the question of the case with its whole context.
func (c *Case) AuthzRequest() (*authz.Request, error) {
	r := &c.Request
	service, operation, ok := strings.Cut(r.Action, ":")
	if !ok || service == "" || operation == "" || strings.ContainsAny(r.Action, "*? ") || strings.Contains(operation, ":") {
		return nil, c.errorf("action %q is not one action: want SERVICE:OPERATION", r.Action)
	}
	given := policy.Keys{}
	for key, values := range r.Context {
		if given.Get(key) != nil {
			return nil, c.errorf("context has %s twice: the names of keys are compared ignoring case", strings.ToLower(key))
		}
		given.Set(key, values...)
	}
	p, err := Principal(r.Principal, given)
	if err != nil {
		return nil, c.errorf("%w", err)
	}
	if p.ParentARN, err = parent(p, r.Parent); err != nil {
		return nil, c.errorf("%w", err)
	}
	owner, err := r.owner(p.Account)
	if err != nil {
		return nil, c.errorf("%w", err)
	}

	keys := authz.PrincipalKeys(&p, time.Time{})
	if p.UserID == "" {
		keys.Set("aws:userid") // a unique id cannot be made up from an ARN
	}
	if owner != "" {
		keys.Set("aws:ResourceAccount", owner)
	}
	for key, values := range r.Context {
		keys.Set(key, values...)
	}
	return &authz.Request{
		Principal: p, Action: r.Action, Resource: r.Resource, ResourceAccount: owner, Keys: keys,
	}, nil
}

// owner is the account that the resource belongs to: the one given, else the one that its ARN names, else the caller's.
func (r *Request) owner(caller string) (string, error) {
	if r.ResourceAccount != "" && !isAccount(r.ResourceAccount) {
		return "", fmt.Errorf("resourceAccount %q is not an account id of 12 digits", r.ResourceAccount)
	}
	account := ""
	if r.Resource != "*" {
		a, err := arn.Parse(r.Resource)
		if err != nil {
			return "", fmt.Errorf(`resource %q is %w, or "*" for an action without one`, r.Resource, err)
		}
		account = a.Account
	}
	switch {
	case r.ResourceAccount != "":
		return r.ResourceAccount, nil
	case isAccount(account):
		return account, nil
	}
	return caller, nil
}

// parent checks the user, or root user, whose GetFederationToken session p is.
func parent(p authz.Principal, s string) (string, error) {
	if s == "" {
		return "", nil
	}
	if p.Kind != authz.FederatedUser {
		return "", errors.New("parent is for a federated-user principal only")
	}
	a, err := arn.Parse(s)
	if err != nil || a.Service != "iam" || a.Type() != "user" && a.Resource != "root" || a.Account != p.Account {
		return "", fmt.Errorf("parent %q is not the ARN of an IAM user, or of the root user, of account %s", s, p.Account)
	}
	return s, nil
}

// Policies are the case's policies, compiled.
func (c *Case) Policies() (*authz.Policies, error) {
	b := &builder{}
	trust := DecidedByTrust(c.Request.Action, c.Request.Resource)
	p := &authz.Policies{
		Identity: b.sources("identityPolicies", c.IdentityPolicies),
		Boundary: b.source("permissionsBoundary", c.PermissionsBoundary),
		SCPs:     b.levels("scps", c.SCPs),
		RCPs:     b.levels("rcps", c.RCPs),
	}
	if c.SessionPolicy != nil {
		p.HasSession = true
		if s := b.source("sessionPolicy", c.SessionPolicy); s != nil {
			p.Session = []authz.Source{*s}
		}
	}
	p.Resource, p.ResourceTrust = b.source("resourcePolicy", c.ResourcePolicy), trust
	if b.err != nil {
		return nil, c.errorf("%w", b.err)
	}
	return p, nil
}

// DecidedByTrust tells whether the resource's policy is a role trust policy: the actions of STS on a role are decided
// with one.
func DecidedByTrust(action, resource string) bool {
	service, _, _ := strings.Cut(action, ":")
	a, err := arn.Parse(resource)
	return strings.EqualFold(service, "sts") && err == nil && a.Service == "iam" && a.Type() == "role"
}

// builder compiles documents and keeps the first error.
type builder struct{ err error }

// source compiles a document, given as an object or as a string that holds one, as AWS's APIs answer it.
//
// Only its grammar must be right. What IAM refuses when a policy is stored, such as a short ARN or an action without a
// service, has a meaning when it is evaluated all the same, and cases ask for that; `airside policy lint` tells the rest.
func (b *builder) source(name string, document json.RawMessage) *authz.Source {
	if document == nil || b.err != nil {
		return nil
	}
	text := string(document)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(document, &text); err != nil {
			b.err = fmt.Errorf("%s: %w", name, err)
			return nil
		}
	}
	d, err := policy.Parse(text)
	if err == nil {
		err = d.CheckGrammar()
	}
	if err != nil {
		b.err = fmt.Errorf("%s: %w", name, described(err))
		return nil
	}
	return &authz.Source{Name: name, Policy: policy.Compile(d)}
}

// described adds to IAM's words the place and the reason, which IAM does not tell.
func described(err error) error {
	var syntax *policy.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("%w (%s: %s)", err, syntax.Pos, syntax.Msg)
	}
	var invalid *policy.ValidationError
	if errors.As(err, &invalid) && invalid.Pos.Line > 0 {
		return fmt.Errorf("%w (%s)", err, invalid.Pos)
	}
	return err
}

func (b *builder) sources(name string, documents []json.RawMessage) []authz.Source {
	var all []authz.Source
	for i, document := range documents {
		if s := b.source(fmt.Sprintf("%s[%d]", name, i), document); s != nil {
			all = append(all, *s)
		}
	}
	return all
}

// levels keeps a level without policies: in an organization such a level allows nothing.
func (b *builder) levels(name string, levels []Level) [][]authz.Source {
	var all [][]authz.Source
	for i, l := range levels {
		at := fmt.Sprintf("%s[%d]", name, i)
		if l.Level != "" {
			at = fmt.Sprintf("%s[%s]", name, l.Level)
		}
		if len(l.Policies) == 1 && l.Level == "" {
			s := b.source(at, l.Policies[0])
			if s != nil {
				all = append(all, []authz.Source{*s})
			}
			continue
		}
		all = append(all, b.sources(at, l.Policies))
	}
	return all
}
