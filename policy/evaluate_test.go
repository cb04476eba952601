package policy

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/airside-dev/airside/policy/trace"
)

// ask evaluates a policy of one statement both ways and returns the result.
func ask(t *testing.T, text string, q *Query) Result {
	t.Helper()
	p := Compile(mustParse(t, text))
	r := p.Evaluate(q, nil)
	if full := p.Evaluate(q, &Step{}); full != r && r.Deny == nil {
		t.Errorf("%s: the fast path gives %+v, the recording one %+v", text, r, full)
	}
	return r
}

// TestActions: reference_policies_elements_action and …_notaction.
func TestActions(t *testing.T) {
	tests := []struct {
		element, action string
		want            bool
	}{
		{`"Action":"*"`, "s3:GetObject", true},
		{`"Action":"s3:GetObject"`, "S3:GETOBJECT", true},
		{`"Action":"s3:Get*"`, "s3:GetObject", true},
		{`"Action":"s3:*ject"`, "s3:GetObject", true},
		{`"Action":"s3:?etObject"`, "s3:GetObject", true},
		{`"Action":"*:*"`, "s3:GetObject", true},
		{`"Action":"s3*"`, "s3:GetObject", false}, // no colon
		{`"Action":["ec2:*","s3:GetObject"]`, "s3:GetObject", true},
		{`"Action":"s3:GetObject "`, "s3:GetObject", false},
		{`"Action":"s3:Get*,s3:Put*"`, "s3:GetObject", false},
		{`"Action":""`, "s3:GetObject", false},
		{`"Action":[]`, "s3:GetObject", false},
		{`"Action":"${*}"`, "s3:GetObject", false}, // no variables
		{`"NotAction":"s3:*"`, "s3:GetObject", false},
		{`"NotAction":"s3:*"`, "ec2:RunInstances", true},
		{`"NotAction":"s3:GetObject "`, "s3:GetObject", true},
		{`"Sid":"x"`, "s3:GetObject", false},
	}
	for _, tt := range tests {
		text := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*",` + tt.element + `}}`
		if r := ask(t, text, &Query{Kind: Identity, Action: tt.action, Resource: "*"}); (r.Allow != nil) != tt.want {
			t.Errorf("%s on %s: got %t", tt.element, tt.action, r.Allow != nil)
		}
	}
}

// TestLongActionLists: a long list is indexed, and finds the same first match as going through it.
func TestLongActionLists(t *testing.T) {
	list := []string{"s3:Put*", "*:Head*", "S3:Get*", "s?:GetBucket", "ec2"}
	for i := range 2 * longList {
		list = append(list, "svc"+string(rune('a'+i%26))+":Do*")
	}
	list = append(list, "s3:GetObject")
	for _, last := range []string{"*", "ec2:Run"} {
		values := &Values{}
		for _, a := range append(list, last) {
			values.List = append(values.List, Value{Text: a})
		}
		indexed := newActions(values)
		plain := &patternSet{source: values, patterns: indexed.patterns}
		for _, action := range []string{"s3:GetObject", "S3:GETBUCKET", "s3:HeadObject", "sqs:GetBucket", "svcb:DoIt", "ec2:Run", "ec2", "none"} {
			if got, want := indexed.matchAction(action), plain.matchAction(action); got != want || indexed.byService == nil {
				t.Errorf("%s: index %d, want %d", action, got, want)
			}
		}
	}
}

// TestResources: reference_policies_elements_resource, …_notresource, reference_policies_variables.
func TestResources(t *testing.T) {
	keys := testKeys("aws:username", "ann")
	tests := []struct {
		version, element, resource string
		want                       bool
	}{
		{Version2012, `"Resource":"*"`, "arn:aws:s3:::b", true},
		{Version2012, `"Resource":"*"`, "*", true},
		{Version2012, `"Resource":"**"`, "*", true},
		{Version2012, `"Resource":"?"`, "*", false},
		{Version2012, `"Resource":"arn:aws:s3:::*"`, "*", false},
		{Version2012, `"Resource":"arn:aws:s3:::B"`, "arn:aws:s3:::b", false},
		{Version2012, `"Resource":"arn:aws:s3:::b/*/t/*"`, "arn:aws:s3:::b/1/2/t/3", true},
		{Version2012, `"Resource":"arn:aws:s3:*"`, "arn:aws:s3:::b", true},
		{Version2012, `"Resource":"arn:aws:logs:us-east-1:1:log-group:foo*"`, "arn:aws:logs:us-east-1:1:log-group:foo:log-stream:x", true},
		{Version2012, `"Resource":"arn:aws:sqs:u*t:1:q"`, "arn:aws:sqs:us:t:1:q", ResourceWildcardCrossesColon},
		{Version2012, `"Resource":"arn:aws:fsx"`, "arn:aws:fsx:us-east-1:1:file-system/x", PadShortARNs},
		{Version2012, `"Resource":"arn:aws:fsx:us-east-1"`, "arn:aws:fsx:eu-west-1:1:file-system/x", false},
		{Version2012, `"Resource":"arn:aws:iam::1:user/${aws:username}"`, "arn:aws:iam::1:user/ann", true},
		{Version2012, `"Resource":"arn:aws:iam::1:user/${aws:username}"`, "arn:aws:iam::1:user/bob", false},
		{Version2012, `"Resource":"arn:aws:iam::1:user/${none}"`, "arn:aws:iam::1:user/", false},
		{Version2012, `"Resource":"arn:aws:iam::${aws:username}:user/x"`, "arn:aws:iam::ann:user/x", false}, // before the fifth colon
		{Version2012, `"Resource":"arn:${"`, "arn:${", false},
		{Version2008, `"Resource":"arn:aws:iam::1:user/${aws:username}"`, "arn:aws:iam::1:user/ann", false},
		{Version2008, `"Resource":"arn:aws:iam::1:user/${aws:username}"`, "arn:aws:iam::1:user/${aws:username}", true},
		{"", `"Resource":"arn:aws:iam::1:user/${aws:username}"`, "arn:aws:iam::1:user/ann", false},
		{Version2012, `"NotResource":"arn:aws:s3:::b"`, "arn:aws:s3:::c", true},
		{Version2012, `"NotResource":"arn:aws:s3:::b"`, "*", true},
		{Version2012, `"NotResource":["arn:aws:s3:::b","arn:aws:s3:::c"]`, "arn:aws:s3:::c", false},
		{Version2012, `"NotResource":"arn:aws:s3:::${none}"`, "arn:aws:s3:::c", NotResourceUnresolvedMatches},
		{Version2012, `"Sid":"x"`, "arn:aws:s3:::c", false},
	}
	for _, tt := range tests {
		version := ""
		if tt.version != "" {
			version = `"Version":"` + tt.version + `",`
		}
		text := `{` + version + `"Statement":{"Effect":"Allow","Action":"*",` + tt.element + `}}`
		r := ask(t, text, &Query{Kind: Identity, Action: "a:B", Resource: tt.resource, Keys: keys})
		if (r.Allow != nil) != tt.want {
			t.Errorf("%s %s on %s: got %t", tt.version, tt.element, tt.resource, r.Allow != nil)
		}
	}
}

// TestVersionDecidesVariablesInConditions: reference_policies_elements_version.
func TestVersionDecidesVariablesInConditions(t *testing.T) {
	for version, want := range map[string]bool{`"Version":"2012-10-17",`: true, `"Version":"2008-10-17",`: false, ``: false} {
		text := `{` + version + `"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"${aws:username}"}}}}`
		r := ask(t, text, &Query{Kind: Identity, Action: "a:B", Resource: "*", Keys: testKeys("aws:username", "ann", "k", "ann")})
		if (r.Allow != nil) != want {
			t.Errorf("version %q: got %t", version, r.Allow != nil)
		}
	}
}

var (
	userCaller = &Caller{Account: "111122223333", User: "arn:aws:iam::111122223333:user/team/ann", UserID: "AIDAEXAMPLEANN"}
	roleCaller = &Caller{Account: "111122223333", Role: "arn:aws:iam::111122223333:role/path/dev", RoleID: "AROAEXAMPLEDEV",
		Session: "arn:aws:sts::111122223333:assumed-role/dev/ann"}
	federatedCaller = &Caller{Account: "111122223333", Session: "arn:aws:sts::111122223333:federated-user/app",
		Parent: "arn:aws:iam::111122223333:user/team/ann", ParentID: "AIDAEXAMPLEANN"}
	rootCaller      = &Caller{Account: "111122223333"}
	anonymousCaller = &Caller{}
	serviceCaller   = &Caller{Service: "eks.amazonaws.com"}
	webCaller       = &Caller{Federated: "arn:aws:iam::111122223333:oidc-provider/example.com"}
)

// TestPrincipals: reference_policies_elements_principal.
func TestPrincipals(t *testing.T) {
	tests := []struct {
		kind      Kind
		principal string
		caller    *Caller
		want      Grant
	}{
		{Resource, `"*"`, userCaller, GrantAnyone},
		{Resource, `{"AWS":"*"}`, anonymousCaller, GrantAnyone},
		{Resource, `{"Service":"*"}`, userCaller, NotGranted},
		{Trust, `{"AWS":"*"}`, roleCaller, GrantAnyone},
		{Trust, `{"AWS":"*"}`, webCaller, NotGranted},
		{Trust, `{"AWS":"*"}`, anonymousCaller, NotGranted},
		{Resource, `{"AWS":"111122223333"}`, userCaller, GrantAccount},
		{Resource, `{"AWS":"arn:aws:iam::111122223333:root"}`, roleCaller, GrantAccount},
		{Resource, `{"AWS":"arn:aws:iam::111122223333:root"}`, rootCaller, GrantAccount},
		{Resource, `{"AWS":"444455556666"}`, userCaller, NotGranted},
		{Resource, `{"AWS":"arn:aws:iam::111122223333:user/team/ann"}`, userCaller, GrantUser},
		{Resource, `{"AWS":"arn:aws:iam::111122223333:user/ann"}`, userCaller, NotGranted}, // the path is part of it
		{Resource, `{"AWS":"arn:aws:iam::111122223333:user/team/Ann"}`, userCaller, NotGranted},
		{Resource, `{"AWS":"arn:aws:iam::111122223333:user/*"}`, userCaller, NotGranted}, // no partial wildcards
		{Resource, `{"AWS":"AIDAEXAMPLEANN"}`, userCaller, GrantUser},
		{Resource, `{"AWS":"arn:aws:iam::111122223333:role/path/dev"}`, roleCaller, GrantRole},
		{Resource, `{"AWS":"AROAEXAMPLEDEV"}`, roleCaller, GrantRole},
		{Resource, `{"AWS":"arn:aws:sts::111122223333:assumed-role/dev/ann"}`, roleCaller, GrantSession},
		{Resource, `{"AWS":["111122223333","AROAEXAMPLEDEV"]}`, roleCaller, GrantRole}, // the strongest counts
		{Resource, `{"AWS":"arn:aws:sts::111122223333:federated-user/app"}`, federatedCaller, GrantSession},
		{Resource, `{"AWS":"AIDAEXAMPLEANN"}`, federatedCaller, GrantParent},
		{Resource, `{"AWS":"arn:aws:iam::111122223333:user/team/ann"}`, federatedCaller, GrantParent},
		{Resource, `{"AWS":""}`, userCaller, NotGranted},
		{Resource, `{"AWS":""}`, anonymousCaller, NotGranted},
		{Resource, `{"Service":"","Federated":""}`, anonymousCaller, NotGranted},
		{Trust, `{"Service":["ec2.amazonaws.com","eks.amazonaws.com"]}`, serviceCaller, GrantService},
		{Trust, `{"Service":"eks.amazonaws.com"}`, userCaller, NotGranted},
		{Trust, `{"AWS":"eks.amazonaws.com"}`, serviceCaller, NotGranted},
		{Trust, `{"Federated":"arn:aws:iam::111122223333:oidc-provider/example.com"}`, webCaller, GrantFederation},
		{Trust, `{"Federated":"arn:aws:iam::111122223333:oidc-provider/example.org"}`, webCaller, NotGranted},
	}
	for _, tt := range tests {
		text := `{"Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*","Principal":` + tt.principal + `}}`
		r := ask(t, text, &Query{Kind: tt.kind, Action: "sts:AssumeRole", Resource: "arn:aws:iam::1:role/x", Caller: *tt.caller})
		if r.Grant != tt.want || (r.Allow != nil) != (tt.want != NotGranted) {
			t.Errorf("%s %s on %+v: got %q", tt.kind, tt.principal, tt.caller, r.Grant)
		}
	}
}

// TestGrantNames: a grant that there is not names nobody.
func TestGrantNames(t *testing.T) {
	for grant, want := range map[Grant]string{NotGranted: "no principal", GrantRole: "its role", GrantFederation: "the identity provider", 99: "no principal"} {
		if got := grant.String(); got != want {
			t.Errorf("%d: got %q, want %q", grant, got, want)
		}
	}
}

// TestPrincipalIsNeededWhereThePolicyNamesThem: a statement without one is about everybody or about nobody.
func TestPrincipalIsNeededWhereThePolicyNamesThem(t *testing.T) {
	text := `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	for kind, want := range map[Kind]bool{Identity: true, Boundary: true, Session: true, SCP: true, Resource: false, Trust: false, RCP: false} {
		r := ask(t, text, &Query{Kind: kind, Action: "a:B", Resource: "*", Caller: *userCaller})
		if (r.Allow != nil) != want {
			t.Errorf("%s: got %t", kind, r.Allow != nil)
		}
	}
}

// TestTrustImpliesResource: a trust policy has no Resource.
func TestTrustImpliesResource(t *testing.T) {
	text := `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}}`
	for kind, want := range map[Kind]bool{Trust: true, Resource: false} {
		r := ask(t, text, &Query{Kind: kind, Action: "sts:AssumeRole", Resource: "arn:aws:iam::1:role/x", Caller: *userCaller})
		if (r.Allow != nil) != want {
			t.Errorf("%s: got %t", kind, r.Allow != nil)
		}
	}
}

// TestNotPrincipal: reference_policies_elements_notprincipal; access_policies_boundaries for the last case.
func TestNotPrincipal(t *testing.T) {
	bounded := *userCaller
	bounded.HasBoundary = true
	tests := []struct {
		principals string
		caller     *Caller
		denied     bool
	}{
		{`{"AWS":["arn:aws:iam::111122223333:user/team/ann","111122223333"]}`, userCaller, false},
		{`{"AWS":["AIDAEXAMPLEANN","arn:aws:iam::111122223333:root"]}`, userCaller, false},
		{`{"AWS":"arn:aws:iam::111122223333:user/team/ann"}`, userCaller, true}, // the account is not listed
		{`{"AWS":"arn:aws:iam::111122223333:root"}`, userCaller, true},
		{`{"AWS":"arn:aws:iam::111122223333:root"}`, rootCaller, false},
		{`{"AWS":["111122223333","arn:aws:iam::111122223333:role/path/dev"]}`, roleCaller, true}, // the session is not
		{`{"AWS":["111122223333","arn:aws:iam::111122223333:role/path/dev","arn:aws:sts::111122223333:assumed-role/dev/ann"]}`, roleCaller, false},
		{`{"AWS":["111122223333","arn:aws:sts::111122223333:federated-user/app","AIDAEXAMPLEANN"]}`, federatedCaller, false},
		{`{"AWS":["111122223333","arn:aws:sts::111122223333:federated-user/app"]}`, federatedCaller, true},
		{`{"AWS":"444455556666"}`, anonymousCaller, true},
		{`"*"`, anonymousCaller, false},
		{`{"Service":"eks.amazonaws.com"}`, serviceCaller, false},
		{`{"AWS":["arn:aws:iam::111122223333:user/team/ann","111122223333"]}`, &bounded, true},
		{`"*"`, &bounded, true},
	}
	for _, tt := range tests {
		text := `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","NotPrincipal":` + tt.principals + `}}`
		r := ask(t, text, &Query{Kind: Resource, Action: "s3:GetObject", Resource: "arn:aws:s3:::b", Caller: *tt.caller})
		if (r.Deny != nil) != tt.denied {
			t.Errorf("%s on %+v: denied %t", tt.principals, tt.caller, r.Deny != nil)
		}
	}
}

func TestResultNamesStatement(t *testing.T) {
	p := Compile(mustParse(t, `{"Statement":[
  {"Effect":"Allow","Action":"s3:*","Resource":"*"},
  {"Sid":"Never","Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"}]}`))
	r := p.Evaluate(&Query{Kind: Identity, Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::b"}, nil)
	if r.Deny == nil || r.Deny.Name() != "Never" || r.Deny.Pos != (Pos{Line: 3, Column: 3}) {
		t.Errorf("got %+v", r.Deny)
	}
	r = p.Evaluate(&Query{Kind: Identity, Action: "s3:GetObject", Resource: "arn:aws:s3:::b"}, nil)
	if r.Deny != nil || r.Allow == nil || r.Allow.Name() != "statement 1" {
		t.Errorf("got %+v", r)
	}
}

// TestDefectsGrantNothing: what Validate refuses does not open a policy that was compiled all the same.
func TestDefectsGrantNothing(t *testing.T) {
	q := &Query{Kind: Identity, Action: "s3:GetObject", Resource: "arn:aws:s3:::b"}
	for _, text := range []string{
		`{"Statement":{"Action":"*","Resource":"*"}}`,
		`{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`,
		`{"Statement":{"Effect":"Deny","Principal":{"AWS":"nobody"},"Action":"*","Resource":"*"}}`,
		`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NoSuch":{"k":"v"}}}}`,
	} {
		if r := ask(t, text, q); r.Deny == nil {
			t.Errorf("%s does not deny", text)
		}
	}
	if r := ask(t, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`, q); r.Allow != nil {
		t.Error("a principal in an identity-based policy grants something")
	}
}

func TestExplainIsComplete(t *testing.T) {
	p := Compile(mustParse(t, `{"Version":"2012-10-17","Statement":[
  {"Sid":"A","Effect":"Allow","Action":["s3:PutObject","s3:Get*"],"Resource":"arn:aws:s3:::b/${aws:username}/*",
   "Condition":{"StringEquals":{"k":["v","${aws:username}"]},"Bool":{"aws:SecureTransport":"true"}}},
  {"Effect":"Deny","NotAction":"s3:*","Resource":"*"}]}`))
	root := &Step{Kind: trace.Policy}
	r := p.Evaluate(&Query{Kind: Identity, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/bob/x",
		Keys: testKeys("aws:username", "ann", "k", "w")}, root)
	if r != (Result{}) {
		t.Errorf("got %+v", r)
	}
	got, err := json.MarshalIndent(root.Steps, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var want, have any
	if err := json.Unmarshal([]byte(explained), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got, &have); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(have)
	if string(a) != string(b) {
		t.Errorf("got\n%s", got)
	}
}

const explained = `[
 {"kind":"statement","subject":"A","outcome":"no-match","pos":{"line":2,"column":3},"steps":[
  {"kind":"element","subject":"Action","outcome":"match","want":["s3:Get*"],"got":["s3:GetObject"],"pos":{"line":2,"column":56}},
  {"kind":"element","subject":"Resource","outcome":"no-match","want":["arn:aws:s3:::b/${aws:username}/*"],"got":["arn:aws:s3:::b/bob/x"],"pos":{"line":2,"column":67}},
  {"kind":"element","subject":"Condition","outcome":"no-match","steps":[
   {"kind":"condition","subject":"StringEquals k","outcome":"no-match","want":["v","${aws:username}"],"got":["w"],"pos":{"line":3,"column":33},"detail":"\"${aws:username}\" stands for \"ann\""},
   {"kind":"condition","subject":"Bool aws:SecureTransport","outcome":"no-match","want":["true"],"absent":true,"pos":{"line":3,"column":70},"detail":"the request has no such key, which Bool does not accept"}]}]},
 {"kind":"statement","subject":"statement 2","outcome":"no-match","pos":{"line":4,"column":3},"steps":[
  {"kind":"element","subject":"NotAction","outcome":"no-match","want":["s3:*"],"got":["s3:GetObject"],"pos":{"line":4,"column":32}},
  {"kind":"element","subject":"Resource","outcome":"match","want":["*"],"got":["arn:aws:s3:::b/bob/x"],"pos":{"line":4,"column":50}}]}]`

// randomStatement makes a statement of a few parts, so that a few thousand of them meet every combination.
func randomStatement(r *rand.Rand, effect string) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	return `{"Effect":"` + effect + `",` +
		pick(`"Action":"s3:*"`, `"Action":"*"`, `"NotAction":"s3:Get*"`, `"Action":["ec2:*","s3:GetObject"]`) + `,` +
		pick(`"Resource":"*"`, `"Resource":"arn:aws:s3:::b/${aws:username}"`, `"NotResource":"arn:aws:s3:::${none}"`, `"NotResource":"arn:aws:s3:::c"`) +
		pick(``, `,"Principal":"*"`, `,"Principal":{"AWS":"111122223333"}`, `,"NotPrincipal":{"AWS":"AIDAEXAMPLEANN"}`) +
		pick(``, `,"Condition":{"StringNotEquals":{"k":"v"}}`, `,"Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}}`, `,"Condition":{"Bool":{"x":"true"}}`) +
		`}`
}

// TestOrderNeverMattersAndDenyNeverAllows checks both properties on random policies.
func TestOrderNeverMattersAndDenyNeverAllows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var parts []string
		for range 1 + r.IntN(4) {
			parts = append(parts, randomStatement(r, []string{Allow, Deny}[r.IntN(2)]))
		}
		q := &Query{Kind: []Kind{Identity, Resource}[r.IntN(2)], Action: "s3:GetObject", Resource: "arn:aws:s3:::b/ann",
			Keys: testKeys("aws:username", "ann", "aws:TagKeys", []string{"a", "b"}[r.IntN(2)]), Caller: *userCaller}
		document := func(parts []string) *Policy {
			return Compile(mustParse(t, `{"Version":"2012-10-17","Statement":[`+strings.Join(parts, ",")+`]}`))
		}
		first := document(parts).Evaluate(q, nil)
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		second := document(parts).Evaluate(q, nil)
		if (first.Deny != nil) != (second.Deny != nil) || first.Deny == nil && first.Grant != second.Grant ||
			first.Deny == nil && (first.Allow != nil) != (second.Allow != nil) {
			t.Fatalf("order matters for %s: %+v, %+v", parts, first, second)
		}
		more := document(append(parts, randomStatement(r, Deny))).Evaluate(q, nil)
		if more.Deny == nil && (more.Allow != nil) != (second.Allow != nil) || second.Deny != nil && more.Deny == nil {
			t.Fatalf("adding a Deny to %s: %+v became %+v", parts, second, more)
		}
	}
}

func FuzzEvaluate(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add(text, "s3:GetObject", "arn:aws:s3:::docs/x", "aws:username", "ann")
		f.Add(text, "sts:AssumeRole", "*", "aws:TagKeys", "")
	}
	f.Fuzz(func(t *testing.T, text, action, resource, key, value string) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		p := Compile(d)
		for _, kind := range []Kind{Identity, Resource, Trust} {
			for _, caller := range []*Caller{userCaller, roleCaller, anonymousCaller} {
				q := &Query{Kind: kind, Action: action, Resource: resource, Keys: testKeys(key, value), Caller: *caller}
				fast, full := p.Evaluate(q, nil), p.Evaluate(q, &Step{})
				if fast.Deny != full.Deny || fast.Deny == nil && fast != full {
					t.Fatalf("the fast path gives %+v, the recording one %+v", fast, full)
				}
			}
		}
	})
}

func TestEvaluateAllocatesNothing(t *testing.T) {
	p, q := benchmarkCase(t)
	if n := testing.AllocsPerRun(100, func() { p.Evaluate(q, nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func benchmarkCase(t testing.TB) (*Policy, *Query) {
	text, err := os.ReadFile("testdata/user.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Check(string(text), Identity, true)
	if err != nil {
		t.Fatal(err)
	}
	return p, &Query{Kind: Identity, Action: "eks:DescribeCluster", Resource: "arn:aws:eks:us-east-1:111122223333:cluster/core-1",
		Keys: testKeys("aws:PrincipalTag/team", "core", "aws:username", "ann", "aws:CurrentTime", "2026-01-02T03:04:05Z",
			"aws:SourceIp", "198.51.100.7", "aws:MultiFactorAuthPresent", "true")}
}

func BenchmarkEvaluate(b *testing.B) {
	p, q := benchmarkCase(b)
	if r := p.Evaluate(q, nil); r.Allow == nil || r.Deny != nil {
		b.Fatalf("got %+v", r)
	}
	b.ReportAllocs()
	for b.Loop() {
		p.Evaluate(q, nil)
	}
}

func BenchmarkEvaluateExplained(b *testing.B) {
	p, q := benchmarkCase(b)
	b.ReportAllocs()
	for b.Loop() {
		p.Evaluate(q, &Step{})
	}
}
