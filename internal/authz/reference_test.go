package authz_test

// The files reference*_test.go are a second, independent reading of facts/iam-policy-evaluation.md: an evaluator that
// was written from that page alone, rule by rule, on plain decoded JSON, with no thought for speed. The engine has to
// agree with it on random cases (agree_test.go) and on the golden corpus (corpus_test.go). Numbers such as "3.1" are
// sections of that page. Where the page leaves a point open, the constants in choices.go of this package and of package
// policy say what was chosen.

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/policycase"
	"github.com/airside-dev/airside/policy"
)

// reference decides a case (section 3).
func reference(c *policycase.Case) authz.Outcome {
	q := newQuestion(c)

	// 3, step 2: an explicit deny in any policy that applies is final.
	for _, d := range q.everyApplicable() {
		if q.denies(d) {
			return authz.ExplicitlyDenied
		}
	}

	// 3, step 4: an Allow at every level of the caller's organization.
	for _, level := range q.scps {
		if !q.anyAllows(level) {
			return authz.ImplicitlyDenied
		}
	}

	if q.callerMayGo() {
		return authz.Allowed
	}
	return authz.ImplicitlyDenied
}

// callerMayGo is steps 5 to 8, with no explicit deny anywhere and the SCPs content.
func (q *question) callerMayGo() bool {
	ways := q.grants()
	switch {
	case q.caller.account == "":
		// 3.4, 5.1: anonymous callers, services and web identities have no policies of their own.
		return len(ways) > 0

	case q.caller.account != q.owner:
		// 3.2: both accounts must say Allow; a resource without a policy cannot be reached.
		return len(ways) > 0 && q.identityAllows() && q.boundaryAllows() && q.sessionAllows()

	case q.trust:
		// 3.1: a role trust policy is mandatory. 5.1: one that names the caller suffices.
		for _, w := range ways {
			if q.trustSuffices(w) {
				return true
			}
		}
		return len(ways) > 0 && q.identityAllows() && q.boundaryAllows() && q.sessionAllows()
	}
	for _, w := range ways {
		if q.suffices(w) {
			return true
		}
	}
	return q.identityAllows() && q.boundaryAllows() && q.sessionAllows()
}

// suffices is table 3.1: whether an Allow in the resource's policy that names the caller in this way needs nothing else
// than what is asked here.
func (q *question) suffices(w way) bool {
	switch w {
	case byUser, byFederatedSession, byEveryone:
		return true
	case bySession:
		return authz.SessionGrantPassesSessionPolicy || q.sessionAllows()
	case byRole, byParentUser:
		return q.boundaryAllows() && q.sessionAllows()
	}
	return false // byAccount delegates only
}

// trustSuffices is table 5.1 on top of table 3.1.
func (q *question) trustSuffices(w way) bool {
	if authz.BoundaryLimitsDirectTrust && !q.boundaryAllows() {
		return false // 13.5; a policy that names nobody but "*" cannot give more than one that names the caller
	}
	return q.suffices(w)
}

// identityAllows is step 6. The root user is allowed everything by default (step 1).
func (q *question) identityAllows() bool {
	return q.caller.kind == root || q.anyAllows(q.identity)
}

// boundaryAllows is step 7.
func (q *question) boundaryAllows() bool {
	return q.boundary == nil || q.allows(q.boundary)
}

// sessionAllows is step 8.
func (q *question) sessionAllows() bool {
	if q.session != nil {
		return q.allows(q.session)
	}
	return q.caller.kind != federatedUser
}

// question is a case, decoded.
type question struct {
	caller   caller
	action   string
	resource string
	owner    string              // account of the resource
	keys     map[string][]string // lower-case name → values; never an empty list
	trust    bool                // the resource's policy is a role trust policy

	identity        []*document
	boundary        *document
	session         *document
	resourcePolicy  *document
	scps, rcps      [][]*document
	callerIsLimited bool // has a boundary
}

func newQuestion(c *policycase.Case) *question {
	q := &question{
		caller: newCaller(c), action: c.Request.Action, resource: c.Request.Resource, owner: c.Request.ResourceAccount,
		identity: decodeAll(c.IdentityPolicies), boundary: decode(c.PermissionsBoundary), session: decode(c.SessionPolicy),
		resourcePolicy: decode(c.ResourcePolicy), callerIsLimited: c.PermissionsBoundary != nil,
	}
	if segments := strings.SplitN(q.resource, ":", 6); q.owner == "" && len(segments) == 6 && len(segments[4]) == 12 {
		q.owner = segments[4]
	}
	if q.owner == "" {
		q.owner = q.caller.account
	}
	q.trust = strings.HasPrefix(strings.ToLower(q.action), "sts:") && strings.Contains(q.resource, ":role/")
	for _, l := range c.SCPs {
		q.scps = append(q.scps, decodeAll(l.Policies))
	}
	if q.caller.serviceLinked {
		q.scps = nil // 3.4
	}
	for _, l := range c.RCPs {
		q.rcps = append(q.rcps, decodeAll(l.Policies))
	}
	if !q.rcpsApply() {
		q.rcps = nil
	}
	q.keys = q.context(c.Request.Context)
	return q
}

// rcpsApply is section 4.
func (q *question) rcpsApply() bool {
	service, _, _ := strings.Cut(strings.ToLower(q.action), ":")
	switch service {
	case "s3", "sts", "kms", "sqs", "secretsmanager", "cognito-identity", "cognito-idp", "cognito-sync", "logs", "dynamodb",
		"appconfig", "appstream", "autoscaling", "codebuild", "codecommit", "comprehend", "comprehendmedical", "dax", "ecr",
		"health", "kinesisvideo", "aoss", "signin", "support", "textract", "transcribe", "translate":
	default:
		return false
	}
	return q.resource != "*" && !q.caller.serviceLinked && !strings.EqualFold(q.action, "kms:RetireGrant") &&
		!(q.trust && strings.Contains(q.resource, ":role/aws-service-role/"))
}

// everyApplicable is every policy whose Deny counts.
func (q *question) everyApplicable() []*document {
	all := append([]*document{}, q.identity...)
	for _, d := range []*document{q.boundary, q.session, q.resourcePolicy} {
		if d != nil {
			all = append(all, d)
		}
	}
	for _, levels := range [][][]*document{q.scps, q.rcps} {
		for _, level := range levels {
			all = append(all, level...)
		}
	}
	return all
}

func (q *question) denies(d *document) bool {
	for _, s := range d.Statement {
		if s.Effect == "Deny" && q.applies(d, s) {
			return true
		}
	}
	return false
}

func (q *question) allows(d *document) bool {
	for _, s := range d.Statement {
		if s.Effect == "Allow" && q.applies(d, s) {
			return true
		}
	}
	return false
}

func (q *question) anyAllows(documents []*document) bool {
	for _, d := range documents {
		if q.allows(d) {
			return true
		}
	}
	return false
}

// grants is every way in which an Allow of the resource's policy names the caller.
func (q *question) grants() []way {
	if q.resourcePolicy == nil {
		return nil
	}
	var ways []way
	for _, s := range q.resourcePolicy.Statement {
		if s.Effect == "Allow" && q.applies(q.resourcePolicy, s) {
			ways = append(ways, q.caller.namedBy(s.Principal, q.trust)...)
		}
	}
	if authz.AccountTrustsNoSelf && q.trust && q.caller.role == q.resource {
		// 5.1: a role that assumes itself must be named; that its account is trusted is not enough (BLOG22).
		ways = slices.DeleteFunc(ways, func(w way) bool { return w == byAccount })
	}
	return ways
}

// applies tells whether every element of a statement matches.
func (q *question) applies(d *document, s *statement) bool {
	return q.principalMatches(d, s) && q.actionMatches(s) && q.resourceMatches(d, s) && q.conditionHolds(d, s)
}

// principalMatches: section 2.3, and 2.5 for NotPrincipal.
func (q *question) principalMatches(d *document, s *statement) bool {
	trust := q.trust && d == q.resourcePolicy
	switch {
	case s.Principal != nil:
		return len(q.caller.namedBy(s.Principal, trust)) > 0
	case s.NotPrincipal != nil:
		return q.callerIsLimited || !q.caller.exemptedBy(s.NotPrincipal, trust)
	}
	return true // identity, boundary, session and service control policies: the caller is the one they are attached to
}

// actionMatches: section 2.1.
func (q *question) actionMatches(s *statement) bool {
	for _, value := range s.NotAction {
		if matchesAction(value, q.action) {
			return false
		}
	}
	for _, value := range s.Action {
		if matchesAction(value, q.action) {
			return true
		}
	}
	return len(s.NotAction) > 0
}

func matchesAction(value, action string) bool {
	return glob(plain(strings.ToLower(value)), strings.ToLower(action))
}

// resourceMatches: section 2.2. Trust policies have no Resource: it is implied.
func (q *question) resourceMatches(d *document, s *statement) bool {
	for _, value := range s.NotResource {
		text, ok := q.expand(d, pad(value))
		if !ok {
			return policy.NotResourceUnresolvedMatches // 13.9
		}
		if glob(text, q.resource) {
			return false
		}
	}
	for _, value := range s.Resource {
		if text, ok := q.expand(d, pad(value)); ok && glob(text, q.resource) {
			return true
		}
	}
	return len(s.NotResource) > 0 || len(s.Resource) == 0
}

// pad completes a short ARN (13.8).
func pad(value string) string {
	for policy.PadShortARNs && strings.HasPrefix(value, "arn:") && strings.Count(value, ":") < 5 {
		value += ":*"
	}
	return value
}

// document is a policy: section 1.
type document struct {
	Version   string
	Statement many[*statement]
}

type statement struct {
	Effect                  string
	Principal, NotPrincipal *principals
	Action, NotAction       many[string]
	Resource, NotResource   many[string]
	Condition               map[string]map[string]many[any]
}

// many is one value or a list of them: "scalars and one-element arrays are equivalent everywhere".
type many[T any] []T

func (m *many[T]) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, (*[]T)(m))
	}
	*m = make([]T, 1)
	return json.Unmarshal(data, &(*m)[0])
}

// principals is Principal or NotPrincipal: type → values. "*" is the same as {"AWS": "*"}.
type principals map[string]many[string]

func (p *principals) UnmarshalJSON(data []byte) error {
	if string(data) == `"*"` {
		*p = principals{"AWS": {"*"}}
		return nil
	}
	return json.Unmarshal(data, (*map[string]many[string])(p))
}

func decode(text json.RawMessage) *document {
	if text == nil {
		return nil
	}
	d := new(document)
	if err := json.Unmarshal(text, d); err != nil {
		panic(string(text) + ": " + err.Error())
	}
	return d
}

func decodeAll(texts []json.RawMessage) []*document {
	all := make([]*document, len(texts))
	for i, text := range texts {
		all[i] = decode(text)
	}
	return all
}
