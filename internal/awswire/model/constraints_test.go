package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awswire/model"
)

func TestValidate(t *testing.T) {
	arn := "arn:aws:iam::111122223333:role/dev"
	role := func(change func(*iamapi.CreateRoleRequest)) *iamapi.CreateRoleRequest {
		r := &iamapi.CreateRoleRequest{RoleName: "dev", AssumeRolePolicyDocument: "{}"}
		change(r)
		return r
	}
	assume := func(change func(*stsapi.AssumeRoleRequest)) *stsapi.AssumeRoleRequest {
		r := &stsapi.AssumeRoleRequest{RoleArn: arn, RoleSessionName: "me"}
		change(r)
		return r
	}
	tests := []struct {
		name       string
		service    string
		operation  string
		in         any
		absent     model.Absent
		violations []string // path: phrase
	}{
		{"good role", "iam", "CreateRole", role(func(r *iamapi.CreateRoleRequest) {}), nil, nil},
		{"absent and empty are not the same", "iam", "CreateRole", &iamapi.CreateRoleRequest{RoleName: "", AssumeRolePolicyDocument: ""},
			model.Absent{"roleName": true}, []string{
				"roleName: Member must not be null",
				"assumeRolePolicyDocument: Member must have length greater than or equal to 1",
				`assumeRolePolicyDocument: Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+`,
			}},
		{"lengths count characters", "iam", "TagRole", &iamapi.TagRoleRequest{RoleName: "r", Tags: []iamapi.Tag{
			{Key: strings.Repeat("é", 128), Value: ""}, {Key: strings.Repeat("é", 129), Value: "v"}}}, nil, []string{
			"tags.2.member.key: Member must have length less than or equal to 128",
		}},
		{"pattern of a tag key", "iam", "TagRole", &iamapi.TagRoleRequest{RoleName: "r", Tags: []iamapi.Tag{{Key: "a*b", Value: "v"}}}, nil, []string{
			`tags.1.member.key: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
		}},
		{"required list", "iam", "TagRole", &iamapi.TagRoleRequest{RoleName: "r"}, nil, []string{"tags: Member must not be null"}},
		{"too many tags", "iam", "TagRole", &iamapi.TagRoleRequest{RoleName: "r", Tags: slices.Repeat([]iamapi.Tag{{Key: "k"}}, 51)}, nil, []string{
			"tags: Member must have length less than or equal to 50",
		}},
		{"value range", "sts", "AssumeRole", assume(func(r *stsapi.AssumeRoleRequest) { r.DurationSeconds = new(100) }), nil, []string{
			"durationSeconds: Member must have value greater than or equal to 900",
		}},
		{"pattern matches the whole value", "sts", "AssumeRole", assume(func(r *stsapi.AssumeRoleRequest) { r.RoleSessionName = "bad name" }), nil, []string{
			`roleSessionName: Member must satisfy regular expression pattern: [\w+=,.@-]*`,
		}},
		{"a trailing line feed does not match", "sts", "AssumeRole", assume(func(r *stsapi.AssumeRoleRequest) { r.RoleSessionName = "bad\n" }), nil, []string{
			`roleSessionName: Member must satisfy regular expression pattern: [\w+=,.@-]*`,
		}},
		{"enum", "iam", "UpdateAccessKey", &iamapi.UpdateAccessKeyRequest{AccessKeyId: "AKIAIOSFODNN7EXAMPLE", Status: "active"}, nil, []string{
			"status: Member must satisfy enum value set: [Active, Inactive, Expired]",
		}},
		{"nested member", "eks", "AssociateAccessPolicy", &eksapi.AssociateAccessPolicyRequest{
			ClusterName: "c", PrincipalArn: arn, PolicyArn: "p", AccessScope: &eksapi.AccessScope{Type: new("global")}}, nil, []string{
			"accessScope.type: Member must satisfy enum value set: [cluster, namespace]",
		}},
		{"map content", "eks", "TagResource", &eksapi.TagResourceRequest{ResourceArn: "r", Tags: map[string]string{"": "v", "k": strings.Repeat("v", 257)}}, nil, []string{
			"tags: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]",
			"tags: [Member must have length less than or equal to 256]",
		}},
		{"operation without input", "iam", "GetAccountSummary", &iamapi.GetAccountSummaryRequest{}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := load(t, tt.service).Operation(tt.operation)
			found, err := model.Validate(o.Input, tt.in, tt.absent)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range found {
				got = append(got, fmt.Sprintf("%s: %s", v.Path, v.Phrase))
			}
			if !slices.Equal(got, tt.violations) {
				t.Errorf("got  %q\nwant %q", got, tt.violations)
			}
		})
	}
}

func TestValidateBindingFault(t *testing.T) {
	if _, err := model.Validate(load(t, "iam").Operation("CreateRole").Input, &struct{}{}, nil); err == nil {
		t.Error("a struct that does not fit was validated")
	}
}

func TestViolationsAreBounded(t *testing.T) {
	in := &iamapi.TagRoleRequest{RoleName: "r", Tags: make([]iamapi.Tag, 10000)}
	found, err := model.Validate(load(t, "iam").Operation("TagRole").Input, in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != model.MaxViolations {
		t.Errorf("got %d violations, want %d", len(found), model.MaxViolations)
	}
}

// TestAliasPattern checks the one pattern that had to be rewritten against what its original says: no hyphen at either
// end, no two in a row.
func TestAliasPattern(t *testing.T) {
	o := load(t, "iam").Operation("CreateAccountAlias")
	for alias, want := range map[string]bool{
		"abc": true, "a-b": true, "a1-b2-c3": true, strings.Repeat("a", 63): true,
		"ab-": false, "-ab": false, "a--b": false, "ABC": false, "ab": false, "a_b": false, strings.Repeat("a", 64): false,
	} {
		found, err := model.Validate(o.Input, &iamapi.CreateAccountAliasRequest{AccountAlias: alias}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if ok := len(found) == 0; ok != want {
			t.Errorf("alias %q: accepted %v, want %v", alias, ok, want)
		}
	}
}

// TestCodePointPattern: the models write \u10000-\u10FFFF and mean the planes above the first.
func TestCodePointPattern(t *testing.T) {
	o := load(t, "sts").Operation("AssumeRole")
	in := &stsapi.AssumeRoleRequest{RoleArn: "arn:aws:iam::111122223333:role/\U0001F680", RoleSessionName: "me"}
	if found, err := model.Validate(o.Input, in, nil); err != nil || len(found) != 0 {
		t.Errorf("got %v, %v", found, err)
	}
	in.RoleArn = "arn:aws:iam::111122223333:role/\x01"
	if found, err := model.Validate(o.Input, in, nil); err != nil || len(found) != 1 {
		t.Errorf("control character: got %v, %v", found, err)
	}
}

func TestPathParameter(t *testing.T) {
	sh := load(t, "ec2").Operation("CreateVpc").Input
	var tags *model.Member
	for i := range sh.Members {
		if sh.Members[i].Name == "TagSpecifications" {
			tags = &sh.Members[i]
		}
	}
	if got := (*model.Path)(nil).In(tags).At(2).Parameter(); got != "TagSpecification.2" {
		t.Errorf("got %q", got)
	}
}
