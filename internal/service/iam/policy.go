package iam

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// listedPolicy is a managed policy as lists show it: without description and tags.
func listedPolicy(p managed, n usage) iamapi.Policy {
	attached, boundary, attachable := n.attached[p.arn], n.boundary[p.arn], true
	return iamapi.Policy{
		PolicyName: &p.name, PolicyId: &p.id, Arn: &p.arn, Path: &p.path, DefaultVersionId: &p.defaultVersion,
		AttachmentCount: &attached, PermissionsBoundaryUsageCount: &boundary, IsAttachable: &attachable,
		CreateDate: &p.created, UpdateDate: &p.updated,
	}
}

func showPolicy(p managed, n usage) *iamapi.Policy {
	out := listedPolicy(p, n)
	out.Description, out.Tags = p.description, toTags(p.tags)
	return &out
}

// checkManaged checks the document of a customer managed policy.
func checkManaged(document string) error {
	if _, err := policy.Check(document, policy.Identity, true); err != nil {
		return documentError(err)
	}
	if size(document) > policySize {
		return quota("PolicySize", policySize)
	}
	return nil
}

// mayCreatePolicy: a policy that is being made is called by its name (as seen of CreatePolicy).
func mayCreatePolicy(c *op.Call, in *iamapi.CreatePolicyRequest) ([]op.Check, error) {
	check := making(c, "CreatePolicy", "policy", in.Path, in.PolicyName, in.Tags)
	check.Friendly = "policy " + in.PolicyName
	return one(check)
}

func (s *Service) createPolicy(c *op.Call, in *iamapi.CreatePolicyRequest) (*iamapi.CreatePolicyResponse, error) {
	tags, err := exactCase.set(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	at := now(c)
	p := &world.ManagedPolicy{
		Partition: c.Partition, Account: c.Account, Path: path(in.Path), Name: in.PolicyName,
		ID: awsid.Unique(awsid.Policy), Description: in.Description, Created: at, Updated: at, Tags: tags,
		Versions: []world.PolicyVersion{{ID: "v1", Document: in.PolicyDocument, Created: at}}, Default: "v1", Next: 2,
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		if _, ok := tx.World.Policies.Get(p.Key()); ok {
			return awserr.New(alreadyExists, "A policy called %s already exists. Duplicate names are not allowed.", p.Name)
		}
		if count(tx.World.Policies.All(c.Account+"/")) >= policiesPerAccount {
			return quota("PoliciesPerAccount", policiesPerAccount)
		}
		tx.Put(p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreatePolicyResponse{Policy: showPolicy(ofCustomer(p), usage{})}, nil
}

func mayGetPolicy(c *op.Call, in *iamapi.GetPolicyRequest) ([]op.Check, error) {
	return one(onPolicy(c, "GetPolicy", in.PolicyArn))
}

func (s *Service) getPolicy(c *op.Call, in *iamapi.GetPolicyRequest) (*iamapi.GetPolicyResponse, error) {
	p, err := readManaged(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetPolicyResponse{Policy: showPolicy(p, usageIn(c.World, c.Account))}, nil
}

func mayDeletePolicy(c *op.Call, in *iamapi.DeletePolicyRequest) ([]op.Check, error) {
	return one(onPolicy(c, "DeletePolicy", in.PolicyArn))
}

// deletePolicy refuses while the policy is attached, is somebody's boundary, or has versions besides the default one.
func (s *Service) deletePolicy(c *op.Call, in *iamapi.DeletePolicyRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		p, err := ownPolicy(c, tx.World, "DeletePolicy", in.PolicyArn)
		switch {
		case err != nil:
			return err
		case len(usersOf(tx.World, c.Account, p.ARN(), nil)) > 0:
			return awserr.New(deleteConflict, "Cannot delete a policy attached to entities.")
		case len(p.Versions) > 1:
			return awserr.New(deleteConflict, "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		tx.Delete(p)
		return nil
	}))
}

// mayListPolicies: IAM's refusal names the path that was asked for (as seen of ListPolicies).
func mayListPolicies(_ *op.Call, in *iamapi.ListPoliciesRequest) ([]op.Check, error) {
	check := anything("ListPolicies")
	check.Friendly = "policy path " + path(in.PathPrefix)
	return one(check)
}

func (s *Service) listPolicies(c *op.Call, in *iamapi.ListPoliciesRequest) (*iamapi.ListPoliciesResponse, error) {
	n := usageIn(c.World, c.Account)
	onlyUsed := in.OnlyAttached != nil && *in.OnlyAttached || in.PolicyUsageFilter != nil
	found := slices.DeleteFunc(policiesIn(c, value(in.Scope)), func(p managed) bool {
		return !strings.HasPrefix(p.path, path(in.PathPrefix)) || onlyUsed && !n.used(p.arn, in.PolicyUsageFilter)
	})
	part, truncated, next, err := paginate(found, managed.key, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListPoliciesResponse{Policies: []iamapi.Policy{}, IsTruncated: truncated, Marker: next}
	for _, p := range part {
		out.Policies = append(out.Policies, listedPolicy(p, n))
	}
	return out, nil
}

// policiesIn lists the managed policies of a scope: AWS, Local, or both.
func policiesIn(c *op.Call, scope string) []managed {
	var out []managed
	if scope != "Local" {
		for _, m := range catalog.ManagedPolicies() {
			out = append(out, ofAWS(m))
		}
	}
	if scope != "AWS" {
		for p := range c.World.Policies.All(c.Account + "/") {
			out = append(out, ofCustomer(p))
		}
	}
	return out
}

func mayTagPolicy(c *op.Call, in *iamapi.TagPolicyRequest) ([]op.Check, error) {
	return one(withTags(onPolicy(c, "TagPolicy", in.PolicyArn), in.Tags))
}

func (s *Service) tagPolicy(c *op.Call, in *iamapi.TagPolicyRequest) (*op.Empty, error) {
	return s.changePolicy(c, "TagPolicy", in.PolicyArn, func(p *world.ManagedPolicy) (err error) {
		p.Tags, err = exactCase.set(p.Tags, in.Tags)
		return err
	})
}

func mayUntagPolicy(c *op.Call, in *iamapi.UntagPolicyRequest) ([]op.Check, error) {
	return one(withTagKeys(onPolicy(c, "UntagPolicy", in.PolicyArn), in.TagKeys))
}

func (s *Service) untagPolicy(c *op.Call, in *iamapi.UntagPolicyRequest) (*op.Empty, error) {
	return s.changePolicy(c, "UntagPolicy", in.PolicyArn, func(p *world.ManagedPolicy) error {
		p.Tags = exactCase.remove(p.Tags, in.TagKeys)
		return nil
	})
}

func mayListPolicyTags(c *op.Call, in *iamapi.ListPolicyTagsRequest) ([]op.Check, error) {
	return one(onPolicy(c, "ListPolicyTags", in.PolicyArn))
}

func (s *Service) listPolicyTags(c *op.Call, in *iamapi.ListPolicyTagsRequest) (*iamapi.ListPolicyTagsResponse, error) {
	p, err := readManaged(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	tags, truncated, next, err := pageOfTags(p.tags, in.Marker, in.MaxItems)
	return &iamapi.ListPolicyTagsResponse{Tags: tags, IsTruncated: truncated, Marker: next}, err
}

// changePolicy lets f change a copy of a customer managed policy.
func (s *Service) changePolicy(c *op.Call, action, policyARN string, f func(*world.ManagedPolicy) error) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, err := ownPolicy(c, tx.World, action, policyARN)
		if err != nil {
			return err
		}
		p := *old
		if err := f(&p); err != nil {
			return err
		}
		tx.Put(&p)
		return nil
	}))
}
