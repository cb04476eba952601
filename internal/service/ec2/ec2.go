package ec2

import (
	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
)

// Service is EC2.
type Service struct{ store *store.Store }

// New returns an EC2 that keeps its resources in a store.
func New(s *store.Store) *Service { return &Service{s} }

// operation pairs the two halves and lets the compiler infer the types.
func operation[I, O any](access func(*op.Call, *I) ([]op.Check, error), do func(*op.Call, *I) (*O, error)) op.Operation[I, O] {
	return op.Operation[I, O]{Access: access, Do: do}
}

// listing is an operation whose action has no resource type.
func listing[I, O any](action string, do func(*op.Call, *I) (*O, error)) op.Operation[I, O] {
	return operation(listed[I](action), do)
}

// Operations is what EC2 implements.
func (s *Service) Operations() ec2api.Operations {
	return ec2api.Operations{
		CreateVpc:            operation(createVpcAccess, s.createVpc),
		DeleteVpc:            operation(deleteVpcAccess, s.deleteVpc),
		DescribeVpcs:         listing("ec2:DescribeVpcs", describeVpcs),
		DescribeVpcAttribute: operation(describeVpcAttributeAccess, describeVpcAttribute),
		ModifyVpcAttribute:   operation(modifyVpcAttributeAccess, s.modifyVpcAttribute),

		CreateSubnet:          operation(createSubnetAccess, s.createSubnet),
		DeleteSubnet:          operation(deleteSubnetAccess, s.deleteSubnet),
		DescribeSubnets:       listing("ec2:DescribeSubnets", describeSubnets),
		ModifySubnetAttribute: operation(modifySubnetAttributeAccess, s.modifySubnetAttribute),

		DescribeSecurityGroups:     listing("ec2:DescribeSecurityGroups", describeSecurityGroups),
		DescribeSecurityGroupRules: listing("ec2:DescribeSecurityGroupRules", describeSecurityGroupRules),
		DescribeNetworkAcls:        listing("ec2:DescribeNetworkAcls", describeNetworkAcls),
		DescribeRouteTables:        listing("ec2:DescribeRouteTables", describeRouteTables),
		DescribeNetworkInterfaces:  listing("ec2:DescribeNetworkInterfaces", describeNetworkInterfaces),

		CreateTags:   operation(createTagsAccess, s.createTags),
		DeleteTags:   operation(deleteTagsAccess, s.deleteTags),
		DescribeTags: listing("ec2:DescribeTags", describeTags),

		DescribeAvailabilityZones: listing("ec2:DescribeAvailabilityZones", describeAvailabilityZones),
		DescribeRegions:           listing("ec2:DescribeRegions", describeRegions),
		DescribeAccountAttributes: listing("ec2:DescribeAccountAttributes", describeAccountAttributes),
	}
}
