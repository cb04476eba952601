package clusteraccess

import (
	"slices"
	"strings"
	"testing"
)

func TestPolicyTable(t *testing.T) {
	table, err := readPolicies(accessPoliciesJSON)
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, p := range table.sorted {
		if p.ARN != p.ARNIn("aws") {
			t.Errorf("%s has the ARN %s", p.Name, p.ARN)
		}
		if p.RulesKnown != (len(p.Rules) > 0) {
			t.Errorf("%s: rulesKnown %v with %d rules", p.Name, p.RulesKnown, len(p.Rules))
		}
		if p.Source == "" {
			t.Errorf("%s has no source", p.Name)
		}
		if p.ListedByAPI {
			listed++
		}
	}
	// ListAccessPolicies of April 2026 answered 33.
	if len(table.sorted) != 38 || listed != 33 {
		t.Errorf("%d policies, %d of them listed", len(table.sorted), listed)
	}
	if !slices.IsSortedFunc(Policies(), func(a, b AccessPolicy) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted")
	}
}

func TestPolicyTableRejects(t *testing.T) {
	for name, data := range map[string]string{
		"unknown field":    `[{"name":"a","color":"red"}]`,
		"unknown verb":     `[{"name":"a","rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["see"]}]}]`,
		"no verbs":         `[{"name":"a","rules":[{"apiGroups":[""],"resources":["pods"]}]}]`,
		"no groups":        `[{"name":"a","rules":[{"resources":["pods"],"verbs":["get"]}]}]`,
		"paths and things": `[{"name":"a","rules":[{"apiGroups":[""],"resources":["pods"],"nonResourceURLs":["*"],"verbs":["get"]}]}]`,
		"nothing":          `[{"name":"a","rules":[{"verbs":["get"]}]}]`,
	} {
		if _, err := readPolicies([]byte(data)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// The policies whose association with another role is refused: facts/eks-access-semantics.md section 6.
func TestServiceLinkedRoleOnly(t *testing.T) {
	for name, want := range map[string]bool{
		"AmazonEKSBlockStorageClusterPolicy":  true,
		"AmazonEKSComputeClusterPolicy":       true,
		"AmazonEKSLoadBalancingClusterPolicy": false,
		"AmazonEKSNetworkingClusterPolicy":    false,
		"AmazonEKSLoadBalancingPolicy":        false,
		"AmazonEKSNetworkingPolicy":           false,
		"AmazonEKSViewPolicy":                 false,
	} {
		p, ok := PolicyByName(name)
		if !ok || p.ServiceLinkedRoleOnly != want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

func TestPolicyByARN(t *testing.T) {
	const view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
	if p, ok := PolicyByARN(view, "aws"); !ok || p.Name != "AmazonEKSViewPolicy" {
		t.Error("the view policy is not found by its ARN")
	}
	if _, ok := PolicyByARN("arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "aws-cn"); !ok {
		t.Error("not found in aws-cn")
	}
	for _, bad := range []string{
		"arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "x" + view, view + "x",
		"arn:aws:eks::aws:cluster-access-policy/", "AmazonEKSViewPolicy", "arn:aws:eks:::cluster-access-policy/AmazonEKSViewPolicy",
	} {
		if _, ok := PolicyByARN(bad, "aws"); ok {
			t.Errorf("found %s in aws", bad)
		}
	}
}
