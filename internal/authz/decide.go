package authz

import (
	"strconv"
	"strings"

	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

// Decide answers one request. With a nil step it stops as soon as the answer is certain; with a step it evaluates every
// policy, records each below step, and decides then. The order is that of
// reference_policies_evaluation-logic_policy-eval-denyallow: explicit denies, resource control policies, service
// control policies, the resource's policy, identity-based policies, the boundary, session policies.
//
// The Verdict of a denial names the first policy type in that order. That of a grant names the statement that the
// owner of the resource wrote, where the owner's word was needed (another account's resource, a role trust policy) or
// was enough, and otherwise the caller's identity-based policy.
func Decide(req *Request, p *Policies, step *trace.Step) Verdict {
	d := decision{req: req, p: p, step: step, query: policy.Query{
		Action: req.Action, Resource: req.Resource, Keys: req.Keys, Caller: callerOf(req, p)}}
	d.evaluate()
	v := d.verdict()
	switch v.Outcome {
	case Allowed:
		step.End(trace.Allow, d.why)
	case ExplicitlyDenied:
		step.End(trace.Deny, d.why)
	default:
		step.End(trace.NoAllow, d.why)
	}
	return v
}

// decision is the state of one Decide.
type decision struct {
	req   *Request
	p     *Policies
	step  *trace.Step
	query policy.Query // asked of every policy; Kind changes from layer to layer
	why   string       // one sentence on the verdict, where the layers do not say it

	denied Verdict // the first explicit denial; its zero Outcome means that there is none

	scpMissing bool // an SCP level has no Allow
	identity   grant
	boundary   grant
	session    grant
	resource   grant
	through    policy.Grant // of resource
}

// grant is the Allow that a layer found.
type grant struct {
	source    *Source
	statement *policy.Statement
}

func (g grant) given() bool { return g.statement != nil }

// callerOf is the principal with every name that a Principal element may use for it.
func callerOf(req *Request, p *Policies) policy.Caller {
	pr := &req.Principal
	c := policy.Caller{Account: pr.Account, HasBoundary: p.Boundary != nil}
	switch pr.Kind {
	case User:
		c.User, c.UserID = pr.ARN, pr.ID
	case AssumedRole:
		c.Role, c.RoleID, c.Session = pr.EntityARN, pr.ID, pr.ARN
	case FederatedUser:
		c.Session = pr.ARN
		if pr.ID != pr.Account { // a session of the root user has no parent but the account
			c.Parent, c.ParentID = pr.ParentARN, pr.ID
		}
	case WebIdentity:
		c = policy.Caller{Federated: pr.Provider}
	case Service:
		c = policy.Caller{Service: pr.Name}
	case Root:
	default:
		c = policy.Caller{}
	}
	return c
}

// evaluate asks every layer, in order. Without a step it stops at the first explicit denial.
func (d *decision) evaluate() {
	d.resourceControl()
	if !d.settled() {
		d.serviceControl()
	}
	if !d.settled() {
		d.resourcePolicy()
	}
	if !d.settled() {
		d.identityPolicies()
	}
	if !d.settled() {
		d.boundaryPolicy()
	}
	if !d.settled() {
		d.sessionPolicies()
	}
}

// settled tells whether nothing more needs to be evaluated.
func (d *decision) settled() bool { return d.denied.Outcome == ExplicitlyDenied && !d.step.On() }

// found is what the policies of a layer say together.
type found struct {
	allow   grant
	through policy.Grant
	denied  bool
}

// ask evaluates the policies of one layer, or of one level of it, and ends the layer's step.
func (d *decision) ask(kind policy.Kind, by PolicyType, sources []Source, layer *trace.Step) found {
	var f found
	for i := range sources {
		d.askOne(kind, by, &sources[i], layer, &f)
		if d.settled() {
			break
		}
	}
	f.end(layer)
	return f
}

// askOne evaluates one policy and adds what it says to f.
func (d *decision) askOne(kind policy.Kind, by PolicyType, src *Source, layer *trace.Step, f *found) {
	if src.Policy == nil {
		return
	}
	var step *trace.Step
	if layer.On() {
		step = layer.Add(trace.Step{Kind: trace.Policy, Subject: src.Name})
	}
	d.query.Kind = kind
	r := src.Policy.Evaluate(&d.query, step)
	if r.Allow != nil && (!f.allow.given() || r.Grant > f.through) {
		f.allow, f.through = grant{src, r.Allow}, r.Grant
	}
	switch {
	case r.Deny != nil && by == ResourceBased && d.bucketPolicyOfRoot():
		step.End(trace.NotRelevant, "nothing in a bucket policy keeps the bucket owner's root user from that policy")
	case r.Deny != nil:
		f.denied = true
		if d.denied.Outcome == "" {
			d.denied = verdictOf(ExplicitlyDenied, by, grant{src, r.Deny})
		}
		step.End(trace.Deny, "")
	case r.Allow != nil:
		step.End(trace.Allow, "")
	default:
		step.End(trace.NoAllow, "")
	}
}

// end closes the layer's step.
func (f *found) end(layer *trace.Step) {
	switch {
	case f.denied:
		layer.End(trace.Deny, "")
	case f.allow.given():
		layer.End(trace.Allow, "")
	default:
		layer.End(trace.NoAllow, "")
	}
}

// bucketPolicyOfRoot tells whether the root user of the bucket's owner asks for its bucket policy, from which the
// policy itself cannot keep it (S3 API reference, PutBucketPolicy).
func (d *decision) bucketPolicyOfRoot() bool {
	return d.req.Principal.Kind == Root && !d.crossAccount() && isBucketPolicyAction(d.req.Action)
}

func isBucketPolicyAction(action string) bool {
	return strings.EqualFold(action, "s3:GetBucketPolicy") || strings.EqualFold(action, "s3:PutBucketPolicy") ||
		strings.EqualFold(action, "s3:DeleteBucketPolicy")
}

// crossAccount tells whether a caller that belongs to an account asks for another account's resource.
func (d *decision) crossAccount() bool {
	owner := d.req.ResourceAccount
	return owner != "" && d.req.Principal.Account != "" && owner != d.req.Principal.Account
}

// add begins a layer's step.
func (d *decision) add(subject string) *trace.Step {
	if !d.step.On() {
		return nil
	}
	return d.step.Add(trace.Step{Kind: trace.Layer, Subject: subject})
}

// skip records a layer that has no say.
func (d *decision) skip(by PolicyType, why string) {
	d.add(string(by)).End(trace.NotRelevant, why)
}

// resourceControl evaluates the RCPs over the resource. RCPFullAWSAccess is always attached, so that only a Deny
// matters (orgs_manage_policies_rcps).
func (d *decision) resourceControl() {
	switch {
	case len(d.p.RCPs) == 0:
		return
	case d.serviceLinked():
		d.skip(ResourceControl, "resource control policies do not limit service-linked roles")
	case !underRCP(d.req.Action, d.req.Resource):
		d.skip(ResourceControl, "resource control policies do not cover this action")
	default:
		d.levels(policy.RCP, ResourceControl, d.p.RCPs)
	}
}

// serviceLinked tells whether the request is beyond organization policies: a call by a service-linked role, or the
// trust policy of one.
func (d *decision) serviceLinked() bool {
	return d.req.Principal.ServiceLinked || d.p.ResourceTrust && strings.Contains(d.req.Resource, ":role/aws-service-role/")
}

// serviceControl evaluates the SCPs over the caller: every level must allow.
func (d *decision) serviceControl() {
	switch {
	case len(d.p.SCPs) == 0:
		return
	case d.req.Principal.ServiceLinked:
		d.skip(ServiceControl, "service control policies do not limit service-linked roles")
	case d.req.Principal.Account == "":
		d.skip(ServiceControl, "the caller belongs to no account")
	default:
		d.scpMissing = !d.levels(policy.SCP, ServiceControl, d.p.SCPs)
	}
}

// levels evaluates the policies of an organization's root, units and account in turn and tells whether each level
// allows.
func (d *decision) levels(kind policy.Kind, by PolicyType, levels [][]Source) bool {
	all := true
	for i, sources := range levels {
		var layer *trace.Step
		if d.step.On() {
			layer = d.add(string(by) + ", level " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(levels)))
		}
		f := d.ask(kind, by, sources, layer)
		all = all && f.allow.given()
		if d.settled() {
			return false
		}
	}
	return all
}

// resourcePolicy evaluates the resource's own policy.
func (d *decision) resourcePolicy() {
	kind, by := policy.Resource, ResourceBased
	if d.p.ResourceTrust {
		kind, by = policy.Trust, RoleTrust
	}
	if d.p.Resource == nil {
		switch {
		case d.p.ResourceTrust:
			d.add(string(by)).End(trace.NoAllow, "the role does not exist")
		case d.crossAccount() || d.req.Principal.Account == "":
			d.add(string(by)).End(trace.NoAllow, "the resource has no policy, and nothing else can allow a caller from outside its account")
		}
		return
	}
	layer := d.add(string(by))
	f := d.askAlone(kind, by, d.p.Resource, layer)
	d.resource, d.through = f.allow, f.through
	if layer.On() && layer.Outcome == trace.Allow {
		layer.Detail = "allows " + f.through.String()
	}
}

// askAlone is ask for a layer of one policy.
func (d *decision) askAlone(kind policy.Kind, by PolicyType, src *Source, layer *trace.Step) found {
	var f found
	d.askOne(kind, by, src, layer, &f)
	f.end(layer)
	return f
}

// identityPolicies evaluates the policies of the caller's identity. The root user needs none.
func (d *decision) identityPolicies() {
	switch d.req.Principal.Kind {
	case User, AssumedRole, FederatedUser:
		d.identity = d.ask(policy.Identity, IdentityBased, d.p.Identity, d.add(string(IdentityBased))).allow
	case Root:
		d.skip(IdentityBased, "the root user may do everything in its account")
	default:
		d.skip(IdentityBased, "the caller has no identity-based policies")
	}
}

func (d *decision) boundaryPolicy() {
	if d.p.Boundary == nil {
		return
	}
	d.boundary = d.askAlone(policy.Boundary, BoundaryPolicy, d.p.Boundary, d.add(string(BoundaryPolicy))).allow
}

// sessionPolicies evaluates the policies that were passed when the session was made. Several of them together are one
// policy: any may allow.
func (d *decision) sessionPolicies() {
	switch {
	case d.p.HasSession:
		d.session = d.ask(policy.Session, SessionPolicy, d.p.Session, d.add(string(SessionPolicy))).allow
	case d.req.Principal.Kind == FederatedUser:
		d.add(string(SessionPolicy)).End(trace.NoAllow, "a GetFederationToken session without session policies may do nothing by itself")
	}
}
