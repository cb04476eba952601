package authz_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/policycase"
)

// random makes cases over a small alphabet: two accounts, a few callers, actions, ARNs and keys. Everything that a
// statement says is drawn with a good chance to fit the request, so that deep layers are reached and all three decisions
// are common.
type random struct {
	*rand.Rand
	request *policycase.Request
	caller  sample
}

const (
	home  = "111122223333" // the account of the callers
	other = "444455556666"
)

// sample is one possible caller and the values that name it, or nearly so, in Principal elements.
type sample struct {
	principal, parent string
	context           map[string][]string
	names             []string // AWS principals that contain it, itself included
	kind              authz.PrincipalKind
}

const accountRoot = "arn:aws:iam::" + home + ":root"

var samples = []sample{
	{kind: authz.User, principal: "arn:aws:iam::" + home + ":user/alice",
		context: map[string][]string{"aws:userid": {"AIDAALICE"}},
		names:   []string{"arn:aws:iam::" + home + ":user/alice", "AIDAALICE", home, accountRoot}},
	{kind: authz.User, principal: "arn:aws:iam::" + home + ":user/team/bob",
		names: []string{"arn:aws:iam::" + home + ":user/team/bob", home, accountRoot}},
	{kind: authz.AssumedRole, principal: "arn:aws:sts::" + home + ":assumed-role/dev/ci",
		context: map[string][]string{"aws:PrincipalArn": {"arn:aws:iam::" + home + ":role/team/dev"}, "aws:userid": {"AROADEV:ci"}},
		names: []string{"arn:aws:sts::" + home + ":assumed-role/dev/ci", "arn:aws:iam::" + home + ":role/team/dev", "AROADEV",
			home, accountRoot}},
	{kind: authz.AssumedRole, principal: "arn:aws:sts::" + home + ":assumed-role/ops/i-0123",
		names: []string{"arn:aws:sts::" + home + ":assumed-role/ops/i-0123", "arn:aws:iam::" + home + ":role/ops", home, accountRoot}},
	{kind: authz.AssumedRole, principal: "arn:aws:sts::" + home + ":assumed-role/AWSServiceRoleForX/x",
		context: map[string][]string{
			"aws:PrincipalArn": {"arn:aws:iam::" + home + ":role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"}},
		names: []string{"arn:aws:iam::" + home + ":role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", home, accountRoot}},
	{kind: authz.FederatedUser, principal: "arn:aws:sts::" + home + ":federated-user/carol",
		parent: "arn:aws:iam::" + home + ":user/alice",
		names: []string{"arn:aws:sts::" + home + ":federated-user/carol", "arn:aws:iam::" + home + ":user/alice",
			home, accountRoot}},
	{kind: authz.Root, principal: accountRoot, names: []string{home, accountRoot}},
	{kind: authz.Anonymous, principal: "*"},
	{kind: authz.Service, principal: "eks.amazonaws.com"},
	{kind: authz.WebIdentity, principal: "arn:aws:iam::" + home + ":oidc-provider/idp.example.com"},
	{kind: authz.WebIdentity, principal: "accounts.google.com"},
}

// strangers are principals that are nobody among the samples.
var strangers = []string{
	"arn:aws:iam::" + home + ":user/bob", "arn:aws:iam::" + home + ":role/dev", "arn:aws:sts::" + home + ":assumed-role/dev/CI",
	"AIDAOTHER", "AROAOTHER", other, "arn:aws:iam::" + other + ":root", "arn:aws:iam::" + other + ":user/alice",
}

// targets are what is asked for: an action and the resource.
var targets = []struct{ action, resource, account string }{
	{"s3:GetObject", "arn:aws:s3:::data/alice/a.txt", home},
	{"s3:GetObject", "arn:aws:s3:::data/bob/b*c.txt", other},
	{"s3:PutObject", "arn:aws:s3:::data/alice", ""},
	{"S3:getobject", "arn:aws:s3:::logs/x", home},
	{"sqs:SendMessage", "arn:aws:sqs:eu-west-1:" + home + ":jobs", ""},
	{"sqs:SendMessage", "arn:aws:sqs:eu-west-1:" + other + ":jobs", ""},
	{"eks:DescribeCluster", "arn:aws:eks:eu-west-1:" + home + ":cluster/demo", ""},
	{"iam:GetRole", "arn:aws:iam::" + home + ":role/team/dev", ""},
	{"ec2:DescribeInstances", "*", ""},
	{"sts:AssumeRole", "arn:aws:iam::" + home + ":role/team/dev", ""},
	{"sts:AssumeRole", "arn:aws:iam::" + other + ":role/deploy", ""},
	{"sts:TagSession", "arn:aws:iam::" + home + ":role/deploy", ""},
}

var actionPatterns = []string{
	"*", "*:*", "s3:*", "s3:Get*", "S3:GETOBJECT", "s3:?etObject", "s3:PutObject", "sqs:*", "sqs:Send*age", "eks:Describe*",
	"iam:Get*", "ec2:*", "sts:*", "sts:AssumeRole", "sts:Tag*", "s3:Get?bject?",
}

var resourcePatterns = []string{
	"*", "arn:aws:s3:::*", "arn:aws:s3:::data/*", "arn:aws:s3:::data/alice/?.txt", "arn:aws:s3:::data/${aws:username}/*",
	"arn:aws:s3:::data/${aws:PrincipalTag/team, 'alice'}*", "arn:aws:s3:::data/bob/b${*}c.txt", "arn:aws:s3:::data/bob/b${?}c.txt",
	"arn:aws:s3:::data/${aws:PrincipalTag/star}", "arn:aws:s3:::${aws:TagKeys, 'data'}/*", "arn:aws:s3:::Data/*",
	"arn:aws:sqs:*:" + home + ":*", "arn:aws:sqs:eu-west-1:*:jobs", "arn:aws:sqs:*:*jobs",
	"arn:aws:eks:*:*:cluster/*", "arn:aws:eks:eu-west-?:" + home + ":cluster/demo", "arn:aws:iam::*:role/*",
	"arn:aws:iam::" + home + ":role/${aws:PrincipalTag/team}", "arn:aws:s3:::data/${aws:missing}/*", "arn:aws:s3:::*/a*.txt",
	"arn:aws:iam::" + home + ":role/team/${aws:userid, 'dev'}",
}

// shortPatterns are accepted in resource policies only; IAM refuses to store them elsewhere.
var shortPatterns = []string{"arn:aws:s3:*", "arn:aws:*", "arn:aws:sqs", "arn:aws:sqs:*jobs", "arn:*", "arn:aws:sqs:eu-west-1:*"}

// alphabet is condition keys with the values that a request may bring and those that a policy may ask for, by type.
var alphabet = []struct {
	key          string
	kind         string
	have, wanted []string
}{
	{"aws:PrincipalTag/team", "String", []string{"red", "Red", "blue", "a*", ""}, stringValues},
	{"aws:PrincipalTag/star", "String", []string{"*", "alice/*", "red"}, stringValues},
	{"aws:RequestTag/team", "String", []string{"red", "blue", "$", "*"}, stringValues},
	{"aws:ResourceTag/Team", "String", []string{"red", "RED", ""}, stringValues},
	{"aws:username", "String", nil, stringValues},
	{"aws:userid", "String", nil, []string{"AROADEV:*", "AIDAALICE", "*:carol", home, "anonymous"}},
	{"aws:PrincipalType", "String", nil, []string{"User", "AssumedRole", "Account", "FederatedUser", "Anonymous"}},
	{"aws:PrincipalAccount", "String", nil, []string{home, other, "anonymous"}},
	{"aws:ResourceAccount", "String", nil, []string{home, other, "${aws:PrincipalAccount}"}},
	{"sts:ExternalId", "String", []string{"x1", "x2"}, []string{"x1", "X1", "x?", "${sts:ExternalId}"}},
	{"aws:PrincipalArn", "Arn", nil, arnValues},
	{"aws:SourceArn", "Arn", []string{"arn:aws:sns:eu-west-1:" + home + ":topic", "arn:aws:sns:eu-west-1:" + home + ":a:b", "topic"}, arnValues},
	{"aws:MultiFactorAuthPresent", "Bool", []string{"true", "false", "True", "yes"}, boolValues},
	{"aws:SecureTransport", "Bool", []string{"true", "false"}, boolValues},
	{"aws:PrincipalIsAWSService", "Bool", nil, boolValues},
	{"aws:MultiFactorAuthAge", "Numeric", []string{"10", "10.0", "300", "-1", "ten"}, []string{"10", "9.5", "300", "-1", "ten"}},
	{"s3:max-keys", "Numeric", []string{"0", "1000", "99.99"}, []string{"0", "1000", "99.99", "100"}},
	{"aws:CurrentTime", "Date", append([]string{"soon"}, dateValues...), dateValues},
	{"aws:EpochTime", "Date", []string{"1714521600", "1714521601", "1714564800"}, dateValues},
	{"aws:SourceIp", "IpAddress", []string{"203.0.113.7", "203.0.114.7", "2001:db8::7", "here"}, []string{
		"203.0.113.0/24", "203.0.113.7", "203.0.113.9/24", "0.0.0.0/0", "2001:db8::/32", "2001:db8::7", "::/0"}},
	{"x:blob", "Binary", []string{"QmluYXJ5", "AA=="}, []string{"QmluYXJ5", "AA==", "aa=="}},
	{"aws:TagKeys", "String", []string{"team", "cost", "Team"}, []string{"team", "cost", "t*", "x"}},
	{"aws:CalledVia", "String", []string{"athena.amazonaws.com", "glue.amazonaws.com"}, []string{"athena.amazonaws.com", "*.amazonaws.com"}},
	{"aws:PrincipalOrgPaths", "String", []string{"o-1/r-1/ou-a/", "o-1/r-1/ou-b/"}, []string{"o-1/r-1/*", "o-1/r-1/ou-a/*", "o-1/r-1/ou-a/"}},
	{"idp.example.com:amr", "String", []string{"pwd", "mfa"}, []string{"mfa", "pwd", "m*"}},
	{"idp.example.com:sub", "String", []string{"s1", "s2"}, []string{"s1", "s?", "S1"}},
}

var (
	stringValues = []string{
		"red", "Red", "r*", "?ed", "*", "${*}", "${$}", "a${*}", "alice", "${aws:username}", "${aws:PrincipalTag/team}",
		"${aws:RequestTag/team, 'red'}", "${aws:missing}", "${aws:TagKeys}", "${AWS:PRINCIPALTAG/TEAM}*", "",
	}
	arnValues = []string{
		"arn:aws:iam::" + home + ":user/*", "arn:aws:iam::" + home + ":role/team/dev", "arn:aws:iam::*:role/*", "arn:aws:iam::" + home + ":root",
		"arn:aws:sns:*:" + home + ":topic", "arn:aws:sns:*:*:a*", "arn:aws:*:*:*:*", "arn:*", "*", "arn:aws:sns:eu-west-1:*",
		"${aws:PrincipalArn}", "arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}", "arn:AWS:iam::" + home + ":user/alice", "topic",
	}
	boolValues = []string{"true", "false", "TRUE", "yes", "${aws:SecureTransport}"}
	dateValues = []string{"2024-05-01", "2024-05-01T00:00:00Z", "2024-05-01T02:00:00+02:00", "2024-05", "1714521600", "2024-05-01T00:00:01Z"}
)

var operators = map[string][]string{
	"String": {"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"},
	"Arn":    {"ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "StringEquals", "StringLike", "StringNotLike"},
	"Bool":   {"Bool"},
	"Numeric": {"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
		"NumericGreaterThanEquals"},
	"Date":      {"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"},
	"IpAddress": {"IpAddress", "NotIpAddress"},
	"Binary":    {"BinaryEquals"},
}

func (r *random) chance(percent int) bool { return r.IntN(100) < percent }

func pick[T any](r *random, from []T) T { return from[r.IntN(len(from))] }

// newCase draws a case. The same seed makes the same case.
func newCase(seed uint64) *policycase.Case {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 0))}
	r.caller = pick(r, samples)
	if r.chance(50) {
		r.caller = pick(r, samples[:6])
	}
	target := pick(r, targets)
	c := &policycase.Case{ID: fmt.Sprintf("seed %d", seed)}
	r.request = &c.Request
	c.Request = policycase.Request{
		Action: target.action, Resource: target.resource, ResourceAccount: target.account,
		Principal: r.caller.principal, Parent: r.caller.parent, Context: r.context(),
	}
	if r.caller.kind == authz.Service || r.caller.kind == authz.WebIdentity {
		// What these keys hold for callers without an account is not documented.
		for _, key := range []string{"aws:userid", "aws:PrincipalType", "aws:PrincipalAccount", "aws:PrincipalArn"} {
			c.Request.Context[key] = []string{}
		}
	}
	if r.caller.kind == authz.WebIdentity {
		c.Request.Context["aws:PrincipalIsAWSService"] = []string{}
		c.Request.Action, c.Request.Resource = "sts:AssumeRoleWithWebIdentity", "arn:aws:iam::"+home+":role/team/dev"
		c.Request.ResourceAccount = home
	}

	if len(r.caller.names) > 0 { // those without an account have no policies of their own
		if r.caller.kind != authz.Root {
			for range r.IntN(4) {
				c.IdentityPolicies = append(c.IdentityPolicies, r.document(plainPolicy))
			}
			if r.chance(25) {
				c.PermissionsBoundary = r.document(plainPolicy)
			}
		}
		if r.caller.kind == authz.FederatedUser && r.chance(70) || r.caller.kind == authz.AssumedRole && r.chance(25) {
			c.SessionPolicy = r.document(plainPolicy)
		}
		if r.chance(25) {
			for i := range 1 + r.IntN(3) {
				c.SCPs = append(c.SCPs, policycase.Level{Level: fmt.Sprint("level ", i), Policies: r.level(scpPolicy)})
			}
		}
	}
	if r.chance(15) {
		for i := range 1 + r.IntN(2) {
			c.RCPs = append(c.RCPs, policycase.Level{Level: fmt.Sprint("level ", i), Policies: []json.RawMessage{r.document(rcpPolicy)}})
		}
	}
	if strings.HasPrefix(c.Request.Action, "sts:") {
		if r.chance(95) {
			c.ResourcePolicy = r.document(trustPolicy)
		}
	} else if r.chance(60) {
		c.ResourcePolicy = r.document(resourcePolicy)
	}
	return c
}

// context draws what the request brings besides the keys of the principal.
func (r *random) context() map[string][]string {
	context := map[string][]string{}
	for key, values := range r.caller.context {
		context[key] = values
	}
	for _, k := range alphabet {
		if len(k.have) == 0 || r.chance(50) {
			continue
		}
		values := []string{pick(r, k.have)}
		if k.kind == "String" && (strings.HasPrefix(k.key, "aws:PrincipalOrg") || strings.HasSuffix(k.key, ":amr") ||
			k.key == "aws:TagKeys" || k.key == "aws:CalledVia" || r.chance(3)) {
			for range r.IntN(3) {
				values = append(values, pick(r, k.have))
			}
			if r.chance(10) {
				values = []string{}
			}
		}
		key := k.key
		if r.chance(10) {
			key = strings.ToLower(key)
		}
		context[key] = values
	}
	return context
}

// purpose is what a document is for.
type purpose int

const (
	plainPolicy purpose = iota // identity, boundary, session
	scpPolicy
	resourcePolicy
	trustPolicy
	rcpPolicy
)

func (r *random) level(p purpose) []json.RawMessage {
	var all []json.RawMessage
	for range 1 + r.IntN(2) {
		all = append(all, r.document(p))
	}
	return all
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	for i, m := range o {
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%c%q:%s", "{,"[min(i, 1)], m.name, value)
	}
	if len(o) == 0 {
		return []byte("{}"), nil
	}
	return []byte(b.String() + "}"), nil
}

func (r *random) document(p purpose) json.RawMessage {
	var statements []object
	for range 1 + r.IntN(3) {
		statements = append(statements, r.statement(p))
	}
	version := "2012-10-17"
	if p != rcpPolicy && p != scpPolicy && r.chance(8) {
		version = "2008-10-17"
	}
	text, err := json.Marshal(object{{"Version", version}, {"Statement", statements}})
	if err != nil {
		panic(err)
	}
	return text
}

func (r *random) statement(p purpose) object {
	s := object{{"Effect", "Allow"}}
	deny := p == rcpPolicy || r.chance(12)
	if deny {
		s[0].value = "Deny"
	}
	switch {
	case p == rcpPolicy:
		s = append(s, member{"Principal", "*"})
	case p == trustPolicy:
		s = append(s, member{"Principal", r.principals(true)})
	case p == resourcePolicy && deny && r.chance(40):
		s = append(s, member{"NotPrincipal", r.chain()})
	case p == resourcePolicy:
		s = append(s, member{"Principal", r.principals(false)})
	}
	s = append(s, r.action(p, deny))
	if p != trustPolicy {
		s = append(s, r.resource(p, deny))
	}
	if r.chance(45) {
		s = append(s, member{"Condition", r.conditions()})
	}
	return s
}

// principals draws a Principal element.
func (r *random) principals(trust bool) any {
	if !trust && r.chance(10) {
		return "*"
	}
	var names []string
	for range 1 + r.IntN(2) {
		switch {
		case r.chance(10):
			names = append(names, "*")
		case len(r.caller.names) > 0 && r.chance(75):
			names = append(names, pick(r, r.caller.names))
		default:
			names = append(names, pick(r, strangers))
		}
	}
	p := object{{"AWS", names}}
	if len(names) == 1 {
		p[0].value = names[0]
	}
	switch {
	case r.caller.kind == authz.Service && r.chance(80), r.chance(5):
		p = append(p, member{"Service", pick(r, []string{"eks.amazonaws.com", "eks.amazonaws.com", "ec2.amazonaws.com"})})
	case r.caller.kind == authz.WebIdentity && r.chance(80), trust && r.chance(5):
		p = append(p, member{"Federated", pick(r, []string{samples[9].principal, "accounts.google.com", "www.amazon.com"})})
	}
	return p
}

// chain draws a NotPrincipal element, often one that lists the caller and all that contains it.
func (r *random) chain() any {
	var names []string
	for _, name := range r.caller.names {
		if r.chance(85) {
			names = append(names, name)
		}
	}
	names = append(names, pick(r, strangers))
	p := object{{"AWS", names}}
	if r.caller.kind == authz.Service && r.chance(80) {
		p = append(p, member{"Service", "eks.amazonaws.com"})
	}
	return p
}

// action draws Action, or NotAction where that is possible.
func (r *random) action(p purpose, deny bool) member {
	fits, patterns := r.request.Action, actionPatterns
	if p == trustPolicy {
		patterns = []string{"sts:*", "sts:AssumeRole", "sts:AssumeRole*", "sts:TagSession", "sts:SetSourceIdentity", "sts:?ssumeRole"}
	}
	if p == rcpPolicy {
		patterns = []string{"s3:*", "sqs:*", "sts:AssumeRole*", "s3:Get*", "sqs:Receive*"}
	}
	if (p == plainPolicy || p == scpPolicy || p == resourcePolicy) && r.chance(15) {
		return member{"NotAction", r.values("iam:Delete*", patterns, 20)}
	}
	if deny && p != rcpPolicy {
		return member{"Action", r.values(fits, patterns, 40)}
	}
	return member{"Action", r.values(fits, patterns, 65)}
}

// resource draws Resource or NotResource.
func (r *random) resource(p purpose, deny bool) member {
	if p == resourcePolicy && r.chance(5) {
		return member{"Resource", pick(r, shortPatterns)}
	}
	if r.chance(12) {
		return member{"NotResource", r.values("arn:aws:s3:::nothing", resourcePatterns, 30)}
	}
	if deny {
		return member{"Resource", r.values(r.request.Resource, resourcePatterns, 30)}
	}
	return member{"Resource", r.values(r.request.Resource, resourcePatterns, 60)}
}

// values draws one value or a list, of which each is the fitting one with the given chance.
func (r *random) values(fits string, patterns []string, percent int) any {
	var all []string
	for range 1 + r.IntN(3) {
		if v := pick(r, patterns); !r.chance(percent) {
			all = append(all, v)
		} else {
			all = append(all, fits)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// conditions draws a Condition element.
func (r *random) conditions() object {
	var all object
	used := map[string]bool{}
	for range 1 + r.IntN(2) {
		operator, keys := r.condition()
		if !used[operator] {
			used[operator] = true
			all = append(all, member{operator, keys})
		}
	}
	return all
}

func (r *random) condition() (operator string, keys object) {
	k := pick(r, alphabet)
	name := k.key
	if r.chance(10) {
		name = strings.ToUpper(name)
	}
	if r.chance(10) {
		return "Null", object{{name, pick(r, []string{"true", "false"})}}
	}
	operator = pick(r, operators[k.kind])
	multivalued := k.key == "aws:TagKeys" || k.key == "aws:CalledVia" || k.key == "aws:PrincipalOrgPaths" || strings.HasSuffix(k.key, ":amr")
	switch {
	case multivalued && r.chance(90), r.chance(8):
		operator = pick(r, []string{"ForAllValues:", "ForAnyValue:"}) + operator
	}
	if r.chance(25) {
		operator += "IfExists"
	}
	wanted := k.wanted
	if k.kind != "IpAddress" && k.kind != "Date" && len(r.request.Context[k.key]) > 0 && r.chance(40) {
		wanted = []string{r.request.Context[k.key][0]}
	}
	return operator, object{{name, r.values(pick(r, wanted), k.wanted, 40)}}
}
