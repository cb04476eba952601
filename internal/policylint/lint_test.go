package policylint

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/policy"
)

// document wraps statements, one a line from line 2 on, into a document of the 2012 version.
func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + "\n" + strings.Join(statements, ",\n") + "\n]}"
}

// when is a statement with a condition.
func when(effect, operator, key, value string) string {
	return fmt.Sprintf(`{"Effect":%q,"Action":"eks:DescribeCluster","Resource":"*","Condition":{%q:{%q:%s}}}`, effect, operator, key, value)
}

const read = `"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`

// Each rule with what it warns of and, as want "", with its nearest neighbours that it lets pass.
func TestRules(t *testing.T) {
	github := "token.actions.githubusercontent.com:"
	trust := func(key, value string) string {
		return fmt.Sprintf(`{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/x"},`+
			`"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{%q:%q}}}`, key, value)
	}
	tests := []struct {
		rule string
		kind policy.Kind
		text string
		want string // part of the only warning, with its place; empty: there is none
	}{
		{"multivalued-key", policy.Identity, document(when("Deny", "StringEquals", "aws:TagKeys", `"a"`)),
			"2:93: aws:TagKeys may hold several values, and AWS requires ForAllValues: or ForAnyValue: before StringEquals"},
		{"multivalued-key", policy.Identity, document(when("Deny", "StringEqualsIfExists", "AWS:tagkeys", `"a"`)), "before StringEquals for"},
		{"multivalued-key", policy.Identity, document(when("Deny", "ForAnyValue:StringEquals", "aws:TagKeys", `"a"`)), ""},
		{"multivalued-key", policy.Identity, document(when("Deny", "Null", "aws:TagKeys", `"true"`)), ""},
		{"multivalued-key", policy.Identity, document(when("Deny", "StringEquals", "aws:username", `"a"`)), ""},

		{"empty-set-matches", policy.Identity, document(when("Allow", "ForAllValues:StringEquals", "aws:TagKeys", `"a"`)),
			`2:107: ForAllValues also holds for a request without aws:TagKeys: add "Null": {"aws:TagKeys": "false"}`},
		{"empty-set-matches", policy.Identity, document(when("Deny", "ForAllValues:StringEquals", "aws:TagKeys", `"a"`)), ""},
		{"empty-set-matches", policy.Identity, document(`{"Effect":"Allow",` + read +
			`,"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"a"},"Null":{"aws:tagkeys":false}}}`), ""},
		{"empty-set-matches", policy.Identity, document(`{"Effect":"Allow",` + read +
			`,"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"a"},"Null":{"aws:tagkeys":"true"}}}`), "ForAllValues also holds"},
		{"empty-set-matches", policy.Identity, document( // a guard in another statement is none
			`{"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{"Null":{"aws:TagKeys":"false"}}}`,
			when("Allow", "ForAllValues:StringEquals", "aws:TagKeys", `"a"`)), "3:107: ForAllValues also holds"},

		{"mfa-absent", policy.Identity, document(when("Deny", "Bool", "aws:MultiFactorAuthPresent", `"false"`)), "use BoolIfExists"},
		{"mfa-absent", policy.Identity, document(when("Deny", "Bool", "aws:multifactorauthpresent", `false`)), "use BoolIfExists"},
		{"mfa-absent", policy.Identity, document(when("Deny", "BoolIfExists", "aws:MultiFactorAuthPresent", `"false"`)), ""},
		{"mfa-absent", policy.Identity, document(when("Allow", "Bool", "aws:MultiFactorAuthPresent", `"true"`)), ""},

		{"literal-wildcard", policy.Identity, document(when("Allow", "StringEquals", "aws:username", `["a","b*"]`)),
			`2:114: StringEquals compares to the letter, so that the wildcard in "b*" is none: use StringLike`},
		{"literal-wildcard", policy.Identity, document(when("Allow", "StringNotEqualsIfExists", "aws:username", `"b?"`)), "use StringNotLike"},
		{"literal-wildcard", policy.Identity, document(when("Allow", "StringLike", "aws:username", `"b*"`)), ""},
		{"literal-wildcard", policy.Identity, document(when("Allow", "StringEquals", "aws:username", `"b${*}"`)), ""},
		{"literal-wildcard", policy.Identity, document(when("Allow", "StringEquals", "aws:username", `"${a}*${b}"`)), "use StringLike"},
		{"literal-wildcard", policy.Identity, document(when("Allow", "StringEquals", "aws:username", `"*${b"`)), "use StringLike"},

		{"public-principal", policy.Resource, document(`{"Effect":"Allow","Principal":"*",` + read + `}`),
			"2:31: this principal is everybody, anonymous callers included"},
		{"public-principal", policy.Resource, document(`{"Effect":"Allow","Principal":{"AWS":["111122223333","*"]},` + read + `}`), "2:54: this principal"},
		{"public-principal", policy.Trust, document(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`),
			"every principal of every AWS account"},
		{"public-principal", policy.Resource, document(`{"Effect":"Deny","Principal":"*",` + read + `}`), ""},
		{"public-principal", policy.Resource, document(`{"Effect":"Allow","Principal":"*",` + read +
			`,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`), ""},

		{"allow-not-action", policy.Identity, document(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`), "2:19: Allow with NotAction"},
		{"allow-not-action", policy.Identity, document(`{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}`), ""},
		{"allow-not-action", policy.Boundary, document(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`), ""},

		{"allow-not-principal", policy.Resource, document(`{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},` + read + `}`),
			"2:19: Allow with NotPrincipal"},
		{"allow-not-principal", policy.Resource, document(`{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},` + read + `}`), ""},

		{"full-access", policy.Identity, document(`{"Effect":"Allow","Action":["s3:Get*","*"],"Resource":"*"}`), "2:1: this statement allows every action"},
		{"full-access", policy.Identity, document(`{"Effect":"Allow","Action":"*:*","Resource":"*"}`), "every action on every resource"},
		{"full-access", policy.Identity, document(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`), ""},
		{"full-access", policy.Identity, document(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"}`), ""},
		{"full-access", policy.SCP, document(`{"Effect":"Allow","Action":"*","Resource":"*"}`), ""},

		{"unknown-action", policy.Identity, document(`{"Effect":"Allow","Action":["eks:ListClusters","eks:DescribeClutser"],"Resource":"*"}`),
			"2:48: eks has no action that is, or matches, eks:DescribeClutser: did you mean eks:DescribeCluster?"},
		{"unknown-action", policy.Identity, document(`{"Effect":"Allow","Action":"EKS:describecluster*","Resource":"*"}`), ""},
		{"unknown-action", policy.Identity, document(`{"Effect":"Allow","Action":"eks:Lst*","Resource":"*"}`), "matches, eks:Lst*"},
		{"unknown-action", policy.Identity, document(`{"Effect":"Deny","NotAction":"s3:Nonsense","Resource":"*"}`), "s3 has no action"},
		{"unknown-action", policy.Identity, document(`{"Effect":"Allow","Action":["nosuchservice:Do","*"],"Resource":"arn:aws:s3:::b"}`), ""},

		{"unknown-key", policy.Identity, document(when("Allow", "StringEquals", "aws:SourceVPCEndpoint", `"v"`)),
			"2:94: there is no global condition key aws:SourceVPCEndpoint"},
		{"unknown-key", policy.Identity, document(when("Allow", "StringEquals", "aws:PrincipalOrgId2", `"v"`)), "did you mean aws:PrincipalOrgID?"},
		{"unknown-key", policy.Identity, document(when("Allow", "StringEquals", "aws:PrincipalTag/", `"v"`)), "no global condition key aws:PrincipalTag/"},
		{"unknown-key", policy.Identity, document(when("Allow", "StringEquals", "AWS:principaltag/team", `"v"`)), ""},
		{"unknown-key", policy.Identity, document(when("Allow", "StringEquals", "sts:ExternalId", `"v"`)), ""},

		{"issuer-key", policy.Trust, document(trust("arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A:sub", "x")),
			"the provider's ARN: oidc.eks.eu-west-1.amazonaws.com/id/A:sub"},
		{"issuer-key", policy.Trust, document(trust("https://oidc.eks.eu-west-1.amazonaws.com/id/A:sub", "x")),
			"not with a scheme: oidc.eks.eu-west-1.amazonaws.com/id/A:sub"},
		{"issuer-key", policy.Trust, document(trust("oidc.eks.eu-west-1.amazonaws.com/id/A:sub", "x")), ""},

		{"short-ref", policy.Trust, document(trust(github+"sub", "repo:o/r:ref:main")), "refs/heads/main or refs/tags/main instead of main"},
		{"short-ref", policy.Trust, document(trust(github+"sub", "repo:o/r:ref:heads/*")), "instead of heads/*"},
		{"short-ref", policy.Trust, document(trust(github+"job_workflow_ref", "o/r/.github/workflows/w.yml@v1")), "instead of v1"},
		{"short-ref", policy.Trust, document(trust(github+"ref", "main")), "instead of main"},
		{"short-ref", policy.Trust, document(trust(github+"sub", "repo:o/r:ref:refs/heads/main")), ""},
		{"short-ref", policy.Trust, document(trust(github+"sub", "repo:o/r:ref:*/main")), ""},
		{"short-ref", policy.Trust, document(trust(github+"sub", "repo:o/r:ref:ref?/heads/main")), ""},
		{"short-ref", policy.Trust, document(trust(github+"sub", "repo:o/r:environment:prod")), ""},
		{"short-ref", policy.Trust, document(trust(github+"repository", "o/r@main")), ""},
		{"short-ref", policy.Trust, document(trust("gitlab.com:sub", "project_path:g/p:ref_type:branch:ref:main")), ""},

		{"duplicate-statement", policy.Identity, document(
			`{"Sid":"A","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}`,
			`{"Sid":"B","Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":["*"]}`), "3:1: this statement says the same as A (2:1)"},
		{"duplicate-statement", policy.Identity, document(
			`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, `{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`), ""},
		{"duplicate-statement", policy.Identity, document(
			when("Allow", "StringEquals", "aws:username", `"a"`), when("Allow", "StringLike", "aws:username", `"a"`)), ""},
		{"duplicate-statement", policy.Resource, document(
			`{"Effect":"Allow","Principal":{"AWS":"111122223333"},`+read+`}`, `{"Effect":"Allow","Principal":{"AWS":"111122224444"},`+read+`}`), ""},

		{"old-version", policy.Identity, `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}"}]}`,
			`1:68: without "Version": "2012-10-17", "arn:aws:s3:::b/${aws:username}" is taken as it stands`},
		{"old-version", policy.Identity, `{"Version":"2008-10-17","Statement":[` + when("Allow", "StringEquals", "aws:userid", `"${aws:username}"`) + `]}`,
			"is no variable"},
		{"old-version", policy.Identity, document(when("Allow", "StringEquals", "aws:userid", `"${aws:username}"`)), ""},
	}
	covered := map[string]bool{}
	for _, test := range tests {
		covered[test.rule] = covered[test.rule] || test.want != ""
		var got []string
		for _, f := range Check(test.text, test.kind) {
			if f.Severity == Error {
				t.Errorf("%s: refused: %s: %s\n%s", test.rule, f.Pos, f.Message, test.text)
			}
			if f.Rule == test.rule {
				got = append(got, f.Pos.String()+": "+f.Message)
			}
		}
		switch {
		case test.want == "" && len(got) > 0:
			t.Errorf("%s warns of what is in order: %q\n%s", test.rule, got, test.text)
		case test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)):
			t.Errorf("%s says %q, want one warning with %q\n%s", test.rule, got, test.want, test.text)
		}
	}
	for _, name := range Rules() {
		if !covered[name] {
			t.Errorf("rule %s is not tested", name)
		}
	}
	for name := range covered {
		if !slices.Contains(Rules(), name) {
			t.Errorf("there is no rule %s", name)
		}
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		kind       policy.Kind
		text       string
		rule, want string
	}{
		{policy.Identity, "", SyntaxRule, "1:1: unexpected end of the document"},
		{policy.Identity, "{\"Version\":\"2012-10-17\",\n \"Statment\":[]}", SyntaxRule, `2:2: unknown element "Statment"`},
		{policy.Identity, document(`{"Effect":"Allow","Action":"s3","Resource":"*"}`), ValidationRule, "2:28: Actions/Conditions must be prefaced by a vendor"},
		{policy.Identity, document(`{"Effect":"Allow","Principal":"*",` + read + `}`), ValidationRule, "2:19: Policy document should not specify a principal."},
		{policy.Trust, document(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`), ValidationRule, "2:19: Principal must be a JSON object."},
		{policy.SCP, `{"Statement":[]}`, ValidationRule, "1:1: The provided policy document does not meet the requirements"},
	}
	for _, test := range tests {
		found := Check(test.text, test.kind)
		errors := slices.DeleteFunc(slices.Clone(found), func(f Finding) bool { return f.Severity != Error })
		if len(errors) != 1 || errors[0].Rule != test.rule ||
			!strings.Contains(errors[0].Pos.String()+": "+errors[0].Message, test.want) {
			t.Errorf("%s: found %+v, want the error %s %q", test.text, found, test.rule, test.want)
		}
	}
}

// A document that AWS refuses is warned about all the same, in the order of its text.
func TestOrder(t *testing.T) {
	found := Check(document(
		`{"Effect":"Allow","Action":"*","Resource":"*"}`,
		`{"Effect":"Allow","Action":"s3","Resource":"*"}`,
		when("Deny", "Bool", "aws:MultiFactorAuthPresent", `"false"`)), policy.Identity)
	var got []string
	for _, f := range found {
		got = append(got, fmt.Sprintf("%d %s", f.Pos.Line, f.Rule))
	}
	if want := []string{"2 full-access", "3 validation", "4 mfa-absent"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// AWS's own policies name actions and keys that exist: what these two rules say of them would be said wrongly.
func TestManagedPoliciesNameWhatExists(t *testing.T) {
	for _, m := range catalog.ManagedPolicies() {
		for _, f := range Check(m.Policy().Text(), policy.Identity) {
			if f.Severity == Error || f.Rule == "unknown-key" || f.Rule == "unknown-action" {
				t.Errorf("%s: %s: %s", m.Name, f.Pos, f.Message)
			}
		}
	}
}

// The keys that the reference gives to actions exist as well.
func TestGlobalKeysOfActions(t *testing.T) {
	for _, service := range []string{"ec2", "eks", "iam", "s3", "sts"} {
		for _, name := range catalog.Actions(service) {
			a, _ := catalog.LookupAction(service + ":" + name)
			for _, k := range a.ConditionKeys {
				if strings.HasPrefix(k, "aws:") && !isGlobalKey(k) {
					t.Errorf("%s:%s has the key %s", service, name, k)
				}
			}
		}
	}
}
