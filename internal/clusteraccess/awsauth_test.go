package clusteraccess

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// The rules of facts/eks-access-semantics.md section 10, one by one.
func TestAWSAuthFind(t *testing.T) {
	tests := []struct {
		name     string
		data     map[string]string
		id       Identity
		username string // empty: not mapped
		groups   []string
	}{
		{"role", map[string]string{"mapRoles": "- rolearn: " + account + "role/dev\n  username: dev\n  groups: [a, b]\n"},
			session("dev", "AROAX", "s"), "dev", []string{"a", "b"}},
		{"case of the ARN", map[string]string{"mapRoles": "- rolearn: ARN:AWS:IAM::111122223333:ROLE/DEV\n  username: dev\n"},
			session("dev", "AROAX", "s"), "dev", nil},
		{"case of the field names", map[string]string{"mapRoles": "- roleARN: " + account + "role/dev\n  Username: dev\n"},
			session("dev", "AROAX", "s"), "dev", nil},
		{"a path never matches", map[string]string{"mapRoles": "- rolearn: " + account + "role/team/dev\n  username: dev\n"},
			session("dev", "AROAX", "s"), "", nil},
		{"last role line counts", map[string]string{"mapRoles": "- {rolearn: '" + account + "role/dev', username: one}\n- {rolearn: '" + account + "role/DEV', username: two}\n"},
			session("dev", "AROAX", "s"), "two", nil},
		{"user with path", map[string]string{"mapUsers": "- userarn: " + account + "user/ops/bob\n  username: bob\n  groups: [g]\n"},
			iamUser("ops/bob", "AIDAX"), "bob", []string{"g"}},
		{"roles before users", map[string]string{
			"mapUsers": "- {userarn: '" + account + "role/dev', username: from-users}",
			"mapRoles": "- {rolearn: '" + account + "role/dev', username: from-roles}"},
			session("dev", "AROAX", "s"), "from-roles", nil},
		{"account", map[string]string{"mapAccounts": "- \"111122223333\"\n"}, iamUser("bob", "AIDAX"), account + "user/bob", nil},
		{"account as a number", map[string]string{"mapAccounts": "- 111122223333\n"}, iamUser("bob", "AIDAX"), account + "user/bob", nil},
		{"a line before the account", map[string]string{
			"mapUsers": "- {userarn: '" + account + "user/bob', username: bob}", "mapAccounts": "['111122223333']"},
			iamUser("bob", "AIDAX"), "bob", nil},
		{"another account", map[string]string{"mapAccounts": "- '999999999999'"}, iamUser("bob", "AIDAX"), "", nil},
		{"sso lines map nobody", map[string]string{"mapRoles": "- sso: {permissionSetName: Dev, accountID: '111122223333'}\n  username: dev\n"},
			session("AWSReservedSSO_Dev_0123456789abcdef", "AROAX", "s"), "", nil},
		{"broken section leaves the others", map[string]string{
			"mapUsers": "- userarn: [", "mapRoles": "- {rolearn: '" + account + "role/dev', username: dev}"},
			session("dev", "AROAX", "s"), "dev", nil},
		{"bad item leaves the others", map[string]string{"mapRoles": "- username: nobody\n- {rolearn: '" + account + "role/dev', username: dev}"},
			session("dev", "AROAX", "s"), "dev", nil},
		{"nothing", nil, session("dev", "AROAX", "s"), "", nil},
	}
	for _, tt := range tests {
		m, ok := ParseAWSAuth(tt.data).find(tt.id, nil)
		if ok != (tt.username != "") {
			t.Errorf("%s: mapped = %v", tt.name, ok)
			continue
		}
		if ok && (m.username != tt.username || !reflect.DeepEqual(m.groups, tt.groups)) {
			t.Errorf("%s: got %q in %q", tt.name, m.username, m.groups)
		}
	}
	var none *AWSAuth
	if _, ok := none.find(session("dev", "AROAX", "s"), nil); ok {
		t.Error("a cluster without the ConfigMap mapped somebody")
	}
}

func TestAWSAuthAccountTemplateIsLiteral(t *testing.T) {
	c := &cluster{mode: ConfigMapMode, awsAuth: ParseAWSAuth(map[string]string{"mapAccounts": "['111122223333']"})}
	u, err := Authenticate(session("dev", "AROAX", "s"), c, nil)
	if err != nil || u.Username != account+"role/dev" || len(u.Groups) != 0 {
		t.Errorf("got %+v, %v", u, err)
	}
}

func TestAWSAuthDropped(t *testing.T) {
	arn := account + "role/dev"
	tests := []struct {
		name    string
		section Section
		text    string
		want    []string // "item@line: why"
	}{
		{"good", MapRoles, "- rolearn: " + arn, nil},
		{"empty", MapRoles, "", nil},
		{"double quotes", MapRoles, ` "" `, nil},
		{"single quotes", MapUsers, "''", nil},
		{"back-ticks", MapAccounts, "``\n", nil},
		{"neither", MapRoles, "# comment\n- username: x\n", []string{"1@2: one of rolearn or SSO must be supplied"}},
		{"both", MapRoles, "- {rolearn: '" + arn + "', sso: {permissionSetName: a, accountID: '111122223333'}}", []string{"1@1: only one of rolearn or SSO can be supplied"}},
		{"sso account", MapRoles, "- sso: {permissionSetName: a, accountID: '1'}", []string{"1@1: AccountID '1' is not a valid AWS Account ID"}},
		{"sso account as a number", MapRoles, "- sso: {permissionSetName: a, accountID: 111122223333}", []string{"1@1: sso.accountID must not be a number"}},
		{"sso name", MapRoles, "- sso: {permissionSetName: 'a b', accountID: '111122223333'}", []string{"1@1: PermissionSetName 'a b' is not a valid AWS SSO PermissionSet Name"}},
		{"sso partition", MapRoles, "- sso: {permissionSetName: a, accountID: '111122223333', partition: moon}", []string{"1@1: partition 'moon' is not a valid AWS partition"}},
		{"user without ARN", MapUsers, "- username: x", []string{"1@1: value for userarn must be supplied"}},
		{"groups as text", MapRoles, "- rolearn: " + arn + "\n  groups: system:masters\n", []string{"1@1: groups must not be a string"}},
		{"username as a number", MapUsers, "- userarn: a\n- userarn: b\n  username: 7\n", []string{"2@2: username must not be a number"}},
		{"item as text", MapRoles, "- " + arn, []string{"1@1: want a mapping with fields, not a string"}},
		{"null item", MapRoles, "-\n- rolearn: " + arn, []string{"1@1: the item is empty"}},
		{"not a list", MapRoles, "rolearn: " + arn, []string{"0@0: want a list of items"}},
		{"null", MapRoles, "~", []string{"0@0: want a list of items"}},
		{"accounts not a list", MapAccounts, "111122223333", []string{"0@0: want a list of items"}},
		{"account as a mapping", MapAccounts, "- {id: 1}", []string{"1@1: want an account id"}},
		{"same role", MapRoles, "- rolearn: " + arn + "\n- rolearn: " + strings.ToUpper(arn), []string{"1@1: item 2 is for the same ARN, and the last one counts"}},
		{"same user in other case", MapUsers, "- userarn: a\n- userarn: A", []string{"1@1: item 2 is for the same ARN in other case: EKS may take either one, here the last one counts"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ParseAWSAuth(map[string]string{string(tt.section): tt.text})
			var got []string
			for _, d := range a.Dropped {
				line := 0
				if d.Pos != nil {
					line = d.Pos.Line
				}
				got = append(got, fmt.Sprintf("%d@%d: %s", d.Item, line, d.Why))
				if d.Section != tt.section {
					t.Errorf("section %s", d.Section)
				}
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
	broken := ParseAWSAuth(map[string]string{"mapRoles": "- rolearn: ["})
	if len(broken.Dropped) != 1 || broken.Dropped[0].Item != 0 || !strings.Contains(broken.Dropped[0].Why, "yaml") {
		t.Errorf("broken YAML: %+v", broken.Dropped)
	}
}

// An account id that YAML takes for an octal number stays what was written.
func TestAWSAuthOctalAccount(t *testing.T) {
	a := ParseAWSAuth(map[string]string{"mapAccounts": "- 012345671234\n- &x '111122223333'\n- *x\n"})
	var got []string
	for _, l := range a.Accounts {
		got = append(got, l.Account)
	}
	if want := []string{"012345671234", "111122223333", "111122223333"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

func FuzzParseAWSAuth(f *testing.F) {
	f.Add("- rolearn: arn:aws:iam::111122223333:role/dev\n  username: x\n  groups: [a]\n")
	f.Add("- &a {userarn: b, groups: &g [x]}\n- <<: *a\n- *g\n")
	f.Add("- 012\n- *x\n")
	f.Fuzz(func(t *testing.T, text string) {
		a := ParseAWSAuth(map[string]string{"mapRoles": text, "mapUsers": text, "mapAccounts": text})
		a.find(session("dev", "AROAX", "s"), nil)
		for _, l := range append(append(a.Roles, a.Users...), a.Accounts...) {
			if l.ARN == "" && l.SSO == nil && l.Account == "" {
				t.Fatalf("kept an item that can map nobody: %+v", l)
			}
		}
	})
}
