package ec2

import (
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// listed is the access of an operation that has no resource type, as nearly every Describe operation is.
func listed[I any](action string) func(*op.Call, *I) ([]op.Check, error) {
	return func(c *op.Call, _ *I) ([]op.Check, error) {
		return []op.Check{anything(c, action)}, nil
	}
}

// anything is the check of an action on no particular resource.
func anything(c *op.Call, action string) op.Check {
	return op.Check{Action: action, Resource: "*", NoResource: true, Keys: regionKeys(c)}
}

func regionKeys(c *op.Call) policy.Keys {
	k := policy.Keys{}
	k.Set("ec2:Region", c.Region)
	return k
}

// on is the check of an action on an existing resource, or on the ARN that it would have.
func (k *kind[R]) on(c *op.Call, action, id string) op.Check {
	check := op.Check{Action: action, Resource: here(c).ARN("ec2", k.name, id), Keys: regionKeys(c)}
	r, err := k.get(c.World, here(c), id)
	if err != nil {
		return check
	}
	check.Keys.Merge(k.keys(r))
	check.ResourceTags = world.TagMap(r.ResourceTags())
	for key, value := range check.ResourceTags {
		check.Keys.Set("ec2:ResourceTag/"+key, value)
	}
	return check
}

// creating is the check of an action that makes a resource of this kind: it has no id yet.
func (k *kind[R]) creating(c *op.Call, action string, tags []world.Tag) op.Check {
	return op.Check{
		Action: action, Resource: here(c).ARN("ec2", k.name, "*"),
		Keys: regionKeys(c), RequestTags: world.TagMap(tags),
	}
}

// taggingOnCreate is the check that tags in a create call ask for on top (supported-iam-actions-tagging in the EC2 user
// guide). operation is the create call's name.
func (k *kind[R]) taggingOnCreate(c *op.Call, operation string, tags []world.Tag) []op.Check {
	if len(tags) == 0 {
		return nil
	}
	check := k.creating(c, "ec2:CreateTags", tags)
	check.Keys.Set("ec2:CreateAction", operation)
	return []op.Check{check}
}

// idKeys are the condition keys of a resource: its id under key and, where it is in one, its VPC.
func idKeys(key, id string, at world.Placement, vpc string) policy.Keys {
	k := policy.Keys{}
	k.Set(key, id)
	if vpc != "" {
		k.Set("ec2:Vpc", at.ARN("ec2", "vpc", vpc))
	}
	return k
}
