package iam_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/internal/op"
)

func TestManagedPolicyLife(t *testing.T) {
	l := newLab(t)
	in := &iamapi.CreatePolicyRequest{PolicyName: "P", Path: new("/x/"), PolicyDocument: allowRead, Description: new("d"), Tags: []iamapi.Tag{{Key: "a", Value: "b"}}}
	made := do[iamapi.CreatePolicyResponse](l, "CreatePolicy", in).Policy
	arn := *made.Arn
	if arn != "arn:aws:iam::123456789012:policy/x/P" || *made.DefaultVersionId != "v1" || *made.AttachmentCount != 0 {
		t.Errorf("made %+v", made)
	}
	in.PolicyName = "p"
	l.refuse("CreatePolicy", in, "EntityAlreadyExistsException: A policy called p already exists. Duplicate names are not allowed.")
	for _, tt := range []struct{ document, want string }{
		{"{", "MalformedPolicyDocumentException: Syntax errors in policy."},
		{`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, "MalformedPolicyDocumentException: Policy document must be version 2012-10-17 or greater."},
		{document(6145), "LimitExceededException: Cannot exceed quota for PolicySize: 6144"},
	} {
		l.refuse("CreatePolicy", &iamapi.CreatePolicyRequest{PolicyName: "q", PolicyDocument: tt.document}, tt.want)
		l.refuse("CreatePolicyVersion", &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: tt.document}, tt.want)
	}
	l.must("CreatePolicy", &iamapi.CreatePolicyRequest{PolicyName: "full", PolicyDocument: document(6144) + "\n   "})

	version := func(setDefault bool) *iamapi.PolicyVersion {
		return do[iamapi.CreatePolicyVersionResponse](l, "CreatePolicyVersion",
			&iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: allowRead, SetAsDefault: &setDefault}).PolicyVersion
	}
	if v := version(true); *v.VersionId != "v2" || !*v.IsDefaultVersion || v.Document != nil {
		t.Errorf("made version %+v", v)
	}
	version(false)
	version(false)
	version(false)
	l.refuse("CreatePolicyVersion", &iamapi.CreatePolicyVersionRequest{PolicyArn: arn, PolicyDocument: allowRead},
		"LimitExceededException: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
	l.refuse("DeletePolicyVersion", &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v2"}, "DeleteConflictException: Cannot delete the default version of a policy.")
	l.refuse("DeletePolicyVersion", &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v9"},
		"NoSuchEntityException: Policy "+arn+" version v9 does not exist or is not attachable.")
	l.must("DeletePolicyVersion", &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: "v5"})
	if v := version(false); *v.VersionId != "v6" {
		t.Errorf("a version number was used again: %s", *v.VersionId)
	}
	l.must("SetDefaultPolicyVersion", &iamapi.SetDefaultPolicyVersionRequest{PolicyArn: arn, VersionId: "v3"})
	var versions []string
	for _, v := range do[iamapi.ListPolicyVersionsResponse](l, "ListPolicyVersions", &iamapi.ListPolicyVersionsRequest{PolicyArn: arn}).Versions {
		versions = append(versions, fmt.Sprint(*v.VersionId, *v.IsDefaultVersion))
	}
	if !slices.Equal(versions, []string{"v6false", "v4false", "v3true", "v2false", "v1false"}) {
		t.Errorf("versions: %v", versions)
	}
	got := do[iamapi.GetPolicyVersionResponse](l, "GetPolicyVersion", &iamapi.GetPolicyVersionRequest{PolicyArn: arn, VersionId: "v3"}).PolicyVersion
	if text, err := url.PathUnescape(*got.Document); err != nil || text != allowRead || *got.Document == allowRead {
		t.Errorf("the document came back as %s", *got.Document)
	}

	l.role("r", trustEC2)
	l.must("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: arn})
	l.must("PutRolePermissionsBoundary", &iamapi.PutRolePermissionsBoundaryRequest{RoleName: "r", PermissionsBoundary: arn})
	p := do[iamapi.GetPolicyResponse](l, "GetPolicy", &iamapi.GetPolicyRequest{PolicyArn: arn}).Policy
	if *p.AttachmentCount != 1 || *p.PermissionsBoundaryUsageCount != 1 || *p.Description != "d" || len(p.Tags) != 1 {
		t.Errorf("GetPolicy: %+v", p)
	}
	remove := &iamapi.DeletePolicyRequest{PolicyArn: arn}
	l.refuse("DeletePolicy", remove, "DeleteConflictException: Cannot delete a policy attached to entities.")
	l.must("DetachRolePolicy", &iamapi.DetachRolePolicyRequest{RoleName: "r", PolicyArn: arn})
	l.refuse("DeletePolicy", remove, "DeleteConflictException: Cannot delete a policy attached to entities.")
	l.must("DeleteRolePermissionsBoundary", &iamapi.DeleteRolePermissionsBoundaryRequest{RoleName: "r"})
	l.refuse("DeletePolicy", remove, "DeleteConflictException: This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	for _, v := range []string{"v1", "v2", "v4", "v6"} {
		l.must("DeletePolicyVersion", &iamapi.DeletePolicyVersionRequest{PolicyArn: arn, VersionId: v})
	}
	l.must("DeletePolicy", remove)
	l.refuse("GetPolicy", &iamapi.GetPolicyRequest{PolicyArn: arn}, "NoSuchEntityException: Policy "+arn+" does not exist or is not attachable.")
}

func TestAttachments(t *testing.T) {
	l := newLab(t)
	l.role("r", trustEC2)
	for i := range 10 {
		l.must("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: l.policy(fmt.Sprint("p", i))})
	}
	l.must("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: "arn:aws:iam::123456789012:policy/p0"})
	for _, tt := range []struct{ arn, want string }{
		{readARN, "LimitExceededException: Cannot exceed quota for PoliciesPerRole: 10"},
		{"arn:aws:iam::123456789012:policy/none", "NoSuchEntityException: Policy arn:aws:iam::123456789012:policy/none does not exist or is not attachable."},
		{"arn:aws:iam::123456789012:policy/P1", "NoSuchEntityException: Policy arn:aws:iam::123456789012:policy/P1 does not exist or is not attachable."},
		{"arn:aws:iam::aws:policy/aws-service-role/AmazonEKSServiceRolePolicy", "PolicyNotAttachableException: Cannot attach a Service Role Policy to a Customer Role."},
		{"AmazonEKSClusterPolicy-by-name", "ValidationError: Invalid ARN:  Could not be parsed!"},
		{"arn:aws-cn:iam::aws:policy/ReadOnlyAccess", "ValidationError: Invalid ARN partition"},
		{"arn:aws:iam::123456789012:role/r", "InvalidInputException: ARN arn:aws:iam::123456789012:role/r is not valid."},
	} {
		l.refuse("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: tt.arn}, tt.want)
	}
	l.refuse("DetachRolePolicy", &iamapi.DetachRolePolicyRequest{RoleName: "r", PolicyArn: readARN}, "NoSuchEntityException: Policy "+readARN+" was not found.")
	first := do[iamapi.ListAttachedRolePoliciesResponse](l, "ListAttachedRolePolicies", &iamapi.ListAttachedRolePoliciesRequest{RoleName: "r", MaxItems: new(9)})
	rest := do[iamapi.ListAttachedRolePoliciesResponse](l, "ListAttachedRolePolicies", &iamapi.ListAttachedRolePoliciesRequest{RoleName: "r", Marker: first.Marker})
	if len(first.AttachedPolicies) != 9 || !*first.IsTruncated || len(rest.AttachedPolicies) != 1 || *rest.AttachedPolicies[0].PolicyName != "p9" {
		t.Errorf("pages of %d and %d", len(first.AttachedPolicies), len(rest.AttachedPolicies))
	}
}

// Inline policies of one holder share their limit, and may be of the 2008 version.
func TestInlinePolicies(t *testing.T) {
	l := newLab(t)
	l.user("u")
	l.group("g")
	l.role("r", trustEC2)
	put := func(name, document string) *iamapi.PutUserPolicyRequest {
		return &iamapi.PutUserPolicyRequest{UserName: "u", PolicyName: name, PolicyDocument: document}
	}
	l.must("PutUserPolicy", put("b", document(2000)))
	l.refuse("PutUserPolicy", put("a", document(100)), "LimitExceededException: Maximum policy size of 2048 bytes exceeded for user u")
	l.must("PutUserPolicy", put("b", document(1948)))
	l.must("PutUserPolicy", put("a", document(100)))
	l.refuse("PutGroupPolicy", &iamapi.PutGroupPolicyRequest{GroupName: "g", PolicyName: "p", PolicyDocument: document(5121)}, "LimitExceededException: Maximum policy size of 5120 bytes exceeded for group g")
	l.refuse("PutRolePolicy", &iamapi.PutRolePolicyRequest{RoleName: "r", PolicyName: "p", PolicyDocument: document(10241)}, "LimitExceededException: Maximum policy size of 10240 bytes exceeded for role r")
	l.must("PutRolePolicy", &iamapi.PutRolePolicyRequest{RoleName: "r", PolicyName: "p", PolicyDocument: document(10240)})
	l.refuse("PutUserPolicy", put("p", trustEC2), "MalformedPolicyDocumentException: Policy document should not specify a principal.")
	if got := do[iamapi.ListUserPoliciesResponse](l, "ListUserPolicies", &iamapi.ListUserPoliciesRequest{UserName: "u"}).PolicyNames; !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("names: %v", got)
	}
	got := do[iamapi.GetUserPolicyResponse](l, "GetUserPolicy", &iamapi.GetUserPolicyRequest{UserName: "U", PolicyName: "a"})
	if text, _ := url.PathUnescape(got.PolicyDocument); text != document(100) || got.UserName != "u" {
		t.Errorf("got %+v", got)
	}
	for word, name := range map[string]string{"user": "GetUserPolicy", "group": "GetGroupPolicy", "role": "GetRolePolicy"} {
		in := map[string]any{
			"user":  &iamapi.GetUserPolicyRequest{UserName: "u", PolicyName: "none"},
			"group": &iamapi.GetGroupPolicyRequest{GroupName: "g", PolicyName: "none"},
			"role":  &iamapi.GetRolePolicyRequest{RoleName: "r", PolicyName: "none"},
		}[word]
		l.refuse(name, in, "NoSuchEntityException: The "+word+" policy with name none cannot be found.")
	}
	l.must("DeleteUserPolicy", &iamapi.DeleteUserPolicyRequest{UserName: "u", PolicyName: "a"})
	l.refuse("DeleteUserPolicy", &iamapi.DeleteUserPolicyRequest{UserName: "u", PolicyName: "a"}, "NoSuchEntityException: The user policy with name a cannot be found.")
}

func TestAWSManagedPolicies(t *testing.T) {
	l := newLab(t)
	l.role("r", trustEC2)
	l.must("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: adminARN})
	p := do[iamapi.GetPolicyResponse](l, "GetPolicy", &iamapi.GetPolicyRequest{PolicyArn: adminARN}).Policy
	if *p.PolicyName != "AdministratorAccess" || *p.AttachmentCount != 1 || *p.PolicyId != "ANPAXUEARDEVTUHKHZ23E" {
		t.Errorf("GetPolicy: %s %s %d", *p.PolicyName, *p.PolicyId, *p.AttachmentCount)
	}
	v := do[iamapi.GetPolicyVersionResponse](l, "GetPolicyVersion", &iamapi.GetPolicyVersionRequest{PolicyArn: adminARN, VersionId: *p.DefaultVersionId}).PolicyVersion
	if v.Document == nil || *v.Document == "" {
		t.Error("no document")
	}
	for name, in := range map[string]any{
		"DeletePolicy":            &iamapi.DeletePolicyRequest{PolicyArn: adminARN},
		"CreatePolicyVersion":     &iamapi.CreatePolicyVersionRequest{PolicyArn: adminARN, PolicyDocument: allowRead},
		"DeletePolicyVersion":     &iamapi.DeletePolicyVersionRequest{PolicyArn: adminARN, VersionId: "v1"},
		"SetDefaultPolicyVersion": &iamapi.SetDefaultPolicyVersionRequest{PolicyArn: adminARN, VersionId: "v1"},
		"TagPolicy":               &iamapi.TagPolicyRequest{PolicyArn: adminARN},
		"UntagPolicy":             &iamapi.UntagPolicyRequest{PolicyArn: adminARN},
	} {
		l.refuse(name, in, "AccessDenied: User: arn:aws:iam::123456789012:root is not authorized to perform: iam:"+name+" on resource: policy "+adminARN)
	}
	seen := map[string]bool{}
	for _, m := range catalog.ManagedPolicies() {
		id := *do[iamapi.GetPolicyResponse](l, "GetPolicy", &iamapi.GetPolicyRequest{PolicyArn: m.ARN}).Policy.PolicyId
		if len(id) != 21 || seen[id] {
			t.Errorf("%s has the id %s", m.Name, id)
		}
		seen[id] = true
	}
}

func TestListPoliciesAndTheirUsers(t *testing.T) {
	l := newLab(t)
	mine, boundary := l.policy("mine"), l.policy("boundary")
	l.user("u")
	l.group("g")
	l.role("r", trustEC2)
	l.must("AttachUserPolicy", &iamapi.AttachUserPolicyRequest{UserName: "u", PolicyArn: mine})
	l.must("AttachGroupPolicy", &iamapi.AttachGroupPolicyRequest{GroupName: "g", PolicyArn: mine})
	l.must("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: readARN})
	l.must("PutUserPermissionsBoundary", &iamapi.PutUserPermissionsBoundaryRequest{UserName: "u", PermissionsBoundary: boundary})
	l.policy("unused")
	for _, tt := range []struct {
		in   iamapi.ListPoliciesRequest
		want []string
	}{
		{iamapi.ListPoliciesRequest{Scope: new("Local")}, []string{"boundary", "mine", "unused"}},
		{iamapi.ListPoliciesRequest{Scope: new("Local"), OnlyAttached: new(true)}, []string{"boundary", "mine"}},
		{iamapi.ListPoliciesRequest{OnlyAttached: new(true)}, []string{"boundary", "mine", "ReadOnlyAccess"}},
		{iamapi.ListPoliciesRequest{Scope: new("AWS"), OnlyAttached: new(true)}, []string{"ReadOnlyAccess"}},
		{iamapi.ListPoliciesRequest{PolicyUsageFilter: new("PermissionsBoundary")}, []string{"boundary"}},
		{iamapi.ListPoliciesRequest{PolicyUsageFilter: new("PermissionsPolicy")}, []string{"mine", "ReadOnlyAccess"}},
		{iamapi.ListPoliciesRequest{PathPrefix: new("/job-function/")}, []string{"ViewOnlyAccess"}},
	} {
		var got []string
		for _, p := range do[iamapi.ListPoliciesResponse](l, "ListPolicies", &tt.in).Policies {
			got = append(got, *p.PolicyName)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("got %v, want %v", got, tt.want)
		}
	}
	of := func(in iamapi.ListEntitiesForPolicyRequest) string {
		out := do[iamapi.ListEntitiesForPolicyResponse](l, "ListEntitiesForPolicy", &in)
		s := fmt.Sprint(len(out.PolicyGroups), len(out.PolicyUsers), len(out.PolicyRoles))
		if *out.IsTruncated {
			s += " and more"
		}
		return s
	}
	for _, tt := range []struct {
		in   iamapi.ListEntitiesForPolicyRequest
		want string
	}{
		{iamapi.ListEntitiesForPolicyRequest{PolicyArn: mine}, "1 1 0"},
		{iamapi.ListEntitiesForPolicyRequest{PolicyArn: mine, MaxItems: new(1)}, "1 0 0 and more"},
		{iamapi.ListEntitiesForPolicyRequest{PolicyArn: mine, EntityFilter: new("User")}, "0 1 0"},
		{iamapi.ListEntitiesForPolicyRequest{PolicyArn: mine, PolicyUsageFilter: new("PermissionsBoundary")}, "0 0 0"},
		{iamapi.ListEntitiesForPolicyRequest{PolicyArn: boundary}, "0 1 0"},
		{iamapi.ListEntitiesForPolicyRequest{PolicyArn: readARN}, "0 0 1"},
	} {
		if got := of(tt.in); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.in.PolicyArn, got, tt.want)
		}
	}
}

func TestAccount(t *testing.T) {
	l := newLab(t)
	alias := func(name string) *op.Empty {
		return do[op.Empty](l, "CreateAccountAlias", &iamapi.CreateAccountAliasRequest{AccountAlias: name})
	}
	alias("one")
	alias("two")
	if got := do[iamapi.ListAccountAliasesResponse](l, "ListAccountAliases", &iamapi.ListAccountAliasesRequest{}).AccountAliases; !slices.Equal(got, []string{"two"}) {
		t.Errorf("aliases: %v", got)
	}
	l.refuse("DeleteAccountAlias", &iamapi.DeleteAccountAliasRequest{AccountAlias: "one"}, "NoSuchEntityException: The account alias one cannot be found.")
	l.must("DeleteAccountAlias", &iamapi.DeleteAccountAliasRequest{AccountAlias: "two"})

	l.user("u")
	l.role("r", trustEC2)
	arn := l.policy("p")
	l.must("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "r", PolicyArn: readARN})
	l.must("PutRolePolicy", &iamapi.PutRolePolicyRequest{RoleName: "r", PolicyName: "i", PolicyDocument: allowRead})
	summary := do[iamapi.GetAccountSummaryResponse](l, "GetAccountSummary", &iamapi.GetAccountSummaryRequest{}).SummaryMap
	if len(summary) != 34 || summary["Users"] != 1 || summary["Roles"] != 1 || summary["PolicyVersionsInUse"] != 1 || summary["AccountAccessKeysPresent"] != 0 {
		t.Errorf("summary of %d: %v", len(summary), summary)
	}

	details := func(in iamapi.GetAccountAuthorizationDetailsRequest) *iamapi.GetAccountAuthorizationDetailsResponse {
		return do[iamapi.GetAccountAuthorizationDetailsResponse](l, "GetAccountAuthorizationDetails", &in)
	}
	all := details(iamapi.GetAccountAuthorizationDetailsRequest{})
	if len(all.UserDetailList) != 1 || len(all.RoleDetailList) != 1 || len(all.Policies) != 2 {
		t.Fatalf("details: %+v", all)
	}
	r := all.RoleDetailList[0]
	if *r.AttachedManagedPolicies[0].PolicyArn != readARN || *r.RolePolicyList[0].PolicyName != "i" {
		t.Errorf("the role: %+v", r)
	}
	if p := all.Policies[0]; *p.Arn != arn || len(p.PolicyVersionList) != 1 || p.PolicyVersionList[0].Document == nil {
		t.Errorf("the policy: %+v", p)
	}
	if got := details(iamapi.GetAccountAuthorizationDetailsRequest{Filter: []string{"AWSManagedPolicy", "User"}}); len(got.RoleDetailList) != 0 || len(got.Policies) != 1 {
		t.Errorf("filtered: %+v", got)
	}
	page := details(iamapi.GetAccountAuthorizationDetailsRequest{MaxItems: new(2)})
	rest := details(iamapi.GetAccountAuthorizationDetailsRequest{Marker: page.Marker})
	if len(page.UserDetailList) != 1 || len(page.RoleDetailList) != 1 || len(page.Policies) != 0 || len(rest.Policies) != 2 || *rest.IsTruncated {
		t.Errorf("pages: %+v, %+v", page, rest)
	}
}
