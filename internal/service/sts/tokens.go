package sts

import (
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

const (
	defaultTokenDuration = 43200 // seconds
	// maxRootDuration caps what a root user asks for; AWS shortens instead of refusing (API_GetSessionToken).
	maxRootDuration = 3600 // seconds
)

func tokenDuration(c *op.Call, asked *int) int {
	seconds := defaultTokenDuration
	if asked != nil {
		seconds = *asked
	}
	if c.Caller.Kind == authz.Root {
		seconds = min(seconds, maxRootDuration)
	}
	return seconds
}

// sessionTokenAccess asks no policy: GetSessionToken proves who the caller is and grants nothing (API_GetSessionToken).
// Only long-term credentials may ask.
func sessionTokenAccess(c *op.Call, in *stsapi.GetSessionTokenRequest) ([]op.Check, error) {
	_, err := passesMFA(c, in.SerialNumber, in.TokenCode)
	return nil, err
}

// getSessionToken issues credentials of the user itself, which carry on that a code of its MFA device was given.
func (s *Service) getSessionToken(c *op.Call, in *stsapi.GetSessionTokenRequest) (*stsapi.GetSessionTokenResponse, error) {
	passed, err := s.useCode(c, in.SerialNumber, in.TokenCode)
	if err != nil {
		return nil, err
	}
	session := newSession(c, credentials.SessionToken, c.Caller.Partition, c.Caller.Account, tokenDuration(c, in.DurationSeconds), restriction{})
	session.PrincipalID, session.MFA = c.Caller.ID, passed
	issued, err := s.issue(session)
	if err != nil {
		return nil, err
	}
	return &stsapi.GetSessionTokenResponse{Credentials: issued}, nil
}

func federationTokenAccess(c *op.Call, in *stsapi.GetFederationTokenRequest) ([]op.Check, error) {
	check := op.Check{
		Action:      "sts:GetFederationToken",
		Resource:    world.Federated(c.Caller, in.Name).ARN,
		RequestTags: world.TagMap(passedTags(in.Tags)),
	}
	checks := []op.Check{check}
	if len(in.Tags) > 0 {
		check.Action = "sts:TagSession"
		checks = append(checks, check)
	}
	return checks, nil
}

// getFederationToken issues credentials of a federated user, who can do what the calling user and the session policies
// both allow.
func (s *Service) getFederationToken(c *op.Call, in *stsapi.GetFederationTokenRequest) (*stsapi.GetFederationTokenResponse, error) {
	tags := passedTags(in.Tags)
	if err := checkTags(tags, nil, nil); err != nil {
		return nil, err
	}
	narrowed, err := restrict(c.World, c.Caller.Account, in.Policy, in.PolicyArns, tags)
	if err != nil {
		return nil, err
	}
	session := newSession(c, credentials.FederationToken, c.Caller.Partition, c.Caller.Account, tokenDuration(c, in.DurationSeconds), narrowed)
	session.PrincipalID, session.Name, session.Tags = c.Caller.ID, in.Name, tags
	issued, err := s.issue(session)
	if err != nil {
		return nil, err
	}
	user := world.Federated(c.Caller, in.Name)
	return &stsapi.GetFederationTokenResponse{
		Credentials:      issued,
		FederatedUser:    &stsapi.FederatedUser{FederatedUserId: user.UserID, Arn: user.ARN},
		PackedPolicySize: narrowed.percent,
	}, nil
}
