package authz

// The constants below are choices on which AWS documentation contradicts itself; see also package policy.
const (
	// BoundaryLimitsDirectTrust: where a role trust policy names a caller of its own account directly, the caller's
	// permissions boundary must still allow sts:AssumeRole. The page on role trust policies says so
	// (id_roles_update-role-trust-policy); the general table would let a user who is named pass.
	BoundaryLimitsDirectTrust = true

	// SessionGrantPassesSessionPolicy: a resource policy that names a role session is not limited by an implicit deny
	// of the session policy (reference_policies_evaluation-logic_policy-eval-denyallow). Observations differ.
	SessionGrantPassesSessionPolicy = true
)
