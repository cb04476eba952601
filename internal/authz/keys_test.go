package authz

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/airside-dev/airside/policy"
)

// TestPrincipalKeys: reference_policies_variables, table of principal key values; id_credentials_mfa_configure-api-require.
func TestPrincipalKeys(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	session := role
	session.Tags = map[string]string{"Team": "core"}
	session.Provider = "arn:aws:iam::1:oidc-provider/x"
	session.SourceIdentity = "ann"
	session.TokenIssued = now
	session.MFA = MFA{Known: true, Present: true, At: now.Add(-90 * time.Second)}
	session.Claims = policy.Keys{"x:sub": {"s"}, "aws:userid": {"forged"}}
	noMFA := user
	noMFA.MFA = MFA{Known: true}
	ambiguous := user
	ambiguous.Tags = map[string]string{"Team": "a", "team": "b"}
	tests := []struct {
		name string
		p    Principal
		want string
	}{
		{"user", user, `{"aws:principalaccount":["111122223333"],"aws:principalarn":["arn:aws:iam::111122223333:user/ann"],"aws:principalisawsservice":["false"],"aws:principaltype":["User"],"aws:userid":["AIDAANN"],"aws:username":["ann"]}`},
		{"user, temporary", noMFA, `{"aws:multifactorauthpresent":["false"],"aws:principalaccount":["111122223333"],"aws:principalarn":["arn:aws:iam::111122223333:user/ann"],"aws:principalisawsservice":["false"],"aws:principaltype":["User"],"aws:userid":["AIDAANN"],"aws:username":["ann"]}`},
		{"two tags of one key", ambiguous, `{"aws:principalaccount":["111122223333"],"aws:principalarn":["arn:aws:iam::111122223333:user/ann"],"aws:principalisawsservice":["false"],"aws:principaltag/team":["a","b"],"aws:principaltype":["User"],"aws:userid":["AIDAANN"],"aws:username":["ann"]}`},
		{"session", session, `{"aws:federatedprovider":["arn:aws:iam::1:oidc-provider/x"],"aws:multifactorauthage":["90"],"aws:multifactorauthpresent":["true"],"aws:principalaccount":["111122223333"],"aws:principalarn":["arn:aws:iam::111122223333:role/team/dev"],"aws:principalisawsservice":["false"],"aws:principaltag/team":["core"],"aws:principaltype":["AssumedRole"],"aws:sourceidentity":["ann"],"aws:tokenissuetime":["2026-01-02T03:04:05Z"],"aws:userid":["AROADEV:s"],"x:sub":["s"]}`},
		{"root", root, `{"aws:principalaccount":["111122223333"],"aws:principalarn":["arn:aws:iam::111122223333:root"],"aws:principalisawsservice":["false"],"aws:principaltype":["Account"],"aws:userid":["111122223333"]}`},
		{"federated user", federated, `{"aws:principalaccount":["111122223333"],"aws:principalarn":["arn:aws:sts::111122223333:federated-user/app"],"aws:principalisawsservice":["false"],"aws:principaltype":["FederatedUser"],"aws:userid":["111122223333:app"]}`},
		{"anonymous", Principal{}, `{"aws:principalaccount":["anonymous"],"aws:principaltype":["Anonymous"],"aws:userid":["anonymous"]}`},
		{"service", eks, `{"aws:principalisawsservice":["true"],"aws:principalservicename":["eks.amazonaws.com"],"aws:principalservicenameslist":["eks.amazonaws.com"]}`},
	}
	for _, tt := range tests {
		got, err := json.Marshal(PrincipalKeys(&tt.p, now))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestRequestKeys(t *testing.T) {
	env := Environment{Time: time.Unix(1767323045, 999), SourceIP: "192.0.2.1", Region: "us-east-1"}
	k := policy.Keys{}
	SetRequestTags(k, map[string]string{"b": "2", "A": "1"})
	SetResourceTags(k, map[string]string{"Team": "core"}, "iam")
	k.Set("aws:ResourceAccount", "forged")
	got, err := json.Marshal(RequestKeys(&Principal{}, env, other, k))
	want := `{"aws:currenttime":["2026-01-02T03:04:05Z"],"aws:epochtime":["1767323045"],"aws:principalaccount":["anonymous"],` +
		`"aws:principaltype":["Anonymous"],"aws:requestedregion":["us-east-1"],"aws:requesttag/a":["1"],"aws:requesttag/b":["2"],` +
		`"aws:resourceaccount":["444455556666"],"aws:resourcetag/team":["core"],"aws:securetransport":["false"],` +
		`"aws:sourceip":["192.0.2.1"],"aws:tagkeys":["A","b"],"aws:userid":["anonymous"],"aws:viaawsservice":["false"],"iam:resourcetag/team":["core"]}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
