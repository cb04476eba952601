package catalog

import (
	"slices"
	"testing"
)

// Every embedded policy must compile: the program would otherwise end at its first use.
func TestManagedPoliciesCompile(t *testing.T) {
	all := ManagedPolicies()
	if len(all) < 40 {
		t.Errorf("%d AWS managed policies, want at least 40", len(all))
	}
	for _, m := range all {
		if m.Policy() == nil || m.Name == "" || m.Path == "" || m.DefaultVersion == "" || m.VersionCreated.IsZero() {
			t.Errorf("%s is incomplete: %+v", m.ARN, m)
		}
		if again, ok := ManagedPolicy(m.ARN); !ok || again != m {
			t.Errorf("%s is not found by its ARN", m.ARN)
		}
	}
}

// The two were looked up at
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
func TestActions(t *testing.T) {
	a, ok := LookupAction("EKS:associateaccesspolicy")
	if !ok || a.AccessLevel != "Write" || !slices.Contains(a.ConditionKeys, "eks:policyArn") {
		t.Errorf("eks:AssociateAccessPolicy is %+v, %v", a, ok)
	}
	if _, ok := LookupAction("eks:Nonsense"); ok {
		t.Error("an action that does not exist was found")
	}
}
