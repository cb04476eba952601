package sts_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/mfa"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store/storetest"
	"github.com/airside-dev/airside/internal/world"
)

const (
	phone       = "arn:aws:iam::123456789012:mfa/phone"
	seed        = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	wrongCode   = "AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code."
	wrongDevice = "AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
)

// newMFALab is a lab in which alice has a device, and bob has none.
func newMFALab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t)
	d := &world.MFADevice{Partition: "aws", Account: account, Path: "/", Name: "phone", User: "AIDAALICE"}
	storetest.Put(t, l.store, d, &world.Secret{Name: d.SecretName(), Value: []byte(seed)},
		&world.User{Partition: "aws", Account: account, Path: "/", Name: "bob", ID: "AIDABOB"})
	return l
}

// call is a new call, which sees the World as it is now.
func (l *lab) call(t *testing.T, c *op.Call) *op.Call {
	t.Helper()
	l.world = l.store.World()
	again := *c
	again.Context, again.World = t.Context(), l.world
	return &again
}

// shows is what the device shows some time from now.
func shows(t *testing.T, in time.Duration) *string {
	t.Helper()
	code, err := mfa.Code(seed, now.Add(in))
	if err != nil {
		t.Fatal(err)
	}
	return &code
}

func TestSessionTokenWithMFA(t *testing.T) {
	l := newMFALab(t)
	bob, _ := l.store.World().Users.Get(world.IAMKey(account, "bob"))
	bobs := l.alice()
	bobs.Caller = l.store.World().UserPrincipal(bob)
	for name, test := range map[string]struct {
		call *op.Call
		in   stsapi.GetSessionTokenRequest
		want string
	}{
		"wrong code":      {l.alice(), stsapi.GetSessionTokenRequest{SerialNumber: new(phone), TokenCode: shows(t, time.Hour)}, wrongCode},
		"unknown device":  {l.alice(), stsapi.GetSessionTokenRequest{SerialNumber: new(phone + "x"), TokenCode: shows(t, 0)}, wrongDevice},
		"no serial":       {l.alice(), stsapi.GetSessionTokenRequest{SerialNumber: new("x"), TokenCode: shows(t, 0)}, wrongDevice},
		"another's":       {bobs, stsapi.GetSessionTokenRequest{SerialNumber: new(phone), TokenCode: shows(t, 0)}, wrongDevice},
		"the root user's": {l.root(), stsapi.GetSessionTokenRequest{SerialNumber: new(phone), TokenCode: shows(t, 0)}, wrongDevice},
		"no code":         {l.alice(), stsapi.GetSessionTokenRequest{SerialNumber: new(phone)}, "AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."},
		"no digits":       {l.alice(), stsapi.GetSessionTokenRequest{SerialNumber: new(phone), TokenCode: new("abcdef")}, wrongCode},
	} {
		_, _, err := do[stsapi.GetSessionTokenResponse](l, "GetSessionToken", l.call(t, test.call), &test.in)
		t.Run(name, func(t *testing.T) { wantError(t, err, test.want) })
	}

	in := &stsapi.GetSessionTokenRequest{SerialNumber: new(phone), TokenCode: shows(t, 0)}
	_, out, err := do[stsapi.GetSessionTokenResponse](l, "GetSessionToken", l.call(t, l.alice()), in)
	if err != nil {
		t.Fatal(err)
	}
	session := l.with(t, out.Credentials)
	if want := (authz.MFA{Known: true, Present: true, At: now.Truncate(time.Second)}); session.Caller.MFA != want {
		t.Errorf("MFA %+v, want %+v", session.Caller.MFA, want)
	}
	_, _, err = do[stsapi.GetSessionTokenResponse](l, "GetSessionToken", l.call(t, l.alice()), in)
	wantError(t, err, wrongCode) // used
	in.TokenCode = shows(t, -30*time.Second)
	_, _, err = do[stsapi.GetSessionTokenResponse](l, "GetSessionToken", l.call(t, l.alice()), in)
	wantError(t, err, wrongCode) // older than the one that was used
	in.TokenCode = shows(t, 30*time.Second)
	if _, _, err = do[stsapi.GetSessionTokenResponse](l, "GetSessionToken", l.call(t, l.alice()), in); err != nil {
		t.Error(err)
	}

	// The role session that such a session asks for has lost it, but the role's trust policy saw it.
	call := l.call(t, session)
	_, role := l.assume(t, call, &stsapi.AssumeRoleRequest{RoleArn: devARN, RoleSessionName: "work"})
	if !call.Caller.MFA.Present {
		t.Error("the trust policy does not see the session's MFA")
	}
	if got := l.with(t, role.Credentials).Caller.MFA; got.Present || !got.Known {
		t.Errorf("the role session has MFA %+v", got)
	}
}

// seen is what policies see of multi-factor authentication in the decision on a call.
func seen(c *op.Call) (present, age []string) {
	keys := authz.PrincipalKeys(&c.Caller, c.Time)
	return keys.Get("aws:MultiFactorAuthPresent"), keys.Get("aws:MultiFactorAuthAge")
}

func TestAssumeRoleWithMFA(t *testing.T) {
	l := newMFALab(t)
	in := &stsapi.AssumeRoleRequest{RoleArn: devARN, RoleSessionName: "work"}
	call := l.call(t, l.alice())
	l.assume(t, call, in)
	if present, age := seen(call); present != nil || age != nil {
		t.Errorf("without a code, policies see %v, %v", present, age)
	}

	in.SerialNumber, in.TokenCode = new(phone), shows(t, 0)
	in.DurationSeconds = new(7201) // longer than the role allows: refused, and the code stays good
	_, _, err := do[stsapi.AssumeRoleResponse](l, "AssumeRole", l.call(t, l.alice()), in)
	wantError(t, err, "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	in.DurationSeconds = nil

	// Both calls find the code good before either has used it.
	calls := []*op.Call{l.call(t, l.alice()), l.call(t, l.alice())}
	for _, c := range calls {
		if _, err := l.table["AssumeRole"].Access(c, in); err != nil {
			t.Fatal(err)
		}
		if present, age := seen(c); len(present) != 1 || present[0] != "true" || len(age) != 1 || age[0] != "0" {
			t.Errorf("policies see %v, %v", present, age)
		}
	}
	results := make([]error, len(calls))
	var all sync.WaitGroup
	for i, c := range calls {
		all.Go(func() { _, results[i] = l.table["AssumeRole"].Do(c, in) })
	}
	all.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("one code, two calls: %v, %v", results[0], results[1])
	}
	wantError(t, errors.Join(results...), wrongCode)

	in.TokenCode = new("12345") // the service model refuses it; policies must not take it for a proof
	call = l.call(t, l.alice())
	if _, err := l.table["AssumeRole"].Access(call, in); err != nil || call.Caller.MFA.Known {
		t.Errorf("%v, %+v", err, call.Caller.MFA)
	}
}
