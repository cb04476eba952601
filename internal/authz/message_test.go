package authz

import (
	"strings"
	"testing"

	"github.com/airside-dev/airside/policy"
)

// TestMessages: facts/wire-errors.md section 2.1.
func TestMessages(t *testing.T) {
	const who, what, which = "arn:aws:iam::1:user/u", "s3:GetObject", "arn:aws:s3:::b/k"
	base := "User: " + who + " is not authorized to perform: " + what
	tests := []struct {
		v          Verdict
		noResource bool
		want       string
	}{
		{Verdict{Outcome: Allowed}, false, ""},
		{Verdict{Outcome: ImplicitlyDenied}, true, base},
		{Verdict{Outcome: ImplicitlyDenied, By: IdentityBased}, false, base + " on resource: " + which + " because no identity-based policy allows the s3:GetObject action"},
		{Verdict{Outcome: ImplicitlyDenied, By: RoleTrust}, true, base + " because no role trust policy allows the s3:GetObject action"},
		{Verdict{Outcome: ExplicitlyDenied, By: IdentityBased}, true, base + " with an explicit deny in an identity-based policy"},
		{Verdict{Outcome: ExplicitlyDenied, By: BoundaryPolicy, SourceARN: "arn:p"}, true, base + " with an explicit deny in a permissions boundary: arn:p"},
		{Verdict{Outcome: ExplicitlyDenied, By: RoleTrust}, true, base + " with an explicit deny in the role trust policy"},
	}
	for _, tt := range tests {
		if got := tt.v.Message(who, what, which, tt.noResource); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// TestDecodedMessage: facts/wire-errors.md section 2.3.
func TestDecodedMessage(t *testing.T) {
	req := &Request{Principal: user, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/<k>", Keys: policy.Keys{"b": {"2"}, "a": {"1", "x"}}}
	p := setup{identity: `{"Statement":{"Sid":"S","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"k":"v"}}}}`}.policies(t)
	got, err := DecodedMessage(req, Decide(req, p, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{`{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"S","effect":"DENY",`,
		`"principals":{"items":[]},"principalGroups":{"items":[]},"actions":{"items":[{"value":"s3:*"}]},"resources":{"items":[{"value":"*"}]},`,
		`"conditions":{"items":[{"key":"k","values":{"items":[{"value":"v"}]}}]}}]},"failures":{"items":[]},`,
		`"context":{"principal":{"id":"AIDAANN","arn":"arn:aws:iam::111122223333:user/ann"},"action":"s3:GetObject","resource":"arn:aws:s3:::b/<k>",`,
		`"conditions":{"items":[{"key":"a","values":{"items":[{"value":"1"},{"value":"x"}]}},{"key":"b","values":{"items":[{"value":"2"}]}}]}}}`}, "")
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	implicit, err := DecodedMessage(req, Verdict{Outcome: ImplicitlyDenied, By: IdentityBased})
	if err != nil || !strings.HasPrefix(string(implicit), `{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},`) {
		t.Errorf("got %s, %v", implicit, err)
	}
}

// TestDecodedStatementNamesPrincipals: those of a resource policy's statement, in their order.
func TestDecodedStatementNamesPrincipals(t *testing.T) {
	req := &Request{Principal: user, Action: "s3:GetObject", Resource: "arn:aws:s3:::b"}
	for principals, want := range map[string]string{
		`"Principal":"*"`: `{"value":"*"}`,
		`"Principal":{"AWS":["111122223333","*"],"Service":"eks.amazonaws.com"}`: `{"value":"111122223333"},{"value":"*"},{"value":"eks.amazonaws.com"}`,
		`"NotPrincipal":{"AWS":"444455556666"}`:                                  `{"value":"444455556666"}`,
	} {
		p := setup{resource: `{"Statement":{"Effect":"Deny",` + principals + `,"Action":"*","Resource":"*"}}`}.policies(t)
		got, err := DecodedMessage(req, Decide(req, p, nil))
		if err != nil || !strings.Contains(string(got), `"effect":"DENY","principals":{"items":[`+want+`]}`) {
			t.Errorf("%s: got %s, %v", principals, got, err)
		}
	}
	p := setup{identity: allowAll}.policies(t)
	got, err := DecodedMessage(req, Decide(req, p, nil))
	if err != nil || !strings.Contains(string(got), `{"allowed":true,"explicitDeny":false,"matchedStatements":{"items":[{"statementId":"","effect":"ALLOW",`) {
		t.Errorf("allowed: got %s, %v", got, err)
	}
}
