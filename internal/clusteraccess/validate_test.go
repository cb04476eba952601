package clusteraccess

import (
	"errors"
	"testing"

	"github.com/airside-dev/airside/internal/awserr"
)

// wantError compares an error with "Code: message"; an empty text is no error.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("got %v", err)
		}
		return
	}
	if e := (*awserr.Error)(nil); !errors.As(err, &e) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

const (
	devRole = account + "role/dev"
	slr     = account + "role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"

	invalid       = "InvalidParameterException: "
	badPrincipal  = invalid + "The principalArn parameter format is not valid"
	otherAccount  = invalid + "AccessEntry principalArn must be from the same account as the cluster when using types [EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, HYBRID_LINUX, EC2]"
	notRole       = invalid + "AccessEntry principalArn must be IAM role when using types [EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, HYBRID_LINUX, EC2]"
	isSLR         = invalid + "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role"
	onlyStandard  = invalid + `This operation can only be performed on Access Entries with a type of "STANDARD"`
	badPolicyForm = invalid + "The policyArn parameter format is not valid"
	noSuchPolicy  = "ResourceNotFoundException: The specified policyArn could not be found."
)

// facts/eks-access-semantics.md sections 4 and 5.
func TestCheckCreateEntry(t *testing.T) {
	tests := []struct {
		name string
		r    EntryRequest
		want string
	}{
		{"role", EntryRequest{PrincipalARN: devRole}, ""},
		{"role with path", EntryRequest{PrincipalARN: account + "role/team/dev", Type: Standard, Username: "dev:{{SessionName}}", Groups: []string{"devs"}}, ""},
		{"user", EntryRequest{PrincipalARN: account + "user/ops/bob"}, ""},
		{"root", EntryRequest{PrincipalARN: account + "root"}, ""},
		{"foreign account", EntryRequest{PrincipalARN: "arn:aws:iam::999999999999:role/dev"}, ""},
		{"node", EntryRequest{PrincipalARN: devRole, Type: EC2Linux}, ""},

		{"session", EntryRequest{PrincipalARN: "arn:aws:sts::111122223333:assumed-role/dev/s"}, badPrincipal},
		{"group", EntryRequest{PrincipalARN: account + "group/g"}, badPrincipal},
		{"role without name", EntryRequest{PrincipalARN: account + "role/"}, badPrincipal},
		{"role with a path only", EntryRequest{PrincipalARN: account + "role/team/"}, badPrincipal},
		{"account of 11 digits", EntryRequest{PrincipalARN: "arn:aws:iam::11112222333:role/dev"}, badPrincipal},
		{"no ARN", EntryRequest{PrincipalARN: "dev"}, badPrincipal},
		{"partition", EntryRequest{PrincipalARN: "arn:moon:iam::111122223333:role/dev"}, badPrincipal},

		{"type", EntryRequest{PrincipalARN: devRole, Type: "ec2_linux"},
			invalid + `The specified type is invalid: "ec2_linux" is not one of [STANDARD EC2_LINUX EC2_WINDOWS FARGATE_LINUX HYBRID_LINUX EC2 HYPERPOD_LINUX]`},

		{"username system:", EntryRequest{PrincipalARN: devRole, Username: "system:x"}, invalid + "The username must not begin with system:"},
		{"username eks:", EntryRequest{PrincipalARN: devRole, Username: "eks:x"}, invalid + "The username must not begin with eks:"},
		{"username aws:", EntryRequest{PrincipalARN: devRole, Username: "aws:x"}, invalid + "The username must not begin with aws:"},
		{"username amazon:", EntryRequest{PrincipalARN: devRole, Username: "amazon:x"}, invalid + "The username must not begin with amazon:"},
		{"username iam:", EntryRequest{PrincipalARN: devRole, Username: "iam:x"}, invalid + "The username must not begin with iam:"},
		{"username sts:foo is fine", EntryRequest{PrincipalARN: devRole, Username: "sts:foo"}, ""},
		{"username system without colon is fine", EntryRequest{PrincipalARN: devRole, Username: "system"}, ""},
		{"template without colon", EntryRequest{PrincipalARN: devRole, Username: "dev-{{SessionName}}:x"}, invalid + "The username must contain a colon before {{SessionName}}"},
		{"raw template without colon", EntryRequest{PrincipalARN: devRole, Username: "{{SessionNameRaw}}"}, invalid + "The username must contain a colon before {{SessionNameRaw}}"},
		{"other templates need none", EntryRequest{PrincipalARN: devRole, Username: "{{AccountID}}"}, ""},

		{"group system:", EntryRequest{PrincipalARN: devRole, Groups: []string{"ok", "system:masters"}},
			invalid + "The kubernetes group name system:masters is invalid, it cannot start with system:"},
		{"group amazon:", EntryRequest{PrincipalARN: devRole, Groups: []string{"amazon:x"}},
			invalid + "The kubernetes group name amazon:x is invalid, it cannot start with amazon:"},
		{"group system is fine", EntryRequest{PrincipalARN: devRole, Groups: []string{"system"}}, ""},

		{"service-linked role", EntryRequest{PrincipalARN: slr}, isSLR},
		{"service-linked role of another account on a node type",
			EntryRequest{PrincipalARN: "arn:aws:iam::999999999999:role/aws-service-role/x.amazonaws.com/X", Type: EC2Linux}, isSLR},

		{"node type of another account", EntryRequest{PrincipalARN: "arn:aws:iam::999999999999:role/node", Type: FargateLinux}, otherAccount},
		{"node type with a user", EntryRequest{PrincipalARN: account + "user/bob", Type: EC2Windows}, notRole},
		{"node type with root", EntryRequest{PrincipalARN: account + "root", Type: EC2}, notRole},
		{"node type with groups", EntryRequest{PrincipalARN: devRole, Type: EC2Linux, Groups: []string{"x"}},
			invalid + `The specified kubernetesGroups is invalid: setting kubernetesGroups is not allowed when the type is "EC2_LINUX"`},
		{"node type with username", EntryRequest{PrincipalARN: devRole, Type: HybridLinux, Username: "x"},
			invalid + `The specified username is invalid: setting username is not allowed when the type is "HYBRID_LINUX"`},

		{"username before group", EntryRequest{PrincipalARN: devRole, Username: "eks:x", Groups: []string{"eks:y"}}, invalid + "The username must not begin with eks:"},
		{"group before service-linked role", EntryRequest{PrincipalARN: slr, Groups: []string{"eks:y"}},
			invalid + "The kubernetes group name eks:y is invalid, it cannot start with eks:"},
		{"reserved name before node type", EntryRequest{PrincipalARN: devRole, Type: EC2Linux, Username: "system:node:x"}, invalid + "The username must not begin with system:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.r.ClusterAccount = "111122223333"
			wantError(t, CheckCreateEntry(tt.r), tt.want)
		})
	}
}

func TestCheckUpdate(t *testing.T) {
	wantError(t, CheckUpdateEntry(EntryRequest{PrincipalARN: devRole, Username: "a:{{SessionName}}", Groups: []string{}}), "")
	wantError(t, CheckUpdateEntry(EntryRequest{PrincipalARN: devRole, Username: "iam:x"}), invalid+"The username must not begin with iam:")
	wantError(t, CheckUpdateEntry(EntryRequest{PrincipalARN: "x"}), badPrincipal)
	wantError(t, CheckUpdateEntry(EntryRequest{PrincipalARN: slr}), isSLR)
	wantError(t, CheckUpdateOf(Standard), "")
	wantError(t, CheckUpdateOf(EC2Linux), onlyStandard)
	wantError(t, CheckUpdateOf(EC2), onlyStandard)
}

// facts/eks-access-semantics.md section 6.
func TestCheckAssociate(t *testing.T) {
	view := assoc("AmazonEKSViewPolicy").PolicyARN
	tests := []struct {
		name, principal string
		a               Association
		want            string
	}{
		{"cluster", devRole, assoc("AmazonEKSViewPolicy"), ""},
		{"namespaces", devRole, assoc("AmazonEKSViewPolicy", "dev-*"), ""},
		{"unknown policy goes on", devRole, assoc("Nonsense"), ""},
		{"IAM policy", devRole, Association{PolicyARN: "arn:aws:iam::aws:policy/ReadOnlyAccess", Scope: ClusterScope}, badPolicyForm},
		{"a name", devRole, Association{PolicyARN: "AmazonEKSViewPolicy", Scope: ClusterScope}, badPolicyForm},
		{"five parts of EKS go on", devRole, Association{PolicyARN: "arn:aws:eks:aws:cluster-access-policy/AmazonEKSViewPolicy", Scope: ClusterScope}, ""},
		{"no account goes on", devRole, Association{PolicyARN: "arn:aws:eks:::cluster-access-policy/AmazonEKSViewPolicy", Scope: ClusterScope}, ""},
		{"namespace scope without namespaces", devRole, Association{PolicyARN: view, Scope: NamespaceScope},
			invalid + "At least 1 namespace must be provided if the type is set as namespace"},
		{"cluster scope with namespaces", devRole, Association{PolicyARN: view, Scope: ClusterScope, Namespaces: []string{"dev"}},
			invalid + "accessScope should not include namespaces if the type is not set as namespace"},
		{"scope", devRole, Association{PolicyARN: view, Scope: "Cluster"},
			invalid + `The specified accessScope type is invalid: "Cluster" is not one of [cluster, namespace]`},
		{"principal", "dev", assoc("AmazonEKSViewPolicy"), badPrincipal},
		{"service-linked role", slr, assoc("AmazonEKSViewPolicy"), isSLR},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, CheckAssociate(tt.principal, tt.a), tt.want) })
	}
}

func TestCheckAssociateOf(t *testing.T) {
	entry := func(t EntryType) *Entry { return &Entry{PrincipalARN: devRole, Type: t} }
	arn := func(name string) string { return assoc(name).PolicyARN }
	tests := []struct {
		name      string
		e         *Entry
		policy    string
		partition string
		want      string
	}{
		{"view", entry(Standard), arn("AmazonEKSViewPolicy"), "aws", ""},
		{"not listed by the API", entry(Standard), arn("AWSBackupFullAccessPolicyForBackup"), "aws", ""},
		{"unknown", entry(Standard), arn("AmazonEKSNoSuchPolicy"), "aws", noSuchPolicy},
		{"other partition", entry(Standard), arn("AmazonEKSViewPolicy"), "aws-cn", noSuchPolicy},
		{"malformed", entry(Standard), "arn:aws:eks:aws:cluster-access-policy/AmazonEKSViewPolicy", "aws", noSuchPolicy},
		{"reserved for service-linked roles", entry(Standard), arn("AmazonEKSComputeClusterPolicy"), "aws",
			invalid + "The specified policyArn can only be associated with service-linked roles"},
		{"on a service-linked role", &Entry{PrincipalARN: slr, Type: Standard}, arn("AmazonEKSClusterInsightsPolicy"), "aws", ""},
		{"node type", entry(EC2Linux), arn("AmazonEKSViewPolicy"), "aws", onlyStandard},
		{"Auto Mode node", entry(EC2), arn("AmazonEKSAutoNodePolicy"), "aws", ""},
		{"Auto Mode node, other policy", entry(EC2), arn("AmazonEKSViewPolicy"), "aws", onlyStandard},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, CheckAssociateOf(tt.e, tt.policy, tt.partition), tt.want) })
	}
}

func TestDefaultUsername(t *testing.T) {
	const roleName = "arn:aws:sts::111122223333:assumed-role/dev/{{SessionName}}"
	for _, tt := range []struct {
		t         EntryType
		arn, want string
	}{
		{Standard, account + "role/dev", roleName},
		{Standard, account + "role/team/a/dev", roleName},
		{Standard, account + "user/ops/bob", account + "user/ops/bob"},
		{Standard, account + "root", account + "root"},
		{EC2Windows, account + "role/dev", "system:node:{{EC2PrivateDNSName}}"},
		{HybridLinux, account + "role/dev", "system:node:{{SessionName}}"},
	} {
		if got := DefaultUsername(tt.t, tt.arn); got != tt.want {
			t.Errorf("%s %s: %s", tt.t, tt.arn, got)
		}
	}
}
