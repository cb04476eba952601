package iam

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// documentError turns the refusal of a policy document into IAM's error.
func documentError(err error) error {
	var v *policy.ValidationError
	if errors.As(err, &v) {
		return awserr.New(malformedDocument, "%s", v.Message)
	}
	return err
}

// savedTrust checks a trust policy and returns it as it is stored: with the unique ids of the users and roles that it
// names, so that one that is deleted and made again is not trusted
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
func savedTrust(c *op.Call, w *world.World, document string) (string, error) {
	p, err := policy.Check(document, policy.Trust, false)
	if err != nil {
		return "", documentError(err)
	}
	ids := map[string]string{}
	for _, ref := range p.Principals() {
		if !principalExists(c, w, ref.Type, ref.Value, ids) {
			return "", awserr.New(malformedDocument, `Invalid principal in policy: "%s":"%s"`, messageType(ref.Type), ref.Value)
		}
	}
	if err := checkTenancy(p); err != nil {
		return "", err
	}
	if size(document) > trustPolicySize {
		return "", quota("ACLSizePerRole", trustPolicySize)
	}
	return p.RewritePrincipals(func(v string) (string, bool) {
		id, ok := ids[v]
		return id, ok
	}), nil
}

// shownTrust is a role's trust policy with ARNs in place of the unique ids of users and roles that still exist. The id
// of one that was deleted stays.
func shownTrust(w *world.World, r *world.Role) string {
	p := r.TrustPolicy()
	if p == nil {
		d, err := policy.Parse(r.Trust)
		if err != nil {
			return r.Trust
		}
		p = policy.Compile(d)
	}
	return p.RewritePrincipals(func(v string) (string, bool) { return arnOf(w, v) })
}

// arnOf is the ARN of the user or role with a unique id.
func arnOf(w *world.World, id string) (string, bool) {
	if u, ok := w.Users.Find("id:" + id); ok {
		return u.ARN(), true
	}
	if r, ok := w.Roles.Find("id:" + id); ok {
		return r.ARN(), true
	}
	return "", false
}

// messageType is a principal's type as "Invalid principal" writes it: in capitals, as AWS is anyway.
func messageType(t string) string { return strings.ToUpper(t) }

// principalExists tells whether a trust policy may name a principal. Users and roles of this account must exist; their
// unique ids are noted in ids. Those of other accounts cannot be looked up and are believed, unless it is a unique id
// that is named.
func principalExists(c *op.Call, w *world.World, kind, value string, ids map[string]string) bool {
	switch kind {
	case "AWS":
		return awsPrincipalExists(c, w, value, ids)
	case "Service":
		return servicePrincipal.MatchString(value)
	case "Federated":
		if slices.Contains(builtInProviders, value) {
			return true
		}
		a, err := arn.Parse(value)
		return err == nil && a.Service == "iam" && a.Partition == c.Partition && accountID.MatchString(a.Account) &&
			(a.Type() == "oidc-provider" || a.Type() == "saml-provider") && a.Rest() != ""
	}
	return false
}

var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	// servicePrincipal is the form of a service principal. The list of all of them is not published.
	servicePrincipal = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*\.(amazonaws\.com|amazonaws\.com\.cn|aws\.internal)$`)
)

// builtInProviders are the identity providers that need no IAM entity (facts/iam-policy-evaluation.md section 2.3).
var builtInProviders = []string{"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}

func awsPrincipalExists(c *op.Call, w *world.World, value string, ids map[string]string) bool {
	if value == "*" || accountID.MatchString(value) {
		return true
	}
	if _, ok := arnOf(w, value); ok {
		return true
	}
	a, err := arn.Parse(value)
	if err != nil || a.Partition != c.Partition || a.Region != "" || !accountID.MatchString(a.Account) ||
		strings.ContainsAny(value, "*?") {
		return false
	}
	switch {
	case a.Service == "sts":
		return a.Type() == "federated-user" && a.Rest() != "" ||
			a.Type() == "assumed-role" && strings.Count(a.Resource, "/") == 2 && !strings.HasSuffix(a.Resource, "/")
	case a.Service != "iam":
		return false
	case a.Resource == "root":
		return true
	case a.Type() != "user" && a.Type() != "role" || a.Name() == "" || a.Rest() == "":
		return false
	case a.Account != c.Account:
		return true
	}
	if u, ok := w.UserByARN(value); ok && a.Type() == "user" {
		ids[value] = u.ID
		return true
	}
	if r, ok := w.RoleByARN(value); ok && a.Type() == "role" {
		ids[value] = r.ID
		return true
	}
	return false
}
