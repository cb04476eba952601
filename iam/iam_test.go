package iam_test

import (
	"strings"
	"testing"

	"github.com/airside-dev/airside/iam"
	"github.com/airside-dev/airside/policy"
)

const (
	alice = "arn:aws:iam::111122223333:user/alice"
	role  = "arn:aws:iam::111122223333:role/deploy"
)

// of is a policy of one statement.
func of(t *testing.T, kind policy.Kind, statement string) *policy.Policy {
	t.Helper()
	p, err := policy.Check(`{"Version":"2012-10-17","Statement":[`+statement+`]}`, kind, false)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDecide(t *testing.T) {
	get := iam.Request{Principal: alice, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	assume := iam.Request{Principal: alice, Action: "sts:AssumeRole", Resource: role}
	all := of(t, policy.Identity, `{"Effect":"Allow","Action":"*","Resource":"*"}`)
	put := of(t, policy.Identity, `{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}`)
	deny := of(t, policy.Identity, `{"Sid":"No","Effect":"Deny","Action":"s3:*","Resource":"*"}`)
	mine := of(t, policy.Identity, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:username":"alice"}}}`)
	bucket := of(t, policy.Resource, `{"Effect":"Allow","Principal":{"AWS":"`+alice+`"},"Action":"s3:GetObject","Resource":"*"}`)
	trust := of(t, policy.Trust, `{"Effect":"Allow","Principal":{"AWS":"`+alice+`"},"Action":"sts:AssumeRole"}`)
	source := func(p *policy.Policy) []iam.Source { return []iam.Source{{Name: "p", Policy: p}} }

	foreign, absent, root := get, get, get
	foreign.ResourceAccount = "444455556666"
	absent.Context = map[string][]string{"aws:username": nil}
	root.Principal = "arn:aws:iam::111122223333:root"

	for _, test := range []struct {
		name     string
		request  iam.Request
		policies iam.Policies
		want     iam.Decision
		by       policy.Kind
	}{
		{"nothing", get, iam.Policies{}, iam.ImplicitlyDenied, policy.Identity},
		{"root", root, iam.Policies{}, iam.Allowed, ""},
		{"identity", get, iam.Policies{Identity: source(all)}, iam.Allowed, policy.Identity},
		{"deny", get, iam.Policies{Identity: []iam.Source{{"p", all}, {"q", deny}}}, iam.ExplicitlyDenied, policy.Identity},
		{"keys of the principal", get, iam.Policies{Identity: source(mine)}, iam.Allowed, policy.Identity},
		{"an absent key", absent, iam.Policies{Identity: source(mine)}, iam.ImplicitlyDenied, policy.Identity},
		{"boundary", get, iam.Policies{Identity: source(all), Boundary: &iam.Source{Name: "b", Policy: put}}, iam.ImplicitlyDenied, policy.Boundary},
		{"session", get, iam.Policies{Identity: source(all), Session: source(put)}, iam.ImplicitlyDenied, policy.Session},
		{"session without policies", get, iam.Policies{Identity: source(all), Session: []iam.Source{}}, iam.ImplicitlyDenied, policy.Session},
		{"scp", get, iam.Policies{Identity: source(all), SCPs: [][]iam.Source{source(all), source(put)}}, iam.ImplicitlyDenied, policy.SCP},
		{"a level without scp", get, iam.Policies{Identity: source(all), SCPs: [][]iam.Source{source(all), {}}}, iam.ImplicitlyDenied, policy.SCP},
		{"rcp", get, iam.Policies{Identity: source(all), RCPs: [][]iam.Source{source(of(t, policy.RCP,
			`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`))}}, iam.ExplicitlyDenied, policy.RCP},
		{"resource policy alone", get, iam.Policies{Resource: &iam.Source{Name: "b", Policy: bucket}}, iam.Allowed, policy.Resource},
		{"another account, resource policy alone", foreign, iam.Policies{Resource: &iam.Source{Name: "b", Policy: bucket}},
			iam.ImplicitlyDenied, policy.Identity},
		{"another account, both", foreign, iam.Policies{Identity: source(all), Resource: &iam.Source{Name: "b", Policy: bucket}},
			iam.Allowed, policy.Resource},
		{"trust", assume, iam.Policies{Resource: &iam.Source{Name: "t", Policy: trust}}, iam.Allowed, policy.Trust},
		{"no trust", assume, iam.Policies{Identity: source(all)}, iam.ImplicitlyDenied, policy.Trust},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, step := range []*policy.Step{nil, {}} {
				v, err := iam.Decide(&test.request, &test.policies, step)
				if err != nil {
					t.Fatal(err)
				}
				if v.Decision != test.want || v.By != test.by || v.Allowed() != (test.want == iam.Allowed) {
					t.Errorf("%s by %q, want %s by %q", v.Decision, v.By, test.want, test.by)
				}
				if (v.Message() == "") != v.Allowed() {
					t.Errorf("%s with the message %q", v.Decision, v.Message())
				}
				if step != nil && step.Outcome == "" {
					t.Error("the step has not ended")
				}
			}
		})
	}
}

func TestVerdictNamesWhatDecided(t *testing.T) {
	deny := of(t, policy.Identity, `{"Sid":"No","Effect":"Deny","Action":"s3:*","Resource":"*"}`)
	v, err := iam.Decide(&iam.Request{Principal: alice, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"},
		&iam.Policies{Identity: []iam.Source{{"arn:aws:iam::111122223333:policy/No", deny}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.Source != "arn:aws:iam::111122223333:policy/No" || v.Statement == nil || v.Statement.Name() != "No" {
		t.Errorf("decided by %q, %+v", v.Source, v.Statement)
	}
	want := "User: " + alice + " is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k " +
		"with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/No"
	if v.Message() != want {
		t.Errorf("message %q, want %q", v.Message(), want)
	}
}

func TestImpossible(t *testing.T) {
	good := iam.Request{Principal: alice, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	for _, test := range []struct {
		name     string
		change   func(*iam.Request)
		policies iam.Policies
		want     string
	}{
		{"principal", func(r *iam.Request) { r.Principal = "alice" }, iam.Policies{}, `principal "alice"`},
		{"no principal", func(r *iam.Request) { r.Principal = "" }, iam.Policies{}, "no principal"},
		{"action", func(r *iam.Request) { r.Action = "s3:*" }, iam.Policies{}, `action "s3:*"`},
		{"resource", func(r *iam.Request) { r.Resource = "b" }, iam.Policies{}, `resource "b"`},
		{"policy", func(*iam.Request) {}, iam.Policies{Identity: []iam.Source{{Name: "p"}}}, `identity-based policy "p" has no document`},
		{"boundary", func(*iam.Request) {}, iam.Policies{Boundary: &iam.Source{Name: "b"}}, `permissions boundary "b" has no document`},
	} {
		r := good
		test.change(&r)
		if _, err := iam.Decide(&r, &test.policies, nil); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
}
