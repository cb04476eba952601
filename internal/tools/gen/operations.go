package main

import "strings"

// implemented names the operations that Airside has, per service, in the order of their subjects.
var implemented = []struct {
	service    string
	operations []string
}{
	{"sts", strings.Fields(`
		GetCallerIdentity AssumeRole GetSessionToken GetFederationToken GetAccessKeyInfo DecodeAuthorizationMessage
	`)},
	{"iam", strings.Fields(`
		CreateUser GetUser ListUsers UpdateUser DeleteUser TagUser UntagUser ListUserTags
		CreateAccessKey DeleteAccessKey UpdateAccessKey ListAccessKeys GetAccessKeyLastUsed
		GetLoginProfile DeleteLoginProfile ListSSHPublicKeys ListSigningCertificates ListServiceSpecificCredentials
		CreateVirtualMFADevice ListVirtualMFADevices DeleteVirtualMFADevice EnableMFADevice ResyncMFADevice
		DeactivateMFADevice ListMFADevices GetMFADevice TagMFADevice UntagMFADevice ListMFADeviceTags
		SimulateCustomPolicy SimulatePrincipalPolicy GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy
		CreateGroup GetGroup ListGroups UpdateGroup DeleteGroup
		AddUserToGroup RemoveUserFromGroup ListGroupsForUser
		CreateRole GetRole ListRoles UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole
		TagRole UntagRole ListRoleTags
		PutRolePermissionsBoundary DeleteRolePermissionsBoundary
		PutUserPermissionsBoundary DeleteUserPermissionsBoundary
		PutUserPolicy GetUserPolicy DeleteUserPolicy ListUserPolicies
		PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies
		PutGroupPolicy GetGroupPolicy DeleteGroupPolicy ListGroupPolicies
		CreatePolicy GetPolicy ListPolicies DeletePolicy
		CreatePolicyVersion GetPolicyVersion ListPolicyVersions DeletePolicyVersion SetDefaultPolicyVersion
		TagPolicy UntagPolicy ListPolicyTags
		AttachUserPolicy DetachUserPolicy ListAttachedUserPolicies
		AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies
		AttachGroupPolicy DetachGroupPolicy ListAttachedGroupPolicies ListEntitiesForPolicy
		CreateInstanceProfile GetInstanceProfile ListInstanceProfiles DeleteInstanceProfile
		AddRoleToInstanceProfile RemoveRoleFromInstanceProfile ListInstanceProfilesForRole
		TagInstanceProfile UntagInstanceProfile ListInstanceProfileTags
		GetAccountSummary GetAccountAuthorizationDetails
		CreateAccountAlias DeleteAccountAlias ListAccountAliases
	`)},
	{"ec2", strings.Fields(`
		CreateVpc DescribeVpcs DeleteVpc DescribeVpcAttribute ModifyVpcAttribute
		CreateSubnet DescribeSubnets DeleteSubnet ModifySubnetAttribute
		DescribeAvailabilityZones DescribeRegions
		CreateTags DeleteTags DescribeTags
		DescribeSecurityGroups DescribeSecurityGroupRules DescribeNetworkAcls DescribeRouteTables
		DescribeNetworkInterfaces DescribeAccountAttributes
	`)},
	{"eks", strings.Fields(`
		CreateCluster DescribeCluster ListClusters DeleteCluster
		TagResource UntagResource ListTagsForResource DescribeClusterVersions
		CreateAccessEntry DescribeAccessEntry ListAccessEntries UpdateAccessEntry DeleteAccessEntry
		AssociateAccessPolicy ListAssociatedAccessPolicies DisassociateAccessPolicy ListAccessPolicies
	`)},
}
