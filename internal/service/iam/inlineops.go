package iam

import (
	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/op"
)

func mayPutUserPolicy(c *op.Call, in *iamapi.PutUserPolicyRequest) ([]op.Check, error) {
	return one(onUser(c, "PutUserPolicy", in.UserName))
}

func (s *Service) putUserPolicy(c *op.Call, in *iamapi.PutUserPolicyRequest) (*op.Empty, error) {
	return s.putInline(c, users, in.UserName, in.PolicyName, in.PolicyDocument)
}

func mayDeleteUserPolicy(c *op.Call, in *iamapi.DeleteUserPolicyRequest) ([]op.Check, error) {
	return one(onUser(c, "DeleteUserPolicy", in.UserName))
}

func (s *Service) deleteUserPolicy(c *op.Call, in *iamapi.DeleteUserPolicyRequest) (*op.Empty, error) {
	return s.deleteInline(c, users, in.UserName, in.PolicyName)
}

func mayGetUserPolicy(c *op.Call, in *iamapi.GetUserPolicyRequest) ([]op.Check, error) {
	return one(onUser(c, "GetUserPolicy", in.UserName))
}

func (s *Service) getUserPolicy(c *op.Call, in *iamapi.GetUserPolicyRequest) (*iamapi.GetUserPolicyResponse, error) {
	h, i, err := findInline(c, users, in.UserName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetUserPolicyResponse{UserName: h.name, PolicyName: i.Name, PolicyDocument: encoded(i.Document)}, nil
}

func mayListUserPolicies(c *op.Call, in *iamapi.ListUserPoliciesRequest) ([]op.Check, error) {
	return one(onUser(c, "ListUserPolicies", in.UserName))
}

func (s *Service) listUserPolicies(c *op.Call, in *iamapi.ListUserPoliciesRequest) (*iamapi.ListUserPoliciesResponse, error) {
	names, truncated, next, err := pageOfInline(c, users, in.UserName, in.Marker, in.MaxItems)
	return &iamapi.ListUserPoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: next}, err
}

func mayPutGroupPolicy(c *op.Call, in *iamapi.PutGroupPolicyRequest) ([]op.Check, error) {
	return one(onGroup(c, "PutGroupPolicy", in.GroupName))
}

func (s *Service) putGroupPolicy(c *op.Call, in *iamapi.PutGroupPolicyRequest) (*op.Empty, error) {
	return s.putInline(c, groups, in.GroupName, in.PolicyName, in.PolicyDocument)
}

func mayDeleteGroupPolicy(c *op.Call, in *iamapi.DeleteGroupPolicyRequest) ([]op.Check, error) {
	return one(onGroup(c, "DeleteGroupPolicy", in.GroupName))
}

func (s *Service) deleteGroupPolicy(c *op.Call, in *iamapi.DeleteGroupPolicyRequest) (*op.Empty, error) {
	return s.deleteInline(c, groups, in.GroupName, in.PolicyName)
}

func mayGetGroupPolicy(c *op.Call, in *iamapi.GetGroupPolicyRequest) ([]op.Check, error) {
	return one(onGroup(c, "GetGroupPolicy", in.GroupName))
}

func (s *Service) getGroupPolicy(c *op.Call, in *iamapi.GetGroupPolicyRequest) (*iamapi.GetGroupPolicyResponse, error) {
	h, i, err := findInline(c, groups, in.GroupName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetGroupPolicyResponse{GroupName: h.name, PolicyName: i.Name, PolicyDocument: encoded(i.Document)}, nil
}

func mayListGroupPolicies(c *op.Call, in *iamapi.ListGroupPoliciesRequest) ([]op.Check, error) {
	return one(onGroup(c, "ListGroupPolicies", in.GroupName))
}

func (s *Service) listGroupPolicies(c *op.Call, in *iamapi.ListGroupPoliciesRequest) (*iamapi.ListGroupPoliciesResponse, error) {
	names, truncated, next, err := pageOfInline(c, groups, in.GroupName, in.Marker, in.MaxItems)
	return &iamapi.ListGroupPoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: next}, err
}

func mayPutRolePolicy(c *op.Call, in *iamapi.PutRolePolicyRequest) ([]op.Check, error) {
	return one(onRole(c, "PutRolePolicy", in.RoleName))
}

func (s *Service) putRolePolicy(c *op.Call, in *iamapi.PutRolePolicyRequest) (*op.Empty, error) {
	return s.putInline(c, roles, in.RoleName, in.PolicyName, in.PolicyDocument)
}

func mayDeleteRolePolicy(c *op.Call, in *iamapi.DeleteRolePolicyRequest) ([]op.Check, error) {
	return one(onRole(c, "DeleteRolePolicy", in.RoleName))
}

func (s *Service) deleteRolePolicy(c *op.Call, in *iamapi.DeleteRolePolicyRequest) (*op.Empty, error) {
	return s.deleteInline(c, roles, in.RoleName, in.PolicyName)
}

func mayGetRolePolicy(c *op.Call, in *iamapi.GetRolePolicyRequest) ([]op.Check, error) {
	return one(onRole(c, "GetRolePolicy", in.RoleName))
}

func (s *Service) getRolePolicy(c *op.Call, in *iamapi.GetRolePolicyRequest) (*iamapi.GetRolePolicyResponse, error) {
	h, i, err := findInline(c, roles, in.RoleName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetRolePolicyResponse{RoleName: h.name, PolicyName: i.Name, PolicyDocument: encoded(i.Document)}, nil
}

func mayListRolePolicies(c *op.Call, in *iamapi.ListRolePoliciesRequest) ([]op.Check, error) {
	return one(onRole(c, "ListRolePolicies", in.RoleName))
}

func (s *Service) listRolePolicies(c *op.Call, in *iamapi.ListRolePoliciesRequest) (*iamapi.ListRolePoliciesResponse, error) {
	names, truncated, next, err := pageOfInline(c, roles, in.RoleName, in.Marker, in.MaxItems)
	return &iamapi.ListRolePoliciesResponse{PolicyNames: names, IsTruncated: truncated, Marker: next}, err
}
