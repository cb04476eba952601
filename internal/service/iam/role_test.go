package iam_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/store/storetest"
	"github.com/airside-dev/airside/internal/world"
)

func trusting(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`
}

func (l *lab) trust(role string) string {
	l.t.Helper()
	r := do[iamapi.GetRoleResponse](l, "GetRole", &iamapi.GetRoleRequest{RoleName: role}).Role
	if strings.ContainsAny(*r.AssumeRolePolicyDocument, " +*{\"/") {
		l.t.Errorf("not encoded after RFC 3986: %s", *r.AssumeRolePolicyDocument)
	}
	text, err := url.PathUnescape(*r.AssumeRolePolicyDocument)
	if err != nil {
		l.t.Fatal(err)
	}
	return text
}

func TestRoleLife(t *testing.T) {
	l := newLab(t)
	made := l.role("node", trustEC2)
	if made.Arn != "arn:aws:iam::123456789012:role/node" || made.Description != nil || *made.MaxSessionDuration != 3600 {
		t.Errorf("made %+v", made)
	}
	if got := l.trust("NODE"); got != trustEC2 {
		t.Errorf("the trust policy came back as %s", got)
	}
	got := do[iamapi.GetRoleResponse](l, "GetRole", &iamapi.GetRoleRequest{RoleName: "node"}).Role
	if got.RoleLastUsed == nil || got.RoleLastUsed.LastUsedDate != nil || got.Tags != nil || got.PermissionsBoundary != nil {
		t.Errorf("GetRole: %+v", got)
	}
	l.refuse("CreateRole", &iamapi.CreateRoleRequest{RoleName: "Node", AssumeRolePolicyDocument: trustEC2}, "EntityAlreadyExistsException: Role with name Node already exists.")

	l.must("UpdateRole", &iamapi.UpdateRoleRequest{RoleName: "node", Description: new("d"), MaxSessionDuration: new(7200)})
	described := do[iamapi.UpdateRoleDescriptionResponse](l, "UpdateRoleDescription", &iamapi.UpdateRoleDescriptionRequest{RoleName: "node"}).Role
	if *described.Description != "" || *described.MaxSessionDuration != 7200 {
		t.Errorf("described %+v", described)
	}

	l.must("CreateInstanceProfile", &iamapi.CreateInstanceProfileRequest{InstanceProfileName: "ip"})
	add := &iamapi.AddRoleToInstanceProfileRequest{InstanceProfileName: "ip", RoleName: "node"}
	l.must("AddRoleToInstanceProfile", add)
	l.refuse("AddRoleToInstanceProfile", add, "LimitExceededException: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	p := do[iamapi.GetInstanceProfileResponse](l, "GetInstanceProfile", &iamapi.GetInstanceProfileRequest{InstanceProfileName: "ip"}).InstanceProfile
	if len(p.Roles) != 1 || p.Roles[0].RoleId != made.RoleId {
		t.Errorf("the profile holds %+v", p.Roles)
	}
	if of := do[iamapi.ListInstanceProfilesForRoleResponse](l, "ListInstanceProfilesForRole", &iamapi.ListInstanceProfilesForRoleRequest{RoleName: "node"}); len(of.InstanceProfiles) != 1 {
		t.Errorf("the role is in %+v", of.InstanceProfiles)
	}
	l.refuse("DeleteInstanceProfile", &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "ip"}, "DeleteConflictException: Cannot delete entity, must remove roles from instance profile first.")
	l.must("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "node", PolicyArn: readARN})
	l.must("PutRolePolicy", &iamapi.PutRolePolicyRequest{RoleName: "node", PolicyName: "p", PolicyDocument: allowRead})
	for _, step := range []struct {
		conflict, name string
		in             any
	}{
		{"remove roles from instance profile", "RemoveRoleFromInstanceProfile", &iamapi.RemoveRoleFromInstanceProfileRequest{InstanceProfileName: "ip", RoleName: "node"}},
		{"detach all policies", "DetachRolePolicy", &iamapi.DetachRolePolicyRequest{RoleName: "node", PolicyArn: readARN}},
		{"delete policies", "DeleteRolePolicy", &iamapi.DeleteRolePolicyRequest{RoleName: "node", PolicyName: "p"}},
	} {
		l.refuse("DeleteRole", &iamapi.DeleteRoleRequest{RoleName: "node"}, "DeleteConflictException: Cannot delete entity, must "+step.conflict+" first.")
		l.must(step.name, step.in)
	}
	l.must("DeleteRole", &iamapi.DeleteRoleRequest{RoleName: "node"})
	l.must("DeleteInstanceProfile", &iamapi.DeleteInstanceProfileRequest{InstanceProfileName: "ip"})
	l.refuse("GetInstanceProfile", &iamapi.GetInstanceProfileRequest{InstanceProfileName: "ip"}, "NoSuchEntityException: Instance Profile ip cannot be found.")
}

// A trust policy trusts the entity that it named when it was saved, not whoever bears the name later.
func TestTrustIsBoundToUniqueIDs(t *testing.T) {
	l := newLab(t)
	alice := l.user("alice")
	spaced := strings.Replace(trusting(`{"AWS": ["arn:aws:iam::123456789012:user/alice","*"]}`), `"Action"`, "\n  \"Action\"", 1)
	l.role("r", spaced)
	if stored, _ := l.store.World().Roles.Get(world.IAMKey(account, "r")); !strings.Contains(stored.Trust, `"`+alice.UserId+`"`) {
		t.Errorf("stored as %s", stored.Trust)
	}
	if got := l.trust("r"); got != spaced {
		t.Errorf("shown as %s, want it as it was given", got)
	}
	l.must("UpdateUser", &iamapi.UpdateUserRequest{UserName: "alice", NewUserName: new("bob")})
	if got := l.trust("r"); !strings.Contains(got, "user/bob") {
		t.Errorf("a renamed user is shown as %s", got)
	}
	l.must("DeleteUser", &iamapi.DeleteUserRequest{UserName: "bob"})
	l.user("bob")
	stale := l.trust("r")
	if !strings.Contains(stale, alice.UserId) {
		t.Errorf("a deleted user is shown as %s", stale)
	}
	l.refuse("UpdateAssumeRolePolicy", &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: stale},
		`MalformedPolicyDocumentException: Invalid principal in policy: "AWS":"`+alice.UserId+`"`)

	// A role may trust itself once it exists.
	self := trusting(`{"AWS":"arn:aws:iam::123456789012:role/r"}`)
	l.must("UpdateAssumeRolePolicy", &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: self})
	if got := l.trust("r"); got != self {
		t.Errorf("shown as %s", got)
	}
}

func TestTrustPrincipals(t *testing.T) {
	l := newLab(t)
	l.must("CreateUser", &iamapi.CreateUserRequest{UserName: "u", Path: new("/p/")})
	l.role("r", trustEC2)
	for _, ok := range []string{
		`{"AWS":"*"}`, `{"AWS":"123456789012"}`, `{"AWS":"210987654321"}`, `{"AWS":"arn:aws:iam::210987654321:root"}`,
		`{"AWS":"arn:aws:iam::123456789012:user/p/u"}`, `{"AWS":"arn:aws:iam::210987654321:role/somebody"}`,
		`{"AWS":"arn:aws:sts::123456789012:assumed-role/r/session"}`, `{"AWS":"arn:aws:sts::123456789012:federated-user/f"}`,
		`{"Service":["eks.amazonaws.com","pods.eks.amazonaws.com"]}`,
		`{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC"}`, `{"Federated":"accounts.google.com"}`,
	} {
		l.must("UpdateAssumeRolePolicy", &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: trusting(ok)})
	}
	for _, tt := range []struct{ kind, value, says string }{
		{"AWS", "arn:aws:iam::123456789012:user/nobody", "AWS"},
		{"AWS", "arn:aws:iam::123456789012:user/u", "AWS"},
		{"AWS", "arn:aws:iam::123456789012:user/p/U", "AWS"},
		{"AWS", "arn:aws:iam::123456789012:role/p/u", "AWS"},
		{"AWS", "arn:aws:iam::123456789012:group/g", "AWS"},
		{"AWS", "arn:aws:iam::210987654321:role/*", "AWS"},
		{"AWS", "arn:aws-cn:iam::210987654321:role/r", "AWS"},
		{"AWS", "arn:aws:sts::123456789012:assumed-role/r", "AWS"},
		{"AWS", "AROAAAAAAAAAAAAAAAAAA", "AWS"},
		{"AWS", "12345", "AWS"},
		{"Service", "ec2", "SERVICE"},
		{"Federated", "arn:aws:iam::123456789012:role/r", "FEDERATED"},
	} {
		l.refuse("UpdateAssumeRolePolicy", &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: trusting(`{"` + tt.kind + `":"` + tt.value + `"}`)},
			`MalformedPolicyDocumentException: Invalid principal in policy: "`+tt.says+`":"`+tt.value+`"`)
	}
	l.refuse("UpdateAssumeRolePolicy", &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: "{"}, "MalformedPolicyDocumentException: This policy contains invalid Json")
	long := strings.Replace(trustEC2, `"Effect"`, `"Sid":"`+strings.Repeat("x", 2048)+`","Effect"`, 1)
	l.refuse("UpdateAssumeRolePolicy", &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: long}, "LimitExceededException: Cannot exceed quota for ACLSizePerRole: 2048")
}

func TestSharedIssuersNeedATenancyCondition(t *testing.T) {
	l := newLab(t)
	l.role("r", trustEC2)
	document := func(issuer, condition string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/` + issuer +
			`"},"Action":"sts:AssumeRoleWithWebIdentity"` + condition + `}}`
	}
	for _, tt := range []struct {
		issuer, condition string
		ok                bool
	}{
		{"token.actions.githubusercontent.com", ``, false},
		{"token.actions.githubusercontent.com", `,"Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`, false},
		{"token.actions.githubusercontent.com", `,"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"*"}}`, false},
		{"token.actions.githubusercontent.com", `,"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":["repo:o/r:*","?*"]}}`, false},
		{"token.actions.githubusercontent.com", `,"Condition":{"Null":{"token.actions.githubusercontent.com:sub":"false"}}`, false},
		{"token.actions.githubusercontent.com", `,"Condition":{"StringLike":{"token.actions.githubusercontent.com:SUB":"repo:o/r:*"}}`, true},
		{"api.pulumi.com/oidc", `,"Condition":{"StringEquals":{"api.pulumi.com/oidc:sub":"x"}}`, false},
		{"api.pulumi.com/oidc", `,"Condition":{"StringEquals":{"api.pulumi.com/oidc:aud":"org"}}`, true},
		{"oidc.eks.us-east-1.amazonaws.com/id/ABC", ``, true},
		{"gitlab.example.com", ``, true},
	} {
		in := &iamapi.UpdateAssumeRolePolicyRequest{RoleName: "r", PolicyDocument: document(tt.issuer, tt.condition)}
		_, err := l.call("UpdateAssumeRolePolicy", in)
		if (err == nil) != tt.ok {
			t.Errorf("%s%s: %v", tt.issuer, tt.condition, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "MalformedPolicyDocumentException: ") {
			t.Errorf("%s: %v", tt.issuer, err)
		}
	}
}

func TestServiceLinkedRolesBelongToAWS(t *testing.T) {
	l := newLab(t)
	const name = "AWSServiceRoleForAmazonEKS"
	storetest.Put(t, l.store, &world.Role{Partition: "aws", Account: account, Path: "/aws-service-role/eks.amazonaws.com/", Name: name, ID: "AROASLR", MaxSession: 3600,
		Trust: trustEC2, Boundary: readARN, Attached: []string{readARN}, Inline: []world.Inline{{Name: "p", Document: allowRead}}})
	for _, tt := range []struct {
		name string
		in   any
	}{
		{"DeleteRole", &iamapi.DeleteRoleRequest{RoleName: name}},
		{"UpdateAssumeRolePolicy", &iamapi.UpdateAssumeRolePolicyRequest{RoleName: name, PolicyDocument: trustEC2}},
		{"AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: name, PolicyArn: adminARN}},
		{"DetachRolePolicy", &iamapi.DetachRolePolicyRequest{RoleName: name, PolicyArn: readARN}},
		{"PutRolePolicy", &iamapi.PutRolePolicyRequest{RoleName: name, PolicyName: "q", PolicyDocument: allowRead}},
		{"DeleteRolePolicy", &iamapi.DeleteRolePolicyRequest{RoleName: name, PolicyName: "p"}},
		{"PutRolePermissionsBoundary", &iamapi.PutRolePermissionsBoundaryRequest{RoleName: name, PermissionsBoundary: adminARN}},
		{"DeleteRolePermissionsBoundary", &iamapi.DeleteRolePermissionsBoundaryRequest{RoleName: name}},
		{"UpdateRole", &iamapi.UpdateRoleRequest{RoleName: name, MaxSessionDuration: new(7200)}},
	} {
		l.refuse(tt.name, tt.in, "UnmodifiableEntityException: Cannot perform the operation on the protected role '"+name+"' - this role is only modifiable by AWS")
	}
	l.must("UpdateRoleDescription", &iamapi.UpdateRoleDescriptionRequest{RoleName: name, Description: "mine"})
	l.must("TagRole", &iamapi.TagRoleRequest{RoleName: name, Tags: []iamapi.Tag{{Key: "a", Value: "b"}}})
	l.refuse("CreateRole", &iamapi.CreateRoleRequest{RoleName: "fake", Path: new("/aws-service-role/x.amazonaws.com/"), AssumeRolePolicyDocument: trustEC2},
		"InvalidInputException: The path /aws-service-role/x.amazonaws.com/ is reserved for roles that AWS makes.")
}
