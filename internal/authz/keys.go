package authz

import (
	"slices"
	"strconv"
	"time"

	"github.com/airside-dev/airside/policy"
)

// anonymous is the value of keys that always exist, for callers without credentials.
const anonymous = "anonymous"

// PrincipalKeys are the condition keys that follow from who asks (reference_policies_variables, table of principal key
// values; reference_policies_condition-keys). now is the time of the request.
func PrincipalKeys(p *Principal, now time.Time) policy.Keys {
	k := policy.Keys{}
	k.Merge(p.Claims)
	for _, name := range sortedNames(p.Tags) {
		appendKey(k, "aws:PrincipalTag/"+name, p.Tags[name])
	}
	switch p.Kind {
	case User, Root, AssumedRole, FederatedUser:
		k.Set("aws:PrincipalArn", p.EntityARN)
		k.Set("aws:PrincipalAccount", p.Account)
		k.Set("aws:PrincipalType", string(p.Kind))
		k.Set("aws:PrincipalIsAWSService", "false")
		k.Set("aws:userid", p.UserID)
		if p.Kind == User {
			k.Set("aws:username", p.Name)
		}
	case Service:
		k.Set("aws:PrincipalIsAWSService", "true")
		k.Set("aws:PrincipalServiceName", p.Name)
		k.Set("aws:PrincipalServiceNamesList", p.Name)
	default: // anonymous, and web identities, whose call is not signed
		k.Set("aws:PrincipalAccount", anonymous)
		k.Set("aws:PrincipalType", string(Anonymous))
		k.Set("aws:userid", anonymous)
	}
	if p.Provider != "" {
		k.Set("aws:FederatedProvider", p.Provider)
	}
	if p.SourceIdentity != "" {
		k.Set("aws:SourceIdentity", p.SourceIdentity)
	}
	if !p.TokenIssued.IsZero() {
		k.Set("aws:TokenIssueTime", isoTime(p.TokenIssued))
	}
	if p.MFA.Known {
		k.Set("aws:MultiFactorAuthPresent", strconv.FormatBool(p.MFA.Present))
		if p.MFA.Present {
			k.Set("aws:MultiFactorAuthAge", strconv.FormatInt(int64(now.Sub(p.MFA.At)/time.Second), 10))
		}
	}
	return k
}

// Environment is where and how a request came in.
type Environment struct {
	Time      time.Time
	SourceIP  string // empty: the request has none, as through a VPC endpoint
	UserAgent string
	Region    string // that the request is for; us-east-1 for global services
	Secure    bool   // it came over TLS
}

// Keys are the condition keys that follow from the environment.
func (e Environment) Keys() policy.Keys {
	k := policy.Keys{}
	k.Set("aws:CurrentTime", isoTime(e.Time))
	k.Set("aws:EpochTime", strconv.FormatInt(e.Time.Unix(), 10))
	k.Set("aws:SecureTransport", strconv.FormatBool(e.Secure))
	k.Set("aws:ViaAWSService", "false")
	for _, pair := range [][2]string{
		{"aws:SourceIp", e.SourceIP}, {"aws:UserAgent", e.UserAgent}, {"aws:RequestedRegion", e.Region},
	} {
		if pair[1] != "" {
			k.Set(pair[0], pair[1])
		}
	}
	return k
}

// RequestKeys is the whole context of a request: the service's own keys, then those of the environment, the principal
// and the resource's owner, which nothing can override. resourceAccount is empty where the resource has no owner.
func RequestKeys(p *Principal, e Environment, resourceAccount string, service policy.Keys) policy.Keys {
	k := policy.Keys{}
	k.Merge(service)
	k.Merge(PrincipalKeys(p, e.Time))
	k.Merge(e.Keys())
	if resourceAccount != "" {
		k.Set("aws:ResourceAccount", resourceAccount)
	}
	return k
}

// SetRequestTags adds the keys of tags that a request passes: aws:RequestTag/… and aws:TagKeys.
func SetRequestTags(k policy.Keys, tags map[string]string) {
	names := sortedNames(tags)
	for _, name := range names {
		appendKey(k, "aws:RequestTag/"+name, tags[name])
	}
	if len(names) > 0 { // an UntagResource names its keys itself
		k.Set("aws:TagKeys", names...)
	}
}

// SetResourceTags adds the keys of the tags that the resource has: aws:ResourceTag/…, and SERVICE:ResourceTag/… for
// each given service that has a key of its own, such as iam and ec2.
func SetResourceTags(k policy.Keys, tags map[string]string, services ...string) {
	for _, prefix := range append([]string{"aws"}, services...) {
		for _, name := range sortedNames(tags) {
			appendKey(k, prefix+":ResourceTag/"+name, tags[name])
		}
	}
}

// appendKey adds a value to a key. Two tags whose names differ by case only share a key; it then has two values, and an
// operator for one value does not match it.
func appendKey(k policy.Keys, key, value string) {
	k.Set(key, append(slices.Clip(k.Get(key)), value)...)
}

func sortedNames(tags map[string]string) []string {
	names := make([]string, 0, len(tags))
	for name := range tags {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func isoTime(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
