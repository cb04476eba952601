package policy

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The messages of reference: facts/wire-errors.md section 5.3. Statements are wrapped into a 2012 document.
func TestIdentityMessages(t *testing.T) {
	const (
		ok     = ""
		legacy = "The policy failed legacy parsing"
		syntax = "Syntax errors in policy."
		paths  = `IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`
	)
	good := `"Effect":"Allow","Action":"s3:ListBucket",`
	tests := []struct{ statement, want string }{
		{good + `"Resource":"*"`, ok},
		{good + `"Resource":["arn:aws:s3:::b","*"]`, ok},
		{good + `"NotResource":"*"`, ok},
		{`"Effect":"Allow","Action":"*","Resource":"*"`, ok},
		{`"Effect":"Allow","Action":"*:*","Resource":"*"`, ok},
		{`"Effect":"Allow","Action":"totallyfakeservice:DoSomething","Resource":"*"`, ok},
		{`"Effect":"Allow","Action":"s3-s.x: any thing ","Resource":"*"`, ok},
		{good + `"Resource":"*","Condition":{}`, ok},
		{good + `"Resource":"*","Condition":{"Nonsense":{}}`, ok},
		{good + `"Resource":"*","Condition":{"ForAnyValue:StringEqualsIfExists":{"no:such":"x"}}`, ok},
		{good + `"Resource":"*","Condition":{"DateGreaterThan":{"a":[]}}`, ok},

		// 1 syntax
		{`"Action":"s3:ListBucket","Resource":"*"`, syntax},
		{`"Effect":"invalid","Action":"s3:ListBucket","Resource":"*"`, syntax},
		{`"Effect":"Allow","Action":"s3:a","NotAction":[],"Resource":"*"`, syntax},
		{good + `"Resource":"*","NotResource":[]`, syntax},
		{good + `"Resource":"*","Principal":"*","NotPrincipal":"*"`, syntax},
		{good + `"Resource":{"a":"b"}`, syntax},
		{good + `"Resource":"*","Extra":"x"`, syntax},
		{good + `"Resource":"*","Effect":"Allow"`, syntax},
		{good + `"Resource":"*","Sid":{}`, syntax},
		{good + `"Resource":"*","Condition":"a"`, syntax},
		{good + `"Resource":"*","Condition":{"a":"b"}`, syntax},
		{good + `"Resource":"*","Condition":{"x":{"a":"1"}}`, syntax},
		{good + `"Resource":"*","Condition":{"stringEquals":{"a":"1"}}`, syntax},
		{good + `"Resource":"*","Condition":{"NullIfExists":{"a":"true"}}`, syntax},
		{good + `"Resource":"*","Condition":{"ForAnyValue::StringEquals":{"a":"1"}}`, syntax},

		// 2 legacy parsing
		{`"Effect":"allow","Resource":"arn:aws:s3:us-east-1::b"`, legacy},
		{good + `"Resource":"arn:aws:s3::b"`, legacy},
		{good + `"NotResource":"arn:aws:s3::b"`, legacy},
		{`"Effect":"Allow","Resource":"arn:aws:s3::b"`, legacy}, // before actions
		{good + `"Resource":"arn:aws::::b"`, legacy},
		{good + `"Resource":"arn:error:s3:::b","Condition":{"DateLessThan":{"a":"soon"}}`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":["2026-01-01","234-13"]}}`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"9223372036854775808"}}`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"2026-12-13T2:00:00.5+1"}}`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"2026-12-13T2:00:00.5+23"}}`, ok},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"2026-12-13T24:00:00Z"}}`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"2026-12-13T21:20:37.593194+00:00"}}`, ok},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"2026-12-13T2:00:00+24"}}`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"2026-12-13T2:60"}}`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"2026-12-13T2:59"}}`, ok},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"-292275055"}}`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"2026-01-02-03"}}`, legacy},
		{good + `"Resource":"arn:aws:iam::1"`, legacy},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"01T"}}`, ok},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":"-292275054"}}`, ok},
		{good + `"Resource":"*","Condition":{"DateLessThan":{"a":1767323045}}`, ok},

		// 3 principals
		{good + `"Resource":"*","Principal":"*"`, "Policy document should not specify a principal."},
		{`"Effect":"Deny","Resource":"*","NotPrincipal":{"AWS":"1"}`, "Policy document should not specify a principal."},

		// 4, 5 actions
		{`"Effect":"Allow"`, "Policy statement must contain actions."},
		{`"Effect":"Allow","Action":[],"Resource":"*"`, "Policy statement must contain actions."},
		{`"Effect":"Allow","Action":"invalid"`, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{`"Effect":"Allow","NotAction":"","Resource":"*"`, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{`"Effect":"Allow","Action":"s3:a:b","Resource":"*"`, "Actions/Condition can contain only one colon."},
		{`"Effect":"Allow","Action":"iam :a","Resource":"*"`, "Vendor iam  is not valid"},
		{`"Effect":"Allow","Action":"s*:a","Resource":"*"`, "Vendor s* is not valid"},
		{`"Effect":"Allow","Action":"s:3:a","Resource":"x"`, `Resource x must be in ARN format or "*".`}, // before the vendor

		// 6, 7 resources
		{`"Effect":"Allow","Action":"s3:a"`, "Policy statement must contain resources."},
		{good + `"Resource":[]`, "Policy statement must contain resources."},
		{good + `"Resource":""`, `Resource  must be in ARN format or "*".`},
		{good + `"Resource":["x","y"]`, `Resource x must be in ARN format or "*".`}, // reverse order, the last error stays
		{good + `"Resource":"s3::example-bucket/*"`, `Partition "" is not valid for resource "arn::example-bucket/*:*:*:*".`},
		{good + `"Resource":"a:bc"`, `Partition "bc" is not valid for resource "arn:bc:*:*:*:*".`},
		{good + `"Resource":"arn:bad:"`, `Partition "bad" is not valid for resource "arn:bad:*:*:*:*".`},
		{good + `"Resource":"a:b:c"`, `Partition "b" is not valid for resource "arn:b:c:*:*:*".`},
		{good + `"Resource":"aws:s3:::b"`, `Partition "s3" is not valid for resource "arn:s3:::b:*".`},
		{good + `"Resource":"a:b:c:d:e:f:g:h"`, `Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".`},
		{good + `"Resource":"arn:aws-cn:s3:::b"`, ok},
		{good + `"Resource":"arn:*:s3:::b"`, ok},
		{good + `"Resource":"arn:aws"`, "Resource vendor must be fully qualified and cannot contain regexes."},
		{good + `"Resource":"arn:aws:s*:::b"`, "Resource vendor must be fully qualified and cannot contain regexes."},
		{good + `"Resource":"arn:aws:fsx"`, ok},
		{good + `"Resource":"arn:aws:iam:us-east-1::user/x"`, "IAM resource arn:aws:iam:us-east-1::user/x cannot contain region information."},
		{good + `"Resource":"arn:aws:s3:us-east-1::b"`, "Resource arn:aws:s3:us-east-1::b can not contain region information."},
		{good + `"Resource":"arn:aws:iam::1:bucket"`, paths},
		{good + `"Resource":"arn:aws:iam::1:root"`, ok},
		{good + `"Resource":"arn:aws:iam::1:*"`, ok},
		{good + `"Resource":"arn:aws:iam::1:role/${aws:username}"`, ok},

		// 8 Sids
		{`"Sid":"a","Effect":"Allow"},{"Sid":"a","Effect":"Allow"`, "Statement IDs (SID) in a single policy must be unique."},
		{good + `"Resource":"*","Sid":""`, ok},
		{good + `"Resource":"*","Sid":"a b"`, "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
	}
	for _, tt := range tests {
		text := `{"Version":"2012-10-17","Statement":[{` + tt.statement + `}]}`
		for _, kind := range []Kind{Identity, Boundary, Session} {
			_, err := Check(text, kind, true)
			expect(t, text, err, "MalformedPolicyDocument", tt.want)
		}
	}
}

// expect compares an error with a code and message; an empty message wants no error.
func expect(t *testing.T, text string, err error, code, message string) {
	t.Helper()
	var v *ValidationError
	switch {
	case message == "" && err != nil:
		t.Errorf("%s: %v", text, err)
	case message != "" && !errors.As(err, &v):
		t.Errorf("%s: got %v, want %q", text, err, message)
	case message != "" && (v.Message != message || v.Code != code):
		t.Errorf("%s:\ngot  %s\nwant %s: %s", text, v, code, message)
	}
}

func TestIdentityDocuments(t *testing.T) {
	statement := `{"Effect":"Allow","Action":"s3:a","Resource":"*"}`
	version := "Policy document must be version 2012-10-17 or greater."
	tests := []struct {
		text    string
		managed bool
		want    string
	}{
		{`This is no JSON`, false, syntaxMessage},
		{`{"Version":"2012-10-17"}`, true, syntaxMessage},
		{`{"Version":"2012-10-17","Statement":[]}`, true, syntaxMessage},
		{`{"Version":"2013-10-17","Statement":` + statement + `}`, false, syntaxMessage},
		{`{"Version":"2012-10-17","Id":["x"],"Statement":` + statement + `}`, true, syntaxMessage},
		{`{"Version":"2012-10-17","Id":"x","Statement":` + statement + `}`, true, ""},
		{`{"Version":"2008-10-17","Statement":` + statement + `}`, true, version},
		{`{"Statement":` + statement + `}`, true, version},
		{`{"Version":"2008-10-17","Statement":` + statement + `}`, false, ""},
		{`{"Statement":` + statement + `}`, false, ""},
		{`{"Statement":{"Effect":"denY"}}`, true, version}, // before legacy parsing
		{`{"Statement":[{"Sid":"a","Effect":"Allow"},{"Sid":"a","Effect":"Allow"}]}`, true, version},
	}
	for _, tt := range tests {
		_, err := Check(tt.text, Identity, tt.managed)
		expect(t, tt.text, err, "MalformedPolicyDocument", tt.want)
	}
}

// The messages of reference: facts/wire-errors.md section 5.4.
func TestTrustMessages(t *testing.T) {
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[{` + s + `}]}` }
	good := `"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"`
	cognitoTrust := `"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"`
	tests := []struct{ text, want string }{
		{statement(good), ""},
		{`{"Statement":{` + good + `}}`, ""},
		{`{"Version":"2008-10-17","Statement":{` + good + `}}`, ""},
		{statement(`"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:assumerole","STS:TagSession"]`), ""},
		{`x`, "This policy contains invalid Json"},
		{statement(good + `,"Effect":"Allow"`), "This policy contains invalid Json"},
		{statement(good + `,"Extra":"x"`), "This policy contains invalid Json"},
		{`{"Version":"2011-01-01","Statement":[]}`, "The policy must contain a valid version string"},
		{`{"Version":"2012-10-17","Statement":[]}`, "Could not parse the policy: Statement is empty!"},
		{`{"Version":"2012-10-17"}`, "Could not parse the policy: Statement is empty!"},
		{statement(`"Sid":"a b",` + good + `},{"Sid":"a b",` + good), "The Statement Ids in the policy are not unique"},
		{statement(`"Action":"sts:AssumeRole"`), "Missing required field Effect"},
		{statement(`"Effect":"Maybe"`), "Invalid effect: Maybe"},
		{statement(`"Effect":"Allow","Action":"sts:AssumeRole"`), "Missing required field Principal"},
		{statement(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{}`), "Missing required field Principal cannot be empty!"},
		{statement(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"`), "Principal must be a JSON object."},
		{statement(`"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"*"}`), "Allow with NotPrincipal is not allowed."},
		{statement(`"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"*"}`), "AssumeRole policy must not contain NotPrincipal field."},
		{statement(`"Effect":"Allow","Principal":{"AWS":"*"}`), "Missing required field Action"},
		{statement(`"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*"`), "AssumeRole policy may only specify STS AssumeRole actions."},
		{statement(`"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","s3:GetObject"]`), "AssumeRole policy may only specify STS AssumeRole actions."},
		{statement(good + `,"Resource":"*"`), "Has prohibited field Resource"},
		{statement(good + `,"NotResource":"*"`), "AssumeRole policy must not contain resources."},
		{statement(`"Effect":"Allow","Principal":{"CanonicalUser":"x"},"Action":"sts:AssumeRole"`), `Invalid principal in policy: "CanonicalUser"`},
		{statement(cognitoTrust), "A condition block must be present for the Cognito provider"},
		{statement(cognitoTrust + `,"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"x"}}`), ""},
		{statement(good + `,"Condition":{"Sometimes":{"a":"b"}}`), "Syntax error in policy."},
		{statement(good + `,"NotAction":"sts:TagSession"`), "Syntax error in policy."},
	}
	for _, tt := range tests {
		_, err := Check(tt.text, Trust, false)
		expect(t, tt.text, err, "MalformedPolicyDocument", tt.want)
	}
}

// The messages of reference: facts/wire-errors.md section 5.5.
func TestResourceMessages(t *testing.T) {
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[{` + s + `}]}` }
	good := `"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`
	tests := []struct{ text, want string }{
		{statement(good), ""},
		{` {`, "Policies must be valid JSON and the first byte must be '{'"},
		{`{`, "This policy contains invalid Json"},
		{`{}`, "Missing required field Statement"},
		{`{"Statement":[]}`, "Could not parse the policy: Statement is empty!"},
		{`{"Version":"1","Statement":[]}`, "The policy must contain a valid version string"},
		{statement(`"Principal":"*"`), "Missing required field Effect"},
		{statement(`"Effect":"Allow"`), "Missing required field Principal"},
		{statement(`"Effect":"Allow","Principal":"*"`), "Missing required field Action"},
		{statement(`"Effect":"Allow","Principal":"*","Action":"s3:a"`), "Missing required field Resource"},
		{statement(`"Effect":"Allow","Principal":"x","Action":"s3:a","Resource":"*"`), "Invalid principal in policy"},
		{statement(`"Effect":"Allow","Principal":{"Group":"x"},"Action":"s3:a","Resource":"*"`), "Invalid principal in policy"},
		{statement(good + `,"NotAction":"s3:PutObject"`), "This policy contains invalid Json"},
		{statement(good + `,"Condition":{"Foo":{"a":"b"}}`), "Invalid Condition type : Foo"},
		{statement(good + `,"Condition":{"IpAddress":{"aws:SourceIp":"here"}}`), "Invalid IP address in Conditions"},
	}
	for _, tt := range tests {
		_, err := Check(tt.text, Resource, false)
		expect(t, tt.text, err, "MalformedPolicy", tt.want)
	}
}

func TestOrganizationPolicies(t *testing.T) {
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[{` + s + `}]}` }
	tests := []struct {
		kind Kind
		text string
		ok   bool
	}{
		{SCP, statement(`"Effect":"Allow","NotAction":"s3:*Delete*","Resource":"*","Condition":{"Bool":{"a":"true"}}`), true},
		{SCP, statement(`"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"`), false},
		{SCP, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, false},
		{SCP, statement(`"Action":"*","Resource":"*"`), false},
		{SCP, statement(`"Effect":"Allow","Action":"*"`), false},
		{SCP, statement(`"Effect":"Allow","Action":"GetObject","Resource":"*"`), false},
		{SCP, statement(`"Effect":"Allow","Action":"*:*","Resource":"*"`), true},
		{SCP, `x`, false},
		{RCP, statement(`"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"`), true},
		{RCP, statement(`"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"`), false},
		{RCP, statement(`"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":"*"`), false},
		{RCP, statement(`"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"`), false},
		{RCP, statement(`"Effect":"Deny","Principal":"*","Action":"*:*","Resource":"*"`), false},
		{RCP, statement(`"Effect":"Deny","Principal":"*","NotAction":"s3:*","Resource":"*"`), false},
	}
	for _, tt := range tests {
		want := organizationsMessage
		if tt.ok {
			want = ""
		}
		_, err := Check(tt.text, tt.kind, false)
		expect(t, tt.text, err, "MalformedPolicyDocumentException", want)
	}
}

// TestCheckKeepsSyntaxError: AWS says little about a syntax error, the error behind it says where it is.
func TestCheckKeepsSyntaxError(t *testing.T) {
	_, err := Check("{\n  \"Statement\": 5}", Identity, false)
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Pos != (Pos{Line: 2, Column: 16}) {
		t.Errorf("got %v", err)
	}
	if err := mustParse(t, `{}`).Validate("no kind", false); err == nil {
		t.Error("an unknown kind is accepted")
	}
}

func TestPrincipalsAndRewrite(t *testing.T) {
	text := `{ "Statement" : [ {"Effect":"Allow", "Action":"sts:AssumeRole",
  "Principal": {"Service": "eks.amazonaws.com" ,  "AWS": [ "arn:aws:iam::111122223333:user\/ann", "111122223333" ]}},
 {"NotPrincipal":{"AWS":"AROAEXAMPLE"},  "Effect":"Deny"}, {"Effect":"Deny","Principal":"*"}]  }`
	p := Compile(mustParse(t, text))
	var got []string
	for _, ref := range p.Principals() {
		got = append(got, ref.Pos.String()+" "+ref.Element+" "+ref.Type+" "+ref.Value)
	}
	want := []string{
		"2:28 Principal Service eks.amazonaws.com",
		"2:60 Principal AWS arn:aws:iam::111122223333:user/ann",
		"2:99 Principal AWS 111122223333",
		"3:25 NotPrincipal AWS AROAEXAMPLE",
		"3:89 Principal AWS *",
	}
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if string(a) != string(b) {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
	ids := map[string]string{"arn:aws:iam::111122223333:user/ann": "AIDAEXAMPLE", "AROAEXAMPLE": "arn:aws:iam::111122223333:role/r",
		"eks.amazonaws.com": "never"}
	rewritten := p.RewritePrincipals(func(v string) (string, bool) { id, ok := ids[v]; return id, ok })
	wantText := `{ "Statement" : [ {"Effect":"Allow", "Action":"sts:AssumeRole",
  "Principal": {"Service": "eks.amazonaws.com" ,  "AWS": [ "AIDAEXAMPLE", "111122223333" ]}},
 {"NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/r"},  "Effect":"Deny"}, {"Effect":"Deny","Principal":"*"}]  }`
	if rewritten != wantText {
		t.Errorf("got\n%s\nwant\n%s", rewritten, wantText)
	}
}

// TestDocumentsOfTestdata: what people write is accepted.
func TestDocumentsOfTestdata(t *testing.T) {
	for name, kind := range map[string]Kind{"user.json": Identity, "trust.json": Trust, "bucket.json": Resource} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Check(string(b), kind, kind == Identity); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What every kind of policy must be; a Principal, say, is for Validate to judge.
func TestCheckGrammar(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`:                           true,
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3","Resource":"arn:aws:s3"}}`: true,
		`{"Statement":{"Effect":"Deny"}}`:                                                        true,
		`{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`:                           false,
		`{"Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}`:                           false,
		`{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}}`:           false,
		`{"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`:    false,
	} {
		d, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		err = d.CheckGrammar()
		var invalid *ValidationError
		if ok != (err == nil) || !ok && (!errors.As(err, &invalid) || invalid.Message != syntaxMessage) {
			t.Errorf("%s: %v, want sound: %v", text, err, ok)
		}
	}
}
