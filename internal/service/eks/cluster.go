package eks

import (
	"slices"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// onCluster is the check of an action on one cluster, which may not exist.
func onCluster(c *op.Call, action, name string) op.Check {
	check := op.Check{Action: action, Resource: placement(c).ARN("eks", "cluster", name)}
	if cluster, ok := c.World.Clusters.Get(world.ClusterKey(c.Account, c.Region, name)); ok {
		check.ResourceTags = world.TagMap(cluster.Tags)
	}
	return check
}

func mayDescribeCluster(c *op.Call, in *eksapi.DescribeClusterRequest) ([]op.Check, error) {
	return []op.Check{onCluster(c, "eks:DescribeCluster", in.Name)}, nil
}

func (s *Service) describeCluster(c *op.Call, in *eksapi.DescribeClusterRequest) (*eksapi.DescribeClusterResponse, error) {
	cluster, err := clusterIn(c.World, c, in.Name)
	if err != nil {
		return nil, err
	}
	return &eksapi.DescribeClusterResponse{Cluster: clusterView(cluster)}, nil
}

// mayListClusters names every cluster, as real refusals do (facts/wire-errors.md section 2.2).
func mayListClusters(c *op.Call, _ *eksapi.ListClustersRequest) ([]op.Check, error) {
	return []op.Check{{Action: "eks:ListClusters", Resource: placement(c).ARN("eks", "cluster", "*")}}, nil
}

// listClusters ignores include: clusters that are connected from elsewhere do not exist here.
func (s *Service) listClusters(c *op.Call, in *eksapi.ListClustersRequest) (*eksapi.ListClustersResponse, error) {
	all := slices.Collect(c.World.Clusters.All(world.ClusterKey(c.Account, c.Region, "")))
	cut, next, err := page(all, func(cluster *world.Cluster) string { return cluster.Name }, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &eksapi.ListClustersResponse{Clusters: []string{}, NextToken: next}
	for _, cluster := range cut {
		out.Clusters = append(out.Clusters, cluster.Name)
	}
	return out, nil
}

func mayDeleteCluster(c *op.Call, in *eksapi.DeleteClusterRequest) ([]op.Check, error) {
	return []op.Check{onCluster(c, "eks:DeleteCluster", in.Name)}, nil
}

// deleteCluster only asks for the end: the status is DELETING until the control plane is gone, and the record with it.
func (s *Service) deleteCluster(c *op.Call, in *eksapi.DeleteClusterRequest) (*eksapi.DeleteClusterResponse, error) {
	var cluster *world.Cluster
	err := s.store.Update(c, func(tx *store.Tx) (err error) {
		if cluster, err = clusterIn(tx.World, c, in.Name); err != nil {
			return err
		}
		switch {
		case cluster.Status == world.ClusterDeleting:
			return nil
		case cluster.Status == world.ClusterUpdating:
			return awserr.New("ResourceInUseException", "Cannot delete because cluster %s currently has an update in progress", in.Name)
		case cluster.Status == world.ClusterActive && cluster.DeletionProtection:
			// Only an active cluster is protected; the words are Airside's
			// (https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html).
			return awserr.New("InvalidRequestException", "Cluster %s cannot be deleted because deletion protection is enabled", in.Name)
		}
		going := *cluster
		going.Status = world.ClusterDeleting
		tx.Put(&going)
		cluster = &going
		return nil
	})
	if err != nil {
		return nil, named(err, in.Name)
	}
	return &eksapi.DeleteClusterResponse{Cluster: clusterView(cluster)}, nil
}
