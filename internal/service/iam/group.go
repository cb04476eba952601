package iam

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

func findGroup(w *world.World, account, name string) (*world.Group, error) {
	if g, ok := w.Groups.Get(world.IAMKey(account, name)); ok {
		return g, nil
	}
	return nil, missing("group", name)
}

// members lists the users of a group, by name.
func members(w *world.World, g *world.Group) []*world.User {
	var out []*world.User
	for u := range w.Users.All(g.Account + "/") {
		if slices.Contains(u.Groups, g.Name) {
			out = append(out, u)
		}
	}
	return out
}

func mayCreateGroup(c *op.Call, in *iamapi.CreateGroupRequest) ([]op.Check, error) {
	return one(making(c, "CreateGroup", "group", in.Path, in.GroupName, nil))
}

func (s *Service) createGroup(c *op.Call, in *iamapi.CreateGroupRequest) (*iamapi.CreateGroupResponse, error) {
	g := &world.Group{
		Partition: c.Partition, Account: c.Account, Path: path(in.Path), Name: in.GroupName,
		ID: awsid.Unique(awsid.Group), Created: now(c),
	}
	err := s.store.Update(c, func(tx *store.Tx) error {
		if _, ok := tx.World.Groups.Get(g.Key()); ok {
			return awserr.New(alreadyExists, "Group with name %s already exists.", g.Name)
		}
		if count(tx.World.Groups.All(c.Account+"/")) >= groupsPerAccount {
			return quota("GroupsPerAccount", groupsPerAccount)
		}
		tx.Put(g)
		return nil
	})
	if err != nil {
		return nil, err
	}
	shown := showGroup(g)
	return &iamapi.CreateGroupResponse{Group: &shown}, nil
}

func mayGetGroup(c *op.Call, in *iamapi.GetGroupRequest) ([]op.Check, error) {
	return one(onGroup(c, "GetGroup", in.GroupName))
}

func (s *Service) getGroup(c *op.Call, in *iamapi.GetGroupRequest) (*iamapi.GetGroupResponse, error) {
	g, err := findGroup(c.World, c.Account, in.GroupName)
	if err != nil {
		return nil, err
	}
	part, truncated, next, err := paginate(members(c.World, g), (*world.User).Key, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	shown := showGroup(g)
	out := &iamapi.GetGroupResponse{Group: &shown, Users: []iamapi.User{}, IsTruncated: truncated, Marker: next}
	for _, u := range part {
		out.Users = append(out.Users, listedUser(u))
	}
	return out, nil
}

func mayUpdateGroup(c *op.Call, in *iamapi.UpdateGroupRequest) ([]op.Check, error) {
	before := onGroup(c, "UpdateGroup", in.GroupName)
	after := before
	after.Resource = moved(c, "group", before.Resource, in.NewPath, in.NewGroupName)
	if after.Resource == before.Resource {
		return one(before)
	}
	after.Friendly = ""
	return []op.Check{before, after}, nil
}

// updateGroup renames or moves a group; its members stay.
func (s *Service) updateGroup(c *op.Call, in *iamapi.UpdateGroupRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, err := findGroup(tx.World, c.Account, in.GroupName)
		if err != nil {
			return err
		}
		g := *old
		if in.NewPath != nil {
			g.Path = *in.NewPath
		}
		if in.NewGroupName != nil {
			g.Name = *in.NewGroupName
		}
		if g.Key() != old.Key() {
			if _, ok := tx.World.Groups.Get(g.Key()); ok {
				return awserr.New(alreadyExists, "Group with name %s already exists.", g.Name)
			}
			tx.Delete(old)
		}
		tx.Put(&g)
		if g.Name == old.Name {
			return nil
		}
		for _, m := range members(tx.World, old) {
			u := *m
			u.Groups = slices.Clone(m.Groups)
			u.Groups[slices.Index(u.Groups, old.Name)] = g.Name
			tx.Put(&u)
		}
		return nil
	}))
}

func mayDeleteGroup(c *op.Call, in *iamapi.DeleteGroupRequest) ([]op.Check, error) {
	return one(onGroup(c, "DeleteGroup", in.GroupName))
}

func (s *Service) deleteGroup(c *op.Call, in *iamapi.DeleteGroupRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		g, err := findGroup(tx.World, c.Account, in.GroupName)
		switch {
		case err != nil:
			return err
		case len(members(tx.World, g)) > 0:
			return conflict("remove users from group")
		case len(g.Attached) > 0:
			return conflict("detach all policies")
		case len(g.Inline) > 0:
			return conflict("delete policies")
		}
		tx.Delete(g)
		return nil
	}))
}

func mayListGroups(c *op.Call, in *iamapi.ListGroupsRequest) ([]op.Check, error) {
	return one(listing(c, "ListGroups", "group", in.PathPrefix))
}

func (s *Service) listGroups(c *op.Call, in *iamapi.ListGroupsRequest) (*iamapi.ListGroupsResponse, error) {
	var found []*world.Group
	for g := range c.World.Groups.All(c.Account + "/") {
		if strings.HasPrefix(g.Path, path(in.PathPrefix)) {
			found = append(found, g)
		}
	}
	groups, truncated, next, err := pageOfGroups(found, in.Marker, in.MaxItems)
	return &iamapi.ListGroupsResponse{Groups: groups, IsTruncated: truncated, Marker: next}, err
}

func pageOfGroups(found []*world.Group, marker *string, maxItems *int) ([]iamapi.Group, *bool, *string, error) {
	part, truncated, next, err := paginate(found, (*world.Group).Key, marker, maxItems)
	out := []iamapi.Group{}
	for _, g := range part {
		out = append(out, showGroup(g))
	}
	return out, truncated, next, err
}

func mayAddUserToGroup(c *op.Call, in *iamapi.AddUserToGroupRequest) ([]op.Check, error) {
	return one(onGroup(c, "AddUserToGroup", in.GroupName))
}

// addUserToGroup is no error where the user is a member already.
func (s *Service) addUserToGroup(c *op.Call, in *iamapi.AddUserToGroupRequest) (*op.Empty, error) {
	return s.changeMembership(c, in.GroupName, in.UserName, func(g *world.Group, u *world.User) error {
		if slices.Contains(u.Groups, g.Name) {
			return nil
		}
		if len(u.Groups) >= groupsPerUser {
			return quota("GroupsPerUser", groupsPerUser)
		}
		u.Groups = append(slices.Clone(u.Groups), g.Name)
		return nil
	})
}

func mayRemoveUserFromGroup(c *op.Call, in *iamapi.RemoveUserFromGroupRequest) ([]op.Check, error) {
	return one(onGroup(c, "RemoveUserFromGroup", in.GroupName))
}

// removeUserFromGroup is no error where the user is not a member.
func (s *Service) removeUserFromGroup(c *op.Call, in *iamapi.RemoveUserFromGroupRequest) (*op.Empty, error) {
	return s.changeMembership(c, in.GroupName, in.UserName, func(g *world.Group, u *world.User) error {
		u.Groups = slices.DeleteFunc(slices.Clone(u.Groups), func(n string) bool { return n == g.Name })
		return nil
	})
}

// changeMembership lets f change a copy of a user with regard to a group.
func (s *Service) changeMembership(c *op.Call, group, user string, f func(*world.Group, *world.User) error) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		g, err := findGroup(tx.World, c.Account, group)
		if err != nil {
			return err
		}
		old, err := findUser(tx.World, c.Account, user)
		if err != nil {
			return err
		}
		u := *old
		if err := f(g, &u); err != nil {
			return err
		}
		tx.Put(&u)
		return nil
	}))
}

func mayListGroupsForUser(c *op.Call, in *iamapi.ListGroupsForUserRequest) ([]op.Check, error) {
	return one(onUser(c, "ListGroupsForUser", in.UserName))
}

func (s *Service) listGroupsForUser(c *op.Call, in *iamapi.ListGroupsForUserRequest) (*iamapi.ListGroupsForUserResponse, error) {
	u, err := findUser(c.World, c.Account, in.UserName)
	if err != nil {
		return nil, err
	}
	var found []*world.Group
	for _, name := range u.Groups {
		if g, ok := c.World.Groups.Get(world.IAMKey(c.Account, name)); ok {
			found = append(found, g)
		}
	}
	groups, truncated, next, err := pageOfGroups(found, in.Marker, in.MaxItems)
	return &iamapi.ListGroupsForUserResponse{Groups: groups, IsTruncated: truncated, Marker: next}, err
}
