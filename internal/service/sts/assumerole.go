package sts

import (
	"maps"
	"slices"
	"strconv"

	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

const (
	defaultRoleDuration = 3600 // seconds
	// maxChained is how long a role session may last that another session asked for, whatever the role allows.
	maxChained = 3600 // seconds
	// minARN is the shortest RoleArn that the service model lets through; what is shorter is refused there.
	minARN = 20
)

// assumeRoleAccess asks the role's trust policy. A role that does not exist has none, so that nobody learns from the
// answer which roles there are. A code of the caller's MFA device is part of the question: with a good one, the policies
// see multi-factor authentication (facts/iam-policy-evaluation.md section 10).
func assumeRoleAccess(c *op.Call, in *stsapi.AssumeRoleRequest) ([]op.Check, error) {
	if c.Caller.Kind == authz.Root {
		return nil, denied("Roles may not be assumed by root accounts.")
	}
	target, ok := roleARN(in.RoleArn)
	if !ok && len(in.RoleArn) >= minARN {
		return nil, invalid("%s is invalid", in.RoleArn)
	}
	switch ok, err := passesMFA(c, in.SerialNumber, in.TokenCode); {
	case err != nil:
		return nil, err
	case ok: // for the decision on this call only: the new session does not carry it on
		c.Caller.MFA = authz.MFA{Known: true, Present: true, At: c.Time}
	}
	check := op.Check{
		Action: "sts:AssumeRole", Resource: in.RoleArn, Owner: target.Account, Trust: true,
		Keys: assumeRoleKeys(c, in), RequestTags: world.TagMap(passedTags(in.Tags)),
	}
	if role, ok := c.World.RoleByARN(in.RoleArn); ok {
		check.Policy = &authz.Source{Name: "trust policy of role " + role.Name, Policy: role.TrustPolicy()}
		check.ResourceTags = trustTags(role.Tags, inheritedTags(c.Session))
		for k, v := range check.ResourceTags {
			check.Keys.Set("iam:ResourceTag/"+k, v)
		}
	}
	checks := []op.Check{check}
	also := func(action string) {
		next := check
		next.Action, next.Keys = action, maps.Clone(check.Keys)
		checks = append(checks, next)
	}
	// Tags that a chain carries on were allowed when they were set: only newly passed ones are asked for
	// (facts/iam-policy-evaluation.md section 5.2 leaves this open).
	if len(in.Tags) > 0 {
		also("sts:TagSession")
	}
	if sourceIdentity(c.Session, in) != "" {
		also("sts:SetSourceIdentity")
	}
	if len(in.ProvidedContexts) > 0 {
		also("sts:SetContext")
	}
	return checks, nil
}

// assumeRoleKeys are the condition keys of the request itself. A key exists only where its parameter was passed.
func assumeRoleKeys(c *op.Call, in *stsapi.AssumeRoleRequest) policy.Keys {
	k := policy.Keys{}
	k.Set("sts:RoleSessionName", in.RoleSessionName)
	if in.ExternalId != nil {
		k.Set("sts:ExternalId", *in.ExternalId)
	}
	if in.DurationSeconds != nil {
		k.Set("sts:DurationSeconds", strconv.Itoa(*in.DurationSeconds))
	}
	if id := sourceIdentity(c.Session, in); id != "" {
		k.Set("sts:SourceIdentity", id)
	}
	k.Set("sts:TransitiveTagKeys", in.TransitiveTagKeys...)
	var providers []string
	for _, p := range in.ProvidedContexts {
		if p.ProviderArn != nil {
			providers = append(providers, *p.ProviderArn)
		}
	}
	k.Set("sts:RequestContextProviders", providers...)
	return k
}

// sourceIdentity is the source identity that the new session will have: the one asked for, else the calling session's.
func sourceIdentity(s *credentials.Session, in *stsapi.AssumeRoleRequest) string {
	if in.SourceIdentity != nil {
		return *in.SourceIdentity
	}
	if s != nil {
		return s.SourceIdentity
	}
	return ""
}

// roleARN parses the ARN of a role; false where it is something else's or nothing's.
func roleARN(s string) (arn.ARN, bool) {
	a, err := arn.Parse(s)
	ok := err == nil && a.Service == "iam" && a.Region == "" && len(a.Account) == 12 && a.Type() == "role" && a.Name() != ""
	return a, ok
}

func (s *Service) assumeRole(c *op.Call, in *stsapi.AssumeRoleRequest) (*stsapi.AssumeRoleResponse, error) {
	role, ok := c.World.RoleByARN(in.RoleArn)
	if !ok {
		return nil, notAuthorized(c, "sts:AssumeRole", in.RoleArn)
	}
	seconds, err := roleDuration(c, role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, invalidParameter("no context provider is trusted: this Airside has no IAM Identity Center")
	}
	tags, inherited := passedTags(in.Tags), inheritedTags(c.Session)
	if err := checkTags(tags, inherited, in.TransitiveTagKeys); err != nil {
		return nil, err
	}
	identity := sourceIdentity(c.Session, in)
	if c.Session != nil && c.Session.SourceIdentity != "" && c.Session.SourceIdentity != identity {
		return nil, notAuthorized(c, "sts:SetSourceIdentity", in.RoleArn)
	}
	all := slices.Concat(inherited, tags)
	narrowed, err := restrict(c.World, role.Account, in.Policy, in.PolicyArns, all)
	if err != nil {
		return nil, err
	}
	session := newSession(c, credentials.AssumedRole, role.Partition, role.Account, seconds, narrowed)
	session.PrincipalID, session.Name = role.ID, in.RoleSessionName
	session.Tags, session.Transitive = all, slices.Concat(tagKeys(inherited), in.TransitiveTagKeys)
	session.SourceIdentity = identity
	if _, err := s.useCode(c, in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	issued, err := s.issue(session)
	if err != nil {
		return nil, err
	}
	principal := c.World.RoleSession(role, in.RoleSessionName)
	out := &stsapi.AssumeRoleResponse{
		Credentials:      issued,
		AssumedRoleUser:  &stsapi.AssumedRoleUser{AssumedRoleId: principal.UserID, Arn: principal.ARN},
		PackedPolicySize: narrowed.percent,
	}
	if identity != "" {
		out.SourceIdentity = &identity
	}
	return out, nil
}

// roleDuration is the length of a role session in seconds. Any session that asks for another one is a chain: AWS
// documents it of role sessions and does the same with those of GetSessionToken.
func roleDuration(c *op.Call, role *world.Role, asked *int) (int, error) {
	if asked == nil {
		return defaultRoleDuration, nil
	}
	switch {
	case c.Session != nil && *asked > maxChained:
		return 0, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	case *asked > role.MaxSession:
		return 0, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return *asked, nil
}

func notAuthorized(c *op.Call, action, resource string) error {
	return denied("User: %s is not authorized to perform: %s on resource: %s", c.Caller.ARN, action, resource)
}
