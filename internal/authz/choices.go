package authz

// The constants below are choices on which AWS documentation contradicts itself; see also package policy.
const (
	// BoundaryLimitsDirectTrust: where a role trust policy names a caller of its own account directly, or everyone, the
	// caller's permissions boundary must still allow sts:AssumeRole. The page on role trust policies says so of users
	// (id_roles_update-role-trust-policy); the general table would let a user who is named pass.
	BoundaryLimitsDirectTrust = true

	// AccountTrustsNoSelf: a trust policy that names the account does not let a session of the role assume the role
	// again; it must name the role, one of its sessions, or everyone. The announcement of 2022-09-21 says that the trust
	// policy "must explicitly grant permission to all principals, including the role itself", whatever the role's
	// identity-based policies allow. id_roles_update-role-trust-policy is content with the role's ARN "or AWS account
	// ARN"; false follows that page.
	AccountTrustsNoSelf = true

	// SessionGrantPassesSessionPolicy: a resource policy that names a role session is not limited by an implicit deny
	// of the session policy (reference_policies_evaluation-logic_policy-eval-denyallow). Observations differ.
	SessionGrantPassesSessionPolicy = true
)
