package sts

import (
	"strings"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/credentials"
)

// Forbidden refuses an operation that a session may never call, whatever its policies allow; nil where policies decide.
// The pipeline asks it for every operation of every service. The action is the operation's own, "service:Operation"; a nil session, that of long-term credentials, is never
// limited. Source: facts/iam-policy-evaluation.md section 5.4, after API_GetSessionToken and API_GetFederationToken.
func Forbidden(s *credentials.Session, action string) error {
	if s == nil {
		return nil
	}
	service, operation, _ := strings.Cut(action, ":")
	switch strings.ToLower(service) {
	case "iam":
		// IAM treats such a token as no token at all; it does not say why.
		if s.Kind == credentials.FederationToken || s.Kind == credentials.SessionToken && !s.MFA {
			return awserr.WithStatus(403, "InvalidClientTokenId", "The security token included in the request is invalid")
		}
	case "sts":
		if !mayCallSTS(s.Kind, operation) {
			return denied("Cannot call %s with session credentials", operation)
		}
	}
	return nil
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
