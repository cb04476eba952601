package iam_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

func TestUserLife(t *testing.T) {
	l := newLab(t)
	made := do[iamapi.CreateUserResponse](l, "CreateUser", &iamapi.CreateUserRequest{
		UserName: "Alice", Path: new("/team/"), Tags: []iamapi.Tag{{Key: "A", Value: "1"}}, PermissionsBoundary: new(readARN),
	}).User
	if made.Arn != "arn:aws:iam::123456789012:user/team/Alice" || len(made.UserId) != 21 || made.CreateDate != start.Add(time.Second).Truncate(time.Second) {
		t.Errorf("made %+v", made)
	}
	l.refuse("CreateUser", &iamapi.CreateUserRequest{UserName: "aLICE"}, "EntityAlreadyExistsException: User with name aLICE already exists.")
	l.refuse("CreateUser", &iamapi.CreateUserRequest{UserName: "b", PermissionsBoundary: new("arn:aws:iam::123456789012:policy/none")},
		"NoSuchEntityException: Scope ARN: arn:aws:iam::123456789012:policy/none does not exist or is not attachable.")
	got := do[iamapi.GetUserResponse](l, "GetUser", &iamapi.GetUserRequest{UserName: new("alice")}).User
	if got.UserName != "Alice" || len(got.Tags) != 1 || *got.PermissionsBoundary.PermissionsBoundaryArn != readARN {
		t.Errorf("GetUser: %+v", got)
	}

	// What hangs on a user has to go first; the boundary goes with it.
	l.group("devs")
	key := do[iamapi.CreateAccessKeyResponse](l, "CreateAccessKey", &iamapi.CreateAccessKeyRequest{UserName: new("Alice")}).AccessKey
	l.must("AddUserToGroup", &iamapi.AddUserToGroupRequest{GroupName: "devs", UserName: "Alice"})
	l.must("AttachUserPolicy", &iamapi.AttachUserPolicyRequest{UserName: "Alice", PolicyArn: readARN})
	l.must("PutUserPolicy", &iamapi.PutUserPolicyRequest{UserName: "Alice", PolicyName: "p", PolicyDocument: allowRead})
	l.must("UpdateUser", &iamapi.UpdateUserRequest{UserName: "Alice", NewUserName: new("Eve"), NewPath: new("/")})
	l.refuse("GetUser", &iamapi.GetUserRequest{UserName: new("Alice")}, "NoSuchEntityException: The user with name Alice cannot be found.")
	eve := do[iamapi.GetUserResponse](l, "GetUser", &iamapi.GetUserRequest{UserName: new("Eve")}).User
	if eve.UserId != made.UserId || eve.Arn != "arn:aws:iam::123456789012:user/Eve" {
		t.Errorf("a rename has to keep the unique id: %+v", eve)
	}
	for _, step := range []struct {
		conflict string
		name     string
		in       any
	}{
		{"remove users from group", "RemoveUserFromGroup", &iamapi.RemoveUserFromGroupRequest{GroupName: "DEVS", UserName: "Eve"}},
		{"detach all policies", "DetachUserPolicy", &iamapi.DetachUserPolicyRequest{UserName: "Eve", PolicyArn: readARN}},
		{"delete policies", "DeleteUserPolicy", &iamapi.DeleteUserPolicyRequest{UserName: "Eve", PolicyName: "p"}},
		{"delete access keys", "DeleteAccessKey", &iamapi.DeleteAccessKeyRequest{UserName: new("Eve"), AccessKeyId: key.AccessKeyId}},
	} {
		l.refuse("DeleteUser", &iamapi.DeleteUserRequest{UserName: "Eve"}, "DeleteConflictException: Cannot delete entity, must "+step.conflict+" first.")
		l.must(step.name, step.in)
	}
	l.must("DeleteUser", &iamapi.DeleteUserRequest{UserName: "Eve"})
	if n := l.store.World().Users.Len(); n != 0 {
		t.Errorf("%d users are left", n)
	}
}

func TestRenameCollision(t *testing.T) {
	l := newLab(t)
	l.user("a")
	l.user("b")
	l.group("g")
	l.group("h")
	l.must("AddUserToGroup", &iamapi.AddUserToGroupRequest{GroupName: "g", UserName: "a"})
	l.refuse("UpdateUser", &iamapi.UpdateUserRequest{UserName: "a", NewUserName: new("B")}, "EntityAlreadyExistsException: User with name B already exists.")
	l.refuse("UpdateGroup", &iamapi.UpdateGroupRequest{GroupName: "g", NewGroupName: new("H")}, "EntityAlreadyExistsException: Group with name H already exists.")
	// A name that only changes its case keeps its record.
	l.must("UpdateUser", &iamapi.UpdateUserRequest{UserName: "a", NewUserName: new("A")})
	l.must("UpdateGroup", &iamapi.UpdateGroupRequest{GroupName: "g", NewGroupName: new("G"), NewPath: new("/x/")})
	got := do[iamapi.GetGroupResponse](l, "GetGroup", &iamapi.GetGroupRequest{GroupName: "g"})
	if got.Group.Arn != "arn:aws:iam::123456789012:group/x/G" || len(got.Users) != 1 || got.Users[0].UserName != "A" {
		t.Errorf("got %+v of %+v", got.Users, got.Group)
	}
	l.refuse("DeleteGroup", &iamapi.DeleteGroupRequest{GroupName: "G"}, "DeleteConflictException: Cannot delete entity, must remove users from group first.")
}

func TestMembership(t *testing.T) {
	l := newLab(t)
	l.user("u")
	for i := range 11 {
		l.group(fmt.Sprint("g", i))
	}
	l.refuse("AddUserToGroup", &iamapi.AddUserToGroupRequest{GroupName: "none", UserName: "u"}, "NoSuchEntityException: The group with name none cannot be found.")
	l.refuse("AddUserToGroup", &iamapi.AddUserToGroupRequest{GroupName: "g1", UserName: "none"}, "NoSuchEntityException: The user with name none cannot be found.")
	for i := range 10 {
		l.must("AddUserToGroup", &iamapi.AddUserToGroupRequest{GroupName: fmt.Sprint("g", i), UserName: "u"})
	}
	l.must("AddUserToGroup", &iamapi.AddUserToGroupRequest{GroupName: "g0", UserName: "u"})
	l.refuse("AddUserToGroup", &iamapi.AddUserToGroupRequest{GroupName: "g10", UserName: "u"}, "LimitExceededException: Cannot exceed quota for GroupsPerUser: 10")
	if got := do[iamapi.ListGroupsForUserResponse](l, "ListGroupsForUser", &iamapi.ListGroupsForUserRequest{UserName: "u"}); len(got.Groups) != 10 {
		t.Errorf("%d groups", len(got.Groups))
	}
}

func TestAccessKeys(t *testing.T) {
	l := newLab(t)
	l.user("u")
	create := &iamapi.CreateAccessKeyRequest{UserName: new("u")}
	k := do[iamapi.CreateAccessKeyResponse](l, "CreateAccessKey", create).AccessKey
	if k.UserName != "u" || k.Status != "Active" || len(k.SecretAccessKey) != 40 || len(k.AccessKeyId) != 20 {
		t.Errorf("made %+v", k)
	}
	record, _ := l.store.World().AccessKeys.Get(k.AccessKeyId)
	if s, ok := l.store.World().Secrets.Get(record.SecretName()); !ok || string(s.Value) != k.SecretAccessKey {
		t.Error("the secret that was told is not the one that is kept")
	}
	l.must("CreateAccessKey", create)
	l.refuse("CreateAccessKey", create, "LimitExceededException: Cannot exceed quota for AccessKeysPerUser: 2")
	listed := do[iamapi.ListAccessKeysResponse](l, "ListAccessKeys", &iamapi.ListAccessKeysRequest{UserName: new("u")}).AccessKeyMetadata
	if len(listed) != 2 || *listed[0].AccessKeyId != k.AccessKeyId {
		t.Errorf("the oldest key has to come first: %+v", listed)
	}

	l.must("UpdateAccessKey", &iamapi.UpdateAccessKeyRequest{UserName: new("u"), AccessKeyId: k.AccessKeyId, Status: "Inactive"})
	l.refuse("UpdateAccessKey", &iamapi.UpdateAccessKeyRequest{UserName: new("u"), AccessKeyId: k.AccessKeyId, Status: "Expired"},
		"ValidationError: 1 validation error detected: Value 'Expired' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]")
	if record, _ := l.store.World().AccessKeys.Get(k.AccessKeyId); record.Active {
		t.Error("the key is still active")
	}
	l.user("other")
	l.refuse("DeleteAccessKey", &iamapi.DeleteAccessKeyRequest{UserName: new("other"), AccessKeyId: k.AccessKeyId},
		"NoSuchEntityException: The Access Key with id "+k.AccessKeyId+" cannot be found")
	used := do[iamapi.GetAccessKeyLastUsedResponse](l, "GetAccessKeyLastUsed", &iamapi.GetAccessKeyLastUsedRequest{AccessKeyId: k.AccessKeyId})
	if *used.UserName != "u" || used.AccessKeyLastUsed.LastUsedDate != nil || used.AccessKeyLastUsed.ServiceName != "N/A" {
		t.Errorf("last used: %+v", used.AccessKeyLastUsed)
	}

	// Without a name, a user means itself; the root user has keys too.
	l.caller = l.store.World().UserPrincipal(first(l.store.World().Users.All(world.IAMKey(account, "u"))))
	l.must("DeleteAccessKey", &iamapi.DeleteAccessKeyRequest{AccessKeyId: k.AccessKeyId})
	if _, ok := l.store.World().Secrets.Get(record.SecretName()); ok {
		t.Error("the secret outlived its key")
	}
	l.caller = l.store.World().RootPrincipal(account)
	root := do[iamapi.CreateAccessKeyResponse](l, "CreateAccessKey", &iamapi.CreateAccessKeyRequest{}).AccessKey
	if root.UserName != "" {
		t.Errorf("the root user's key belongs to %q", root.UserName)
	}
	if got := do[iamapi.GetUserResponse](l, "GetUser", &iamapi.GetUserRequest{}).User; got.Arn != "arn:aws:iam::123456789012:root" || got.UserId != account || got.CreateDate != *root.CreateDate {
		t.Errorf("the root user: %+v", got)
	}
}

// Two that race for the last free key must not both get one.
func TestConcurrentWritersKeepLimits(t *testing.T) {
	l := newLab(t)
	l.user("u")
	entry := l.table["CreateAccessKey"]
	calls := make([]*op.Call, 8)
	for i := range calls {
		calls[i] = l.as(l.caller)
	}
	var wg sync.WaitGroup
	failed := make([]error, len(calls))
	for i, c := range calls {
		wg.Go(func() { _, failed[i] = entry.Do(c, &iamapi.CreateAccessKeyRequest{UserName: new("u")}) })
	}
	wg.Wait()
	made := 0
	for _, err := range failed {
		if err == nil {
			made++
		}
	}
	if made != 2 || l.store.World().AccessKeys.Len() != 2 {
		t.Errorf("%d calls succeeded and %d keys exist, want 2", made, l.store.World().AccessKeys.Len())
	}
}

func TestTags(t *testing.T) {
	l := newLab(t)
	l.user("u")
	arn := l.policy("p")
	tag := func(keys ...string) (out []iamapi.Tag) {
		for _, k := range keys {
			out = append(out, iamapi.Tag{Key: k, Value: "v-" + k})
		}
		return out
	}
	l.refuse("TagUser", &iamapi.TagUserRequest{UserName: "u", Tags: tag("a", "A")},
		"InvalidInputException: Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	l.refuse("TagPolicy", &iamapi.TagPolicyRequest{PolicyArn: arn, Tags: tag("a", "a")}, "InvalidInputException: Duplicate tag keys found.")
	l.must("TagPolicy", &iamapi.TagPolicyRequest{PolicyArn: arn, Tags: tag("a", "A")})
	l.must("TagUser", &iamapi.TagUserRequest{UserName: "u", Tags: tag("b", "a")})
	l.must("TagUser", &iamapi.TagUserRequest{UserName: "u", Tags: tag("B")})
	keys := func() (out []string) {
		for _, t := range do[iamapi.ListUserTagsResponse](l, "ListUserTags", &iamapi.ListUserTagsRequest{UserName: "u"}).Tags {
			out = append(out, t.Key+"="+t.Value)
		}
		return out
	}
	if got := keys(); !slices.Equal(got, []string{"B=v-B", "a=v-a"}) {
		t.Errorf("a user's tags are %v", got)
	}
	l.must("UntagUser", &iamapi.UntagUserRequest{UserName: "u", TagKeys: []string{"A", "none"}})
	if got := keys(); !slices.Equal(got, []string{"B=v-B"}) {
		t.Errorf("a user's tags are %v", got)
	}
	many := make([]string, 50)
	for i := range many {
		many[i] = fmt.Sprint("t", i)
	}
	l.refuse("TagUser", &iamapi.TagUserRequest{UserName: "u", Tags: tag(many...)}, "LimitExceededException: The number of tags has reached the maximum limit.")
}

func TestPages(t *testing.T) {
	l := newLab(t)
	for _, n := range []string{"d", "B", "a", "c", "E"} {
		l.user(n)
	}
	var seen []string
	var marker *string
	for page := 0; ; page++ {
		out := do[iamapi.ListUsersResponse](l, "ListUsers", &iamapi.ListUsersRequest{MaxItems: new(2), Marker: marker})
		for _, u := range out.Users {
			seen = append(seen, u.UserName)
		}
		if page == 0 {
			// What was told already may go, and something new may come before it: neither disturbs the rest.
			l.must("DeleteUser", &iamapi.DeleteUserRequest{UserName: "B"})
			l.user("A2")
		}
		if marker = out.Marker; marker == nil {
			if *out.IsTruncated {
				t.Error("truncated without a marker")
			}
			break
		}
	}
	if !slices.Equal(seen, []string{"a", "B", "c", "d", "E"}) {
		t.Errorf("pages hold %v", seen)
	}
	l.refuse("ListUsers", &iamapi.ListUsersRequest{Marker: new("?")}, "ValidationError: Invalid Marker.")
	l.must("UpdateUser", &iamapi.UpdateUserRequest{UserName: "c", NewPath: new("/team/x/")})
	if got := do[iamapi.ListUsersResponse](l, "ListUsers", &iamapi.ListUsersRequest{PathPrefix: new("/team/")}).Users; len(got) != 1 || got[0].UserName != "c" {
		t.Errorf("below /team/: %+v", got)
	}
}

// An empty list is answered as an empty list, and every list says whether there is more.
func TestEmptyLists(t *testing.T) {
	l := newLab(t)
	l.user("x")
	l.group("x")
	l.role("x", trustEC2)
	l.must("CreateInstanceProfile", &iamapi.CreateInstanceProfileRequest{InstanceProfileName: "x"})
	policyARN := l.policy("x")
	serial, _ := l.device("x")
	lists := 0
	for _, name := range l.table.Names() {
		if !strings.HasPrefix(name, "List") {
			continue
		}
		lists++
		in := l.table[name].New()
		for field, v := range reflect.ValueOf(in).Elem().Fields() {
			switch {
			case field.Name == "PolicyArn":
				v.SetString(policyARN)
			case field.Name == "SerialNumber":
				v.SetString(serial)
			case field.Name == "PathPrefix":
				v.Set(reflect.ValueOf(new("/nothing/here/")))
			case strings.HasSuffix(field.Name, "Name") && v.Kind() == reflect.String:
				v.SetString("x")
			case field.Name == "UserName":
				v.Set(reflect.ValueOf(new("x")))
			}
		}
		out, err := l.call(name, in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for field, v := range reflect.ValueOf(out).Elem().Fields() {
			if v.Kind() == reflect.Slice && v.IsNil() || field.Name == "IsTruncated" && v.IsNil() {
				t.Errorf("%s: %s is nil", name, field.Name)
			}
		}
	}
	if lists < 20 {
		t.Errorf("only %d lists were tried", lists)
	}
}
