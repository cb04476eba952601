package authz

import (
	"reflect"
	"testing"

	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

const (
	account = "111122223333"
	other   = "444455556666"
)

var (
	user = Principal{Kind: User, Partition: "aws", Account: account, ARN: "arn:aws:iam::111122223333:user/ann",
		EntityARN: "arn:aws:iam::111122223333:user/ann", ID: "AIDAANN", UserID: "AIDAANN", Name: "ann"}
	role = Principal{Kind: AssumedRole, Partition: "aws", Account: account, ARN: "arn:aws:sts::111122223333:assumed-role/dev/s",
		EntityARN: "arn:aws:iam::111122223333:role/team/dev", ID: "AROADEV", UserID: "AROADEV:s", Name: "dev", SessionName: "s"}
	federated = Principal{Kind: FederatedUser, Partition: "aws", Account: account, ARN: "arn:aws:sts::111122223333:federated-user/app",
		EntityARN: "arn:aws:sts::111122223333:federated-user/app", ID: user.ID, UserID: "111122223333:app", Name: "app", ParentARN: user.ARN}
	root = Principal{Kind: Root, Partition: "aws", Account: account, ARN: "arn:aws:iam::111122223333:root",
		EntityARN: "arn:aws:iam::111122223333:root", ID: account, UserID: account}
	eks = Principal{Kind: Service, Name: "eks.amazonaws.com"}
	web = Principal{Kind: WebIdentity, Provider: "arn:aws:iam::111122223333:oidc-provider/example.com"}
)

// allow, deny and nothing are policies for every layer.
var (
	allowAll  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	denyAll   = `{"Version":"2012-10-17","Statement":{"Sid":"No","Effect":"Deny","Action":"*","Resource":"*"}}`
	allowElse = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}`
)

func source(t testing.TB, name, text string) Source {
	t.Helper()
	d, err := policy.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return Source{Name: name, Policy: policy.Compile(d)}
}

// setup describes Policies: each field is the text of a policy, empty for none. principal is the Principal element of
// the resource policy's Allow.
type setup struct {
	identity, boundary, session string
	principal                   string
	resource                    string // in place of principal: the whole resource policy
	scps, rcps                  []string
	trust                       bool
}

func (s setup) policies(t testing.TB) *Policies {
	t.Helper()
	p := &Policies{ResourceTrust: s.trust}
	if s.identity != "" {
		p.Identity = []Source{source(t, "identity", s.identity)}
	}
	if s.boundary != "" {
		src := source(t, "boundary", s.boundary)
		src.ARN = "arn:aws:iam::111122223333:policy/boundary"
		p.Boundary = &src
	}
	if s.session != "" {
		p.Session, p.HasSession = []Source{source(t, "session", s.session)}, true
	}
	text := s.resource
	if s.principal != "" {
		text = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + s.principal + `,"Action":"*","Resource":"*"}}`
		if s.trust {
			text = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + s.principal + `,"Action":"sts:AssumeRole*"}}`
		}
	}
	if text != "" {
		src := source(t, "resource", text)
		p.Resource = &src
	}
	for _, level := range s.scps {
		p.SCPs = append(p.SCPs, []Source{source(t, "scp", level)})
	}
	for _, level := range s.rcps {
		p.RCPs = append(p.RCPs, []Source{source(t, "rcp", level)})
	}
	return p
}

// decide decides with and without a step, which must agree.
func decide(t *testing.T, pr Principal, action, resource, owner string, s setup) Verdict {
	t.Helper()
	req := &Request{Principal: pr, Action: action, Resource: resource, ResourceAccount: owner, Keys: policy.Keys{}}
	p := s.policies(t)
	fast, full := Decide(req, p, nil), Decide(req, p, &trace.Step{Kind: trace.Decision})
	if fast != full {
		t.Errorf("without a step %+v, with one %+v", fast, full)
	}
	return fast
}

type decideCase struct {
	name      string
	principal Principal
	setup     setup
	want      Outcome
	by        PolicyType
}

func runCases(t *testing.T, action, resource, owner string, tests []decideCase) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := decide(t, tt.principal, action, resource, owner, tt.setup)
			if v.Outcome != tt.want || v.By != tt.by {
				t.Errorf("got %s by %q, want %s by %q", v.Outcome, v.By, tt.want, tt.by)
			}
		})
	}
}

// TestOwnAccount: reference_policies_evaluation-logic_policy-eval-denyallow.
func TestOwnAccount(t *testing.T) {
	runCases(t, "s3:GetObject", "arn:aws:s3:::b/k", account, []decideCase{
		{"nothing", user, setup{}, ImplicitlyDenied, IdentityBased},
		{"identity", user, setup{identity: allowAll}, Allowed, IdentityBased},
		{"identity denies", user, setup{identity: denyAll, principal: `"*"`}, ExplicitlyDenied, IdentityBased},
		{"resource denies", user, setup{identity: allowAll, resource: `{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`},
			ExplicitlyDenied, ResourceBased},
		{"boundary allows", user, setup{identity: allowAll, boundary: allowAll}, Allowed, IdentityBased},
		{"boundary silent", user, setup{identity: allowAll, boundary: allowElse}, ImplicitlyDenied, BoundaryPolicy},
		{"boundary grants nothing", user, setup{boundary: allowAll}, ImplicitlyDenied, IdentityBased},
		{"boundary denies", user, setup{boundary: denyAll, principal: `"*"`}, ExplicitlyDenied, BoundaryPolicy},
		{"session allows", role, setup{identity: allowAll, session: allowAll}, Allowed, IdentityBased},
		{"session silent", role, setup{identity: allowAll, session: allowElse}, ImplicitlyDenied, SessionPolicy},
		{"session grants nothing", role, setup{session: allowAll}, ImplicitlyDenied, IdentityBased},
		{"session denies", role, setup{identity: allowAll, session: denyAll}, ExplicitlyDenied, SessionPolicy},
		{"role without session policy", role, setup{identity: allowAll}, Allowed, IdentityBased},
		{"federated without session policy", federated, setup{identity: allowAll}, ImplicitlyDenied, SessionPolicy},
		{"federated with session policy", federated, setup{identity: allowAll, session: allowAll}, Allowed, IdentityBased},
		{"root", root, setup{}, Allowed, NoPolicy},
		{"root and resource denies", root, setup{resource: `{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`},
			ExplicitlyDenied, ResourceBased},
		{"anonymous", Principal{}, setup{}, ImplicitlyDenied, ResourceBased},
		{"anonymous, everyone", Principal{}, setup{principal: `"*"`}, Allowed, ResourceBased},
		{"anonymous, account", Principal{}, setup{principal: `{"AWS":"111122223333"}`}, ImplicitlyDenied, ResourceBased},
		{"service", eks, setup{principal: `{"Service":"eks.amazonaws.com"}`}, Allowed, ResourceBased},
		{"other service", eks, setup{principal: `{"Service":"ec2.amazonaws.com"}`}, ImplicitlyDenied, ResourceBased},
	})
}

// TestResourceGrantReplaces is the table of the same page: which implicit denials a resource policy's Allow overrides.
func TestResourceGrantReplaces(t *testing.T) {
	const (
		userARN   = `{"AWS":"arn:aws:iam::111122223333:user/ann"}`
		userID    = `{"AWS":"AIDAANN"}`
		roleARN   = `{"AWS":"arn:aws:iam::111122223333:role/team/dev"}`
		roleID    = `{"AWS":"AROADEV"}`
		session   = `{"AWS":"arn:aws:sts::111122223333:assumed-role/dev/s"}`
		fedARN    = `{"AWS":"arn:aws:sts::111122223333:federated-user/app"}`
		accountID = `{"AWS":"111122223333"}`
	)
	runCases(t, "s3:GetObject", "arn:aws:s3:::b/k", account, []decideCase{
		{"user, no identity policy", user, setup{principal: userARN}, Allowed, ResourceBased},
		{"user id", user, setup{principal: userID}, Allowed, ResourceBased},
		{"user, boundary silent", user, setup{principal: userARN, boundary: allowElse}, Allowed, ResourceBased},
		{"role, no identity policy", role, setup{principal: roleARN}, Allowed, ResourceBased},
		{"role, boundary silent", role, setup{principal: roleID, boundary: allowElse}, ImplicitlyDenied, BoundaryPolicy},
		{"role, session policy silent", role, setup{principal: roleARN, session: allowElse}, ImplicitlyDenied, SessionPolicy},
		{"session, boundary silent", role, setup{principal: session, boundary: allowElse}, Allowed, ResourceBased},
		{"session, session policy silent", role, setup{principal: session, session: allowElse}, Allowed, ResourceBased},
		{"federated session", federated, setup{principal: fedARN}, Allowed, ResourceBased},
		{"federated session, both silent", federated, setup{principal: fedARN, boundary: allowElse, session: allowElse}, Allowed, ResourceBased},
		{"parent user, no session policy", federated, setup{principal: userARN}, ImplicitlyDenied, SessionPolicy},
		{"parent user", federated, setup{principal: userARN, session: allowAll}, Allowed, ResourceBased},
		{"parent user by its id", federated, setup{principal: userID, session: allowAll}, Allowed, ResourceBased},
		{"parent user, boundary silent", federated, setup{principal: userARN, session: allowAll, boundary: allowElse}, ImplicitlyDenied, BoundaryPolicy},
		{"everyone, user with boundary", user, setup{principal: `"*"`, boundary: allowElse}, Allowed, ResourceBased},
		{"everyone, session with both silent", role, setup{principal: `"*"`, boundary: allowElse, session: allowElse}, Allowed, ResourceBased},
		{"account, no identity policy", user, setup{principal: accountID}, ImplicitlyDenied, IdentityBased},
		{"account and identity policy", user, setup{principal: accountID, identity: allowAll}, Allowed, IdentityBased},
		{"account, boundary silent", user, setup{principal: accountID, identity: allowAll, boundary: allowElse}, ImplicitlyDenied, BoundaryPolicy},
		{"account, session policy silent", role, setup{principal: accountID, identity: allowAll, session: allowElse}, ImplicitlyDenied, SessionPolicy},
		{"boundary denies whoever is named", user, setup{principal: userARN, boundary: denyAll}, ExplicitlyDenied, BoundaryPolicy},
	})
}

// TestCrossAccount: reference_policies_evaluation-logic-cross-account.
func TestCrossAccount(t *testing.T) {
	userARN := `{"AWS":"arn:aws:iam::111122223333:user/ann"}`
	runCases(t, "s3:GetObject", "arn:aws:s3:::b/k", other, []decideCase{
		{"both", user, setup{identity: allowAll, principal: userARN}, Allowed, ResourceBased},
		{"both, by account", user, setup{identity: allowAll, principal: `{"AWS":"111122223333"}`}, Allowed, ResourceBased},
		{"both, everyone", user, setup{identity: allowAll, principal: `"*"`}, Allowed, ResourceBased},
		{"resource alone", user, setup{principal: userARN}, ImplicitlyDenied, IdentityBased},
		{"everyone alone", user, setup{principal: `"*"`}, ImplicitlyDenied, IdentityBased},
		{"identity alone", user, setup{identity: allowAll, principal: `{"AWS":"444455556666"}`}, ImplicitlyDenied, ResourceBased},
		{"no resource policy", user, setup{identity: allowAll}, ImplicitlyDenied, ResourceBased},
		{"boundary silent", user, setup{identity: allowAll, boundary: allowElse, principal: userARN}, ImplicitlyDenied, BoundaryPolicy},
		{"session policy silent", role, setup{identity: allowAll, session: allowElse, principal: `"*"`}, ImplicitlyDenied, SessionPolicy},
		{"root, account named", root, setup{principal: `{"AWS":"111122223333"}`}, Allowed, ResourceBased},
		{"root, not named", root, setup{}, ImplicitlyDenied, ResourceBased},
		{"anonymous", Principal{}, setup{principal: `"*"`}, Allowed, ResourceBased},
	})
}

// TestAssumeRole: STS API reference, AssumeRole; id_roles_update-role-trust-policy.
func TestAssumeRole(t *testing.T) {
	target := "arn:aws:iam::111122223333:role/target"
	userARN := `{"AWS":"arn:aws:iam::111122223333:user/ann"}`
	roleARN := `{"AWS":"arn:aws:iam::111122223333:role/team/dev"}`
	boundary := Allowed
	boundaryBy := RoleTrust
	if BoundaryLimitsDirectTrust {
		boundary, boundaryBy = ImplicitlyDenied, BoundaryPolicy
	}
	runCases(t, "sts:AssumeRole", target, account, []decideCase{
		{"no such role", user, setup{trust: true, identity: allowAll}, ImplicitlyDenied, RoleTrust},
		{"identity alone", user, setup{trust: true, identity: allowAll, principal: `{"AWS":"444455556666"}`}, ImplicitlyDenied, RoleTrust},
		{"user named", user, setup{trust: true, principal: userARN}, Allowed, RoleTrust},
		{"user named, boundary silent", user, setup{trust: true, principal: userARN, boundary: allowElse}, boundary, boundaryBy},
		{"user named, boundary allows", user, setup{trust: true, principal: userARN, boundary: allowAll}, Allowed, RoleTrust},
		{"user named, identity denies", user, setup{trust: true, principal: userARN, identity: denyAll}, ExplicitlyDenied, IdentityBased},
		{"role named", role, setup{trust: true, principal: roleARN}, Allowed, RoleTrust},
		{"role named, session policy silent", role, setup{trust: true, principal: roleARN, session: allowElse}, ImplicitlyDenied, SessionPolicy},
		{"session named", role, setup{trust: true, principal: `{"AWS":"arn:aws:sts::111122223333:assumed-role/dev/s"}`}, Allowed, RoleTrust},
		{"account, no identity policy", user, setup{trust: true, principal: `{"AWS":"111122223333"}`}, ImplicitlyDenied, IdentityBased},
		{"account and identity policy", user, setup{trust: true, principal: `{"AWS":"111122223333"}`, identity: allowAll}, Allowed, RoleTrust},
		{"trust denies", user, setup{trust: true, identity: allowAll,
			resource: `{"Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`}, ExplicitlyDenied, RoleTrust},
		{"service", eks, setup{trust: true, principal: `{"Service":"eks.amazonaws.com"}`}, Allowed, RoleTrust},
		{"service not named", eks, setup{trust: true, principal: `{"AWS":"*"}`}, ImplicitlyDenied, RoleTrust},
		{"web identity", web, setup{trust: true, principal: `{"Federated":"arn:aws:iam::111122223333:oidc-provider/example.com"}`}, Allowed, RoleTrust},
		{"web identity, other provider", web, setup{trust: true, principal: `{"Federated":"arn:aws:iam::111122223333:oidc-provider/x"}`}, ImplicitlyDenied, RoleTrust},
		{"anonymous", Principal{}, setup{trust: true, principal: `{"AWS":"*"}`}, ImplicitlyDenied, RoleTrust},
	})
	accountNamed := `{"AWS":"111122223333"}`
	byAccount, byAccountBy := Allowed, RoleTrust
	if AccountTrustsNoSelf {
		byAccount = ImplicitlyDenied
	}
	runCases(t, "sts:AssumeRole", role.EntityARN, account, []decideCase{
		{"itself, not named", role, setup{trust: true, identity: allowAll, principal: userARN}, ImplicitlyDenied, RoleTrust},
		{"itself, named", role, setup{trust: true, principal: roleARN}, Allowed, RoleTrust},
		{"itself, by its id", role, setup{trust: true, principal: `{"AWS":"AROADEV"}`}, Allowed, RoleTrust},
		{"itself, session named", role, setup{trust: true, principal: `{"AWS":"arn:aws:sts::111122223333:assumed-role/dev/s"}`}, Allowed, RoleTrust},
		{"itself, everyone named", role, setup{trust: true, principal: `{"AWS":"*"}`}, Allowed, RoleTrust},
		{"itself, account and identity policy", role, setup{trust: true, identity: allowAll, principal: accountNamed}, byAccount, byAccountBy},
		{"itself, account and role", role, setup{trust: true, principal: `{"AWS":["111122223333","AROADEV"]}`}, Allowed, RoleTrust},
		{"itself, named and denied", role, setup{trust: true, identity: denyAll, principal: roleARN}, ExplicitlyDenied, IdentityBased},
		{"a user by the account", user, setup{trust: true, identity: allowAll, principal: accountNamed}, Allowed, RoleTrust},
	})
	runCases(t, "sts:AssumeRole", target, account, []decideCase{
		{"another role by the account", role, setup{trust: true, identity: allowAll, principal: accountNamed}, Allowed, RoleTrust},
	})
	runCases(t, "sts:AssumeRole", "arn:aws:iam::444455556666:role/target", other, []decideCase{
		{"across, both", user, setup{trust: true, principal: userARN, identity: allowAll}, Allowed, RoleTrust},
		{"across, trust alone", user, setup{trust: true, principal: userARN}, ImplicitlyDenied, IdentityBased},
		{"across, identity alone", user, setup{trust: true, identity: allowAll, principal: `{"AWS":"444455556666"}`}, ImplicitlyDenied, RoleTrust},
		{"across, no such role", user, setup{trust: true, identity: allowAll}, ImplicitlyDenied, RoleTrust},
	})
	// A recreated role has another unique id: a policy that was saved with the old one no longer trusts it.
	runCases(t, "sts:AssumeRole", target, account, []decideCase{
		{"id of a deleted role", role, setup{trust: true, principal: `{"AWS":"AROAOLD"}`, identity: allowAll}, ImplicitlyDenied, RoleTrust},
	})
}

// TestSelfAssumptionExplainsItself: the layers all allow, so that only the decision's own sentence says why not.
func TestSelfAssumptionExplainsItself(t *testing.T) {
	step := &trace.Step{Kind: trace.Decision}
	p := setup{trust: true, identity: allowAll, principal: `{"AWS":"111122223333"}`}.policies(t)
	Decide(&Request{Principal: role, Action: "sts:AssumeRole", Resource: role.EntityARN}, p, step)
	outcome, want := trace.NoAllow, "a role that assumes itself must be named in its trust policy; naming the account is not enough"
	if !AccountTrustsNoSelf {
		outcome, want = trace.Allow, ""
	}
	if step.Outcome != outcome || step.Detail != want {
		t.Errorf("got %s: %s", step.Outcome, step.Detail)
	}
}

// TestOrganization: organizations orgs_manage_policies_scps_evaluation and orgs_manage_policies_rcps.
func TestOrganization(t *testing.T) {
	linked := role
	linked.ServiceLinked = true
	denyEveryone := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}`
	runCases(t, "s3:GetObject", "arn:aws:s3:::b/k", account, []decideCase{
		{"every level", user, setup{identity: allowAll, scps: []string{allowAll, allowAll, allowAll}}, Allowed, IdentityBased},
		{"middle level silent", user, setup{identity: allowAll, scps: []string{allowAll, allowElse, allowAll}}, ImplicitlyDenied, ServiceControl},
		{"any level denies", user, setup{identity: allowAll, scps: []string{denyAll, allowAll}}, ExplicitlyDenied, ServiceControl},
		{"grants nothing", user, setup{scps: []string{allowAll}}, ImplicitlyDenied, IdentityBased},
		{"root of a member", root, setup{scps: []string{allowElse}}, ImplicitlyDenied, ServiceControl},
		{"resource policy does not help", user, setup{principal: `"*"`, scps: []string{allowElse}}, ImplicitlyDenied, ServiceControl},
		{"service-linked role", linked, setup{identity: allowAll, scps: []string{denyAll}, rcps: []string{denyEveryone}}, Allowed, IdentityBased},
		{"service", eks, setup{principal: `{"Service":"eks.amazonaws.com"}`, scps: []string{denyAll}}, Allowed, ResourceBased},
		{"RCP denies", user, setup{identity: allowAll, rcps: []string{denyEveryone}}, ExplicitlyDenied, ResourceControl},
		{"RCP denies root", root, setup{rcps: []string{denyEveryone}}, ExplicitlyDenied, ResourceControl},
		{"RCP denies anonymous", Principal{}, setup{principal: `"*"`, rcps: []string{denyEveryone}}, ExplicitlyDenied, ResourceControl},
	})
	everything := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`
	for action, want := range map[string]Outcome{"eks:DescribeCluster": Allowed, "iam:GetRole": Allowed, "kms:RetireGrant": Allowed,
		"kms:Decrypt": ExplicitlyDenied, "S3:PutObject": ExplicitlyDenied} {
		if v := decide(t, user, action, "arn:aws:x:::y", account, setup{identity: allowAll, rcps: []string{everything}}); v.Outcome != want {
			t.Errorf("RCP on %s: got %s", action, v.Outcome)
		}
	}
	if v := decide(t, user, "s3:ListAllMyBuckets", "*", account, setup{identity: allowAll, rcps: []string{everything}}); !v.Allowed() {
		t.Error("an RCP covers an action without a resource")
	}
	slrTrust := setup{trust: true, principal: `{"Service":"eks.amazonaws.com"}`, rcps: []string{everything}}
	slr := "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"
	if v := decide(t, eks, "sts:AssumeRole", slr, account, slrTrust); !v.Allowed() {
		t.Error("an RCP covers the trust policy of a service-linked role")
	}
	if v := decide(t, eks, "sts:AssumeRole", "arn:aws:iam::111122223333:role/x", account, slrTrust); v.By != ResourceControl {
		t.Error("an RCP does not cover a role")
	}
}

// TestBucketPolicyOfRoot: S3 API reference, PutBucketPolicy.
func TestBucketPolicyOfRoot(t *testing.T) {
	locked := setup{identity: allowAll, resource: `{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`}
	for _, tt := range []struct {
		principal     Principal
		action, owner string
		want          Outcome
	}{
		{root, "s3:PutBucketPolicy", account, Allowed},
		{root, "s3:PutBucketPolicy", other, ExplicitlyDenied},
		{root, "s3:GetObject", account, ExplicitlyDenied},
		{user, "s3:PutBucketPolicy", account, ExplicitlyDenied},
	} {
		if v := decide(t, tt.principal, tt.action, "arn:aws:s3:::b", tt.owner, locked); v.Outcome != tt.want {
			t.Errorf("%s %s of %s: got %s", tt.principal.Kind, tt.action, tt.owner, v.Outcome)
		}
	}
}

// TestSessionOfRoot: what contains a root user's federated session is the account, and no user besides.
func TestSessionOfRoot(t *testing.T) {
	session := federated
	session.ID, session.ParentARN = account, root.ARN
	exempt := func(principals string) setup {
		return setup{identity: allowAll, session: allowAll,
			resource: `{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":` + principals + `},"Action":"*","Resource":"*"}}`}
	}
	runCases(t, "s3:GetObject", "arn:aws:s3:::b/k", account, []decideCase{
		{"listed", session, exempt(`["111122223333","arn:aws:sts::111122223333:federated-user/app"]`), Allowed, IdentityBased},
		{"account missing", session, exempt(`"arn:aws:sts::111122223333:federated-user/app"`), ExplicitlyDenied, ResourceBased},
		{"a user's, the user missing", federated, exempt(`["111122223333","arn:aws:sts::111122223333:federated-user/app"]`), ExplicitlyDenied, ResourceBased},
		{"a user's, listed", federated, exempt(`["111122223333","AIDAANN","arn:aws:sts::111122223333:federated-user/app"]`), Allowed, IdentityBased},
	})
}

// TestNotPrincipalWithBoundary: access_policies_boundaries, a caller with a boundary is never left out.
func TestNotPrincipalWithBoundary(t *testing.T) {
	listed := `{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["111122223333","AIDAANN"]},"Action":"*","Resource":"*"}}`
	runCases(t, "s3:GetObject", "arn:aws:s3:::b/k", account, []decideCase{
		{"listed", user, setup{identity: allowAll, resource: listed}, Allowed, IdentityBased},
		{"listed, with a boundary", user, setup{identity: allowAll, boundary: allowAll, resource: listed}, ExplicitlyDenied, ResourceBased},
	})
}

// TestPolicyThatIsMissing: a source without a policy says nothing, which for a boundary is no Allow.
func TestPolicyThatIsMissing(t *testing.T) {
	req := &Request{Principal: user, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	p := setup{identity: allowAll}.policies(t)
	p.Identity = append([]Source{{Name: "gone"}}, p.Identity...)
	if v := Decide(req, p, nil); v.Outcome != Allowed || v.Source != "identity" {
		t.Errorf("identity: got %+v", v)
	}
	p.Boundary = &Source{Name: "gone"}
	if v := Decide(req, p, nil); v.Outcome != ImplicitlyDenied || v.By != BoundaryPolicy {
		t.Errorf("boundary: got %+v", v)
	}
}

func TestVerdictNamesStatement(t *testing.T) {
	v := decide(t, user, "s3:GetObject", "arn:aws:s3:::b/k", account, setup{identity: allowAll, boundary: denyAll})
	if v.Source != "boundary" || v.SourceARN != "arn:aws:iam::111122223333:policy/boundary" || v.Statement != "No" ||
		v.Pos == nil || *v.Pos != (trace.Pos{Line: 1, Column: 37}) || v.Deciding == nil {
		t.Errorf("got %+v", v)
	}
}

// TestTraceIsComplete: a decision that is denied early still shows every layer.
func TestTraceIsComplete(t *testing.T) {
	step := &trace.Step{Kind: trace.Decision}
	s := setup{identity: allowAll, boundary: allowElse, session: allowAll, principal: `{"AWS":"111122223333"}`,
		scps: []string{denyAll, allowAll}, rcps: []string{allowAll}}
	Decide(&Request{Principal: role, Action: "eks:DescribeCluster", Resource: "arn:aws:eks:us-east-1:111122223333:cluster/c"}, s.policies(t), step)
	var got []string
	for _, layer := range step.Steps {
		got = append(got, layer.Subject+": "+string(layer.Outcome))
	}
	want := []string{
		"resource control policy: not-relevant",
		"service control policy, level 1 of 2: deny",
		"service control policy, level 2 of 2: allow",
		"resource-based policy: allow",
		"identity-based policy: allow",
		"permissions boundary: no-allow",
		"session policy: allow",
	}
	if !reflect.DeepEqual(got, want) || step.Outcome != trace.Deny {
		t.Errorf("%s:\ngot  %q\nwant %q", step.Outcome, got, want)
	}
}

func TestDecideAllocatesNothing(t *testing.T) {
	p := setup{identity: allowAll, boundary: allowAll, session: allowAll, principal: `{"AWS":"111122223333"}`, scps: []string{allowAll}}.policies(t)
	req := &Request{Principal: role, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	if n := testing.AllocsPerRun(100, func() { Decide(req, p, nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecide(b *testing.B) {
	p := setup{identity: allowAll, boundary: allowAll, session: allowAll, principal: `{"AWS":"111122223333"}`, scps: []string{allowAll}}.policies(b)
	req := &Request{Principal: role, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	b.ReportAllocs()
	for b.Loop() {
		if !Decide(req, p, nil).Allowed() {
			b.Fatal("denied")
		}
	}
}
