package iam

import (
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// defaultSession is the longest session of a role that does not say otherwise, in seconds.
const defaultSession = 3600

// Paths below these belong to AWS (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
var reservedPaths = []string{"/aws-service-role/", "/aws-reserved/"}

func findRole(w *world.World, account, name string) (*world.Role, error) {
	if r, ok := w.Roles.Get(world.IAMKey(account, name)); ok {
		return r, nil
	}
	return nil, missing("role", name)
}

func reserved(path string) bool {
	for _, p := range reservedPaths {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

// protected is the error for a change to a role that only AWS may change; nil for all others.
func protected(r *world.Role) error {
	if !reserved(r.Path) {
		return nil
	}
	return awserr.New(unmodifiable, "Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
}

func mayCreateRole(c *op.Call, in *iamapi.CreateRoleRequest) ([]op.Check, error) {
	return one(withBoundary(making(c, "CreateRole", "role", in.Path, in.RoleName, in.Tags), value(in.PermissionsBoundary)))
}

func (s *Service) createRole(c *op.Call, in *iamapi.CreateRoleRequest) (*iamapi.CreateRoleResponse, error) {
	tags, err := anyCase.set(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	r := &world.Role{
		Partition: c.Partition, Account: c.Account, Path: path(in.Path), Name: in.RoleName, ID: awsid.Unique(awsid.Role),
		Created: now(c), Description: in.Description, MaxSession: defaultSession, Tags: tags,
		Boundary: value(in.PermissionsBoundary),
	}
	if in.MaxSessionDuration != nil {
		r.MaxSession = *in.MaxSessionDuration
	}
	if reserved(r.Path) {
		return nil, awserr.New(invalidInput, "The path %s is reserved for roles that AWS makes.", r.Path)
	}
	err = s.store.Update(c, func(tx *store.Tx) (err error) {
		if r.Trust, err = savedTrust(c, tx.World, in.AssumeRolePolicyDocument); err != nil {
			return err
		}
		if _, ok := tx.World.Roles.Get(r.Key()); ok {
			return awserr.New(alreadyExists, "Role with name %s already exists.", r.Name)
		}
		if count(tx.World.Roles.All(c.Account+"/")) >= rolesPerAccount {
			return quota("RolesPerAccount", rolesPerAccount)
		}
		if err := checkBoundary(c, tx.World, r.Boundary); err != nil {
			return err
		}
		tx.Put(r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	shown := showRole(s.store.World(), r)
	shown.RoleLastUsed = nil
	return &iamapi.CreateRoleResponse{Role: shown}, nil
}

func mayGetRole(c *op.Call, in *iamapi.GetRoleRequest) ([]op.Check, error) {
	return one(onRole(c, "GetRole", in.RoleName))
}

func (s *Service) getRole(c *op.Call, in *iamapi.GetRoleRequest) (*iamapi.GetRoleResponse, error) {
	r, err := findRole(c.World, c.Account, in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetRoleResponse{Role: showRole(c.World, r)}, nil
}

func mayUpdateRole(c *op.Call, in *iamapi.UpdateRoleRequest) ([]op.Check, error) {
	return one(onRole(c, "UpdateRole", in.RoleName))
}

// updateRole leaves a description that the call does not name as it is; a duration that it does not name becomes the
// default of one hour (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html). The description of a
// service-linked role may be changed, its duration may not.
func (s *Service) updateRole(c *op.Call, in *iamapi.UpdateRoleRequest) (*iamapi.UpdateRoleResponse, error) {
	longest := defaultSession
	if in.MaxSessionDuration != nil {
		longest = *in.MaxSessionDuration
	}
	_, err := s.changeRole(c, in.RoleName, func(_ *store.Tx, r *world.Role) error {
		if in.Description != nil {
			r.Description = in.Description
		}
		if longest == r.MaxSession {
			return nil
		}
		r.MaxSession = longest
		return protected(r)
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UpdateRoleResponse{}, nil
}

func mayUpdateRoleDescription(c *op.Call, in *iamapi.UpdateRoleDescriptionRequest) ([]op.Check, error) {
	return one(onRole(c, "UpdateRoleDescription", in.RoleName))
}

func (s *Service) updateRoleDescription(c *op.Call, in *iamapi.UpdateRoleDescriptionRequest) (*iamapi.UpdateRoleDescriptionResponse, error) {
	var out *iamapi.Role
	_, err := s.changeRole(c, in.RoleName, func(tx *store.Tx, r *world.Role) error {
		r.Description = &in.Description
		out = showRole(tx.World, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.UpdateRoleDescriptionResponse{Role: out}, nil
}

func mayUpdateAssumeRolePolicy(c *op.Call, in *iamapi.UpdateAssumeRolePolicyRequest) ([]op.Check, error) {
	return one(onRole(c, "UpdateAssumeRolePolicy", in.RoleName))
}

func (s *Service) updateAssumeRolePolicy(c *op.Call, in *iamapi.UpdateAssumeRolePolicyRequest) (*op.Empty, error) {
	return s.changeRole(c, in.RoleName, func(tx *store.Tx, r *world.Role) (err error) {
		if err := protected(r); err != nil {
			return err
		}
		r.Trust, err = savedTrust(c, tx.World, in.PolicyDocument)
		return err
	})
}

func mayDeleteRole(c *op.Call, in *iamapi.DeleteRoleRequest) ([]op.Check, error) {
	return one(onRole(c, "DeleteRole", in.RoleName))
}

// deleteRole refuses while anything hangs on the role; a permissions boundary goes with it.
func (s *Service) deleteRole(c *op.Call, in *iamapi.DeleteRoleRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		r, err := findRole(tx.World, c.Account, in.RoleName)
		if err != nil {
			return err
		}
		if err := protected(r); err != nil {
			return err
		}
		switch {
		case len(profilesOf(tx.World, r)) > 0:
			return conflict("remove roles from instance profile")
		case len(r.Attached) > 0:
			return conflict("detach all policies")
		case len(r.Inline) > 0:
			return conflict("delete policies")
		}
		tx.Delete(r)
		return nil
	}))
}

func mayListRoles(c *op.Call, in *iamapi.ListRolesRequest) ([]op.Check, error) {
	return one(listing(c, "ListRoles", "role", in.PathPrefix))
}

func (s *Service) listRoles(c *op.Call, in *iamapi.ListRolesRequest) (*iamapi.ListRolesResponse, error) {
	var found []*world.Role
	for r := range c.World.Roles.All(c.Account + "/") {
		if strings.HasPrefix(r.Path, path(in.PathPrefix)) {
			found = append(found, r)
		}
	}
	part, truncated, next, err := paginate(found, (*world.Role).Key, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListRolesResponse{Roles: []iamapi.Role{}, IsTruncated: truncated, Marker: next}
	for _, r := range part {
		out.Roles = append(out.Roles, listedRole(c.World, r))
	}
	return out, nil
}

func mayTagRole(c *op.Call, in *iamapi.TagRoleRequest) ([]op.Check, error) {
	return one(withTags(onRole(c, "TagRole", in.RoleName), in.Tags))
}

func (s *Service) tagRole(c *op.Call, in *iamapi.TagRoleRequest) (*op.Empty, error) {
	return s.changeRole(c, in.RoleName, func(_ *store.Tx, r *world.Role) (err error) {
		r.Tags, err = anyCase.set(r.Tags, in.Tags)
		return err
	})
}

func mayUntagRole(c *op.Call, in *iamapi.UntagRoleRequest) ([]op.Check, error) {
	return one(withTagKeys(onRole(c, "UntagRole", in.RoleName), in.TagKeys))
}

func (s *Service) untagRole(c *op.Call, in *iamapi.UntagRoleRequest) (*op.Empty, error) {
	return s.changeRole(c, in.RoleName, func(_ *store.Tx, r *world.Role) error {
		r.Tags = anyCase.remove(r.Tags, in.TagKeys)
		return nil
	})
}

func mayListRoleTags(c *op.Call, in *iamapi.ListRoleTagsRequest) ([]op.Check, error) {
	return one(onRole(c, "ListRoleTags", in.RoleName))
}

func (s *Service) listRoleTags(c *op.Call, in *iamapi.ListRoleTagsRequest) (*iamapi.ListRoleTagsResponse, error) {
	r, err := findRole(c.World, c.Account, in.RoleName)
	if err != nil {
		return nil, err
	}
	tags, truncated, next, err := pageOfTags(r.Tags, in.Marker, in.MaxItems)
	return &iamapi.ListRoleTagsResponse{Tags: tags, IsTruncated: truncated, Marker: next}, err
}

func mayPutRolePermissionsBoundary(c *op.Call, in *iamapi.PutRolePermissionsBoundaryRequest) ([]op.Check, error) {
	return one(withBoundary(onRole(c, "PutRolePermissionsBoundary", in.RoleName), in.PermissionsBoundary))
}

func (s *Service) putRolePermissionsBoundary(c *op.Call, in *iamapi.PutRolePermissionsBoundaryRequest) (*op.Empty, error) {
	return s.changeRole(c, in.RoleName, func(tx *store.Tx, r *world.Role) error {
		if err := protected(r); err != nil {
			return err
		}
		r.Boundary = in.PermissionsBoundary
		return checkBoundary(c, tx.World, r.Boundary)
	})
}

func mayDeleteRolePermissionsBoundary(c *op.Call, in *iamapi.DeleteRolePermissionsBoundaryRequest) ([]op.Check, error) {
	return one(onRole(c, "DeleteRolePermissionsBoundary", in.RoleName))
}

// deleteRolePermissionsBoundary is no error where none is set.
func (s *Service) deleteRolePermissionsBoundary(c *op.Call, in *iamapi.DeleteRolePermissionsBoundaryRequest) (*op.Empty, error) {
	return s.changeRole(c, in.RoleName, func(_ *store.Tx, r *world.Role) error {
		r.Boundary = ""
		return protected(r)
	})
}

// changeRole lets f change a copy of a role.
func (s *Service) changeRole(c *op.Call, name string, f func(*store.Tx, *world.Role) error) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, err := findRole(tx.World, c.Account, name)
		if err != nil {
			return err
		}
		r := *old
		if err := f(tx, &r); err != nil {
			return err
		}
		tx.Put(&r)
		return nil
	}))
}
