package iam

import (
	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/op"
)

func mayAttachUserPolicy(c *op.Call, in *iamapi.AttachUserPolicyRequest) ([]op.Check, error) {
	return one(withPolicy(onUser(c, "AttachUserPolicy", in.UserName), in.PolicyArn))
}

func (s *Service) attachUserPolicy(c *op.Call, in *iamapi.AttachUserPolicyRequest) (*op.Empty, error) {
	return s.attach(c, users, in.UserName, in.PolicyArn)
}

func mayDetachUserPolicy(c *op.Call, in *iamapi.DetachUserPolicyRequest) ([]op.Check, error) {
	return one(withPolicy(onUser(c, "DetachUserPolicy", in.UserName), in.PolicyArn))
}

func (s *Service) detachUserPolicy(c *op.Call, in *iamapi.DetachUserPolicyRequest) (*op.Empty, error) {
	return s.detach(c, users, in.UserName, in.PolicyArn)
}

func mayListAttachedUserPolicies(c *op.Call, in *iamapi.ListAttachedUserPoliciesRequest) ([]op.Check, error) {
	return one(onUser(c, "ListAttachedUserPolicies", in.UserName))
}

func (s *Service) listAttachedUserPolicies(c *op.Call, in *iamapi.ListAttachedUserPoliciesRequest) (*iamapi.ListAttachedUserPoliciesResponse, error) {
	attached, truncated, next, err := pageOfAttached(c, users, in.UserName, in.PathPrefix, in.Marker, in.MaxItems)
	return &iamapi.ListAttachedUserPoliciesResponse{AttachedPolicies: attached, IsTruncated: truncated, Marker: next}, err
}

func mayAttachGroupPolicy(c *op.Call, in *iamapi.AttachGroupPolicyRequest) ([]op.Check, error) {
	return one(withPolicy(onGroup(c, "AttachGroupPolicy", in.GroupName), in.PolicyArn))
}

func (s *Service) attachGroupPolicy(c *op.Call, in *iamapi.AttachGroupPolicyRequest) (*op.Empty, error) {
	return s.attach(c, groups, in.GroupName, in.PolicyArn)
}

func mayDetachGroupPolicy(c *op.Call, in *iamapi.DetachGroupPolicyRequest) ([]op.Check, error) {
	return one(withPolicy(onGroup(c, "DetachGroupPolicy", in.GroupName), in.PolicyArn))
}

func (s *Service) detachGroupPolicy(c *op.Call, in *iamapi.DetachGroupPolicyRequest) (*op.Empty, error) {
	return s.detach(c, groups, in.GroupName, in.PolicyArn)
}

func mayListAttachedGroupPolicies(c *op.Call, in *iamapi.ListAttachedGroupPoliciesRequest) ([]op.Check, error) {
	return one(onGroup(c, "ListAttachedGroupPolicies", in.GroupName))
}

func (s *Service) listAttachedGroupPolicies(c *op.Call, in *iamapi.ListAttachedGroupPoliciesRequest) (*iamapi.ListAttachedGroupPoliciesResponse, error) {
	attached, truncated, next, err := pageOfAttached(c, groups, in.GroupName, in.PathPrefix, in.Marker, in.MaxItems)
	return &iamapi.ListAttachedGroupPoliciesResponse{AttachedPolicies: attached, IsTruncated: truncated, Marker: next}, err
}

func mayAttachRolePolicy(c *op.Call, in *iamapi.AttachRolePolicyRequest) ([]op.Check, error) {
	return one(withPolicy(onRole(c, "AttachRolePolicy", in.RoleName), in.PolicyArn))
}

func (s *Service) attachRolePolicy(c *op.Call, in *iamapi.AttachRolePolicyRequest) (*op.Empty, error) {
	return s.attach(c, roles, in.RoleName, in.PolicyArn)
}

func mayDetachRolePolicy(c *op.Call, in *iamapi.DetachRolePolicyRequest) ([]op.Check, error) {
	return one(withPolicy(onRole(c, "DetachRolePolicy", in.RoleName), in.PolicyArn))
}

func (s *Service) detachRolePolicy(c *op.Call, in *iamapi.DetachRolePolicyRequest) (*op.Empty, error) {
	return s.detach(c, roles, in.RoleName, in.PolicyArn)
}

func mayListAttachedRolePolicies(c *op.Call, in *iamapi.ListAttachedRolePoliciesRequest) ([]op.Check, error) {
	return one(onRole(c, "ListAttachedRolePolicies", in.RoleName))
}

func (s *Service) listAttachedRolePolicies(c *op.Call, in *iamapi.ListAttachedRolePoliciesRequest) (*iamapi.ListAttachedRolePoliciesResponse, error) {
	attached, truncated, next, err := pageOfAttached(c, roles, in.RoleName, in.PathPrefix, in.Marker, in.MaxItems)
	return &iamapi.ListAttachedRolePoliciesResponse{AttachedPolicies: attached, IsTruncated: truncated, Marker: next}, err
}
