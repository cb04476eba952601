package iam

import (
	"time"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
)

// Service is IAM on the records of one store. It is safe for concurrent use.
type Service struct {
	store *store.Store
}

// New returns IAM on a store.
func New(store *store.Store) *Service { return &Service{store: store} }

// now is the time of a call as IAM keeps and shows it: in whole seconds.
func now(c *op.Call) time.Time { return c.Time.UTC().Truncate(time.Second) }

// done is the answer of the operations that answer nothing.
func done(err error) (*op.Empty, error) {
	if err != nil {
		return nil, err
	}
	return &op.Empty{}, nil
}

// does pairs the two halves of an operation.
func does[I, O any](access func(*op.Call, *I) ([]op.Check, error), do func(*op.Call, *I) (*O, error)) op.Operation[I, O] {
	return op.Operation[I, O]{Access: access, Do: do}
}

// Operations is every operation of the service.
func (s *Service) Operations() iamapi.Operations {
	return iamapi.Operations{
		AddRoleToInstanceProfile:         does(mayAddRoleToInstanceProfile, s.addRoleToInstanceProfile),
		AddUserToGroup:                   does(mayAddUserToGroup, s.addUserToGroup),
		AttachGroupPolicy:                does(mayAttachGroupPolicy, s.attachGroupPolicy),
		AttachRolePolicy:                 does(mayAttachRolePolicy, s.attachRolePolicy),
		AttachUserPolicy:                 does(mayAttachUserPolicy, s.attachUserPolicy),
		CreateAccessKey:                  does(mayCreateAccessKey, s.createAccessKey),
		CreateAccountAlias:               does(mayCreateAccountAlias, s.createAccountAlias),
		CreateGroup:                      does(mayCreateGroup, s.createGroup),
		CreateInstanceProfile:            does(mayCreateInstanceProfile, s.createInstanceProfile),
		CreatePolicy:                     does(mayCreatePolicy, s.createPolicy),
		CreatePolicyVersion:              does(mayCreatePolicyVersion, s.createPolicyVersion),
		CreateRole:                       does(mayCreateRole, s.createRole),
		CreateUser:                       does(mayCreateUser, s.createUser),
		CreateVirtualMFADevice:           does(mayCreateVirtualMFADevice, s.createVirtualMFADevice),
		DeactivateMFADevice:              does(mayDeactivateMFADevice, s.deactivateMFADevice),
		DeleteAccessKey:                  does(mayDeleteAccessKey, s.deleteAccessKey),
		DeleteAccountAlias:               does(mayDeleteAccountAlias, s.deleteAccountAlias),
		DeleteGroup:                      does(mayDeleteGroup, s.deleteGroup),
		DeleteGroupPolicy:                does(mayDeleteGroupPolicy, s.deleteGroupPolicy),
		DeleteInstanceProfile:            does(mayDeleteInstanceProfile, s.deleteInstanceProfile),
		DeleteLoginProfile:               does(ofUser("DeleteLoginProfile", func(in *iamapi.DeleteLoginProfileRequest) *string { return in.UserName }), deleteLoginProfile),
		DeletePolicy:                     does(mayDeletePolicy, s.deletePolicy),
		DeletePolicyVersion:              does(mayDeletePolicyVersion, s.deletePolicyVersion),
		DeleteRole:                       does(mayDeleteRole, s.deleteRole),
		DeleteRolePermissionsBoundary:    does(mayDeleteRolePermissionsBoundary, s.deleteRolePermissionsBoundary),
		DeleteRolePolicy:                 does(mayDeleteRolePolicy, s.deleteRolePolicy),
		DeleteUser:                       does(mayDeleteUser, s.deleteUser),
		DeleteUserPermissionsBoundary:    does(mayDeleteUserPermissionsBoundary, s.deleteUserPermissionsBoundary),
		DeleteUserPolicy:                 does(mayDeleteUserPolicy, s.deleteUserPolicy),
		DeleteVirtualMFADevice:           does(mayDeleteVirtualMFADevice, s.deleteVirtualMFADevice),
		DetachGroupPolicy:                does(mayDetachGroupPolicy, s.detachGroupPolicy),
		DetachRolePolicy:                 does(mayDetachRolePolicy, s.detachRolePolicy),
		DetachUserPolicy:                 does(mayDetachUserPolicy, s.detachUserPolicy),
		EnableMFADevice:                  does(mayEnableMFADevice, s.enableMFADevice),
		GetAccessKeyLastUsed:             does(mayGetAccessKeyLastUsed, s.getAccessKeyLastUsed),
		GetAccountAuthorizationDetails:   does(mayGetAccountAuthorizationDetails, s.getAccountAuthorizationDetails),
		GetAccountSummary:                does(mayGetAccountSummary, s.getAccountSummary),
		GetContextKeysForCustomPolicy:    does(mayGetContextKeysForCustomPolicy, s.getContextKeysForCustomPolicy),
		GetContextKeysForPrincipalPolicy: does(mayGetContextKeysForPrincipalPolicy, s.getContextKeysForPrincipalPolicy),
		GetGroup:                         does(mayGetGroup, s.getGroup),
		GetGroupPolicy:                   does(mayGetGroupPolicy, s.getGroupPolicy),
		GetInstanceProfile:               does(mayGetInstanceProfile, s.getInstanceProfile),
		GetLoginProfile:                  does(ofUser("GetLoginProfile", func(in *iamapi.GetLoginProfileRequest) *string { return in.UserName }), getLoginProfile),
		GetMFADevice:                     does(mayGetMFADevice, s.getMFADevice),
		GetPolicy:                        does(mayGetPolicy, s.getPolicy),
		GetPolicyVersion:                 does(mayGetPolicyVersion, s.getPolicyVersion),
		GetRole:                          does(mayGetRole, s.getRole),
		GetRolePolicy:                    does(mayGetRolePolicy, s.getRolePolicy),
		GetUser:                          does(mayGetUser, s.getUser),
		GetUserPolicy:                    does(mayGetUserPolicy, s.getUserPolicy),
		ListAccessKeys:                   does(mayListAccessKeys, s.listAccessKeys),
		ListAccountAliases:               does(mayListAccountAliases, s.listAccountAliases),
		ListAttachedGroupPolicies:        does(mayListAttachedGroupPolicies, s.listAttachedGroupPolicies),
		ListAttachedRolePolicies:         does(mayListAttachedRolePolicies, s.listAttachedRolePolicies),
		ListAttachedUserPolicies:         does(mayListAttachedUserPolicies, s.listAttachedUserPolicies),
		ListEntitiesForPolicy:            does(mayListEntitiesForPolicy, s.listEntitiesForPolicy),
		ListGroupPolicies:                does(mayListGroupPolicies, s.listGroupPolicies),
		ListGroups:                       does(mayListGroups, s.listGroups),
		ListGroupsForUser:                does(mayListGroupsForUser, s.listGroupsForUser),
		ListInstanceProfileTags:          does(mayListInstanceProfileTags, s.listInstanceProfileTags),
		ListInstanceProfiles:             does(mayListInstanceProfiles, s.listInstanceProfiles),
		ListInstanceProfilesForRole:      does(mayListInstanceProfilesForRole, s.listInstanceProfilesForRole),
		ListMFADeviceTags:                does(mayListMFADeviceTags, s.listMFADeviceTags),
		ListMFADevices:                   does(mayListMFADevices, s.listMFADevices),
		ListPolicies:                     does(mayListPolicies, s.listPolicies),
		ListPolicyTags:                   does(mayListPolicyTags, s.listPolicyTags),
		ListPolicyVersions:               does(mayListPolicyVersions, s.listPolicyVersions),
		ListRolePolicies:                 does(mayListRolePolicies, s.listRolePolicies),
		ListRoleTags:                     does(mayListRoleTags, s.listRoleTags),
		ListRoles:                        does(mayListRoles, s.listRoles),
		ListSSHPublicKeys:                noneOf("ListSSHPublicKeys", sshKeyOwner, iamapi.ListSSHPublicKeysResponse{SSHPublicKeys: []iamapi.SSHPublicKeyMetadata{}, IsTruncated: new(false)}),
		ListServiceSpecificCredentials:   noneOf("ListServiceSpecificCredentials", serviceCredentialOwner, iamapi.ListServiceSpecificCredentialsResponse{ServiceSpecificCredentials: []iamapi.ServiceSpecificCredentialMetadata{}, IsTruncated: new(false)}),
		ListSigningCertificates:          noneOf("ListSigningCertificates", certificateOwner, iamapi.ListSigningCertificatesResponse{Certificates: []iamapi.SigningCertificate{}, IsTruncated: new(false)}),
		ListUserPolicies:                 does(mayListUserPolicies, s.listUserPolicies),
		ListUserTags:                     does(mayListUserTags, s.listUserTags),
		ListUsers:                        does(mayListUsers, s.listUsers),
		ListVirtualMFADevices:            does(mayListVirtualMFADevices, s.listVirtualMFADevices),
		PutGroupPolicy:                   does(mayPutGroupPolicy, s.putGroupPolicy),
		PutRolePermissionsBoundary:       does(mayPutRolePermissionsBoundary, s.putRolePermissionsBoundary),
		PutRolePolicy:                    does(mayPutRolePolicy, s.putRolePolicy),
		PutUserPermissionsBoundary:       does(mayPutUserPermissionsBoundary, s.putUserPermissionsBoundary),
		PutUserPolicy:                    does(mayPutUserPolicy, s.putUserPolicy),
		RemoveRoleFromInstanceProfile:    does(mayRemoveRoleFromInstanceProfile, s.removeRoleFromInstanceProfile),
		RemoveUserFromGroup:              does(mayRemoveUserFromGroup, s.removeUserFromGroup),
		ResyncMFADevice:                  does(mayResyncMFADevice, s.resyncMFADevice),
		SetDefaultPolicyVersion:          does(maySetDefaultPolicyVersion, s.setDefaultPolicyVersion),
		SimulateCustomPolicy:             does(maySimulateCustomPolicy, s.simulateCustomPolicy),
		SimulatePrincipalPolicy:          does(maySimulatePrincipalPolicy, s.simulatePrincipalPolicy),
		TagInstanceProfile:               does(mayTagInstanceProfile, s.tagInstanceProfile),
		TagMFADevice:                     does(mayTagMFADevice, s.tagMFADevice),
		TagPolicy:                        does(mayTagPolicy, s.tagPolicy),
		TagRole:                          does(mayTagRole, s.tagRole),
		TagUser:                          does(mayTagUser, s.tagUser),
		UntagInstanceProfile:             does(mayUntagInstanceProfile, s.untagInstanceProfile),
		UntagMFADevice:                   does(mayUntagMFADevice, s.untagMFADevice),
		UntagPolicy:                      does(mayUntagPolicy, s.untagPolicy),
		UntagRole:                        does(mayUntagRole, s.untagRole),
		UntagUser:                        does(mayUntagUser, s.untagUser),
		UpdateAccessKey:                  does(mayUpdateAccessKey, s.updateAccessKey),
		UpdateAssumeRolePolicy:           does(mayUpdateAssumeRolePolicy, s.updateAssumeRolePolicy),
		UpdateGroup:                      does(mayUpdateGroup, s.updateGroup),
		UpdateRole:                       does(mayUpdateRole, s.updateRole),
		UpdateRoleDescription:            does(mayUpdateRoleDescription, s.updateRoleDescription),
		UpdateUser:                       does(mayUpdateUser, s.updateUser),
	}
}
