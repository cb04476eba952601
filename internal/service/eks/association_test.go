package eks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/eksapi"
)

func associate(cluster, principal, policy, scope string, namespaces ...string) *eksapi.AssociateAccessPolicyRequest {
	return &eksapi.AssociateAccessPolicyRequest{
		ClusterName: cluster, PrincipalArn: principal, PolicyArn: policy,
		AccessScope: &eksapi.AccessScope{Type: &scope, Namespaces: namespaces},
	}
}

func TestAssociateReplaces(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole})
	first := must[eksapi.AssociateAccessPolicyResponse](l, "AssociateAccessPolicy", associate("demo", devRole, view, "namespace", "dev-*", "qa")).AssociatedAccessPolicy
	if !slices.Equal(first.AccessScope.Namespaces, []string{"dev-*", "qa"}) || !first.AssociatedAt.Equal(*first.ModifiedAt) {
		t.Errorf("association is %+v", first)
	}
	must[eksapi.AssociateAccessPolicyResponse](l, "AssociateAccessPolicy", associate("demo", devRole, edit, "cluster"))
	l.time = l.time.Add(time.Hour)
	again := must[eksapi.AssociateAccessPolicyResponse](l, "AssociateAccessPolicy", associate("demo", devRole, view, "cluster")).AssociatedAccessPolicy
	if *again.AccessScope.Type != "cluster" || again.AccessScope.Namespaces == nil || len(again.AccessScope.Namespaces) != 0 {
		t.Errorf("scope is %+v", again.AccessScope)
	}
	if !again.AssociatedAt.Equal(*first.AssociatedAt) || again.ModifiedAt.Sub(*first.ModifiedAt) != time.Hour {
		t.Errorf("associated %v, modified %v", again.AssociatedAt, again.ModifiedAt)
	}

	var arns []string
	in := &eksapi.ListAssociatedAccessPoliciesRequest{ClusterName: "demo", PrincipalArn: devRole, MaxResults: new(1)}
	for range maxPages {
		out := must[eksapi.ListAssociatedAccessPoliciesResponse](l, "ListAssociatedAccessPolicies", in)
		for _, a := range out.AssociatedAccessPolicies {
			arns = append(arns, *a.PolicyArn)
		}
		if out.NextToken == nil {
			break
		}
		in.NextToken = out.NextToken
	}
	if !slices.Equal(arns, []string{edit, view}) {
		t.Errorf("associations are %v", arns)
	}

	gone := &eksapi.DisassociateAccessPolicyRequest{ClusterName: "demo", PrincipalArn: devRole, PolicyArn: view}
	must[eksapi.DisassociateAccessPolicyResponse](l, "DisassociateAccessPolicy", gone)
	_, err := do[eksapi.DisassociateAccessPolicyResponse](l, "DisassociateAccessPolicy", gone)
	refused(t, err, "ResourceNotFoundException", "The specified policyArn could not be found.")
	left := must[eksapi.ListAssociatedAccessPoliciesResponse](l, "ListAssociatedAccessPolicies", &eksapi.ListAssociatedAccessPoliciesRequest{ClusterName: "demo", PrincipalArn: devRole})
	if len(left.AssociatedAccessPolicies) != 1 || *left.AssociatedAccessPolicies[0].PolicyArn != edit {
		t.Errorf("left are %v", left.AssociatedAccessPolicies)
	}
}

func TestAssociateRefusals(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: nodeRole, Type: new("EC2_LINUX")})
	must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole, Type: new("EC2")})
	const policy = "arn:aws:eks::aws:cluster-access-policy/"
	for _, test := range []struct {
		name, code, message string
		in                  *eksapi.AssociateAccessPolicyRequest
	}{
		{"scope before cluster", invalid, "At least 1 namespace must be provided if the type is set as namespace", associate("none", alice, view, "namespace")},
		{"namespaces before cluster", invalid, "accessScope should not include namespaces if the type is not set as namespace", associate("none", alice, view, "cluster", "x")},
		{"an IAM policy", invalid, "The policyArn parameter format is not valid", associate("none", alice, "arn:aws:iam::aws:policy/AdministratorAccess", "cluster")},
		{"cluster", "ResourceNotFoundException", "No cluster found for name: none.", associate("none", alice, view, "cluster")},
		{"entry", "ResourceNotFoundException", noEntry, associate("demo", clusterRole, view, "cluster")},
		{"unknown policy", "ResourceNotFoundException", "The specified policyArn could not be found.", associate("demo", alice, policy+"Nope", "cluster")},
		{"partition", "ResourceNotFoundException", "The specified policyArn could not be found.", associate("demo", alice, "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "cluster")},
		{"reserved", invalid, "The specified policyArn can only be associated with service-linked roles", associate("demo", alice, policy+"AmazonEKSComputeClusterPolicy", "cluster")},
		{"node type", invalid, `This operation can only be performed on Access Entries with a type of "STANDARD"`, associate("demo", nodeRole, view, "cluster")},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := do[eksapi.AssociateAccessPolicyResponse](l, "AssociateAccessPolicy", test.in)
			refused(t, err, test.code, test.message)
		})
	}
	must[eksapi.AssociateAccessPolicyResponse](l, "AssociateAccessPolicy", associate("demo", devRole, policy+"AmazonEKSAutoNodePolicy", "cluster"))
}

func TestListAccessPolicies(t *testing.T) {
	l := newLab(t)
	var names []string
	in := &eksapi.ListAccessPoliciesRequest{MaxResults: new(4)}
	for range maxPages {
		out := must[eksapi.ListAccessPoliciesResponse](l, "ListAccessPolicies", in)
		for _, p := range out.AccessPolicies {
			names = append(names, *p.Name)
			if *p.Arn != "arn:aws:eks::aws:cluster-access-policy/"+*p.Name {
				t.Errorf("%s has the ARN %s", *p.Name, *p.Arn)
			}
		}
		if out.NextToken == nil {
			break
		}
		in.NextToken = out.NextToken
	}
	if len(names) < 4 || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) || !slices.Contains(names, "AmazonEKSClusterAdminPolicy") {
		t.Errorf("policies are %v", names)
	}
}
