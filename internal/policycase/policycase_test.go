package policycase_test

import (
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/policycase"
	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

const (
	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	request  = `"request":{"action":"s3:GetObject","resource":"arn:aws:s3:::demo/a","principal":"arn:aws:iam::111122223333:user/alice"}`
)

func TestLoadAndDecide(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       authz.Outcome
	}{
		{"nothing allows", `{` + request + `}`, authz.ImplicitlyDenied},
		{"identity allows", `{` + request + `,"identityPolicies":[` + allowAll + `]}`, authz.Allowed},
		{"null is not set", `{` + request + `,"identityPolicies":[` + allowAll + `],"permissionsBoundary":null}`, authz.Allowed},
		{"a level without policies", `{` + request + `,"identityPolicies":[` + allowAll + `],"scps":[{"level":"root","policies":[]}]}`,
			authz.ImplicitlyDenied},
		{"documents as rcps", `{` + request + `,"identityPolicies":[` + allowAll + `],"rcps":[{"Version":"2012-10-17","Statement":
			{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}]}`, authz.ExplicitlyDenied},
		{"levels as rcps", `{` + request + `,"identityPolicies":[` + allowAll + `],"rcps":[{"level":"root","policies":[{"Version":"2012-10-17","Statement":
			{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}]}]}`, authz.ExplicitlyDenied},
		{"RCPFullAWSAccess", `{` + request + `,"identityPolicies":[` + allowAll + `],"rcps":[{"level":"root","policies":[{"Version":"2012-10-17",
			"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}]}]}`, authz.Allowed},
		{"RCPFullAWSAccess allows nothing", `{` + request + `,"rcps":[{"Version":"2012-10-17",
			"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}]}`, authz.ImplicitlyDenied},
		{"another account by its ARN", `{"request":{"action":"sqs:SendMessage","resource":"arn:aws:sqs:eu-west-1:999988887777:q",
			"principal":"arn:aws:iam::111122223333:user/alice"},"identityPolicies":[` + allowAll + `]}`, authz.ImplicitlyDenied},
		{"trust policy", `{"request":{"action":"sts:AssumeRole","resource":"arn:aws:iam::111122223333:role/deploy",
			"principal":"arn:aws:iam::111122223333:user/alice"},"resourcePolicy":{"Version":"2012-10-17","Statement":
			{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"sts:AssumeRole"}}}`, authz.Allowed},
	} {
		t.Run(test.name, func(t *testing.T) {
			cases, err := policycase.Load(strings.NewReader(test.text))
			if err != nil {
				t.Fatal(err)
			}
			var step trace.Step
			v, err := cases[0].Decide(&step)
			if err != nil {
				t.Fatal(err)
			}
			if v.Outcome != test.want {
				t.Errorf("decided %s by %q, want %s", v.Outcome, v.By, test.want)
			}
			if len(step.Steps) == 0 {
				t.Error("no explanation")
			}
		})
	}
}

func TestLoadSeveral(t *testing.T) {
	cases, err := policycase.Load(strings.NewReader(` [{"id":"a",` + request + `},{"id":"b",` + request + `}] `))
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 2 || cases[0].ID != "a" || cases[1].ID != "b" {
		t.Errorf("read %+v", cases)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", ``, "EOF"},
		{"null", `null`, "a case is an object"},
		{"unknown field", `{"id":"a","identityPolicy":{}}`, `unknown field "identityPolicy"`},
		{"unknown field of the request", `[{"request":{"user":"x"}}]`, `case 1: json: unknown field "user"`},
		{"unknown field of a level", `{"scps":[{"level":"root","documents":[]}]}`, `unknown field "documents"`},
		{"unknown field of a level of rcps", `{"rcps":[{"level":"root","policies":[],"x":1}]}`, `rcps[0]: json: unknown field "x"`},
		{"unknown decision", `{"id":"a","decision":"allow"}`, `a: decision "allow" is not known`},
		{"not JSON", "{\n\"id\": ]", "line 2"},
		{"two values", `{} {}`, "more than one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := policycase.Load(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestDecideRefuses(t *testing.T) {
	const alice = `"principal":"arn:aws:iam::111122223333:user/alice"`
	for _, test := range []struct{ name, text, want string }{
		{"no action", `{"request":{` + alice + `}}`, `action "" is not one action`},
		{"action pattern", `{"request":{"action":"s3:Get*",` + alice + `}}`, "is not one action"},
		{"resource", `{"request":{"action":"s3:GetObject","resource":"demo",` + alice + `}}`, `resource "demo" is not an ARN`},
		{"resource account", `{"request":{"action":"s3:GetObject","resource":"*","resourceAccount":"1",` + alice + `}}`, "12 digits"},
		{"no principal", `{"request":{"action":"s3:GetObject","resource":"*"}}`, "has no principal"},
		{"key twice", `{"request":{"action":"s3:GetObject","resource":"*","context":{"aws:SourceIp":["10.0.0.1"],"aws:sourceip":["10.0.0.2"]},` + alice + `}}`,
			"aws:sourceip twice"},
		{"parent of a user", `{"request":{"action":"s3:GetObject","resource":"*","parent":"arn:aws:iam::111122223333:user/bob",` + alice + `}}`,
			"federated-user principal only"},
		{"an unknown operator", `{"id":"a",` + request + `,"identityPolicies":[{"Version":"2012-10-17","Statement":
			[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"aws:x":"y"}}}]}]}`, "a: identityPolicies[0]: MalformedPolicyDocument"},
		{"a string that holds no document", `{` + request + `,"identityPolicies":["no document"]}`, "identityPolicies[0]: "},
		{"an effect IAM refuses", `{` + request + `,"sessionPolicy":{"Version":"2012-10-17","Statement":
			[{"Effect":"allow","Action":"*","Resource":"*"}]}}`, "sessionPolicy: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			cases, err := policycase.Load(strings.NewReader(test.text))
			if err != nil {
				t.Fatal(err)
			}
			_, err = cases[0].Decide(nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// What IAM refuses to store has a meaning when it is evaluated (facts/iam-policy-evaluation.md sections 2.1, 2.2 and 2.3).
func TestDecideTakesWhatIAMWouldNotStore(t *testing.T) {
	const get = `"request":{"action":"s3:GetObject","resource":"arn:aws:s3:::b/k","principal":"arn:aws:iam::111122223333:user/alice"}`
	const assume = `"request":{"action":"sts:AssumeRole","resource":"arn:aws:iam::111122223333:role/r","principal":"arn:aws:iam::111122223333:user/alice"}`
	for name, test := range map[string]struct {
		text string
		want authz.Outcome
	}{
		"short ARN":                      {`{` + get + `,"identityPolicies":[{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:*"}}]}`, authz.Allowed},
		"two actions in one":             {`{` + get + `,"identityPolicies":[{"Statement":{"Effect":"Allow","Action":"s3:GetObject, s3:PutObject","Resource":"*"}}]}`, authz.ImplicitlyDenied},
		"everything but an empty action": {`{` + get + `,"identityPolicies":[{"Statement":{"Effect":"Allow","NotAction":"","Resource":"*"}}]}`, authz.Allowed},
		"trust in everyone":              {`{` + assume + `,"resourcePolicy":{"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}}}`, authz.Allowed},
		"a document in a string":         {`{` + get + `,"identityPolicies":["{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"]}`, authz.Allowed},
	} {
		cases, err := policycase.Load(strings.NewReader(test.text))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := cases[0].Decide(nil); err != nil || v.Outcome != test.want {
			t.Errorf("%s: %s, %v; want %s", name, v.Outcome, err, test.want)
		}
	}
}

func TestPrincipal(t *testing.T) {
	withPath := policy.Keys{"aws:principalarn": {"arn:aws:iam::111122223333:role/team/dev"}, "aws:userid": {"AROAEXAMPLE:ci"}}
	for _, test := range []struct {
		text    string
		context policy.Keys
		want    authz.Principal
	}{
		{"*", nil, authz.Principal{Kind: authz.Anonymous}},
		{"arn:aws:iam::111122223333:root", nil, authz.Principal{Kind: authz.Root, EntityARN: "arn:aws:iam::111122223333:root"}},
		{"arn:aws:iam::111122223333:user/team/alice", nil,
			authz.Principal{Kind: authz.User, Name: "alice", EntityARN: "arn:aws:iam::111122223333:user/team/alice"}},
		{"arn:aws:sts::111122223333:assumed-role/dev/ci", nil,
			authz.Principal{Kind: authz.AssumedRole, Name: "dev", EntityARN: "arn:aws:iam::111122223333:role/dev"}},
		{"arn:aws:sts::111122223333:assumed-role/dev/ci", withPath,
			authz.Principal{Kind: authz.AssumedRole, Name: "dev", EntityARN: "arn:aws:iam::111122223333:role/team/dev", ID: "AROAEXAMPLE"}},
		{"arn:aws:sts::111122223333:assumed-role/other/ci", withPath,
			authz.Principal{Kind: authz.AssumedRole, Name: "other", EntityARN: "arn:aws:iam::111122223333:role/other", ID: "AROAEXAMPLE"}},
		{"arn:aws:sts::111122223333:federated-user/bob", nil,
			authz.Principal{Kind: authz.FederatedUser, Name: "bob", EntityARN: "arn:aws:sts::111122223333:federated-user/bob"}},
		{"arn:aws:iam::111122223333:oidc-provider/example.com", nil,
			authz.Principal{Kind: authz.WebIdentity, Provider: "arn:aws:iam::111122223333:oidc-provider/example.com"}},
		{"accounts.google.com", nil, authz.Principal{Kind: authz.WebIdentity, Provider: "accounts.google.com"}},
		{"pods.eks.amazonaws.com", nil, authz.Principal{Kind: authz.Service, Name: "pods.eks.amazonaws.com"}},
	} {
		got, err := policycase.Principal(test.text, test.context)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		short := authz.Principal{Kind: got.Kind, Name: got.Name, EntityARN: got.EntityARN, Provider: got.Provider}
		want := test.want
		if want.ID != "" {
			short.ID = got.ID
		}
		if short.Kind != want.Kind || short.Name != want.Name || short.EntityARN != want.EntityARN ||
			short.ID != want.ID || short.Provider != want.Provider {
			t.Errorf("%s: got %+v, want %+v", test.text, short, want)
		}
	}
	for _, text := range []string{
		"alice", "arn:aws:iam::1:user/alice", "arn:aws:iam::111122223333:user", "arn:aws:iam::111122223333:role/dev",
		"arn:aws:sts::111122223333:assumed-role/dev", "arn:aws:sts::111122223333:assumed-role/dev/a/b", "arn:aws:s3:::demo",
	} {
		if p, err := policycase.Principal(text, nil); err == nil {
			t.Errorf("%s: made %+v", text, p)
		}
	}
}

// The keys of the principal are in the context, and the case can replace and remove them.
func TestContext(t *testing.T) {
	cases, err := policycase.Load(strings.NewReader(`{"request":{"action":"s3:GetObject","resource":"arn:aws:s3:::demo",
		"principal":"arn:aws:iam::111122223333:user/alice",
		"context":{"aws:username":[],"aws:PrincipalOrgID":["o-1"],"aws:ResourceAccount":["999988887777"]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := cases[0].AuthzRequest()
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"aws:PrincipalArn": "arn:aws:iam::111122223333:user/alice", "aws:PrincipalAccount": "111122223333",
		"aws:username": "", "aws:userid": "", "aws:PrincipalOrgID": "o-1", "aws:ResourceAccount": "999988887777",
	} {
		if got := strings.Join(r.Keys.Get(key), ","); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if r.ResourceAccount != "111122223333" {
		t.Errorf("owner %q, want the caller's account", r.ResourceAccount)
	}
}
