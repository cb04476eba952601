package world

import (
	"github.com/airside-dev/airside/internal/clusteraccess"
)

// ClusterFacts is what access decisions read of one cluster: clusteraccess.Facts over a World.
type ClusterFacts struct {
	world   *World
	cluster *Cluster
}

var _ clusteraccess.Facts = ClusterFacts{}

// FactsOf returns the facts of a cluster as they are in w.
func (w *World) FactsOf(c *Cluster) ClusterFacts { return ClusterFacts{w, c} }

// Mode is the cluster's authentication mode.
func (f ClusterFacts) Mode() clusteraccess.Mode {
	return clusteraccess.Mode(f.cluster.AuthenticationMode)
}

// EntryByPrincipalID finds the access entry that is bound to a unique id.
func (f ClusterFacts) EntryByPrincipalID(id string) (*clusteraccess.Entry, bool) {
	if id == "" {
		return nil, false
	}
	return f.entry(entryIDKey(f.cluster.Key(), id))
}

// EntryByARN finds an access entry by clusteraccess.MatchKey of its principal's ARN.
func (f ClusterFacts) EntryByARN(key string) (*clusteraccess.Entry, bool) {
	return f.entry(entryARNKey(f.cluster.Key(), key))
}

func (f ClusterFacts) entry(indexKey string) (*clusteraccess.Entry, bool) {
	e, ok := f.world.AccessEntries.Find(indexKey)
	if !ok {
		return nil, false
	}
	return e.entry, true
}

// NodePrivateDNS knows no instance: nodes arrive with node groups.
func (f ClusterFacts) NodePrivateDNS(string) (string, bool) { return "", false }

// AWSAuth is nil: the aws-auth ConfigMap is not read yet.
func (f ClusterFacts) AWSAuth() *clusteraccess.AWSAuth { return nil }

// CreatorAdmin is the hidden administrator of a cluster in the mode CONFIG_MAP
// (facts/eks-access-semantics.md section 3).
func (f ClusterFacts) CreatorAdmin() (string, bool) {
	if f.cluster.AuthenticationMode != string(clusteraccess.ConfigMapMode) || !f.cluster.BootstrapAdmin {
		return "", false
	}
	return f.cluster.CreatorARN, true
}

// entryOf is the part of an access entry that decisions read.
func entryOf(e *AccessEntry) *clusteraccess.Entry {
	out := &clusteraccess.Entry{
		PrincipalARN: e.PrincipalARN, PrincipalID: e.PrincipalID, Type: clusteraccess.EntryType(e.Type),
		Username: e.Username, Groups: e.Groups,
	}
	for _, p := range e.Policies {
		out.Associations = append(out.Associations, clusteraccess.Association{
			PolicyARN: p.PolicyARN, Scope: clusteraccess.Scope(p.Scope), Namespaces: p.Namespaces,
		})
	}
	return out
}
