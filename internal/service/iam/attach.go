package iam

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// attach is no error where the policy is attached already.
func (s *Service) attach(c *op.Call, kind holders, name, policyARN string) (*op.Empty, error) {
	if err := checkPolicyARN(c, policyARN); err != nil {
		return nil, err
	}
	return done(s.store.Update(c, func(tx *store.Tx) error {
		h, err := kind.find(tx.World, c.Account, name)
		if err != nil {
			return err
		}
		if h.locked != nil {
			return h.locked
		}
		p, ok := findManaged(tx.World, c.Account, policyARN)
		switch {
		case !ok:
			return missingPolicy(policyARN)
		case strings.HasPrefix(p.path, reservedPaths[0]):
			// As seen in https://github.com/aws/aws-cdk/issues/6131.
			return awserr.New(notAttachable, "Cannot attach a Service Role Policy to a Customer Role.")
		case slices.Contains(h.attached, policyARN):
			return nil
		case len(h.attached) >= attachedPolicies:
			return quota(kind.attachedQuota, attachedPolicies)
		}
		tx.Put(h.with(h.inline, append(slices.Clone(h.attached), policyARN)))
		return nil
	}))
}

func (s *Service) detach(c *op.Call, kind holders, name, policyARN string) (*op.Empty, error) {
	if err := checkPolicyARN(c, policyARN); err != nil {
		return nil, err
	}
	return done(s.store.Update(c, func(tx *store.Tx) error {
		h, err := kind.find(tx.World, c.Account, name)
		if err != nil {
			return err
		}
		if h.locked != nil {
			return h.locked
		}
		i := slices.Index(h.attached, policyARN)
		if i < 0 {
			return awserr.New(noSuchEntity, "Policy %s was not found.", policyARN)
		}
		tx.Put(h.with(h.inline, slices.Delete(slices.Clone(h.attached), i, i+1)))
		return nil
	}))
}

func pageOfAttached(c *op.Call, kind holders, name string, pathPrefix, marker *string, maxItems *int) ([]iamapi.AttachedPolicy, *bool, *string, error) {
	h, err := kind.find(c.World, c.Account, name)
	if err != nil {
		return nil, nil, nil, err
	}
	var found []managed
	for _, policyARN := range h.attached {
		if p, ok := findManaged(c.World, c.Account, policyARN); ok && strings.HasPrefix(p.path, path(pathPrefix)) {
			found = append(found, p)
		}
	}
	part, truncated, next, err := paginate(found, managed.key, marker, maxItems)
	if err != nil {
		return nil, nil, nil, err
	}
	out := make([]iamapi.AttachedPolicy, len(part))
	for i, p := range part {
		out[i] = iamapi.AttachedPolicy{PolicyName: &p.name, PolicyArn: &p.arn}
	}
	return out, truncated, next, nil
}

// checkBoundary tells whether a managed policy can be set as a permissions boundary; "" sets none.
// The text is the one seen in public logs of CreateRole.
func checkBoundary(c *op.Call, w *world.World, policyARN string) error {
	if policyARN == "" {
		return nil
	}
	if err := checkPolicyARN(c, policyARN); err != nil {
		return err
	}
	if _, ok := findManaged(w, c.Account, policyARN); !ok {
		return awserr.New(noSuchEntity, "Scope ARN: %s does not exist or is not attachable.", policyARN)
	}
	return nil
}
