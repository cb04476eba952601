package iam

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

// Values of PolicyUsageFilter.
const (
	usedAsPolicy   = "PermissionsPolicy"
	usedAsBoundary = "PermissionsBoundary"
)

// usage counts, by the ARN of a managed policy, the entities that it is attached to and those whose boundary it is.
type usage struct{ attached, boundary map[string]int }

// usageIn goes through every entity of an account. It costs O(entities), like the answer that it is for.
func usageIn(w *world.World, account string) usage {
	n := usage{map[string]int{}, map[string]int{}}
	add := func(attached []string, boundary string) {
		for _, a := range attached {
			n.attached[a]++
		}
		if boundary != "" {
			n.boundary[boundary]++
		}
	}
	for u := range w.Users.All(account + "/") {
		add(u.Attached, u.Boundary)
	}
	for g := range w.Groups.All(account + "/") {
		add(g.Attached, "")
	}
	for r := range w.Roles.All(account + "/") {
		add(r.Attached, r.Boundary)
	}
	return n
}

// used tells whether a policy is in use, in the way of a PolicyUsageFilter or, without one, in any.
func (n usage) used(policyARN string, filter *string) bool {
	return value(filter) != usedAsBoundary && n.attached[policyARN] > 0 ||
		value(filter) != usedAsPolicy && n.boundary[policyARN] > 0
}

// policyUser is one entity that uses a policy.
type policyUser struct{ kind, path, name, id string }

// key orders users of a policy: groups, users, roles, each by name.
func (u policyUser) key() string { return u.kind + "/" + strings.ToLower(u.name) }

// usersOf lists the entities that use a policy in the way of a PolicyUsageFilter or, without one, in any.
func usersOf(w *world.World, account, policyARN string, filter *string) []policyUser {
	var out []policyUser
	add := func(kind, path, name, id string, attached []string, boundary string) {
		if value(filter) != usedAsBoundary && slices.Contains(attached, policyARN) ||
			value(filter) != usedAsPolicy && boundary == policyARN {
			out = append(out, policyUser{kind, path, name, id})
		}
	}
	for g := range w.Groups.All(account + "/") {
		add("Group", g.Path, g.Name, g.ID, g.Attached, "")
	}
	for u := range w.Users.All(account + "/") {
		add("User", u.Path, u.Name, u.ID, u.Attached, u.Boundary)
	}
	for r := range w.Roles.All(account + "/") {
		add("Role", r.Path, r.Name, r.ID, r.Attached, r.Boundary)
	}
	return out
}

func mayListEntitiesForPolicy(c *op.Call, in *iamapi.ListEntitiesForPolicyRequest) ([]op.Check, error) {
	return one(onPolicy(c, "ListEntitiesForPolicy", in.PolicyArn))
}

func (s *Service) listEntitiesForPolicy(c *op.Call, in *iamapi.ListEntitiesForPolicyRequest) (*iamapi.ListEntitiesForPolicyResponse, error) {
	if _, err := readManaged(c, in.PolicyArn); err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(usersOf(c.World, c.Account, in.PolicyArn, in.PolicyUsageFilter), func(u policyUser) bool {
		return in.EntityFilter != nil && *in.EntityFilter != u.kind || !strings.HasPrefix(u.path, path(in.PathPrefix))
	})
	part, truncated, next, err := paginate(found, policyUser.key, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListEntitiesForPolicyResponse{
		PolicyGroups: []iamapi.PolicyGroup{}, PolicyUsers: []iamapi.PolicyUser{}, PolicyRoles: []iamapi.PolicyRole{},
		IsTruncated: truncated, Marker: next,
	}
	for _, u := range part {
		switch u.kind {
		case "Group":
			out.PolicyGroups = append(out.PolicyGroups, iamapi.PolicyGroup{GroupName: &u.name, GroupId: &u.id})
		case "User":
			out.PolicyUsers = append(out.PolicyUsers, iamapi.PolicyUser{UserName: &u.name, UserId: &u.id})
		case "Role":
			out.PolicyRoles = append(out.PolicyRoles, iamapi.PolicyRole{RoleName: &u.name, RoleId: &u.id})
		}
	}
	return out, nil
}
