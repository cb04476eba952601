package policylint

import (
	"strings"

	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/policy"
)

// unknownActions: a pattern of a service whose actions are known, that matches none of them. Patterns of other services,
// and those with a wildcard in the service, are left alone.
func unknownActions(l *linter) {
	for _, s := range l.doc.Statements {
		values(func(v policy.Value) {
			service, name, ok := strings.Cut(v.Text, ":")
			if !ok || strings.ContainsAny(service, "*?") {
				return
			}
			known := catalog.Actions(service)
			if len(known) == 0 {
				return
			}
			for _, action := range known {
				if matches(strings.ToLower(name), strings.ToLower(action)) {
					return
				}
			}
			hint := ""
			if near := nearest(name, known); near != "" {
				hint = ": did you mean " + service + ":" + near + "?"
			}
			l.warn(v.Pos, "%s has no action that is, or matches, %s%s", service, v.Text, hint)
		}, s.Action, s.NotAction)
	}
}

// matches tells whether the name matches the pattern, in which * is any run of characters and ? is one character.
func matches(pattern, name string) bool {
	star, retry := -1, 0
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			retry++
			p, n = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// nearest is the known name that a mistyped one is closest to, the first of equals; empty where none is close or the
// name holds a wildcard.
func nearest(name string, known []string) string {
	if strings.ContainsAny(name, "*?") {
		return ""
	}
	best, least := "", 3 // more than two letters apart is another word
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k), least); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, remove or replace to make b of a; limit where it is not less.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return min(row[len(b)], limit)
}

// globalKeys are the condition keys that begin with aws: (reference_policies_condition-keys). Those that end in / are
// completed by the name of a tag. aws:SourceOwner is older than the page and still stands in topic and queue policies.
var globalKeys = []string{
	"aws:AssumedRoot", "aws:CalledVia", "aws:CalledViaAWSMCP", "aws:CalledViaFirst", "aws:CalledViaLast",
	"aws:ChatbotSourceArn", "aws:CurrentTime", "aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc",
	"aws:EpochTime", "aws:FederatedProvider", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent",
	"aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalOrgID",
	"aws:PrincipalOrgPaths", "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:PrincipalTag/",
	"aws:PrincipalType", "aws:referer", "aws:RequestedRegion", "aws:RequestTag/", "aws:ResourceAccount",
	"aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:ResourceTag/", "aws:SecureTransport", "aws:SourceAccount",
	"aws:SourceArn", "aws:SourceIdentity", "aws:SourceIp", "aws:SourceOrgID", "aws:SourceOrgPaths",
	"aws:SourceOwner", "aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:TagKeys",
	"aws:TokenIssueTime", "aws:UserAgent", "aws:userid", "aws:username", "aws:ViaAWSMCPService",
	"aws:ViaAWSService", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths", "aws:VpcSourceIp",
}

// unknownKeys: a global condition key that does not exist is never in a request. IAM stores the policy all the same.
func unknownKeys(l *linter) {
	for _, c := range l.conditions() {
		if len(c.key.Name) < 4 || !strings.EqualFold(c.key.Name[:4], "aws:") || isGlobalKey(c.key.Name) {
			continue
		}
		hint := ""
		if near := nearest(c.key.Name, globalKeys); near != "" {
			hint = ": did you mean " + near + "?"
		}
		l.warn(c.key.Pos, "there is no global condition key %s%s", c.key.Name, hint)
	}
}

func isGlobalKey(name string) bool {
	for _, k := range globalKeys {
		if strings.HasSuffix(k, "/") {
			if len(name) > len(k) && strings.EqualFold(k, name[:len(k)]) {
				return true
			}
		} else if strings.EqualFold(k, name) {
			return true
		}
	}
	return false
}
