package policycase

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/policy"
)

// builtInProviders are the identity providers that trust policies name without an ARN
// (reference_policies_elements_principal, "OIDC federated principals").
var builtInProviders = []string{
	"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com",
}

// Principal makes the caller of s:
//
//   - the anonymous caller
//     arn:aws:iam::111122223333:root                     the root user of an account
//     arn:aws:iam::111122223333:user/path/name           an IAM user
//     arn:aws:sts::111122223333:assumed-role/role/name   a session of a role
//     arn:aws:sts::111122223333:federated-user/name      a session of GetFederationToken
//     arn:aws:iam::111122223333:oidc-provider/host       the caller of AssumeRoleWithWebIdentity; also saml-provider/…
//     accounts.google.com                                likewise, for the providers that need no ARN
//     eks.amazonaws.com                                  an AWS service
//
// An ARN of a role session does not hold the role's path, and no ARN holds unique ids. Where these matter, context
// gives them: aws:PrincipalArn the role's ARN, aws:userid the id.
func Principal(s string, context policy.Keys) (authz.Principal, error) {
	switch {
	case s == "":
		return authz.Principal{}, errors.New(`the request has no principal: "*" is the anonymous caller`)
	case s == "*":
		return authz.Principal{Kind: authz.Anonymous, UserID: "anonymous"}, nil
	case slices.Contains(builtInProviders, s):
		return authz.Principal{Kind: authz.WebIdentity, Provider: s}, nil
	case strings.HasSuffix(s, ".amazonaws.com"), strings.HasSuffix(s, ".amazonaws.com.cn"):
		return authz.Principal{Kind: authz.Service, Name: s, ARN: s}, nil
	}
	a, err := arn.Parse(s)
	if err != nil {
		return authz.Principal{}, fmt.Errorf("principal %q is %w", s, err)
	}
	if a.Service == "iam" && (a.Type() == "oidc-provider" || a.Type() == "saml-provider") && a.Rest() != "" {
		return authz.Principal{Kind: authz.WebIdentity, Partition: a.Partition, Provider: s}, nil
	}
	if !isAccount(a.Account) {
		return authz.Principal{}, fmt.Errorf("principal %q: %q is not an account id of 12 digits", s, a.Account)
	}
	p := authz.Principal{Partition: a.Partition, Account: a.Account, ARN: s, EntityARN: s, Name: a.Name()}
	id := strings.Join(context.Get("aws:userid"), "")
	switch {
	case a.Service == "iam" && a.Resource == "root":
		p.Kind, p.ID, p.UserID, p.Name = authz.Root, a.Account, a.Account, ""
	case a.Service == "iam" && a.Type() == "user" && a.Rest() != "":
		p.Kind, p.ID, p.UserID = authz.User, id, id
	case a.Service == "sts" && a.Type() == "assumed-role":
		role, session, ok := strings.Cut(a.Rest(), "/")
		if !ok || role == "" || session == "" || strings.Contains(session, "/") {
			return authz.Principal{}, fmt.Errorf("principal %q is not a role session: want assumed-role/ROLE/SESSION", s)
		}
		p.Kind, p.Name, p.SessionName, p.UserID = authz.AssumedRole, role, session, id
		p.ID, _, _ = strings.Cut(id, ":")
		p.EntityARN = roleARN(a, role, context)
		p.ServiceLinked = strings.Contains(p.EntityARN, ":role/aws-service-role/")
	case a.Service == "sts" && a.Type() == "federated-user" && a.Rest() != "":
		p.Kind, p.Name = authz.FederatedUser, a.Rest()
		p.UserID = a.Account + ":" + p.Name
	case a.Service == "iam" && a.Type() == "role":
		return authz.Principal{}, fmt.Errorf("principal %q is a role, and requests are made by its sessions: "+
			"write arn:%s:sts::%s:assumed-role/%s/SESSION, and aws:PrincipalArn in the context if the role has a path",
			s, a.Partition, a.Account, a.Name())
	default:
		return authz.Principal{}, fmt.Errorf("principal %q cannot make requests: want a root, user, role session, "+
			"federated user or identity provider ARN, a service's name, or *", s)
	}
	return p, nil
}

// roleARN is the ARN of the role of a session: aws:PrincipalArn where that is a role of the same account and name, else
// the role without a path.
func roleARN(session arn.ARN, role string, context policy.Keys) string {
	for _, given := range context.Get("aws:PrincipalArn") {
		a, err := arn.Parse(given)
		if err == nil && a.Service == "iam" && a.Account == session.Account && a.Type() == "role" && a.Name() == role {
			return given
		}
	}
	return arn.IAM(session.Partition, session.Account, "role", "/", role)
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
