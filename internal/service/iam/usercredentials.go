package iam

import (
	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
)

// Users of a lab have access keys and MFA devices and nothing else: no password, no SSH key, no certificate, no
// service-specific credential can be made yet. These operations say so truthfully, because whoever deletes a user asks
// for all of them first.

// ofUser is the access of an operation on a user's credentials.
func ofUser[I any](action string, name func(*I) *string) func(*op.Call, *I) ([]op.Check, error) {
	return func(c *op.Call, in *I) ([]op.Check, error) { return onCallersUser(c, action, name(in)) }
}

// none answers for a user, who has to exist, that there is nothing of a kind.
func none[I, O any](name func(*I) *string, nothing O) func(*op.Call, *I) (*O, error) {
	return func(c *op.Call, in *I) (*O, error) {
		if _, err := keyOwner(c, c.World, name(in)); err != nil {
			return nil, err
		}
		out := nothing
		return &out, nil
	}
}

func noneOf[I, O any](action string, name func(*I) *string, nothing O) op.Operation[I, O] {
	return does(ofUser(action, name), none(name, nothing))
}

func sshKeyOwner(in *iamapi.ListSSHPublicKeysRequest) *string            { return in.UserName }
func certificateOwner(in *iamapi.ListSigningCertificatesRequest) *string { return in.UserName }
func serviceCredentialOwner(in *iamapi.ListServiceSpecificCredentialsRequest) *string {
	return in.UserName
}

func getLoginProfile(c *op.Call, in *iamapi.GetLoginProfileRequest) (*iamapi.GetLoginProfileResponse, error) {
	return nil, noLoginProfile(c, in.UserName)
}

func deleteLoginProfile(c *op.Call, in *iamapi.DeleteLoginProfileRequest) (*op.Empty, error) {
	return nil, noLoginProfile(c, in.UserName)
}

// noLoginProfile is the answer about the password of a user, who has to exist.
func noLoginProfile(c *op.Call, name *string) error {
	owner, err := keyOwner(c, c.World, name)
	if err != nil {
		return err
	}
	return awserr.New(noSuchEntity, "Login Profile for User %s cannot be found.", owner)
}
