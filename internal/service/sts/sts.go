package sts

import (
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
)

// Service is STS.
type Service struct {
	sealer *credentials.Sealer
	store  *store.Store // written to for one thing only: which codes of MFA devices were used
}

// New returns an STS whose sessions and authorization messages are sealed by sealer, on the MFA devices of a store.
func New(sealer *credentials.Sealer, store *store.Store) *Service { return &Service{sealer, store} }

// Operations is what STS implements.
func (s *Service) Operations() stsapi.Operations {
	return stsapi.Operations{
		AssumeRole: op.Operation[stsapi.AssumeRoleRequest, stsapi.AssumeRoleResponse]{
			Access: assumeRoleAccess, Do: s.assumeRole,
		},
		DecodeAuthorizationMessage: op.Operation[stsapi.DecodeAuthorizationMessageRequest, stsapi.DecodeAuthorizationMessageResponse]{
			Access: decodeAccess, Do: s.decodeAuthorizationMessage,
		},
		GetAccessKeyInfo: op.Operation[stsapi.GetAccessKeyInfoRequest, stsapi.GetAccessKeyInfoResponse]{
			Access: accessKeyInfoAccess, Do: getAccessKeyInfo,
		},
		GetCallerIdentity: op.Operation[stsapi.GetCallerIdentityRequest, stsapi.GetCallerIdentityResponse]{
			Access: op.Open[stsapi.GetCallerIdentityRequest], Do: getCallerIdentity,
		},
		GetFederationToken: op.Operation[stsapi.GetFederationTokenRequest, stsapi.GetFederationTokenResponse]{
			Access: federationTokenAccess, Do: s.getFederationToken,
		},
		GetSessionToken: op.Operation[stsapi.GetSessionTokenRequest, stsapi.GetSessionTokenResponse]{
			Access: sessionTokenAccess, Do: s.getSessionToken,
		},
	}
}

func denied(format string, args ...any) *awserr.Error {
	return awserr.WithStatus(403, "AccessDenied", format, args...)
}

func invalid(format string, args ...any) *awserr.Error {
	return awserr.WithStatus(400, "ValidationError", format, args...)
}

func invalidParameter(format string, args ...any) *awserr.Error {
	return awserr.WithStatus(400, "InvalidParameterValue", format, args...)
}
