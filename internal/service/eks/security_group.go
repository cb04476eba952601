package eks

import (
	"math/rand/v2"
	"strconv"

	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/world"
)

// clusterSecurityGroup makes the security group that EKS gives every cluster: everything in from itself, everything out.
//
// Source: https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html (name, rules, tags).
func clusterSecurityGroup(cluster *world.Cluster) *world.SecurityGroup {
	id := awsid.Resource("sg")
	name := "eks-cluster-sg-" + cluster.Name + "-" + strconv.FormatUint(uint64(rand.Uint32()), 10)
	all := world.SecurityGroupRule{Protocol: "-1", FromPort: -1, ToPort: -1}
	in, out := all, all
	in.ID, in.Group = awsid.Resource("sgr"), id
	out.ID, out.Egress, out.CIDR = awsid.Resource("sgr"), true, "0.0.0.0/0"
	return &world.SecurityGroup{
		Placement: cluster.Placement, ID: id, VPC: cluster.VPC, Name: name,
		Description: "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.",
		Rules:       []world.SecurityGroupRule{in, out},
		Tags: []world.Tag{
			{Key: "Name", Value: name},
			{Key: "kubernetes.io/cluster/" + cluster.Name, Value: "owned"},
			{Key: "aws:eks:cluster-name", Value: cluster.Name},
		},
	}
}
