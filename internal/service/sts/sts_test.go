package sts_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/service/sts"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/store/storetest"
	"github.com/airside-dev/airside/internal/world"
)

const (
	account = storetest.Account
	devARN  = "arn:aws:iam::123456789012:role/team/dev"
	trust   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}}`
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 500, time.UTC)

type lab struct {
	world    *world.World
	store    *store.Store
	sealer   *credentials.Sealer
	resolver *credentials.Resolver
	table    op.Table
}

func newLab(t *testing.T) *lab {
	t.Helper()
	s := storetest.New(t)
	storetest.Put(t, s,
		&world.User{Partition: "aws", Account: account, Path: "/", Name: "alice", ID: "AIDAALICE", Tags: []world.Tag{{Key: "team", Value: "blue"}}},
		&world.Role{Partition: "aws", Account: account, Path: "/team/", Name: "dev", ID: "AROADEV", MaxSession: 7200, Trust: trust,
			Tags: []world.Tag{{Key: "Project", Value: "own"}, {Key: "stage", Value: "prod"}}},
		&world.ManagedPolicy{Partition: "aws", Account: account, Path: "/", Name: "readers", ID: "ANPAREADERS", Default: "v1",
			Versions: []world.PolicyVersion{{ID: "v1", Document: `{"Version":"2012-10-17","Statement":[]}`}}},
	)
	sealer, err := credentials.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return &lab{s.World(), s, sealer, credentials.NewResolver(sealer), sts.New(sealer, s).Operations().Table()}
}

// alice is a call that the user signed with her long-term key.
func (l *lab) alice() *op.Call {
	u, _ := l.world.Users.Get(world.IAMKey(account, "alice"))
	return &op.Call{Time: now, World: l.world, Caller: l.world.UserPrincipal(u), Account: account, Region: "us-east-1", Partition: "aws"}
}

func (l *lab) root() *op.Call {
	return &op.Call{Time: now, World: l.world, Caller: l.world.RootPrincipal(account), Account: account, Partition: "aws"}
}

// with is a call signed with temporary credentials, resolved from their token as the pipeline does it.
func (l *lab) with(t *testing.T, c *stsapi.Credentials) *op.Call {
	t.Helper()
	found, err := l.resolver.Resolve(l.world, c.AccessKeyId, c.SessionToken, now)
	if err != nil {
		t.Fatal(err)
	}
	if found.Secret != c.SecretAccessKey {
		t.Fatal("the session does not hold the secret that was handed out")
	}
	return &op.Call{Time: now, World: l.world, Caller: found.Principal, Session: found.Session, Account: account, Partition: "aws"}
}

// do runs an operation as the pipeline does, without deciding its checks.
func do[O any](l *lab, name string, c *op.Call, in any) ([]op.Check, *O, error) {
	e := l.table[name]
	checks, err := e.Access(c, in)
	if err != nil {
		return nil, nil, err
	}
	out, err := e.Do(c, in)
	if err != nil {
		return checks, nil, err
	}
	return checks, out.(*O), nil
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	var e *awserr.Error
	if !errors.As(err, &e) || e.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}

func (l *lab) assume(t *testing.T, c *op.Call, in *stsapi.AssumeRoleRequest) ([]op.Check, *stsapi.AssumeRoleResponse) {
	t.Helper()
	checks, out, err := do[stsapi.AssumeRoleResponse](l, "AssumeRole", c, in)
	if err != nil {
		t.Fatal(err)
	}
	return checks, out
}

func actions(checks []op.Check) (out []string) {
	for _, c := range checks {
		out = append(out, c.Action)
	}
	return out
}

func TestEveryCheckNamesAKnownAction(t *testing.T) {
	l := newLab(t)
	for _, name := range l.table.Names() {
		e := l.table[name]
		checks, err := e.Access(l.alice(), e.New())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(checks) == 0 && name != "GetCallerIdentity" && name != "GetSessionToken" {
			t.Errorf("%s is open to everybody", name)
		}
		for _, c := range checks {
			if _, ok := catalog.LookupAction(c.Action); !ok {
				t.Errorf("%s asks for the unknown action %q", name, c.Action)
			}
		}
	}
}

func TestAssumeRole(t *testing.T) {
	l := newLab(t)
	checks, out := l.assume(t, l.alice(), &stsapi.AssumeRoleRequest{
		RoleArn: devARN, RoleSessionName: "work", ExternalId: new("42"), DurationSeconds: new(7200),
	})
	if got := actions(checks); !slices.Equal(got, []string{"sts:AssumeRole"}) {
		t.Errorf("checks %v", got)
	}
	c := checks[0]
	if c.Resource != devARN || c.Owner != account || !c.Trust || c.Policy == nil || c.Policy.Policy == nil {
		t.Errorf("check %+v", c)
	}
	for key, want := range map[string]string{
		"sts:ExternalId": "42", "sts:RoleSessionName": "work", "sts:DurationSeconds": "7200", "iam:ResourceTag/stage": "prod",
	} {
		if got := c.Keys.Get(key); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if c.Keys.Get("sts:SourceIdentity") != nil || c.Keys.Get("sts:TransitiveTagKeys") != nil {
		t.Errorf("keys that were not passed are there: %v", c.Keys)
	}
	if u := out.AssumedRoleUser; u.Arn != "arn:aws:sts::123456789012:assumed-role/dev/work" || u.AssumedRoleId != "AROADEV:work" {
		t.Errorf("assumed role user %+v", u)
	}
	if want := now.Truncate(time.Second).Add(2 * time.Hour); !out.Credentials.Expiration.Equal(want) {
		t.Errorf("expires %v, want %v", out.Credentials.Expiration, want)
	}
	if got, _ := awsid.AccountOf(out.Credentials.AccessKeyId); got != account || !strings.HasPrefix(out.Credentials.AccessKeyId, "ASIA") {
		t.Errorf("access key id %s", out.Credentials.AccessKeyId)
	}
	if out.PackedPolicySize != nil || out.SourceIdentity != nil {
		t.Errorf("answer %+v", out)
	}
	if p := l.with(t, out.Credentials).Caller; p.ARN != out.AssumedRoleUser.Arn || p.UserID != "AROADEV:work" {
		t.Errorf("the credentials belong to %+v", p)
	}
}

func TestAssumeRoleOfNoRoleAsksATrustPolicyThatIsNotThere(t *testing.T) {
	l := newLab(t)
	for _, target := range []string{"arn:aws:iam::123456789012:role/dev", "arn:aws:iam::123456789012:role/none", "arn:aws:iam::999999999999:role/dev", "dev", ""} {
		checks, err := l.table["AssumeRole"].Access(l.alice(), &stsapi.AssumeRoleRequest{RoleArn: target, RoleSessionName: "work"})
		if err != nil || len(checks) != 1 || !checks[0].Trust || checks[0].Policy != nil {
			t.Errorf("%q: %+v, %v", target, checks, err)
		}
	}
}

func TestAssumeRoleRefusals(t *testing.T) {
	l := newLab(t)
	_, first := l.assume(t, l.alice(), &stsapi.AssumeRoleRequest{RoleArn: devARN, RoleSessionName: "one"})
	chained := l.with(t, first.Credentials)
	_, user, err := do[stsapi.GetSessionTokenResponse](l, "GetSessionToken", l.alice(), &stsapi.GetSessionTokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	tag := stsapi.Tag{Key: "a", Value: "b"}
	for name, test := range map[string]struct {
		call *op.Call
		in   stsapi.AssumeRoleRequest
		want string
	}{
		"root":             {l.root(), stsapi.AssumeRoleRequest{}, "AccessDenied: Roles may not be assumed by root accounts."},
		"a user's ARN":     {l.alice(), stsapi.AssumeRoleRequest{RoleArn: "arn:aws:iam::123456789012:user/alice"}, "ValidationError: arn:aws:iam::123456789012:user/alice is invalid"},
		"a session's ARN":  {l.alice(), stsapi.AssumeRoleRequest{RoleArn: "arn:aws:sts::123456789012:assumed-role/dev/x"}, "ValidationError: arn:aws:sts::123456789012:assumed-role/dev/x is invalid"},
		"too long":         {l.alice(), stsapi.AssumeRoleRequest{DurationSeconds: new(7201)}, "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"too long a chain": {chained, stsapi.AssumeRoleRequest{DurationSeconds: new(3601)}, "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."},
		"session token":    {l.with(t, user.Credentials), stsapi.AssumeRoleRequest{DurationSeconds: new(3601)}, "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."},
		"MFA": {l.alice(), stsapi.AssumeRoleRequest{SerialNumber: new("arn:aws:iam::123456789012:mfa/a"), TokenCode: new("123456")},
			"AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."},
		"half of MFA":       {l.alice(), stsapi.AssumeRoleRequest{TokenCode: new("123456")}, "AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."},
		"the same tag":      {l.alice(), stsapi.AssumeRoleRequest{Tags: []stsapi.Tag{tag, {Key: "A"}}}, "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		"reserved tag":      {l.alice(), stsapi.AssumeRoleRequest{Tags: []stsapi.Tag{{Key: "AWS:x"}}}, "InvalidParameterValue: Tag keys must not begin with aws:, which is reserved for AWS."},
		"transitive only":   {l.alice(), stsapi.AssumeRoleRequest{Tags: []stsapi.Tag{tag}, TransitiveTagKeys: []string{"b"}}, "InvalidParameterValue: The specified transitive tag key must be included in the requested tags."},
		"policy text":       {l.alice(), stsapi.AssumeRoleRequest{Policy: new("{")}, "MalformedPolicyDocumentException: Syntax errors in policy."},
		"policy of nobody":  {l.alice(), stsapi.AssumeRoleRequest{PolicyArns: []stsapi.PolicyDescriptorType{{Arn: new("arn:aws:iam::123456789012:policy/none")}}}, "ValidationError: Policy arn:aws:iam::123456789012:policy/none does not exist or is not attachable."},
		"context providers": {l.alice(), stsapi.AssumeRoleRequest{ProvidedContexts: []stsapi.ProvidedContext{{}}}, "InvalidParameterValue: no context provider is trusted: this Airside has no IAM Identity Center"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.in.RoleArn == "" {
				test.in.RoleArn = devARN
			}
			test.in.RoleSessionName = "work"
			_, _, err := do[stsapi.AssumeRoleResponse](l, "AssumeRole", test.call, &test.in)
			wantError(t, err, test.want)
		})
	}
}

func TestTagsAndSourceIdentityOfAChain(t *testing.T) {
	l := newLab(t)
	checks, first := l.assume(t, l.alice(), &stsapi.AssumeRoleRequest{
		RoleArn: devARN, RoleSessionName: "one", SourceIdentity: new("alice"),
		Tags:              []stsapi.Tag{{Key: "project", Value: "airside"}, {Key: "once", Value: "1"}},
		TransitiveTagKeys: []string{"project"},
	})
	if got := actions(checks); !slices.Equal(got, []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}) {
		t.Errorf("checks %v", got)
	}
	for _, c := range checks {
		if !c.Trust || c.Policy == nil || c.Resource != devARN {
			t.Errorf("check %+v", c)
		}
		if want := map[string]string{"project": "airside", "once": "1"}; !maps.Equal(c.RequestTags, want) {
			t.Errorf("request tags %v", c.RequestTags)
		}
	}
	if first.SourceIdentity == nil || *first.SourceIdentity != "alice" || first.PackedPolicySize == nil || *first.PackedPolicySize < 1 {
		t.Errorf("answer %+v", first)
	}

	call := l.with(t, first.Credentials)
	if want := map[string]string{"project": "airside", "once": "1", "stage": "prod"}; !maps.Equal(call.Caller.Tags, want) {
		t.Errorf("first session has tags %v, want %v", call.Caller.Tags, want)
	}
	checks, second := l.assume(t, call, &stsapi.AssumeRoleRequest{RoleArn: devARN, RoleSessionName: "two"})
	if got := actions(checks); !slices.Equal(got, []string{"sts:AssumeRole", "sts:SetSourceIdentity"}) {
		t.Errorf("checks of the chain %v", got)
	}
	if got := checks[0].Keys.Get("sts:SourceIdentity"); !slices.Equal(got, []string{"alice"}) {
		t.Errorf("sts:SourceIdentity %v", got)
	}
	if want := map[string]string{"Project": "airside", "stage": "prod"}; !maps.Equal(checks[0].ResourceTags, want) {
		t.Errorf("the trust policy sees the role's tags as %v, want %v", checks[0].ResourceTags, want)
	}
	after := l.with(t, second.Credentials)
	if want := map[string]string{"project": "airside", "stage": "prod"}; !maps.Equal(after.Caller.Tags, want) {
		t.Errorf("second session has tags %v, want %v", after.Caller.Tags, want)
	}
	if after.Caller.SourceIdentity != "alice" {
		t.Errorf("the source identity was lost: %+v", after.Caller)
	}

	_, _, err := do[stsapi.AssumeRoleResponse](l, "AssumeRole", after, &stsapi.AssumeRoleRequest{RoleArn: devARN, RoleSessionName: "three", Tags: []stsapi.Tag{{Key: "PROJECT", Value: "x"}}})
	wantError(t, err, "InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
	_, _, err = do[stsapi.AssumeRoleResponse](l, "AssumeRole", after, &stsapi.AssumeRoleRequest{RoleArn: devARN, RoleSessionName: "three", SourceIdentity: new("mallory")})
	wantError(t, err, "AccessDenied: User: arn:aws:sts::123456789012:assumed-role/dev/two is not authorized to perform: sts:SetSourceIdentity on resource: "+devARN)
}

func TestSessionPolicies(t *testing.T) {
	l := newLab(t)
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	_, out := l.assume(t, l.alice(), &stsapi.AssumeRoleRequest{
		RoleArn: devARN, RoleSessionName: "work", Policy: &document,
		PolicyArns: []stsapi.PolicyDescriptorType{{Arn: new("arn:aws:iam::123456789012:policy/readers")}, {Arn: new("arn:aws:iam::aws:policy/ReadOnlyAccess")}},
	})
	if out.PackedPolicySize == nil || *out.PackedPolicySize > 20 {
		t.Errorf("packed policy size %v", out.PackedPolicySize)
	}
	c, err := l.resolver.Resolve(l.world, out.Credentials.AccessKeyId, out.Credentials.SessionToken, now)
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Policies(l.world); !p.HasSession || len(p.Session) != 3 {
		t.Errorf("session policies %+v", p.Session)
	}

	noise := rand.New(rand.NewPCG(1, 2))
	var many []stsapi.Tag
	for i := range 50 {
		value := make([]byte, 60)
		for j := range value {
			value[j] = byte('a' + noise.IntN(26))
		}
		many = append(many, stsapi.Tag{Key: fmt.Sprint("key", i), Value: string(value)})
	}
	_, _, err = do[stsapi.AssumeRoleResponse](l, "AssumeRole", l.alice(), &stsapi.AssumeRoleRequest{RoleArn: devARN, RoleSessionName: "work", Tags: many})
	var e *awserr.Error
	if !errors.As(err, &e) || e.Code != "PackedPolicyTooLargeException" || !strings.HasPrefix(e.Message, "Packed size of session tags consumes 1") {
		t.Errorf("got %v", err)
	}
}

func TestSessionToken(t *testing.T) {
	l := newLab(t)
	for _, test := range []struct {
		call  *op.Call
		asked *int
		want  time.Duration
	}{
		{l.alice(), nil, 12 * time.Hour},
		{l.alice(), new(129600), 36 * time.Hour},
		{l.root(), nil, time.Hour},
		{l.root(), new(900), 15 * time.Minute},
	} {
		_, out, err := do[stsapi.GetSessionTokenResponse](l, "GetSessionToken", test.call, &stsapi.GetSessionTokenRequest{DurationSeconds: test.asked})
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Credentials.Expiration.Sub(now.Truncate(time.Second)); got != test.want {
			t.Errorf("%s: lasts %v, want %v", test.call.Caller.ARN, got, test.want)
		}
		again := l.with(t, out.Credentials)
		if again.Caller.ARN != test.call.Caller.ARN || again.Caller.MFA.Present || !again.Caller.MFA.Known {
			t.Errorf("session of %+v", again.Caller)
		}
	}
}

func TestFederationToken(t *testing.T) {
	l := newLab(t)
	checks, out, err := do[stsapi.GetFederationTokenResponse](l, "GetFederationToken", l.alice(), &stsapi.GetFederationTokenRequest{
		Name: "bob", Tags: []stsapi.Tag{{Key: "TEAM", Value: "red"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const bob = "arn:aws:sts::123456789012:federated-user/bob"
	if got := actions(checks); !slices.Equal(got, []string{"sts:GetFederationToken", "sts:TagSession"}) || checks[0].Resource != bob {
		t.Errorf("checks %+v", checks)
	}
	if out.FederatedUser.Arn != bob || out.FederatedUser.FederatedUserId != "123456789012:bob" {
		t.Errorf("federated user %+v", out.FederatedUser)
	}
	found, err := l.resolver.Resolve(l.world, out.Credentials.AccessKeyId, out.Credentials.SessionToken, now)
	if err != nil {
		t.Fatal(err)
	}
	if p := found.Principal; p.Kind != authz.FederatedUser || !maps.Equal(p.Tags, map[string]string{"TEAM": "red"}) {
		t.Errorf("principal %+v", p)
	}
	if p := found.Policies(l.world); !p.HasSession || len(p.Session) != 0 {
		t.Error("a federated user without session policies is not limited by them")
	}
	if got := found.Session.Expires.Sub(found.Session.Issued); got != 12*time.Hour {
		t.Errorf("lasts %v", got)
	}
}

func TestForbidden(t *testing.T) {
	kinds := map[string]*credentials.Session{
		"none":      nil,
		"role":      {Kind: credentials.AssumedRole},
		"user":      {Kind: credentials.SessionToken},
		"MFA":       {Kind: credentials.SessionToken, MFA: true},
		"federated": {Kind: credentials.FederationToken},
	}
	for action, allowed := range map[string]string{
		"iam:ListUsers":                  "none role MFA",
		"sts:GetCallerIdentity":          "none role user MFA federated",
		"sts:AssumeRole":                 "none role user MFA",
		"sts:GetSessionToken":            "none",
		"sts:GetFederationToken":         "none",
		"sts:GetAccessKeyInfo":           "none role",
		"sts:DecodeAuthorizationMessage": "none role",
		"eks:ListClusters":               "none role user MFA federated",
	} {
		for name, s := range kinds {
			err := sts.Forbidden(s, action)
			if want := !slices.Contains(strings.Fields(allowed), name); (err != nil) != want {
				t.Errorf("%s with credentials %s: %v, want refusal: %v", action, name, err, want)
			}
		}
	}
}

func TestAuthorizationMessage(t *testing.T) {
	l := newLab(t)
	const text = `{"allowed":false}`
	_, out, err := do[stsapi.DecodeAuthorizationMessageResponse](l, "DecodeAuthorizationMessage", l.alice(),
		&stsapi.DecodeAuthorizationMessageRequest{EncodedMessage: l.sealer.SealMessage(text)})
	if err != nil || *out.DecodedMessage != text {
		t.Errorf("got %v, %v", out, err)
	}
	token, err := l.sealer.Seal(&credentials.Session{})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "x", token, "?"} {
		_, _, err := do[stsapi.DecodeAuthorizationMessageResponse](l, "DecodeAuthorizationMessage", l.alice(), &stsapi.DecodeAuthorizationMessageRequest{EncodedMessage: bad})
		wantError(t, err, "InvalidAuthorizationMessageException: Message is not valid")
	}
	if _, err := l.sealer.Open(l.sealer.SealMessage("{}")); err == nil {
		t.Error("a message opens as a session")
	}
}

func TestIdentity(t *testing.T) {
	l := newLab(t)
	_, who, err := do[stsapi.GetCallerIdentityResponse](l, "GetCallerIdentity", l.alice(), &stsapi.GetCallerIdentityRequest{})
	if err != nil || *who.Arn != "arn:aws:iam::123456789012:user/alice" || *who.UserId != "AIDAALICE" || *who.Account != account {
		t.Errorf("got %+v, %v", who, err)
	}
	key := awsid.AccessKey(awsid.LongTermKey, "000000000042")
	_, info, err := do[stsapi.GetAccessKeyInfoResponse](l, "GetAccessKeyInfo", l.alice(), &stsapi.GetAccessKeyInfoRequest{AccessKeyId: key})
	if err != nil || *info.Account != "000000000042" {
		t.Errorf("got %+v, %v", info, err)
	}
	_, _, err = do[stsapi.GetAccessKeyInfoResponse](l, "GetAccessKeyInfo", l.alice(), &stsapi.GetAccessKeyInfoRequest{AccessKeyId: "AKIA0000000000000000"})
	wantError(t, err, "ValidationError: AKIA0000000000000000 is not a valid access key id")
}
