package eks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// Service is the EKS API over one store.
type Service struct{ store *store.Store }

// New returns the service.
func New(s *store.Store) *Service { return &Service{store: s} }

// Operations is every operation of the service.
func (s *Service) Operations() eksapi.Operations {
	return eksapi.Operations{
		CreateCluster:           op.Operation[eksapi.CreateClusterRequest, eksapi.CreateClusterResponse]{Access: mayCreateCluster, Do: s.createCluster},
		DescribeCluster:         op.Operation[eksapi.DescribeClusterRequest, eksapi.DescribeClusterResponse]{Access: mayDescribeCluster, Do: s.describeCluster},
		ListClusters:            op.Operation[eksapi.ListClustersRequest, eksapi.ListClustersResponse]{Access: mayListClusters, Do: s.listClusters},
		DeleteCluster:           op.Operation[eksapi.DeleteClusterRequest, eksapi.DeleteClusterResponse]{Access: mayDeleteCluster, Do: s.deleteCluster},
		DescribeClusterVersions: op.Operation[eksapi.DescribeClusterVersionsRequest, eksapi.DescribeClusterVersionsResponse]{Access: mayDescribeClusterVersions, Do: s.describeClusterVersions},

		CreateAccessEntry:   op.Operation[eksapi.CreateAccessEntryRequest, eksapi.CreateAccessEntryResponse]{Access: mayCreateAccessEntry, Do: s.createAccessEntry},
		DescribeAccessEntry: op.Operation[eksapi.DescribeAccessEntryRequest, eksapi.DescribeAccessEntryResponse]{Access: mayDescribeAccessEntry, Do: s.describeAccessEntry},
		ListAccessEntries:   op.Operation[eksapi.ListAccessEntriesRequest, eksapi.ListAccessEntriesResponse]{Access: mayListAccessEntries, Do: s.listAccessEntries},
		UpdateAccessEntry:   op.Operation[eksapi.UpdateAccessEntryRequest, eksapi.UpdateAccessEntryResponse]{Access: mayUpdateAccessEntry, Do: s.updateAccessEntry},
		DeleteAccessEntry:   op.Operation[eksapi.DeleteAccessEntryRequest, eksapi.DeleteAccessEntryResponse]{Access: mayDeleteAccessEntry, Do: s.deleteAccessEntry},

		AssociateAccessPolicy:        op.Operation[eksapi.AssociateAccessPolicyRequest, eksapi.AssociateAccessPolicyResponse]{Access: mayAssociateAccessPolicy, Do: s.associateAccessPolicy},
		ListAssociatedAccessPolicies: op.Operation[eksapi.ListAssociatedAccessPoliciesRequest, eksapi.ListAssociatedAccessPoliciesResponse]{Access: mayListAssociatedAccessPolicies, Do: s.listAssociatedAccessPolicies},
		DisassociateAccessPolicy:     op.Operation[eksapi.DisassociateAccessPolicyRequest, eksapi.DisassociateAccessPolicyResponse]{Access: mayDisassociateAccessPolicy, Do: s.disassociateAccessPolicy},
		ListAccessPolicies:           op.Operation[eksapi.ListAccessPoliciesRequest, eksapi.ListAccessPoliciesResponse]{Access: mayListAccessPolicies, Do: s.listAccessPolicies},

		TagResource:         op.Operation[eksapi.TagResourceRequest, eksapi.TagResourceResponse]{Access: mayTagResource, Do: s.tagResource},
		UntagResource:       op.Operation[eksapi.UntagResourceRequest, eksapi.UntagResourceResponse]{Access: mayUntagResource, Do: s.untagResource},
		ListTagsForResource: op.Operation[eksapi.ListTagsForResourceRequest, eksapi.ListTagsForResourceResponse]{Access: mayListTagsForResource, Do: s.listTagsForResource},
	}
}

// placement is where the resources of a call are.
func placement(c *op.Call) world.Placement {
	return world.Placement{Partition: c.Partition, Account: c.Account, Region: c.Region}
}

// now is the call's time as EKS keeps it: to the millisecond (facts/eks-access-semantics.md section 8).
func now(c *op.Call) time.Time { return c.Time.UTC().Truncate(time.Millisecond) }

// clusterIn finds a cluster of the caller's account and region in w.
func clusterIn(w *world.World, c *op.Call, name string) (*world.Cluster, error) {
	cluster, ok := w.Clusters.Get(world.ClusterKey(c.Account, c.Region, name))
	if !ok {
		return nil, named(awserr.New("ResourceNotFoundException", "No cluster found for name: %s.", name), name)
	}
	return cluster, nil
}

// named puts the cluster's name into the body of an error that does not carry one yet.
func named(err error, cluster string) error {
	var e *awserr.Error
	if !errors.As(err, &e) || e.Fields["clusterName"] != "" {
		return err
	}
	return e.With("clusterName", cluster)
}

func invalidParameter(format string, args ...any) *awserr.Error {
	return awserr.New("InvalidParameterException", format, args...)
}

// digest tells whether two requests ask for the same. A client that retries sends the same token with the same request.
func digest(request any) (string, error) {
	raw, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}

// retried tells whether a request is the one that made a record, sent once more.
func retried(token *string, digest, madeWithToken, madeFromDigest string) bool {
	return deref(token) != "" && *token == madeWithToken && digest == madeFromDigest
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// or is *p, or what stands in where nothing was given.
func or[T any](p *T, standIn T) T {
	if p == nil {
		return standIn
	}
	return *p
}

// listed is s, never nil: EKS writes an empty list where it has nothing to list.
func listed(s []string) []string {
	if s == nil {
		return []string{}
	}
	return slices.Clone(s)
}

// reservedTag tells whether a tag key is one that only AWS may set.
func reservedTag(key string) bool {
	return len(key) >= 4 && strings.EqualFold(key[:4], "aws:")
}
