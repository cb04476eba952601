// Package authz is the IAM decision: may this principal do this action on this resource, given every policy that has a
// say.
//
// It owns the order of evaluation (SCP, RCP, resource policy, identity, boundary, session), the same-account and
// cross-account rules, the condition keys that follow from who asks and how, and the wording of AccessDenied. It does
// not own the policy language (package policy), where policies come from (package world), nor any wire format. It is
// pure: no I/O, no clock; a request carries its own time.
package authz

import (
	"time"

	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

// PrincipalKind says what sort of caller a principal is.
type PrincipalKind string

// The kinds of caller, as the PrincipalType of CloudTrail and aws:PrincipalType know them.
const (
	Anonymous     PrincipalKind = "Anonymous"
	Root          PrincipalKind = "Account"
	User          PrincipalKind = "User"
	AssumedRole   PrincipalKind = "AssumedRole"
	FederatedUser PrincipalKind = "FederatedUser" // a GetFederationToken session
	WebIdentity   PrincipalKind = "WebIdentity"   // the unsigned caller of AssumeRoleWithWebIdentity
	Service       PrincipalKind = "AWSService"
)

// Principal is who makes a request. The zero value is the anonymous caller.
type Principal struct {
	Kind      PrincipalKind
	Partition string
	Account   string // 12 digits; empty for Anonymous, WebIdentity and Service
	ARN       string // as AWS prints the caller: user ARN, sts assumed-role ARN, federated-user ARN, root ARN
	EntityARN string // aws:PrincipalArn: user ARN, role ARN with its path, root ARN, federated-user ARN
	ID        string // unique id of the entity: AIDA…, AROA…, the account id for root; federated user: its parent's
	UserID    string // aws:userid: AIDA…, AROA…:session, account:name
	Name      string // user name, role name, federated name, service name (eks.amazonaws.com)

	SessionName    string            // role sessions
	ParentARN      string            // federated user: the IAM user, or root user, whose session it is
	Provider       string            // web identity and its sessions: ARN or name of the identity provider
	Tags           map[string]string // the entity's tags with session tags over them
	ServiceLinked  bool              // the role is a service-linked role
	SourceIdentity string
	TokenIssued    time.Time // temporary credentials: when they were issued; zero for long-term keys
	MFA            MFA
	Claims         policy.Keys // federated sessions: condition keys that the session keeps, such as <issuer>:sub
}

// MFA is what a request's credentials say about multi-factor authentication. Long-term keys say nothing: both keys are
// absent (facts/iam-policy-evaluation.md section 10).
type MFA struct {
	Known   bool // aws:MultiFactorAuthPresent is in the request
	Present bool
	At      time.Time // when the code was given; aws:MultiFactorAuthAge counts from here
}

// PolicyType is a group of policies that has a say of its own. Its text is the one AccessDenied messages use.
type PolicyType string

// The policy types, in the words of AccessDenied messages (facts/wire-errors.md section 2.1).
const (
	IdentityBased   PolicyType = "identity-based policy"
	ResourceBased   PolicyType = "resource-based policy"
	BoundaryPolicy  PolicyType = "permissions boundary"
	SessionPolicy   PolicyType = "session policy"
	ServiceControl  PolicyType = "service control policy"
	ResourceControl PolicyType = "resource control policy"
	RoleTrust       PolicyType = "role trust policy"
	NoPolicy        PolicyType = "" // the decision did not come from a policy
)

// Source is one policy and where it comes from.
type Source struct {
	Name   string // ARN of a managed policy; "inline NAME of role R" and the like otherwise; for people
	ARN    string // ARN of a managed policy, empty for an inline one; goes into AccessDenied messages
	Policy *policy.Policy
}

// Policies is every policy that has a say on one request.
type Policies struct {
	Identity []Source

	Boundary *Source // nil: none is set

	Session    []Source
	HasSession bool // session policies were passed (Session may then still be empty of allows)

	SCPs [][]Source // of the caller's account: organization root first, account last; nil: not in an organization
	RCPs [][]Source // of the resource's account, likewise

	Resource      *Source // the resource's own policy; nil: none
	ResourceTrust bool    // Resource is a role trust policy: mandatory, and evaluated with the AssumeRole rules
}

// Request is one question: this principal, this action, this resource.
type Request struct {
	Principal       Principal
	Action          string // "service:Operation"
	Resource        string // an ARN, or "*" for actions without a resource type
	ResourceAccount string // owner; empty: the caller's own account
	Keys            policy.Keys
}

// Outcome is the decision.
type Outcome string

// The three decisions of IAM.
const (
	Allowed          Outcome = "Allowed"
	ImplicitlyDenied Outcome = "ImplicitlyDenied"
	ExplicitlyDenied Outcome = "ExplicitlyDenied"
)

// Verdict is the decision and what made it so.
type Verdict struct {
	Outcome   Outcome
	By        PolicyType // the policy type that decided: allowed it, denied it, or should have allowed it
	Source    string     // Name of the policy that holds the deciding statement; empty for an implicit denial
	SourceARN string     // its ARN, when it is a managed policy
	Statement string     // Sid of the deciding statement, else "statement N" counted from 1
	Pos       *trace.Pos // where that statement stands in its document

	Deciding *policy.Statement // that statement; nil where no statement decided
}

// Allowed tells whether the request may go on.
func (v Verdict) Allowed() bool { return v.Outcome == Allowed }
