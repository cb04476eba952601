package iam_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/policy"
)

// Whatever a caller sends, access is asked for an action that exists, on a resource of a type that it has, with
// condition keys that it knows.
func TestEveryOperationIsGuarded(t *testing.T) {
	l := newLab(t)
	for _, name := range l.table.Names() {
		entry := l.table[name]
		checks, err := entry.Access(l.as(l.caller), entry.New())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(checks) == 0 || checks[0].Action != "iam:"+name {
			t.Errorf("%s: the first check is not on the action itself: %+v", name, checks)
		}
		for _, c := range checks {
			agrees(t, c)
		}
	}
}

func agrees(t *testing.T, c op.Check) {
	t.Helper()
	a, ok := catalog.LookupAction(c.Action)
	if !ok {
		t.Errorf("%s is no action", c.Action)
		return
	}
	if len(a.ResourceTypes) == 0 && c.Resource != "*" {
		t.Errorf("%s has no resource type, but is checked on %s", c.Action, c.Resource)
	}
	known := slices.Clone(a.ConditionKeys)
	for _, r := range a.ResourceTypes {
		if r.Name == "user" || r.Name == "role" {
			known = append(known, "iam:ResourceTag/${TagKey}")
		}
	}
	for key := range c.Keys {
		if !slices.ContainsFunc(known, func(k string) bool {
			name, _, _ := strings.Cut(k, "$")
			return strings.EqualFold(k, key) || name != k && strings.HasPrefix(key, strings.ToLower(name))
		}) {
			t.Errorf("%s does not know the condition key %s", c.Action, key)
		}
	}
	if len(c.RequestTags) > 0 && !slices.Contains(known, "aws:TagKeys") {
		t.Errorf("%s takes no tags", c.Action)
	}
}

func TestWhatIsAskedFor(t *testing.T) {
	l := newLab(t)
	tags := []iamapi.Tag{{Key: "team", Value: "blue"}}
	boundary := l.policy("boundary")
	l.must("CreateUser", &iamapi.CreateUserRequest{UserName: "Bob", Path: new("/x/"), Tags: tags, PermissionsBoundary: &boundary})
	l.must("CreateRole", &iamapi.CreateRoleRequest{RoleName: "node", Path: new("/team/"), AssumeRolePolicyDocument: trustEC2, Tags: tags, PermissionsBoundary: &boundary})
	bob := l.store.World().UserPrincipal(first(l.store.World().Users.All("")))
	session := l.store.World().RoleSession(first(l.store.World().Roles.All("")), "s")

	const base = "arn:aws:iam::123456789012:"
	for _, tt := range []struct {
		name string
		in   any
		want []op.Check
	}{
		{"GetUser", &iamapi.GetUserRequest{UserName: new("bob")}, []op.Check{{Resource: base + "user/x/Bob", Friendly: "user bob",
			Keys: policy.Keys{"iam:resourcetag/team": {"blue"}}, ResourceTags: map[string]string{"team": "blue"}}}},
		{"GetUser", &iamapi.GetUserRequest{UserName: new("nobody")}, []op.Check{{Resource: base + "user/nobody", Friendly: "user nobody"}}},
		{"PutUserPolicy", &iamapi.PutUserPolicyRequest{UserName: "Bob"}, []op.Check{{Resource: base + "user/x/Bob", Friendly: "user Bob",
			Keys:         policy.Keys{"iam:resourcetag/team": {"blue"}, "iam:permissionsboundary": {boundary}},
			ResourceTags: map[string]string{"team": "blue"}}}},
		{"PutRolePermissionsBoundary", &iamapi.PutRolePermissionsBoundaryRequest{RoleName: "node", PermissionsBoundary: readARN}, []op.Check{{
			Resource: base + "role/team/node", Friendly: "role node",
			Keys:         policy.Keys{"iam:resourcetag/team": {"blue"}, "iam:permissionsboundary": {readARN}},
			ResourceTags: map[string]string{"team": "blue"}}}},
		{"AttachGroupPolicy", &iamapi.AttachGroupPolicyRequest{GroupName: "g", PolicyArn: readARN}, []op.Check{{
			Resource: base + "group/g", Friendly: "group g", Keys: policy.Keys{"iam:policyarn": {readARN}}}}},
		{"CreateRole", &iamapi.CreateRoleRequest{RoleName: "r", Path: new("/p/"), Tags: tags, PermissionsBoundary: new(readARN)}, []op.Check{{
			Resource: base + "role/p/r", Keys: policy.Keys{"iam:permissionsboundary": {readARN}},
			RequestTags: map[string]string{"team": "blue"}, ResourceTags: map[string]string{"team": "blue"}}}},
		{"UntagRole", &iamapi.UntagRoleRequest{RoleName: "r", TagKeys: []string{"a", "b"}}, []op.Check{{
			Resource: base + "role/r", Friendly: "role r", Keys: policy.Keys{"aws:tagkeys": {"a", "b"}}}}},
		{"CreatePolicy", &iamapi.CreatePolicyRequest{PolicyName: "p"}, []op.Check{{Resource: base + "policy/p", Friendly: "policy p"}}},
		{"DeletePolicy", &iamapi.DeletePolicyRequest{PolicyArn: adminARN}, []op.Check{{Resource: adminARN, Friendly: "policy " + adminARN}}},
		{"ListPolicies", &iamapi.ListPoliciesRequest{PathPrefix: new("/a/")}, []op.Check{{Resource: "*", Friendly: "policy path /a/"}}},
		{"ListRoles", &iamapi.ListRolesRequest{}, []op.Check{{Resource: "*", Friendly: base + "role/"}}},
		{"AddRoleToInstanceProfile", &iamapi.AddRoleToInstanceProfileRequest{InstanceProfileName: "ip", RoleName: "node"}, []op.Check{
			{Resource: base + "instance-profile/ip", Friendly: "instance profile ip"},
			{Action: "iam:PassRole", Resource: base + "role/team/node",
				Keys:         policy.Keys{"iam:resourcetag/team": {"blue"}, "iam:passedtoservice": {"ec2.amazonaws.com"}},
				ResourceTags: map[string]string{"team": "blue"}}}},
		{"UpdateUser", &iamapi.UpdateUserRequest{UserName: "Bob", NewPath: new("/y/"), NewUserName: new("Rob")}, []op.Check{
			{Resource: base + "user/x/Bob", Friendly: "user Bob", Keys: policy.Keys{"iam:resourcetag/team": {"blue"}}, ResourceTags: map[string]string{"team": "blue"}},
			{Resource: base + "user/y/Rob", Keys: policy.Keys{"iam:resourcetag/team": {"blue"}}, ResourceTags: map[string]string{"team": "blue"}}}},
	} {
		got, err := l.table[tt.name].Access(l.as(l.caller), tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if len(got) != len(tt.want) {
			t.Errorf("%s: got %d checks, want %d", tt.name, len(got), len(tt.want))
			continue
		}
		for i, w := range tt.want {
			if w.Action == "" {
				w.Action = "iam:" + tt.name
			}
			same(t, got[i], w)
			agrees(t, got[i])
		}
	}

	for _, name := range []string{"GetUser", "ListAccessKeys"} {
		in := l.table[name].New()
		if got, err := l.table[name].Access(l.as(bob), in); err != nil || got[0].Resource != base+"user/x/Bob" {
			t.Errorf("%s of the calling user: %v, %v", name, got, err)
		}
		if got, err := l.table[name].Access(l.as(l.caller), in); err != nil || got[0].Resource != base+"root" {
			t.Errorf("%s of the root user: %v, %v", name, got, err)
		}
		l.caller = session
		l.refuse(name, in, "ValidationError: Must specify userName when calling with non-User credentials")
		l.caller = l.store.World().RootPrincipal(account)
	}
}

func first[T any](all func(func(T) bool)) (out T) {
	for v := range all {
		return v
	}
	return out
}

func same(t *testing.T, got, want op.Check) {
	t.Helper()
	if got.Action != want.Action || got.Resource != want.Resource || got.Friendly != want.Friendly {
		t.Errorf("got %s on %s (%s), want %s on %s (%s)", got.Action, got.Resource, got.Friendly, want.Action, want.Resource, want.Friendly)
	}
	if len(got.Keys) != len(want.Keys) {
		t.Errorf("%s: got keys %v, want %v", got.Action, got.Keys, want.Keys)
	}
	for k, v := range want.Keys {
		if !slices.Equal(got.Keys[k], v) {
			t.Errorf("%s: key %s is %v, want %v", got.Action, k, got.Keys[k], v)
		}
	}
	for _, m := range []struct {
		what      string
		got, want map[string]string
	}{{"request", got.RequestTags, want.RequestTags}, {"resource", got.ResourceTags, want.ResourceTags}} {
		if len(m.got) != len(m.want) || m.want["team"] != m.got["team"] {
			t.Errorf("%s: %s tags are %v, want %v", got.Action, m.what, m.got, m.want)
		}
	}
}
