package eks

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/clusteraccess"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

// associationOf is the place of a policy among an entry's associations; -1 where it is not there.
func associationOf(e *world.AccessEntry, policyARN string) int {
	return slices.IndexFunc(e.Policies, func(p world.PolicyAssociation) bool { return p.PolicyARN == policyARN })
}

// associateAccessPolicy adds an association, or replaces the scope of the one that is there
// (facts/eks-access-semantics.md section 6).
func (s *Service) associateAccessPolicy(c *op.Call, in *eksapi.AssociateAccessPolicyRequest) (*eksapi.AssociateAccessPolicyResponse, error) {
	made := world.PolicyAssociation{
		PolicyARN: in.PolicyArn, Scope: deref(in.AccessScope.Type), Namespaces: slices.Clone(in.AccessScope.Namespaces),
		Associated: now(c), Modified: now(c),
	}
	err := clusteraccess.CheckAssociate(in.PrincipalArn, clusteraccess.Association{
		PolicyARN: made.PolicyARN, Scope: clusteraccess.Scope(made.Scope), Namespaces: made.Namespaces,
	})
	if err != nil {
		return nil, err
	}
	_, err = s.changeEntry(c, in.ClusterName, in.PrincipalArn, func(e *world.AccessEntry) error {
		known := clusteraccess.Entry{PrincipalARN: e.PrincipalARN, Type: clusteraccess.EntryType(e.Type)}
		if err := clusteraccess.CheckAssociateOf(&known, in.PolicyArn, c.Partition); err != nil {
			return err
		}
		e.Policies = slices.Clone(e.Policies)
		if i := associationOf(e, in.PolicyArn); i >= 0 {
			made.Associated = e.Policies[i].Associated
			e.Policies[i] = made
			return nil
		}
		made.Associated = made.Modified
		e.Policies = append(e.Policies, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &eksapi.AssociateAccessPolicyResponse{
		ClusterName: &in.ClusterName, PrincipalArn: &in.PrincipalArn, AssociatedAccessPolicy: new(associationView(made)),
	}, nil
}

func (s *Service) disassociateAccessPolicy(c *op.Call, in *eksapi.DisassociateAccessPolicyRequest) (*eksapi.DisassociateAccessPolicyResponse, error) {
	_, err := s.changeEntry(c, in.ClusterName, in.PrincipalArn, func(e *world.AccessEntry) error {
		i := associationOf(e, in.PolicyArn)
		if i < 0 {
			// What EKS says here was not found; these are its words for a policy that does not exist.
			return awserr.New("ResourceNotFoundException", "The specified policyArn could not be found.")
		}
		e.Policies = slices.Delete(slices.Clone(e.Policies), i, i+1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &eksapi.DisassociateAccessPolicyResponse{}, nil
}

// listAssociatedAccessPolicies lists by policy ARN, which an association keeps for its life.
func (s *Service) listAssociatedAccessPolicies(c *op.Call, in *eksapi.ListAssociatedAccessPoliciesRequest) (*eksapi.ListAssociatedAccessPoliciesResponse, error) {
	e, err := entryIn(c.World, c, in.ClusterName, in.PrincipalArn)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(e.Policies)
	slices.SortFunc(all, func(a, b world.PolicyAssociation) int { return strings.Compare(a.PolicyARN, b.PolicyARN) })
	cut, next, err := page(all, func(p world.PolicyAssociation) string { return p.PolicyARN }, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, named(err, in.ClusterName)
	}
	out := &eksapi.ListAssociatedAccessPoliciesResponse{
		ClusterName: &in.ClusterName, PrincipalArn: &in.PrincipalArn, NextToken: next,
		AssociatedAccessPolicies: []eksapi.AssociatedAccessPolicy{},
	}
	for _, p := range cut {
		out.AssociatedAccessPolicies = append(out.AssociatedAccessPolicies, associationView(p))
	}
	return out, nil
}

func associationView(p world.PolicyAssociation) eksapi.AssociatedAccessPolicy {
	return eksapi.AssociatedAccessPolicy{
		PolicyArn: &p.PolicyARN, AccessScope: &eksapi.AccessScope{Type: &p.Scope, Namespaces: listed(p.Namespaces)},
		AssociatedAt: &p.Associated, ModifiedAt: &p.Modified,
	}
}

// listAccessPolicies lists the policies that EKS lists, which is not every policy that exists.
func (s *Service) listAccessPolicies(c *op.Call, in *eksapi.ListAccessPoliciesRequest) (*eksapi.ListAccessPoliciesResponse, error) {
	listed := slices.DeleteFunc(clusteraccess.Policies(), func(p clusteraccess.AccessPolicy) bool { return !p.ListedByAPI })
	cut, next, err := page(listed, func(p clusteraccess.AccessPolicy) string { return p.Name }, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &eksapi.ListAccessPoliciesResponse{AccessPolicies: []eksapi.AccessPolicy{}, NextToken: next}
	for _, p := range cut {
		out.AccessPolicies = append(out.AccessPolicies, eksapi.AccessPolicy{Name: new(p.Name), Arn: new(p.ARNIn(c.Partition))})
	}
	return out, nil
}
