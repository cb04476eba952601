package authz_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

// team is a managed policy of five statements with a condition each, as a team's role has three of them: about its
// clusters, its images, its instances.
const team = `{"Version":"2012-10-17","Statement":[
 {"Sid":"Look","Effect":"Allow","Action":["%[1]s:Describe*","%[1]s:List*","%[1]s:Get*"],"Resource":"*",
  "Condition":{"StringEquals":{"aws:RequestedRegion":["us-east-1","eu-central-1"]}}},
 {"Sid":"Own","Effect":"Allow","Action":["%[1]s:Update*","%[1]s:Tag*","%[1]s:Put*"],"Resource":"arn:aws:%[1]s:*:111122223333:*/core-*",
  "Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}},
 {"Sid":"Destroy","Effect":"Allow","Action":"%[1]s:Delete*","Resource":"arn:aws:%[1]s:*:111122223333:*/core-*",
  "Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}},
 {"Sid":"Office","Effect":"Deny","Action":"%[1]s:*","Resource":"*",
  "Condition":{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","203.0.113.0/24"]},"Bool":{"aws:ViaAWSService":"false"}}},
 {"Sid":"Boundary","Effect":"Deny","Action":["%[1]s:Delete*","%[1]s:Create*"],"Resource":"*",
  "Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/team/*"},"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}]}`

// services are those that the role's policies are about.
var services = []string{"eks", "ecr", "ec2"}

func managed(t testing.TB, text string) authz.Source {
	t.Helper()
	p, err := policy.Check(text, policy.Identity, true)
	if err != nil {
		t.Fatal(err)
	}
	return authz.Source{Name: "managed", Policy: p}
}

// teamRole is a role session with three such policies and a request that one of them allows: fifteen statements with
// conditions, five of them about the service that is asked.
func teamRole(t testing.TB) (*authz.Request, *authz.Policies) {
	t.Helper()
	p := &authz.Policies{}
	for _, service := range services {
		p.Identity = append(p.Identity, managed(t, fmt.Sprintf(team, service)))
	}
	const account = "111122223333"
	caller := authz.Principal{Kind: authz.AssumedRole, Partition: "aws", Account: account,
		ARN: "arn:aws:sts::111122223333:assumed-role/dev/s", EntityARN: "arn:aws:iam::111122223333:role/team/dev",
		ID: "AROADEV", UserID: "AROADEV:s", Name: "dev", SessionName: "s",
		Tags: map[string]string{"team": "core"}, TokenIssued: time.Unix(1767323000, 0)}
	extra := policy.Keys{}
	authz.SetResourceTags(extra, map[string]string{"team": "core"})
	env := authz.Environment{Time: time.Unix(1767323045, 0), SourceIP: "192.0.2.1", UserAgent: "aws-cli/2", Region: "us-east-1", Secure: true}
	return &authz.Request{Principal: caller, Action: "eks:UpdateClusterConfig", Resource: "arn:aws:eks:us-east-1:111122223333:cluster/core-1",
		ResourceAccount: account, Keys: authz.RequestKeys(&caller, env, account, extra)}, p
}

// TestDecideOfARoleAllocatesNothing is the promise that BenchmarkDecideRole measures the time of.
func TestDecideOfARoleAllocatesNothing(t *testing.T) {
	req, p := teamRole(t)
	if v := authz.Decide(req, p, nil); v.Outcome != authz.Allowed || v.Statement != "Own" {
		t.Fatalf("got %+v", v)
	}
	if n := testing.AllocsPerRun(100, func() { authz.Decide(req, p, nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecideRole(b *testing.B) {
	req, p := teamRole(b)
	b.ReportAllocs()
	for b.Loop() {
		authz.Decide(req, p, nil)
	}
}

func BenchmarkDecideRoleExplained(b *testing.B) {
	req, p := teamRole(b)
	b.ReportAllocs()
	for b.Loop() {
		authz.Decide(req, p, &trace.Step{Kind: trace.Decision})
	}
}

// manyStatements is a policy of n statements with a condition each about one service, none of which applies.
func manyStatements(t testing.TB, service string, n int) *authz.Policies {
	t.Helper()
	statements := make([]string, n)
	for i := range statements {
		statements[i] = fmt.Sprintf(`{"Effect":"Allow","Action":"%[1]s:Up*","Resource":"arn:aws:%[1]s:*:*:*/x-%[2]d","Condition":{"Bool":{"k":"true"}}}`, service, i)
	}
	return &authz.Policies{Identity: []authz.Source{managed(t, `{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`)}}
}

// BenchmarkDecideStatements is the cost of one policy of many statements, about the service that is asked and about
// another. ns/statement must not grow with their number.
func BenchmarkDecideStatements(b *testing.B) {
	for _, service := range []string{"eks", "ecr"} {
		for _, n := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("of=%s/n=%d", service, n), func(b *testing.B) {
				req, _ := teamRole(b)
				p := manyStatements(b, service, n)
				b.ReportAllocs()
				for b.Loop() {
					authz.Decide(req, p, nil)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/statement")
			})
		}
	}
}
