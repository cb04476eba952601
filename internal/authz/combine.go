package authz

import "github.com/airside-dev/airside/policy"

// verdict combines what the layers said.
func (d *decision) verdict() Verdict {
	if d.denied.Outcome == ExplicitlyDenied {
		return d.denied
	}
	if d.scpMissing {
		return d.implicit(ServiceControl)
	}
	switch d.req.Principal.Kind {
	case User, AssumedRole, FederatedUser, Root:
	default:
		return d.withoutAccount()
	}
	switch {
	case d.p.ResourceTrust:
		return d.trusted()
	case d.crossAccount():
		return d.foreign()
	}
	return d.own()
}

// withoutAccount decides for callers that have no policies of their own: anonymous, services, web identities.
func (d *decision) withoutAccount() Verdict {
	if !d.resource.given() {
		return d.implicit(d.resourceType())
	}
	return verdictOf(Allowed, d.resourceType(), d.resource)
}

// own decides about a resource of the caller's own account. What a resource policy's Allow replaces depends on whom it
// names (the table of reference_policies_evaluation-logic_policy-eval-denyallow):
//
//	the user, the session, everyone   nothing else is asked
//	the role, the parent user         the identity-based policy is not asked, boundary and session policy are
//	the account                       everything is asked
func (d *decision) own() Verdict {
	if d.req.Principal.Kind == Root {
		d.why = "the root user may do everything in its account"
		return Verdict{Outcome: Allowed}
	}
	if !d.resource.given() || d.through <= policy.GrantAccount {
		return d.asCaller()
	}
	if d.limited() {
		if missing, ok := d.limits(); !ok {
			return d.implicit(missing)
		}
	}
	return verdictOf(Allowed, ResourceBased, d.resource)
}

// limited tells whether boundary and session policies limit what the resource's policy allows the caller directly.
func (d *decision) limited() bool {
	return d.through < policy.GrantUser || d.through == policy.GrantSession && !SessionGrantPassesSessionPolicy
}

// foreign decides about another account's resource: the caller's account and the resource's policy must both allow
// (reference_policies_evaluation-logic-cross-account).
func (d *decision) foreign() Verdict {
	if v := d.asCaller(); !v.Allowed() {
		return v
	}
	if !d.resource.given() {
		d.why = "the resource belongs to another account, whose policy does not allow the caller"
		return d.implicit(ResourceBased)
	}
	return verdictOf(Allowed, ResourceBased, d.resource)
}

// trusted decides about assuming a role. The trust policy must allow; a caller of the same account that it names needs
// no identity-based policy (STS API reference, AssumeRole). A role trusts itself no more than others
// (aws.amazon.com/blogs/security/announcing-an-update-to-iam-role-trust-policy-behavior).
func (d *decision) trusted() Verdict {
	if d.crossAccount() {
		if v := d.asCaller(); !v.Allowed() {
			return v
		}
	}
	if !d.resource.given() {
		return d.implicit(RoleTrust)
	}
	if AccountTrustsNoSelf && d.assumesItself() && d.through <= policy.GrantAccount {
		d.why = "a role that assumes itself must be named in its trust policy; naming the account is not enough"
		return d.implicit(RoleTrust)
	}
	if !d.crossAccount() && d.req.Principal.Kind != Root {
		if d.through <= policy.GrantAccount {
			if v := d.asCaller(); !v.Allowed() {
				return v
			}
		} else if v, ok := d.directTrust(); !ok {
			return v
		}
	}
	return verdictOf(Allowed, RoleTrust, d.resource)
}

// assumesItself tells whether a session of a role asks for the same role.
func (d *decision) assumesItself() bool {
	return d.req.Principal.Kind == AssumedRole && d.req.Principal.EntityARN == d.req.Resource
}

// directTrust is what limits a caller of the role's own account whom the trust policy names.
func (d *decision) directTrust() (Verdict, bool) {
	if d.limited() {
		if missing, ok := d.limits(); !ok {
			return d.implicit(missing), false
		}
	}
	if BoundaryLimitsDirectTrust && d.p.Boundary != nil && !d.boundary.given() {
		return d.implicit(BoundaryPolicy), false
	}
	return Verdict{}, true
}

// asCaller decides by the caller's own policies alone.
func (d *decision) asCaller() Verdict {
	if d.req.Principal.Kind == Root {
		return Verdict{Outcome: Allowed}
	}
	if !d.identity.given() {
		return d.implicit(IdentityBased)
	}
	if missing, ok := d.limits(); !ok {
		return d.implicit(missing)
	}
	return verdictOf(Allowed, IdentityBased, d.identity)
}

// limits asks the policies that grant nothing by themselves, and names the one that does not allow. A GetFederationToken
// session without session policies is limited to nothing (id_credentials_temp_control-access_getfederationtoken).
func (d *decision) limits() (missing PolicyType, ok bool) {
	if d.p.Boundary != nil && !d.boundary.given() {
		return BoundaryPolicy, false
	}
	if (d.p.HasSession || d.req.Principal.Kind == FederatedUser) && !d.session.given() {
		return SessionPolicy, false
	}
	return NoPolicy, true
}

func (d *decision) resourceType() PolicyType {
	if d.p.ResourceTrust {
		return RoleTrust
	}
	return ResourceBased
}

// implicit is the denial for want of an Allow in policies of one type.
func (d *decision) implicit(by PolicyType) Verdict {
	if d.why == "" {
		d.why = implicitReasons[by]
	}
	return Verdict{Outcome: ImplicitlyDenied, By: by}
}

var implicitReasons = map[PolicyType]string{
	IdentityBased:  "no identity-based policy allows it",
	ResourceBased:  "no resource-based policy allows it",
	BoundaryPolicy: "the permissions boundary does not allow it",
	SessionPolicy:  "no session policy allows it",
	ServiceControl: "a level of the organization has no service control policy that allows it",
	RoleTrust:      "the role's trust policy does not allow it",
}

// verdictOf is a verdict by one statement.
func verdictOf(o Outcome, by PolicyType, g grant) Verdict {
	return Verdict{Outcome: o, By: by, Source: g.source.Name, SourceARN: g.source.ARN,
		Statement: g.statement.Name(), Pos: &g.statement.Pos, Deciding: g.statement}
}
