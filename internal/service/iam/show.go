package iam

import (
	"net/url"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/world"
)

// encoded is a policy document as IAM answers it: percent-encoded after RFC 3986, so a space is %20
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html).
func encoded(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

// showBoundary has the type that IAM really answers, "Policy", and not the one of its model
// (https://github.com/awsdocs/iam-user-guide/issues/82).
func showBoundary(policyARN string) *iamapi.AttachedPermissionsBoundary {
	if policyARN == "" {
		return nil
	}
	kind := "Policy"
	return &iamapi.AttachedPermissionsBoundary{PermissionsBoundaryType: &kind, PermissionsBoundaryArn: &policyARN}
}

// listedUser is a user as lists show it: without tags and boundary.
func listedUser(u *world.User) iamapi.User {
	return iamapi.User{Path: u.Path, UserName: u.Name, UserId: u.ID, Arn: u.ARN(), CreateDate: u.Created}
}

func showUser(u *world.User) *iamapi.User {
	out := listedUser(u)
	out.Tags, out.PermissionsBoundary = toTags(u.Tags), showBoundary(u.Boundary)
	return &out
}

func showGroup(g *world.Group) iamapi.Group {
	return iamapi.Group{Path: g.Path, GroupName: g.Name, GroupId: g.ID, Arn: g.ARN(), CreateDate: g.Created}
}

// listedRole is a role as lists and instance profiles show it: without tags, boundary and last use.
func listedRole(w *world.World, r *world.Role) iamapi.Role {
	trust := encoded(shownTrust(w, r))
	return iamapi.Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: r.ARN(), CreateDate: r.Created,
		AssumeRolePolicyDocument: &trust, Description: r.Description, MaxSessionDuration: &r.MaxSession,
	}
}

func showRole(w *world.World, r *world.Role) *iamapi.Role {
	out := listedRole(w, r)
	out.Tags, out.PermissionsBoundary, out.RoleLastUsed = toTags(r.Tags), showBoundary(r.Boundary), lastUsed(r)
	return &out
}

// lastUsed is empty, and not absent, for a role that was never used.
func lastUsed(r *world.Role) *iamapi.RoleLastUsed {
	if r.LastUsed.IsZero() {
		return &iamapi.RoleLastUsed{}
	}
	return &iamapi.RoleLastUsed{LastUsedDate: &r.LastUsed, Region: &r.LastRegion}
}

// listedProfile is an instance profile as lists show it: with its role, without tags.
func listedProfile(w *world.World, p *world.InstanceProfile) iamapi.InstanceProfile {
	out := iamapi.InstanceProfile{
		Path: p.Path, InstanceProfileName: p.Name, InstanceProfileId: p.ID, Arn: p.ARN(), CreateDate: p.Created,
		Roles: []iamapi.Role{},
	}
	if r, ok := w.Roles.Get(world.IAMKey(p.Account, p.Role)); ok && p.Role != "" {
		out.Roles = append(out.Roles, listedRole(w, r))
	}
	return out
}

func showProfile(w *world.World, p *world.InstanceProfile) *iamapi.InstanceProfile {
	out := listedProfile(w, p)
	out.Tags = toTags(p.Tags)
	return &out
}
