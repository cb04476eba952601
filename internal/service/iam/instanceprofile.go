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

// ec2Service is the service that an instance profile passes its role to.
const ec2Service = "ec2.amazonaws.com"

func findProfile(w *world.World, account, name string) (*world.InstanceProfile, error) {
	if p, ok := w.InstanceProfiles.Get(world.IAMKey(account, name)); ok {
		return p, nil
	}
	return nil, awserr.New(noSuchEntity, "Instance Profile %s cannot be found.", name)
}

// profilesOf lists the instance profiles that hold a role, by name.
func profilesOf(w *world.World, r *world.Role) []*world.InstanceProfile {
	var out []*world.InstanceProfile
	for p := range w.InstanceProfiles.All(r.Account + "/") {
		if p.Role == r.Name {
			out = append(out, p)
		}
	}
	return out
}

func mayCreateInstanceProfile(c *op.Call, in *iamapi.CreateInstanceProfileRequest) ([]op.Check, error) {
	return one(making(c, "CreateInstanceProfile", "instance-profile", in.Path, in.InstanceProfileName, in.Tags))
}

func (s *Service) createInstanceProfile(c *op.Call, in *iamapi.CreateInstanceProfileRequest) (*iamapi.CreateInstanceProfileResponse, error) {
	tags, err := exactCase.set(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	p := &world.InstanceProfile{
		Partition: c.Partition, Account: c.Account, Path: path(in.Path), Name: in.InstanceProfileName,
		ID: awsid.Unique(awsid.InstanceProfile), Created: now(c), Tags: tags,
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		if _, ok := tx.World.InstanceProfiles.Get(p.Key()); ok {
			return awserr.New(alreadyExists, "Instance Profile %s already exists.", p.Name)
		}
		if count(tx.World.InstanceProfiles.All(c.Account+"/")) >= instanceProfilesPerAccount {
			return quota("InstanceProfilesPerAccount", instanceProfilesPerAccount)
		}
		tx.Put(p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateInstanceProfileResponse{InstanceProfile: showProfile(c.World, p)}, nil
}

func mayGetInstanceProfile(c *op.Call, in *iamapi.GetInstanceProfileRequest) ([]op.Check, error) {
	return one(onProfile(c, "GetInstanceProfile", in.InstanceProfileName))
}

func (s *Service) getInstanceProfile(c *op.Call, in *iamapi.GetInstanceProfileRequest) (*iamapi.GetInstanceProfileResponse, error) {
	p, err := findProfile(c.World, c.Account, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetInstanceProfileResponse{InstanceProfile: showProfile(c.World, p)}, nil
}

func mayDeleteInstanceProfile(c *op.Call, in *iamapi.DeleteInstanceProfileRequest) ([]op.Check, error) {
	return one(onProfile(c, "DeleteInstanceProfile", in.InstanceProfileName))
}

func (s *Service) deleteInstanceProfile(c *op.Call, in *iamapi.DeleteInstanceProfileRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		p, err := findProfile(tx.World, c.Account, in.InstanceProfileName)
		switch {
		case err != nil:
			return err
		case p.Role != "":
			return conflict("remove roles from instance profile")
		}
		tx.Delete(p)
		return nil
	}))
}

func mayListInstanceProfiles(c *op.Call, in *iamapi.ListInstanceProfilesRequest) ([]op.Check, error) {
	return one(listing(c, "ListInstanceProfiles", "instance-profile", in.PathPrefix))
}

func (s *Service) listInstanceProfiles(c *op.Call, in *iamapi.ListInstanceProfilesRequest) (*iamapi.ListInstanceProfilesResponse, error) {
	var found []*world.InstanceProfile
	for p := range c.World.InstanceProfiles.All(c.Account + "/") {
		if strings.HasPrefix(p.Path, path(in.PathPrefix)) {
			found = append(found, p)
		}
	}
	profiles, truncated, next, err := pageOfProfiles(c.World, found, in.Marker, in.MaxItems)
	return &iamapi.ListInstanceProfilesResponse{InstanceProfiles: profiles, IsTruncated: truncated, Marker: next}, err
}

func mayListInstanceProfilesForRole(c *op.Call, in *iamapi.ListInstanceProfilesForRoleRequest) ([]op.Check, error) {
	return one(onRole(c, "ListInstanceProfilesForRole", in.RoleName))
}

func (s *Service) listInstanceProfilesForRole(c *op.Call, in *iamapi.ListInstanceProfilesForRoleRequest) (*iamapi.ListInstanceProfilesForRoleResponse, error) {
	r, err := findRole(c.World, c.Account, in.RoleName)
	if err != nil {
		return nil, err
	}
	profiles, truncated, next, err := pageOfProfiles(c.World, profilesOf(c.World, r), in.Marker, in.MaxItems)
	return &iamapi.ListInstanceProfilesForRoleResponse{InstanceProfiles: profiles, IsTruncated: truncated, Marker: next}, err
}

func pageOfProfiles(w *world.World, found []*world.InstanceProfile, marker *string, maxItems *int) ([]iamapi.InstanceProfile, *bool, *string, error) {
	part, truncated, next, err := paginate(found, (*world.InstanceProfile).Key, marker, maxItems)
	out := []iamapi.InstanceProfile{}
	for _, p := range part {
		out = append(out, listedProfile(w, p))
	}
	return out, truncated, next, err
}

// mayAddRoleToInstanceProfile also asks whether the caller may pass the role to EC2
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html).
func mayAddRoleToInstanceProfile(c *op.Call, in *iamapi.AddRoleToInstanceProfileRequest) ([]op.Check, error) {
	pass := onRole(c, "PassRole", in.RoleName)
	pass.Friendly = ""
	pass.Keys.Set(passedToKey, ec2Service)
	return []op.Check{onProfile(c, "AddRoleToInstanceProfile", in.InstanceProfileName), pass}, nil
}

func (s *Service) addRoleToInstanceProfile(c *op.Call, in *iamapi.AddRoleToInstanceProfileRequest) (*op.Empty, error) {
	return s.changeProfile(c, in.InstanceProfileName, func(tx *store.Tx, p *world.InstanceProfile) error {
		r, err := findRole(tx.World, c.Account, in.RoleName)
		if err != nil {
			return err
		}
		if err := protected(r); err != nil {
			return err
		}
		if p.Role != "" {
			return quota("InstanceSessionsPerInstanceProfile", rolesPerProfile)
		}
		p.Role = r.Name
		return nil
	})
}

func mayRemoveRoleFromInstanceProfile(c *op.Call, in *iamapi.RemoveRoleFromInstanceProfileRequest) ([]op.Check, error) {
	return one(onProfile(c, "RemoveRoleFromInstanceProfile", in.InstanceProfileName))
}

func (s *Service) removeRoleFromInstanceProfile(c *op.Call, in *iamapi.RemoveRoleFromInstanceProfileRequest) (*op.Empty, error) {
	return s.changeProfile(c, in.InstanceProfileName, func(tx *store.Tx, p *world.InstanceProfile) error {
		r, err := findRole(tx.World, c.Account, in.RoleName)
		if err != nil {
			return err
		}
		if p.Role != r.Name {
			return missing("role", in.RoleName)
		}
		p.Role = ""
		return nil
	})
}

func mayTagInstanceProfile(c *op.Call, in *iamapi.TagInstanceProfileRequest) ([]op.Check, error) {
	return one(withTags(onProfile(c, "TagInstanceProfile", in.InstanceProfileName), in.Tags))
}

func (s *Service) tagInstanceProfile(c *op.Call, in *iamapi.TagInstanceProfileRequest) (*op.Empty, error) {
	return s.changeProfile(c, in.InstanceProfileName, func(_ *store.Tx, p *world.InstanceProfile) (err error) {
		p.Tags, err = exactCase.set(p.Tags, in.Tags)
		return err
	})
}

func mayUntagInstanceProfile(c *op.Call, in *iamapi.UntagInstanceProfileRequest) ([]op.Check, error) {
	return one(withTagKeys(onProfile(c, "UntagInstanceProfile", in.InstanceProfileName), in.TagKeys))
}

func (s *Service) untagInstanceProfile(c *op.Call, in *iamapi.UntagInstanceProfileRequest) (*op.Empty, error) {
	return s.changeProfile(c, in.InstanceProfileName, func(_ *store.Tx, p *world.InstanceProfile) error {
		p.Tags = exactCase.remove(p.Tags, in.TagKeys)
		return nil
	})
}

func mayListInstanceProfileTags(c *op.Call, in *iamapi.ListInstanceProfileTagsRequest) ([]op.Check, error) {
	return one(onProfile(c, "ListInstanceProfileTags", in.InstanceProfileName))
}

func (s *Service) listInstanceProfileTags(c *op.Call, in *iamapi.ListInstanceProfileTagsRequest) (*iamapi.ListInstanceProfileTagsResponse, error) {
	p, err := findProfile(c.World, c.Account, in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	tags, truncated, next, err := pageOfTags(p.Tags, in.Marker, in.MaxItems)
	return &iamapi.ListInstanceProfileTagsResponse{Tags: tags, IsTruncated: truncated, Marker: next}, err
}

// changeProfile lets f change a copy of an instance profile.
func (s *Service) changeProfile(c *op.Call, name string, f func(*store.Tx, *world.InstanceProfile) error) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, err := findProfile(tx.World, c.Account, name)
		if err != nil {
			return err
		}
		p := *old
		if err := f(tx, &p); err != nil {
			return err
		}
		tx.Put(&p)
		return nil
	}))
}
