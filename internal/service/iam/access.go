package iam

import (
	"slices"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// Condition keys of IAM's actions (facts/service-authorization/iam.json).
const (
	boundaryKey  = "iam:PermissionsBoundary"
	policyARNKey = "iam:PolicyARN"
	tagKey       = "iam:ResourceTag/"
	tagKeysKey   = "aws:TagKeys"
	passedToKey  = "iam:PassedToService"
)

// one is the answer of an Access function that makes a single check.
func one(c op.Check) ([]op.Check, error) { return []op.Check{c}, nil }

// anything is the check of an action that has no resource type: it can only be allowed on "*". IAM writes "*" too in
// its refusal, as seen of ListAccountAliases and GetAccountSummary.
func anything(action string) op.Check {
	return op.Check{Action: "iam:" + action, Resource: "*"}
}

// listing is the check of an action that lists a kind of entity. It is decided on "*", but the refusal names the path
// that was asked for: arn:aws:iam::111122223333:role/ (as seen of ListRoles, ListUsers and ListInstanceProfiles).
func listing(c *op.Call, action, kind string, pathPrefix *string) op.Check {
	check := anything(action)
	check.Friendly = arn.IAM(c.Partition, c.Account, kind, path(pathPrefix), "")
	return check
}

// making is the check of an action that makes an entity, which has no friendly name yet: the refusal has its ARN (as
// seen of CreateRole, CreateUser, CreateGroup and CreateInstanceProfile). Tags of the request are tags of the resource
// that is made (facts/iam-policy-evaluation.md section 9, aws:ResourceTag).
func making(c *op.Call, action, kind string, newPath *string, name string, tags []iamapi.Tag) op.Check {
	set := tagMap(tags)
	return op.Check{
		Action: "iam:" + action, Resource: arn.IAM(c.Partition, c.Account, kind, path(newPath), name),
		Keys: policy.Keys{}, RequestTags: set, ResourceTags: set,
	}
}

// onUser is the check of an action on a user; one that does not exist is taken to have the path "/".
func onUser(c *op.Call, action, name string) op.Check {
	if u, ok := c.World.Users.Get(world.IAMKey(c.Account, name)); ok {
		return entity(action, "user", name, u.ARN(), u.Tags, u.Boundary)
	}
	return entity(action, "user", name, arn.IAM(c.Partition, c.Account, "user", "/", name), nil, "")
}

// onRole is the check of an action on a role.
func onRole(c *op.Call, action, name string) op.Check {
	if r, ok := c.World.Roles.Get(world.IAMKey(c.Account, name)); ok {
		return entity(action, "role", name, r.ARN(), r.Tags, r.Boundary)
	}
	return entity(action, "role", name, arn.IAM(c.Partition, c.Account, "role", "/", name), nil, "")
}

// entity is the check of an action on a user or role: the two that have iam:ResourceTag and a permissions boundary.
// The boundary that is set is told to the actions that know the key; those that set one tell the new one instead.
func entity(action, word, name, resource string, tags []world.Tag, boundary string) op.Check {
	check := op.Check{
		Action: "iam:" + action, Resource: resource, Friendly: word + " " + name,
		Keys: policy.Keys{}, ResourceTags: world.TagMap(tags),
	}
	for _, t := range tags {
		check.Keys.Set(tagKey+t.Key, t.Value)
	}
	if boundary != "" {
		if a, ok := catalog.LookupAction(check.Action); ok && slices.Contains(a.ConditionKeys, boundaryKey) {
			check.Keys.Set(boundaryKey, boundary)
		}
	}
	return check
}

// onGroup is the check of an action on a group.
func onGroup(c *op.Call, action, name string) op.Check {
	resource := arn.IAM(c.Partition, c.Account, "group", "/", name)
	if g, ok := c.World.Groups.Get(world.IAMKey(c.Account, name)); ok {
		resource = g.ARN()
	}
	return op.Check{Action: "iam:" + action, Resource: resource, Friendly: "group " + name, Keys: policy.Keys{}}
}

// onProfile is the check of an action on an instance profile.
func onProfile(c *op.Call, action, name string) op.Check {
	check := op.Check{
		Action: "iam:" + action, Resource: arn.IAM(c.Partition, c.Account, "instance-profile", "/", name),
		Friendly: "instance profile " + name, Keys: policy.Keys{},
	}
	if p, ok := c.World.InstanceProfiles.Get(world.IAMKey(c.Account, name)); ok {
		check.Resource, check.ResourceTags = p.ARN(), world.TagMap(p.Tags)
	}
	return check
}

// onPolicy is the check of an action on a managed policy, which is named by its ARN.
func onPolicy(c *op.Call, action, policyARN string) op.Check {
	check := op.Check{Action: "iam:" + action, Resource: policyARN, Friendly: "policy " + policyARN, Keys: policy.Keys{}}
	if p, ok := c.World.PolicyByARN(policyARN); ok {
		check.ResourceTags = world.TagMap(p.Tags)
	}
	return check
}

// withPolicy tells which managed policy is attached or detached.
func withPolicy(check op.Check, policyARN string) op.Check {
	check.Keys.Set(policyARNKey, policyARN)
	return check
}

// withBoundary tells which permissions boundary the call sets.
func withBoundary(check op.Check, boundary string) op.Check {
	if boundary != "" {
		check.Keys.Set(boundaryKey, boundary)
	}
	return check
}

// withTags tells which tags the call sets.
func withTags(check op.Check, tags []iamapi.Tag) op.Check {
	check.RequestTags = tagMap(tags)
	return check
}

// withTagKeys tells which tags the call removes.
func withTagKeys(check op.Check, keys []string) op.Check {
	check.Keys.Set(tagKeysKey, keys...)
	return check
}

func tagMap(tags []iamapi.Tag) map[string]string {
	return world.TagMap(fromTags(tags))
}

// path is the path of a request, "/" where it has none.
func path(p *string) string {
	if p == nil {
		return "/"
	}
	return *p
}

func value(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
