package authz_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cedar-policy/cedar-go"

	"github.com/airside-dev/airside/internal/authz"
)

// teamInCedar says in Cedar what team says: a policy for each of its statements. Cedar compares actions as entities, so
// that the wildcards of Action and Resource are conditions on two texts of the context.
const teamInCedar = `
permit (principal, action, resource) when {
  (context.action like "%[1]s:Describe*" || context.action like "%[1]s:List*" || context.action like "%[1]s:Get*") &&
  ["us-east-1", "eu-central-1"].contains(context.requestedRegion) };
permit (principal, action, resource) when {
  (context.action like "%[1]s:Update*" || context.action like "%[1]s:Tag*" || context.action like "%[1]s:Put*") &&
  context.resource like "arn:aws:%[1]s:*:111122223333:*/core-*" &&
  resource has team && principal has team && resource.team == principal.team };
permit (principal, action, resource) when {
  context.action like "%[1]s:Delete*" && context.resource like "arn:aws:%[1]s:*:111122223333:*/core-*" &&
  context has mfaPresent && context.mfaPresent && context has mfaAge && context.mfaAge < 3600 };
forbid (principal, action, resource) when {
  context.action like "%[1]s:*" &&
  !(context.sourceIp.isInRange(ip("192.0.2.0/24")) || context.sourceIp.isInRange(ip("203.0.113.0/24"))) &&
  !context.viaAWSService };
forbid (principal, action, resource) when {
  (context.action like "%[1]s:Delete*" || context.action like "%[1]s:Create*") &&
  !(principal.arn like "arn:aws:iam::111122223333:role/team/*") &&
  context.currentTime < datetime("2020-01-01T00:00:00Z") };
`

// cedarRole is teamRole's role in Cedar. The policies are compiled and the request is made before anything is measured,
// on both sides.
func cedarRole(t testing.TB, action, sourceIP string) (*cedar.PolicySet, cedar.EntityMap, cedar.Request) {
	t.Helper()
	var text strings.Builder
	for _, service := range services {
		fmt.Fprintf(&text, teamInCedar, service)
	}
	policies, err := cedar.NewPolicySetFromBytes("team.cedar", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	who, what := cedar.NewEntityUID("Role", "dev"), cedar.NewEntityUID("Cluster", "core-1")
	entities := cedar.EntityMap{
		who: cedar.Entity{UID: who, Attributes: cedar.NewRecord(cedar.RecordMap{
			"arn": cedar.String("arn:aws:iam::111122223333:role/team/dev"), "team": cedar.String("core")})},
		what: cedar.Entity{UID: what, Attributes: cedar.NewRecord(cedar.RecordMap{"team": cedar.String("core")})},
	}
	return policies, entities, cedar.Request{Principal: who, Action: cedar.NewEntityUID("Action", cedar.String(action)), Resource: what,
		Context: cedar.NewRecord(cedar.RecordMap{
			"action": cedar.String(action), "resource": cedar.String("arn:aws:eks:us-east-1:111122223333:cluster/core-1"),
			"requestedRegion": cedar.String("us-east-1"), "viaAWSService": cedar.False,
			"sourceIp": cedar.IPAddr(netip.MustParsePrefix(sourceIP + "/32")), "currentTime": cedar.NewDatetime(time.Unix(1767323045, 0)),
		})}
}

// sameQuestions are asked of both.
var sameQuestions = []struct {
	name, action, sourceIP string
	want                   bool
}{
	{"allowed", "eks:UpdateClusterConfig", "192.0.2.1", true},
	{"denied", "eks:UpdateClusterConfig", "198.51.100.1", false},
	{"silent", "eks:DeleteCluster", "192.0.2.1", false},
	{"other service", "iam:GetRole", "192.0.2.1", false},
}

// ask prepares a question for both and gives the two that answer it.
func ask(t testing.TB, action, sourceIP string) (airside, inCedar func() bool) {
	t.Helper()
	req, policies := teamRole(t)
	req.Action = action
	req.Keys.Set("aws:SourceIp", sourceIP)
	set, entities, cedarReq := cedarRole(t, action, sourceIP)
	return func() bool { return authz.Decide(req, policies, nil).Allowed() },
		func() bool { d, _ := cedar.Authorize(set, entities, cedarReq); return bool(d) }
}

// TestCedarAgrees makes sure that the benchmark compares the same work.
func TestCedarAgrees(t *testing.T) {
	for _, q := range sameQuestions {
		airside, inCedar := ask(t, q.action, q.sourceIP)
		if airside() != q.want || inCedar() != q.want {
			t.Errorf("%s: airside %t, cedar %t, want %t", q.name, airside(), inCedar(), q.want)
		}
	}
}

// BenchmarkAgainstCedar answers each question with both and reports how many times longer Cedar takes. Cedar evaluates
// every policy of the set, also after a forbid, because it collects errors and reasons.
func BenchmarkAgainstCedar(b *testing.B) {
	for _, q := range sameQuestions {
		b.Run(q.name, func(b *testing.B) {
			airside, inCedar := ask(b, q.action, q.sourceIP)
			b.ReportAllocs()
			for b.Loop() {
				airside()
			}
			ours := b.Elapsed()
			start := time.Now()
			for range b.N {
				inCedar()
			}
			theirs := time.Since(start)
			b.ReportMetric(float64(theirs.Nanoseconds())/float64(b.N), "cedar-ns/op")
			b.ReportMetric(float64(theirs)/float64(ours), "cedar/airside")
		})
	}
}
