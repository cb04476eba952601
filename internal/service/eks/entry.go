package eks

import (
	"slices"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/clusteraccess"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// maxEntries is the quota of access entries in one cluster (facts/eks-access-semantics.md section 7).
const maxEntries = 3000

// entriesOf finds a cluster whose authentication mode has access entries. The order of the two checks and their words:
// facts/eks-access-semantics.md section 5.
func entriesOf(w *world.World, c *op.Call, name string) (*world.Cluster, error) {
	cluster, err := clusterIn(w, c, name)
	if err != nil {
		return nil, err
	}
	if cluster.AuthenticationMode == string(clusteraccess.ConfigMapMode) {
		err := awserr.New("InvalidRequestException", "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.")
		return nil, named(err, name)
	}
	return cluster, nil
}

// entryIn finds the access entry of a principal.
func entryIn(w *world.World, c *op.Call, cluster, principalARN string) (*world.AccessEntry, error) {
	if _, err := entriesOf(w, c, cluster); err != nil {
		return nil, err
	}
	e, ok := w.AccessEntries.Get(world.EntryKey(c.Account, c.Region, cluster, principalARN))
	if !ok {
		err := awserr.New("ResourceNotFoundException", "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.")
		return nil, named(err, cluster)
	}
	return e, nil
}

// createAccessEntry checks the parameters first, then the cluster, then the principal and what it may have already.
func (s *Service) createAccessEntry(c *op.Call, in *eksapi.CreateAccessEntryRequest) (*eksapi.CreateAccessEntryResponse, error) {
	entry, err := newEntry(c, in)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		cluster, err := entriesOf(tx.World, c, in.ClusterName)
		if err != nil {
			return err
		}
		if old, ok := tx.World.AccessEntries.Get(entry.Key()); ok && retried(in.ClientRequestToken, entry.RequestDigest, old.ClientToken, old.RequestDigest) {
			entry = old
			return nil
		}
		bound := *entry
		if bound.PrincipalID, err = principalID(tx.World, c, in.PrincipalArn); err != nil {
			return err
		}
		_, sameARN := tx.World.AccessEntries.Get(entry.Key())
		_, sameID := tx.World.FactsOf(cluster).EntryByPrincipalID(bound.PrincipalID)
		if sameARN || sameID {
			return awserr.New("ResourceInUseException", "The specified access entry resource is already in use on this cluster.")
		}
		if len(tx.World.EntriesOf(cluster)) >= maxEntries {
			// Airside's words.
			return awserr.New("ResourceLimitExceededException", "The maximum number of access entries for this cluster has been reached: %d", maxEntries)
		}
		tx.Put(&bound)
		entry = &bound
		return nil
	})
	if err != nil {
		return nil, named(err, in.ClusterName)
	}
	return &eksapi.CreateAccessEntryResponse{AccessEntry: entryView(entry)}, nil
}

// newEntry is the record of a request, not yet bound to a principal.
func newEntry(c *op.Call, in *eksapi.CreateAccessEntryRequest) (*world.AccessEntry, error) {
	kind := clusteraccess.EntryType(or(in.Type, string(clusteraccess.Standard)))
	err := clusteraccess.CheckCreateEntry(clusteraccess.EntryRequest{
		ClusterAccount: c.Account, PrincipalARN: in.PrincipalArn, Type: kind,
		Username: deref(in.Username), Groups: in.KubernetesGroups,
	})
	if err != nil {
		return nil, err
	}
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	same := *in
	same.ClientRequestToken = nil
	sum, err := digest(same)
	if err != nil {
		return nil, err
	}
	entry := &world.AccessEntry{
		Placement: placement(c), Cluster: in.ClusterName, UUID: awsid.UUID(), PrincipalARN: in.PrincipalArn,
		Type: string(kind), Username: username(in.Username, kind, in.PrincipalArn), Groups: slices.Clone(in.KubernetesGroups),
		Tags: tags, Created: now(c), Modified: now(c), ClientToken: deref(in.ClientRequestToken), RequestDigest: sum,
	}
	if kind.Node() {
		entry.Groups = clusteraccess.DefaultGroups(kind)
	}
	return entry, nil
}

// username is the one that was asked for, or the default of the type.
func username(asked *string, kind clusteraccess.EntryType, principalARN string) string {
	if deref(asked) != "" {
		return *asked
	}
	return clusteraccess.DefaultUsername(kind, principalARN)
}

// principalID is the unique id that an entry for a principal is bound to. A principal of the cluster's own account must
// exist under exactly this ARN. One of another account is accepted unseen: where this World does not hold it, the entry
// is bound to no id and lets nobody in (docs/divergences.md).
func principalID(w *world.World, c *op.Call, principalARN string) (string, error) {
	if role, ok := w.RoleByARN(principalARN); ok {
		return role.ID, nil
	}
	if user, ok := w.UserByARN(principalARN); ok {
		return user.ID, nil
	}
	a, err := arn.Parse(principalARN)
	switch {
	case err == nil && a.Account != c.Account:
		return "", nil
	case err == nil && a.Resource == "root" && a.Partition == c.Partition:
		return a.Account, nil
	}
	return "", invalidParameter("The specified principalArn is invalid: invalid principal.")
}

func (s *Service) describeAccessEntry(c *op.Call, in *eksapi.DescribeAccessEntryRequest) (*eksapi.DescribeAccessEntryResponse, error) {
	e, err := entryIn(c.World, c, in.ClusterName, in.PrincipalArn)
	if err != nil {
		return nil, err
	}
	return &eksapi.DescribeAccessEntryResponse{AccessEntry: entryView(e)}, nil
}

func (s *Service) listAccessEntries(c *op.Call, in *eksapi.ListAccessEntriesRequest) (*eksapi.ListAccessEntriesResponse, error) {
	cluster, err := entriesOf(c.World, c, in.ClusterName)
	if err != nil {
		return nil, err
	}
	found := c.World.EntriesOf(cluster)
	if policyARN := deref(in.AssociatedPolicyArn); policyARN != "" {
		found = slices.DeleteFunc(found, func(e *world.AccessEntry) bool { return associationOf(e, policyARN) < 0 })
	}
	cut, next, err := page(found, func(e *world.AccessEntry) string { return e.PrincipalARN }, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, named(err, in.ClusterName)
	}
	out := &eksapi.ListAccessEntriesResponse{AccessEntries: []string{}, NextToken: next}
	for _, e := range cut {
		out.AccessEntries = append(out.AccessEntries, e.PrincipalARN)
	}
	return out, nil
}

// updateAccessEntry changes what the request names and leaves the rest. An empty username goes back to the default.
func (s *Service) updateAccessEntry(c *op.Call, in *eksapi.UpdateAccessEntryRequest) (*eksapi.UpdateAccessEntryResponse, error) {
	err := clusteraccess.CheckUpdateEntry(clusteraccess.EntryRequest{
		ClusterAccount: c.Account, PrincipalARN: in.PrincipalArn, Username: deref(in.Username), Groups: in.KubernetesGroups,
	})
	if err != nil {
		return nil, err
	}
	e, err := s.changeEntry(c, in.ClusterName, in.PrincipalArn, func(e *world.AccessEntry) error {
		if err := clusteraccess.CheckUpdateOf(clusteraccess.EntryType(e.Type)); err != nil {
			return err
		}
		if in.Username != nil {
			e.Username = username(in.Username, clusteraccess.EntryType(e.Type), e.PrincipalARN)
		}
		if in.KubernetesGroups != nil {
			e.Groups = slices.Clone(in.KubernetesGroups)
		}
		e.Modified = now(c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &eksapi.UpdateAccessEntryResponse{AccessEntry: entryView(e)}, nil
}

// changeEntry lets change work on a copy of an entry and stores it. Slices of the copy are still the old entry's: change
// replaces them and never writes into them.
func (s *Service) changeEntry(c *op.Call, cluster, principalARN string, change func(*world.AccessEntry) error) (changed *world.AccessEntry, err error) {
	err = s.store.Update(c, func(tx *store.Tx) error {
		e, err := entryIn(tx.World, c, cluster, principalARN)
		if err != nil {
			return err
		}
		next := *e
		if err := change(&next); err != nil {
			return err
		}
		tx.Put(&next)
		changed = &next
		return nil
	})
	return changed, named(err, cluster)
}

// deleteAccessEntry removes an entry with its associations, which are part of it.
func (s *Service) deleteAccessEntry(c *op.Call, in *eksapi.DeleteAccessEntryRequest) (*eksapi.DeleteAccessEntryResponse, error) {
	err := s.store.Update(c, func(tx *store.Tx) error {
		e, err := entryIn(tx.World, c, in.ClusterName, in.PrincipalArn)
		if err != nil {
			return err
		}
		tx.Delete(e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &eksapi.DeleteAccessEntryResponse{}, nil
}

func entryView(e *world.AccessEntry) *eksapi.AccessEntry {
	return &eksapi.AccessEntry{
		ClusterName: &e.Cluster, PrincipalArn: &e.PrincipalARN, KubernetesGroups: listed(e.Groups),
		AccessEntryArn: new(e.ARN()), CreatedAt: &e.Created, ModifiedAt: &e.Modified,
		Tags: tagsView(e.Tags), Username: &e.Username, Type: &e.Type,
	}
}
