package iam

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/policy"
)

// tenancy is an OpenID Connect issuer that many customers share, with the condition key that tells them apart.
type tenancy struct{ issuer, key string }

// sharedIssuers are the issuers whose tokens a role may only trust with a condition on the tenancy key.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html. Cognito,
// which is on that list, has a message of its own and is checked with the policy's grammar.
var sharedIssuers = []tenancy{
	{"agent.buildkite.com", "agent.buildkite.com:sub"},
	{"api.pulumi.com/oidc", "api.pulumi.com/oidc:aud"},
	{"app.terraform.io", "app.terraform.io:sub"},
	{"gitlab.com", "gitlab.com:sub"},
	{"oidc-configuration.audit-log.githubusercontent.com", "oidc-configuration.audit-log.githubusercontent.com:sub"},
	{"oidc.codefresh.io", "oidc.codefresh.io:sub"},
	{"oidc.vercel.com", "oidc.vercel.com:aud"},
	{"proidc.upbound.io", "proidc.upbound.io:sub"},
	{"sandboxes.cloud", "sandboxes.cloud:aud"},
	{"scalr.io", "scalr.io:sub"},
	{"sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", "sts:RoleSessionName"},
	{"studio.datachain.ai/api", "studio.datachain.ai/api:sub"},
	{"token.actions.githubusercontent.com", "token.actions.githubusercontent.com:sub"},
	{"tokens.cloud.shisho.dev", "tokens.cloud.shisho.dev:sub"},
	{"vstoken.actions.githubusercontent.com", "vstoken.actions.githubusercontent.com:sub"},
}

// checkTenancy refuses a trust policy that trusts every customer of a shared issuer. AWS has not published the text of
// its refusal.
func checkTenancy(p *policy.Policy) error {
	for _, ref := range p.Principals() {
		if ref.Type != "Federated" || ref.Statement.Effect.Text != policy.Allow {
			continue
		}
		a, err := arn.Parse(ref.Value)
		if err != nil || a.Type() != "oidc-provider" {
			continue
		}
		i := slices.IndexFunc(sharedIssuers, func(t tenancy) bool { return t.issuer == a.Rest() })
		if i >= 0 && !restricts(ref.Statement, sharedIssuers[i].key) {
			return awserr.New(malformedDocument,
				"The trust policy must evaluate the condition key %s, with a value that is not only wildcards, for the shared identity provider %s",
				sharedIssuers[i].key, sharedIssuers[i].issuer)
		}
	}
	return nil
}

// restricts tells whether a statement has a condition on key with a value that says something. AWS asks for a value
// that is neither null nor wildcards alone; it does not say which operators count, so all but Null do.
func restricts(s *policy.Statement, key string) bool {
	for _, o := range s.Condition {
		if strings.EqualFold(o.Name, "Null") {
			continue
		}
		for _, k := range o.Keys {
			if strings.EqualFold(k.Name, key) && len(k.List) > 0 && !slices.ContainsFunc(k.List, onlyWildcards) {
				return true
			}
		}
	}
	return false
}

func onlyWildcards(v policy.Value) bool { return strings.Trim(v.Text, "*?") == "" }
