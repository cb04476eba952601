package eks

import (
	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/clusteraccess"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// onEntry is the check of an action on the access entry of a principal. An entry that does not exist has an ARN with "*"
// for its UUID.
func onEntry(c *op.Call, action, cluster, principalARN string) (op.Check, *world.AccessEntry) {
	e, ok := c.World.AccessEntries.Get(world.EntryKey(c.Account, c.Region, cluster, principalARN))
	if ok {
		return onExistingEntry(action, e), e
	}
	check := op.Check{Action: action, Resource: world.EntryARNPattern(placement(c), cluster, principalARN), Keys: policy.Keys{}}
	check.Keys.Set("eks:clusterName", cluster)
	check.Keys.Set("eks:principalArn", principalARN)
	return check, nil
}

// onExistingEntry carries the condition keys that the Service Authorization Reference lists for the resource type
// access-entry.
func onExistingEntry(action string, e *world.AccessEntry) op.Check {
	check := op.Check{Action: action, Resource: e.ARN(), ResourceTags: world.TagMap(e.Tags), Keys: policy.Keys{}}
	check.Keys.Set("eks:clusterName", e.Cluster)
	check.Keys.Set("eks:principalArn", e.PrincipalARN)
	check.Keys.Set("eks:accessEntryType", e.Type)
	check.Keys.Set("eks:username", e.Username)
	check.Keys.Set("eks:kubernetesGroups", e.Groups...)
	return check
}

// mayCreateAccessEntry asks on the cluster. Types for self-managed nodes also pass the nodes' role
// (https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html).
func mayCreateAccessEntry(c *op.Call, in *eksapi.CreateAccessEntryRequest) ([]op.Check, error) {
	check := onCluster(c, "eks:CreateAccessEntry", in.ClusterName)
	check.RequestTags = in.Tags
	check.Keys = policy.Keys{}
	check.Keys.Set("eks:principalArn", in.PrincipalArn)
	check.Keys.Set("eks:kubernetesGroups", in.KubernetesGroups...)
	if in.Type != nil {
		check.Keys.Set("eks:accessEntryType", *in.Type)
	}
	if in.Username != nil {
		check.Keys.Set("eks:username", *in.Username)
	}
	checks := append([]op.Check{check}, mayTagAtCreation(world.EntryARNPattern(placement(c), in.ClusterName, in.PrincipalArn), in.Tags)...)
	switch clusteraccess.EntryType(deref(in.Type)) {
	case clusteraccess.EC2Linux, clusteraccess.EC2Windows:
		checks = append(checks, mayPass(c, in.PrincipalArn)...)
	}
	return checks, nil
}

func mayListAccessEntries(c *op.Call, in *eksapi.ListAccessEntriesRequest) ([]op.Check, error) {
	return []op.Check{onCluster(c, "eks:ListAccessEntries", in.ClusterName)}, nil
}

func mayDescribeAccessEntry(c *op.Call, in *eksapi.DescribeAccessEntryRequest) ([]op.Check, error) {
	check, _ := onEntry(c, "eks:DescribeAccessEntry", in.ClusterName, in.PrincipalArn)
	return []op.Check{check}, nil
}

func mayUpdateAccessEntry(c *op.Call, in *eksapi.UpdateAccessEntryRequest) ([]op.Check, error) {
	check, _ := onEntry(c, "eks:UpdateAccessEntry", in.ClusterName, in.PrincipalArn)
	return []op.Check{check}, nil
}

func mayDeleteAccessEntry(c *op.Call, in *eksapi.DeleteAccessEntryRequest) ([]op.Check, error) {
	check, _ := onEntry(c, "eks:DeleteAccessEntry", in.ClusterName, in.PrincipalArn)
	return []op.Check{check}, nil
}

func mayListAssociatedAccessPolicies(c *op.Call, in *eksapi.ListAssociatedAccessPoliciesRequest) ([]op.Check, error) {
	check, _ := onEntry(c, "eks:ListAssociatedAccessPolicies", in.ClusterName, in.PrincipalArn)
	return []op.Check{check}, nil
}

func mayAssociateAccessPolicy(c *op.Call, in *eksapi.AssociateAccessPolicyRequest) ([]op.Check, error) {
	check, _ := onEntry(c, "eks:AssociateAccessPolicy", in.ClusterName, in.PrincipalArn)
	check.Keys.Set("eks:policyArn", in.PolicyArn)
	if s := in.AccessScope; s != nil {
		setScope(check.Keys, deref(s.Type), s.Namespaces)
	}
	return []op.Check{check}, nil
}

// mayDisassociateAccessPolicy takes the scope from the association that is to end, for the request names none.
func mayDisassociateAccessPolicy(c *op.Call, in *eksapi.DisassociateAccessPolicyRequest) ([]op.Check, error) {
	check, entry := onEntry(c, "eks:DisassociateAccessPolicy", in.ClusterName, in.PrincipalArn)
	check.Keys.Set("eks:policyArn", in.PolicyArn)
	if entry != nil {
		if i := associationOf(entry, in.PolicyArn); i >= 0 {
			setScope(check.Keys, entry.Policies[i].Scope, entry.Policies[i].Namespaces)
		}
	}
	return []op.Check{check}, nil
}

func setScope(k policy.Keys, scope string, namespaces []string) {
	if scope != "" {
		k.Set("eks:accessScope", scope)
	}
	k.Set("eks:namespaces", namespaces...)
}

func mayListAccessPolicies(*op.Call, *eksapi.ListAccessPoliciesRequest) ([]op.Check, error) {
	return []op.Check{{Action: "eks:ListAccessPolicies", Resource: "*"}}, nil
}
