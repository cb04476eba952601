package iam

import (
	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

func mayCreateAccountAlias(*op.Call, *iamapi.CreateAccountAliasRequest) ([]op.Check, error) {
	return one(anything("CreateAccountAlias"))
}

// createAccountAlias replaces the alias that the account has: there is one at the most
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/console_account-alias.html).
func (s *Service) createAccountAlias(c *op.Call, in *iamapi.CreateAccountAliasRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		if _, taken := tx.World.AccountAliases.Find("alias:" + in.AccountAlias); taken {
			return awserr.New(alreadyExists, "The account alias %s already exists.", in.AccountAlias)
		}
		tx.Put(&world.AccountAlias{Account: c.Account, Alias: in.AccountAlias})
		return nil
	}))
}

func mayDeleteAccountAlias(*op.Call, *iamapi.DeleteAccountAliasRequest) ([]op.Check, error) {
	return one(anything("DeleteAccountAlias"))
}

func (s *Service) deleteAccountAlias(c *op.Call, in *iamapi.DeleteAccountAliasRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		a, ok := tx.World.AccountAliases.Get(c.Account)
		if !ok || a.Alias != in.AccountAlias {
			return awserr.New(noSuchEntity, "The account alias %s cannot be found.", in.AccountAlias)
		}
		tx.Delete(a)
		return nil
	}))
}

func mayListAccountAliases(*op.Call, *iamapi.ListAccountAliasesRequest) ([]op.Check, error) {
	return one(anything("ListAccountAliases"))
}

func (s *Service) listAccountAliases(c *op.Call, in *iamapi.ListAccountAliasesRequest) (*iamapi.ListAccountAliasesResponse, error) {
	aliases := []string{}
	if a, ok := c.World.AccountAliases.Get(c.Account); ok {
		aliases = append(aliases, a.Alias)
	}
	part, truncated, next, err := paginate(aliases, itself, in.Marker, in.MaxItems)
	return &iamapi.ListAccountAliasesResponse{AccountAliases: part, IsTruncated: truncated, Marker: next}, err
}

func mayGetAccountSummary(*op.Call, *iamapi.GetAccountSummaryRequest) ([]op.Check, error) {
	return one(anything("GetAccountSummary"))
}

// getAccountSummary tells every key of the API Reference. What Airside does not have — server
// certificates, identity providers, a password or MFA device of the root user — is counted as none.
func (s *Service) getAccountSummary(c *op.Call, _ *iamapi.GetAccountSummaryRequest) (*iamapi.GetAccountSummaryResponse, error) {
	w, own := c.World, c.Account+"/"
	versions, rootKeys, devicesInUse := 0, 0, 0
	for p := range w.Policies.All(own) {
		versions += len(p.Versions)
	}
	for d := range w.MFADevices.All(own) {
		if d.User != "" {
			devicesInUse++
		}
	}
	if len(keysOf(w, c.Account, "")) > 0 {
		rootKeys = 1
	}
	return &iamapi.GetAccountSummaryResponse{SummaryMap: map[string]int{
		"Users":                             count(w.Users.All(own)),
		"UsersQuota":                        usersPerAccount,
		"Groups":                            count(w.Groups.All(own)),
		"GroupsQuota":                       groupsPerAccount,
		"Roles":                             count(w.Roles.All(own)),
		"RolesQuota":                        rolesPerAccount,
		"Policies":                          count(w.Policies.All(own)),
		"PoliciesQuota":                     policiesPerAccount,
		"PolicyVersionsInUse":               versions,
		"PolicyVersionsInUseQuota":          policyVersionsInUse,
		"InstanceProfiles":                  count(w.InstanceProfiles.All(own)),
		"InstanceProfilesQuota":             instanceProfilesPerAccount,
		"ServerCertificates":                0,
		"ServerCertificatesQuota":           serverCertificatesPerAccount,
		"Providers":                         0,
		"MFADevices":                        count(w.MFADevices.All(own)),
		"MFADevicesInUse":                   devicesInUse,
		"AccountMFAEnabled":                 0,
		"AccountAccessKeysPresent":          rootKeys,
		"AccountPasswordPresent":            0,
		"AccountSigningCertificatesPresent": 0,
		"GlobalEndpointTokenVersion":        1,
		"GroupsPerUserQuota":                groupsPerUser,
		"AccessKeysPerUserQuota":            accessKeysPerUser,
		"SigningCertificatesPerUserQuota":   signingCertificatesPerUser,
		"AttachedPoliciesPerUserQuota":      attachedPolicies,
		"AttachedPoliciesPerGroupQuota":     attachedPolicies,
		"AttachedPoliciesPerRoleQuota":      attachedPolicies,
		"VersionsPerPolicyQuota":            versionsPerPolicy,
		"PolicySizeQuota":                   policySize,
		"AssumeRolePolicySizeQuota":         trustPolicySize,
		"UserPolicySizeQuota":               inlineSizeUser,
		"GroupPolicySizeQuota":              inlineSizeGroup,
		"RolePolicySizeQuota":               inlineSizeRole,
	}}, nil
}
