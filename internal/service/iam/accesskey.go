package iam

import (
	"cmp"
	"slices"
	"time"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// keysOf lists the access keys of a user, or of the root user where user is "", oldest first.
func keysOf(w *world.World, account, user string) []*world.AccessKey {
	var out []*world.AccessKey
	for k := range w.AccessKeys.All("") {
		if k.Account == account && k.User == user {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b *world.AccessKey) int { return cmp.Compare(byAge(a), byAge(b)) })
	return out
}

func byAge(k *world.AccessKey) string { return k.Created.UTC().Format(time.RFC3339) + "/" + k.ID }

func status(k *world.AccessKey) string {
	if k.Active {
		return "Active"
	}
	return "Inactive"
}

// keyOwner is the user that a call about access keys means: the one that it names, which has to exist, or the caller.
// It is "" for the root user.
func keyOwner(c *op.Call, w *world.World, name *string) (string, error) {
	n, err := callersUser(c, name)
	if err != nil || n == "" && name == nil {
		return "", err
	}
	u, err := findUser(w, c.Account, n)
	if err != nil {
		return "", err
	}
	return u.Name, nil
}

// findKey finds an access key of the user that a call means.
func findKey(c *op.Call, w *world.World, name *string, id string) (*world.AccessKey, error) {
	owner, err := keyOwner(c, w, name)
	if err != nil {
		return nil, err
	}
	if k, ok := w.AccessKeys.Get(id); ok && k.Account == c.Account && k.User == owner {
		return k, nil
	}
	return nil, missingKey(id)
}

// missingKey is the one message of IAM without a full stop.
func missingKey(id string) error {
	return awserr.New(noSuchEntity, "The Access Key with id %s cannot be found", id)
}

func mayCreateAccessKey(c *op.Call, in *iamapi.CreateAccessKeyRequest) ([]op.Check, error) {
	return onCallersUser(c, "CreateAccessKey", in.UserName)
}

// createAccessKey answers the only copy of the secret that ever leaves the store.
func (s *Service) createAccessKey(c *op.Call, in *iamapi.CreateAccessKeyRequest) (*iamapi.CreateAccessKeyResponse, error) {
	k := &world.AccessKey{ID: awsid.AccessKey(awsid.LongTermKey, c.Account), Account: c.Account, Active: true, Created: now(c)}
	secret := awsid.Secret()
	err := s.store.Update(c, func(tx *store.Tx) (err error) {
		if k.User, err = keyOwner(c, tx.World, in.UserName); err != nil {
			return err
		}
		if len(keysOf(tx.World, c.Account, k.User)) >= accessKeysPerUser {
			return quota("AccessKeysPerUser", accessKeysPerUser)
		}
		tx.Put(k)
		tx.Put(&world.Secret{Name: k.SecretName(), Value: []byte(secret)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateAccessKeyResponse{AccessKey: &iamapi.AccessKey{
		UserName: k.User, AccessKeyId: k.ID, Status: status(k), SecretAccessKey: secret, CreateDate: &k.Created,
	}}, nil
}

func mayListAccessKeys(c *op.Call, in *iamapi.ListAccessKeysRequest) ([]op.Check, error) {
	return onCallersUser(c, "ListAccessKeys", in.UserName)
}

func (s *Service) listAccessKeys(c *op.Call, in *iamapi.ListAccessKeysRequest) (*iamapi.ListAccessKeysResponse, error) {
	owner, err := keyOwner(c, c.World, in.UserName)
	if err != nil {
		return nil, err
	}
	part, truncated, next, err := paginate(keysOf(c.World, c.Account, owner), byAge, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListAccessKeysResponse{AccessKeyMetadata: []iamapi.AccessKeyMetadata{}, IsTruncated: truncated, Marker: next}
	for _, k := range part {
		state := status(k)
		out.AccessKeyMetadata = append(out.AccessKeyMetadata, iamapi.AccessKeyMetadata{
			UserName: &k.User, AccessKeyId: &k.ID, Status: &state, CreateDate: &k.Created,
		})
	}
	return out, nil
}

func mayUpdateAccessKey(c *op.Call, in *iamapi.UpdateAccessKeyRequest) ([]op.Check, error) {
	return onCallersUser(c, "UpdateAccessKey", in.UserName)
}

// updateAccessKey switches a key on or off. The model's third status, Expired, is not one that can be set.
func (s *Service) updateAccessKey(c *op.Call, in *iamapi.UpdateAccessKeyRequest) (*op.Empty, error) {
	if in.Status != "Active" && in.Status != "Inactive" {
		return nil, invalid("1 validation error detected: Value '%s' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]", in.Status)
	}
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, err := findKey(c, tx.World, in.UserName, in.AccessKeyId)
		if err != nil {
			return err
		}
		k := *old
		k.Active = in.Status == "Active"
		tx.Put(&k)
		return nil
	}))
}

func mayDeleteAccessKey(c *op.Call, in *iamapi.DeleteAccessKeyRequest) ([]op.Check, error) {
	return onCallersUser(c, "DeleteAccessKey", in.UserName)
}

func (s *Service) deleteAccessKey(c *op.Call, in *iamapi.DeleteAccessKeyRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		k, err := findKey(c, tx.World, in.UserName, in.AccessKeyId)
		if err != nil {
			return err
		}
		tx.Delete(k)
		tx.Delete(&world.Secret{Name: k.SecretName()})
		return nil
	}))
}

// mayGetAccessKeyLastUsed is about the user whose key it is; a key that nobody has belongs to no user.
func mayGetAccessKeyLastUsed(c *op.Call, in *iamapi.GetAccessKeyLastUsedRequest) ([]op.Check, error) {
	k, ok := c.World.AccessKeys.Get(in.AccessKeyId)
	switch {
	case !ok || k.Account != c.Account:
		return one(anything("GetAccessKeyLastUsed"))
	case k.User == "":
		return one(op.Check{Action: "iam:GetAccessKeyLastUsed", Resource: c.World.RootPrincipal(c.Account).ARN})
	}
	return one(onUser(c, "GetAccessKeyLastUsed", k.User))
}

// getAccessKeyLastUsed: Airside does not keep when a key was used, so it answers as IAM does for a key of which it has
// no record: no date, "N/A" twice (https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html).
func (s *Service) getAccessKeyLastUsed(c *op.Call, in *iamapi.GetAccessKeyLastUsedRequest) (*iamapi.GetAccessKeyLastUsedResponse, error) {
	k, ok := c.World.AccessKeys.Get(in.AccessKeyId)
	if !ok || k.Account != c.Account {
		return nil, missingKey(in.AccessKeyId)
	}
	return &iamapi.GetAccessKeyLastUsedResponse{
		UserName:          &k.User,
		AccessKeyLastUsed: &iamapi.AccessKeyLastUsed{ServiceName: "N/A", Region: "N/A"},
	}, nil
}
