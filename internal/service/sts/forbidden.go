package sts

import (
	"strings"

	"github.com/airside-dev/airside/internal/credentials"
)

// Forbidden tells whether a session may never call an operation, whatever its policies allow, and what the caller is
// told. The action is the operation's own, "service:Operation"; a nil session, that of long-term credentials, is never
// limited. Source: facts/iam-policy-evaluation.md section 5.4, after API_GetSessionToken and API_GetFederationToken.
func Forbidden(s *credentials.Session, action string) (message string, forbidden bool) {
	if s == nil {
		return "", false
	}
	service, operation, _ := strings.Cut(action, ":")
	switch strings.ToLower(service) {
	case "iam":
		// IAM treats such a token as no token at all; it does not say why.
		limited := s.Kind == credentials.FederationToken || s.Kind == credentials.SessionToken && !s.MFA
		return "The security token included in the request is invalid", limited
	case "sts":
		return "Cannot call " + operation + " with session credentials", !mayCallSTS(s.Kind, operation)
	}
	return "", false
}

func mayCallSTS(kind credentials.Kind, operation string) bool {
	switch kind {
	case credentials.FederationToken:
		return operation == "GetCallerIdentity"
	case credentials.SessionToken:
		return operation == "GetCallerIdentity" || operation == "AssumeRole"
	default:
		return operation != "GetSessionToken" && operation != "GetFederationToken"
	}
}
