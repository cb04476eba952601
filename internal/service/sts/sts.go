package sts

import (
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/op"
)

// Service is STS.
type Service struct{ sealer *credentials.Sealer }

// New returns an STS whose sessions and authorization messages are sealed by sealer.
func New(sealer *credentials.Sealer) *Service { return &Service{sealer} }

// Operations is what STS implements.
func (s *Service) Operations() stsapi.Operations {
	return stsapi.Operations{
		AssumeRole: op.Operation[stsapi.AssumeRoleRequest, stsapi.AssumeRoleResponse]{
			Access: limited("sts:AssumeRole", assumeRoleAccess), Do: s.assumeRole,
		},
		DecodeAuthorizationMessage: op.Operation[stsapi.DecodeAuthorizationMessageRequest, stsapi.DecodeAuthorizationMessageResponse]{
			Access: limited("sts:DecodeAuthorizationMessage", decodeAccess), Do: s.decodeAuthorizationMessage,
		},
		GetAccessKeyInfo: op.Operation[stsapi.GetAccessKeyInfoRequest, stsapi.GetAccessKeyInfoResponse]{
			Access: limited("sts:GetAccessKeyInfo", accessKeyInfoAccess), Do: getAccessKeyInfo,
		},
		GetCallerIdentity: op.Operation[stsapi.GetCallerIdentityRequest, stsapi.GetCallerIdentityResponse]{
			Access: op.Open[stsapi.GetCallerIdentityRequest], Do: getCallerIdentity,
		},
		GetFederationToken: op.Operation[stsapi.GetFederationTokenRequest, stsapi.GetFederationTokenResponse]{
			Access: limited("sts:GetFederationToken", federationTokenAccess), Do: s.getFederationToken,
		},
		GetSessionToken: op.Operation[stsapi.GetSessionTokenRequest, stsapi.GetSessionTokenResponse]{
			Access: limited("sts:GetSessionToken", op.Open[stsapi.GetSessionTokenRequest]), Do: s.getSessionToken,
		},
	}
}

// limited refuses an operation to the sessions that may not call it, whatever their policies say.
func limited[I any](action string, access func(*op.Call, *I) ([]op.Check, error)) func(*op.Call, *I) ([]op.Check, error) {
	return func(c *op.Call, in *I) ([]op.Check, error) {
		if message, forbidden := Forbidden(c.Session, action); forbidden {
			return nil, denied("%s", message)
		}
		return access(c, in)
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
