package iam

import (
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// findUser looks a user up by name. As names are unique ignoring case, any spelling finds it.
func findUser(w *world.World, account, name string) (*world.User, error) {
	if u, ok := w.Users.Get(world.IAMKey(account, name)); ok {
		return u, nil
	}
	return nil, missing("user", name)
}

// callersUser is the user that a call without a user name is about: the caller. It is "" for the root user.
func callersUser(c *op.Call, name *string) (string, error) {
	switch {
	case name != nil:
		return *name, nil
	case c.Caller.Kind == authz.User:
		return c.Caller.Name, nil
	case c.Caller.Kind == authz.Root:
		return "", nil
	}
	return "", invalid("Must specify userName when calling with non-User credentials")
}

// onCallersUser is the check of an action on the user that a call is about, which may be the root user.
func onCallersUser(c *op.Call, action string, name *string) ([]op.Check, error) {
	n, err := callersUser(c, name)
	if err != nil {
		return nil, err
	}
	if n == "" && name == nil {
		root := arn.ARN{Partition: c.Partition, Service: "iam", Account: c.Account, Resource: "root"}
		return one(op.Check{Action: "iam:" + action, Resource: root.String()})
	}
	return one(onUser(c, action, n))
}

func mayCreateUser(c *op.Call, in *iamapi.CreateUserRequest) ([]op.Check, error) {
	return one(withBoundary(making(c, "CreateUser", "user", in.Path, in.UserName, in.Tags), value(in.PermissionsBoundary)))
}

func (s *Service) createUser(c *op.Call, in *iamapi.CreateUserRequest) (*iamapi.CreateUserResponse, error) {
	tags, err := anyCase.set(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	u := &world.User{
		Partition: c.Partition, Account: c.Account, Path: path(in.Path), Name: in.UserName, ID: awsid.Unique(awsid.User),
		Created: now(c), Tags: tags, Boundary: value(in.PermissionsBoundary),
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		if _, ok := tx.World.Users.Get(u.Key()); ok {
			return awserr.New(alreadyExists, "User with name %s already exists.", u.Name)
		}
		if count(tx.World.Users.All(c.Account+"/")) >= usersPerAccount {
			return quota("UsersPerAccount", usersPerAccount)
		}
		if err := checkBoundary(c, tx.World, u.Boundary); err != nil {
			return err
		}
		tx.Put(u)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateUserResponse{User: showUser(u)}, nil
}

func mayGetUser(c *op.Call, in *iamapi.GetUserRequest) ([]op.Check, error) {
	return onCallersUser(c, "GetUser", in.UserName)
}

func (s *Service) getUser(c *op.Call, in *iamapi.GetUserRequest) (*iamapi.GetUserResponse, error) {
	name, err := callersUser(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if name == "" && in.UserName == nil {
		return &iamapi.GetUserResponse{User: rootUser(c)}, nil
	}
	u, err := findUser(c.World, c.Account, name)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetUserResponse{User: showUser(u)}, nil
}

// rootUser is the root user as GetUser tells it: the account's id, and neither a name nor a path. When the account was
// opened is not kept; its first access key was made on that day.
func rootUser(c *op.Call) *iamapi.User {
	u := &iamapi.User{UserId: c.Account, Arn: c.World.RootPrincipal(c.Account).ARN, CreateDate: now(c)}
	for _, k := range keysOf(c.World, c.Account, "") {
		if k.Created.Before(u.CreateDate) {
			u.CreateDate = k.Created
		}
	}
	return u
}

// mayUpdateUser asks for the right on the user and, as the API Reference says of a rename or move, on what it becomes.
func mayUpdateUser(c *op.Call, in *iamapi.UpdateUserRequest) ([]op.Check, error) {
	before := onUser(c, "UpdateUser", in.UserName)
	after := before
	after.Resource = moved(c, "user", before.Resource, in.NewPath, in.NewUserName)
	if after.Resource == before.Resource {
		return one(before)
	}
	after.Friendly = ""
	return []op.Check{before, after}, nil
}

// moved is the ARN that an entity has after a rename or move.
func moved(c *op.Call, kind, resource string, newPath, newName *string) string {
	rest := strings.TrimPrefix(resource, arn.IAM(c.Partition, c.Account, kind, "", ""))
	cut := strings.LastIndexByte(rest, '/') + 1
	p, name := "/"+rest[:cut], rest[cut:]
	if newPath != nil {
		p = *newPath
	}
	if newName != nil {
		name = *newName
	}
	return arn.IAM(c.Partition, c.Account, kind, p, name)
}

// updateUser renames or moves a user. The unique id stays, and with it every trust that names the user.
func (s *Service) updateUser(c *op.Call, in *iamapi.UpdateUserRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, err := findUser(tx.World, c.Account, in.UserName)
		if err != nil {
			return err
		}
		u := *old
		if in.NewPath != nil {
			u.Path = *in.NewPath
		}
		if in.NewUserName != nil {
			u.Name = *in.NewUserName
		}
		if u.Key() != old.Key() {
			if _, ok := tx.World.Users.Get(u.Key()); ok {
				return awserr.New(alreadyExists, "User with name %s already exists.", u.Name)
			}
			tx.Delete(old)
		}
		tx.Put(&u)
		if u.Name == old.Name {
			return nil
		}
		for _, k := range keysOf(tx.World, c.Account, old.Name) {
			renamed := *k
			renamed.User = u.Name
			tx.Put(&renamed)
		}
		return nil
	}))
}

func mayDeleteUser(c *op.Call, in *iamapi.DeleteUserRequest) ([]op.Check, error) {
	return one(onUser(c, "DeleteUser", in.UserName))
}

// deleteUser refuses while anything hangs on the user; a permissions boundary goes with it.
func (s *Service) deleteUser(c *op.Call, in *iamapi.DeleteUserRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		u, err := findUser(tx.World, c.Account, in.UserName)
		switch {
		case err != nil:
			return err
		case len(u.Groups) > 0:
			return conflict("remove users from group")
		case len(u.Attached) > 0:
			return conflict("detach all policies")
		case len(u.Inline) > 0:
			return conflict("delete policies")
		case len(keysOf(tx.World, c.Account, u.Name)) > 0:
			return conflict("delete access keys")
		case len(tx.World.MFADevicesOf(u)) > 0:
			return conflict("delete MFA device")
		}
		tx.Delete(u)
		return nil
	}))
}

func mayListUsers(c *op.Call, in *iamapi.ListUsersRequest) ([]op.Check, error) {
	return one(listing(c, "ListUsers", "user", in.PathPrefix))
}

func (s *Service) listUsers(c *op.Call, in *iamapi.ListUsersRequest) (*iamapi.ListUsersResponse, error) {
	var found []*world.User
	for u := range c.World.Users.All(c.Account + "/") {
		if strings.HasPrefix(u.Path, path(in.PathPrefix)) {
			found = append(found, u)
		}
	}
	part, truncated, next, err := paginate(found, (*world.User).Key, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListUsersResponse{Users: []iamapi.User{}, IsTruncated: truncated, Marker: next}
	for _, u := range part {
		out.Users = append(out.Users, listedUser(u))
	}
	return out, nil
}

func mayTagUser(c *op.Call, in *iamapi.TagUserRequest) ([]op.Check, error) {
	return one(withTags(onUser(c, "TagUser", in.UserName), in.Tags))
}

func (s *Service) tagUser(c *op.Call, in *iamapi.TagUserRequest) (*op.Empty, error) {
	return s.changeUser(c, in.UserName, func(_ *store.Tx, u *world.User) (err error) {
		u.Tags, err = anyCase.set(u.Tags, in.Tags)
		return err
	})
}

func mayUntagUser(c *op.Call, in *iamapi.UntagUserRequest) ([]op.Check, error) {
	return one(withTagKeys(onUser(c, "UntagUser", in.UserName), in.TagKeys))
}

func (s *Service) untagUser(c *op.Call, in *iamapi.UntagUserRequest) (*op.Empty, error) {
	return s.changeUser(c, in.UserName, func(_ *store.Tx, u *world.User) error {
		u.Tags = anyCase.remove(u.Tags, in.TagKeys)
		return nil
	})
}

func mayListUserTags(c *op.Call, in *iamapi.ListUserTagsRequest) ([]op.Check, error) {
	return one(onUser(c, "ListUserTags", in.UserName))
}

func (s *Service) listUserTags(c *op.Call, in *iamapi.ListUserTagsRequest) (*iamapi.ListUserTagsResponse, error) {
	u, err := findUser(c.World, c.Account, in.UserName)
	if err != nil {
		return nil, err
	}
	tags, truncated, next, err := pageOfTags(u.Tags, in.Marker, in.MaxItems)
	return &iamapi.ListUserTagsResponse{Tags: tags, IsTruncated: truncated, Marker: next}, err
}

func mayPutUserPermissionsBoundary(c *op.Call, in *iamapi.PutUserPermissionsBoundaryRequest) ([]op.Check, error) {
	return one(withBoundary(onUser(c, "PutUserPermissionsBoundary", in.UserName), in.PermissionsBoundary))
}

func (s *Service) putUserPermissionsBoundary(c *op.Call, in *iamapi.PutUserPermissionsBoundaryRequest) (*op.Empty, error) {
	return s.changeUser(c, in.UserName, func(tx *store.Tx, u *world.User) error {
		u.Boundary = in.PermissionsBoundary
		return checkBoundary(c, tx.World, u.Boundary)
	})
}

func mayDeleteUserPermissionsBoundary(c *op.Call, in *iamapi.DeleteUserPermissionsBoundaryRequest) ([]op.Check, error) {
	return one(onUser(c, "DeleteUserPermissionsBoundary", in.UserName))
}

// deleteUserPermissionsBoundary is no error where none is set.
func (s *Service) deleteUserPermissionsBoundary(c *op.Call, in *iamapi.DeleteUserPermissionsBoundaryRequest) (*op.Empty, error) {
	return s.changeUser(c, in.UserName, func(_ *store.Tx, u *world.User) error {
		u.Boundary = ""
		return nil
	})
}

// changeUser lets f change a copy of a user.
func (s *Service) changeUser(c *op.Call, name string, f func(*store.Tx, *world.User) error) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, err := findUser(tx.World, c.Account, name)
		if err != nil {
			return err
		}
		u := *old
		if err := f(tx, &u); err != nil {
			return err
		}
		tx.Put(&u)
		return nil
	}))
}
