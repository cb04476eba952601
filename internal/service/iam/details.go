package iam

import (
	"slices"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

func mayGetAccountAuthorizationDetails(*op.Call, *iamapi.GetAccountAuthorizationDetailsRequest) ([]op.Check, error) {
	return one(anything("GetAccountAuthorizationDetails"))
}

// detail is one entity of the account, as a page of GetAccountAuthorizationDetails takes it up.
type detail struct {
	key string
	add func(*iamapi.GetAccountAuthorizationDetailsResponse)
}

// getAccountAuthorizationDetails pages through users, groups, roles and policies as one list. Of AWS's managed policies
// only those in use belong to the account.
func (s *Service) getAccountAuthorizationDetails(c *op.Call, in *iamapi.GetAccountAuthorizationDetailsRequest) (*iamapi.GetAccountAuthorizationDetailsResponse, error) {
	wanted := func(kind string) bool { return len(in.Filter) == 0 || slices.Contains(in.Filter, kind) }
	var all []detail
	if wanted("User") {
		for u := range c.World.Users.All(c.Account + "/") {
			all = append(all, detail{"1/" + u.Key(), func(out *iamapi.GetAccountAuthorizationDetailsResponse) {
				out.UserDetailList = append(out.UserDetailList, userDetail(c.World, u))
			}})
		}
	}
	if wanted("Group") {
		for g := range c.World.Groups.All(c.Account + "/") {
			all = append(all, detail{"2/" + g.Key(), func(out *iamapi.GetAccountAuthorizationDetailsResponse) {
				out.GroupDetailList = append(out.GroupDetailList, groupDetail(c.World, g))
			}})
		}
	}
	if wanted("Role") {
		for r := range c.World.Roles.All(c.Account + "/") {
			all = append(all, detail{"3/" + r.Key(), func(out *iamapi.GetAccountAuthorizationDetailsResponse) {
				out.RoleDetailList = append(out.RoleDetailList, roleDetail(c.World, r))
			}})
		}
	}
	n := usageIn(c.World, c.Account)
	for _, p := range policiesIn(c, "") {
		if p.aws && wanted("AWSManagedPolicy") && n.used(p.arn, nil) || !p.aws && wanted("LocalManagedPolicy") {
			all = append(all, detail{"4/" + p.key(), func(out *iamapi.GetAccountAuthorizationDetailsResponse) {
				out.Policies = append(out.Policies, policyDetail(p, n))
			}})
		}
	}
	part, truncated, next, err := paginate(all, func(d detail) string { return d.key }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetAccountAuthorizationDetailsResponse{
		UserDetailList: []iamapi.UserDetail{}, GroupDetailList: []iamapi.GroupDetail{}, RoleDetailList: []iamapi.RoleDetail{},
		Policies: []iamapi.ManagedPolicyDetail{}, IsTruncated: truncated, Marker: next,
	}
	for _, d := range part {
		d.add(out)
	}
	return out, nil
}

func inlineDetails(inline []world.Inline) []iamapi.PolicyDetail {
	out := []iamapi.PolicyDetail{}
	for _, i := range inline {
		document := encoded(i.Document)
		out = append(out, iamapi.PolicyDetail{PolicyName: &i.Name, PolicyDocument: &document})
	}
	return out
}

func attachedDetails(w *world.World, account string, attached []string) []iamapi.AttachedPolicy {
	out := []iamapi.AttachedPolicy{}
	for _, policyARN := range attached {
		if p, ok := findManaged(w, account, policyARN); ok {
			out = append(out, iamapi.AttachedPolicy{PolicyName: &p.name, PolicyArn: &p.arn})
		}
	}
	return out
}

func userDetail(w *world.World, u *world.User) iamapi.UserDetail {
	resource := u.ARN()
	return iamapi.UserDetail{
		Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: &resource, CreateDate: &u.Created,
		UserPolicyList: inlineDetails(u.Inline), GroupList: append([]string{}, u.Groups...),
		AttachedManagedPolicies: attachedDetails(w, u.Account, u.Attached),
		PermissionsBoundary:     showBoundary(u.Boundary), Tags: toTags(u.Tags),
	}
}

func groupDetail(w *world.World, g *world.Group) iamapi.GroupDetail {
	resource := g.ARN()
	return iamapi.GroupDetail{
		Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: &resource, CreateDate: &g.Created,
		GroupPolicyList: inlineDetails(g.Inline), AttachedManagedPolicies: attachedDetails(w, g.Account, g.Attached),
	}
}

func roleDetail(w *world.World, r *world.Role) iamapi.RoleDetail {
	resource, trust := r.ARN(), encoded(shownTrust(w, r))
	out := iamapi.RoleDetail{
		Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: &resource, CreateDate: &r.Created,
		AssumeRolePolicyDocument: &trust, InstanceProfileList: []iamapi.InstanceProfile{},
		RolePolicyList: inlineDetails(r.Inline), AttachedManagedPolicies: attachedDetails(w, r.Account, r.Attached),
		PermissionsBoundary: showBoundary(r.Boundary), Tags: toTags(r.Tags), RoleLastUsed: lastUsed(r),
	}
	for _, p := range profilesOf(w, r) {
		out.InstanceProfileList = append(out.InstanceProfileList, listedProfile(w, p))
	}
	return out
}

func policyDetail(p managed, n usage) iamapi.ManagedPolicyDetail {
	shown := showPolicy(p, n)
	out := iamapi.ManagedPolicyDetail{
		PolicyName: shown.PolicyName, PolicyId: shown.PolicyId, Arn: shown.Arn, Path: shown.Path,
		DefaultVersionId: shown.DefaultVersionId, AttachmentCount: shown.AttachmentCount,
		PermissionsBoundaryUsageCount: shown.PermissionsBoundaryUsageCount, IsAttachable: shown.IsAttachable,
		Description: shown.Description, CreateDate: shown.CreateDate, UpdateDate: shown.UpdateDate,
		PolicyVersionList: []iamapi.PolicyVersion{},
	}
	for _, v := range p.versions {
		out.PolicyVersionList = append(out.PolicyVersionList, *showVersion(p, v))
	}
	return out
}
