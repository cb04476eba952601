package ec2

import (
	"strconv"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

var networkACLs = &kind[*world.NetworkACL]{
	name: "network-acl", prefix: "acl-",
	missing: "The networkAcl ID", notFound: "InvalidNetworkAclID.NotFound", malformed: "InvalidNetworkAclId.Malformed",
	table: func(w *world.World) *world.Table[*world.NetworkACL] { return &w.NetworkACLs },
	keys: func(a *world.NetworkACL) policy.Keys {
		return idKeys("ec2:NetworkAclID", a.ID, a.Placement, a.VPC)
	},
	fields: fields[*world.NetworkACL]{
		"default":        flag(func(a *world.NetworkACL) bool { return a.Default }),
		"network-acl-id": one((*world.NetworkACL).ResourceID),
		"owner-id":       one(func(a *world.NetworkACL) string { return a.Account }),
		"vpc-id":         one(func(a *world.NetworkACL) string { return a.VPC }),
	}.under("association.", fields[*world.NetworkACL]{
		"association-id": ofAssociations(func(_ *world.NetworkACL, x world.ACLAssociation) string { return x.ID }),
		"network-acl-id": ofAssociations(func(a *world.NetworkACL, _ world.ACLAssociation) string { return a.ID }),
		"subnet-id":      ofAssociations(func(_ *world.NetworkACL, x world.ACLAssociation) string { return x.Subnet }),
	}).under("entry.", fields[*world.NetworkACL]{
		"cidr":            always[*world.NetworkACL](anyAddress),
		"icmp.code":       never[*world.NetworkACL],
		"icmp.type":       never[*world.NetworkACL],
		"ipv6-cidr":       never[*world.NetworkACL],
		"port-range.from": never[*world.NetworkACL],
		"port-range.to":   never[*world.NetworkACL],
		"protocol":        always[*world.NetworkACL](allProtocols),
		"rule-action":     ofEntries(func(e aclEntry) string { return e.action }),
		"rule-number":     ofEntries(func(e aclEntry) string { return strconv.Itoa(e.number) }),
	}),
}

const anyAddress = "0.0.0.0/0"

func ofAssociations(value func(*world.NetworkACL, world.ACLAssociation) string) field[*world.NetworkACL] {
	return func(_ *world.World, a *world.NetworkACL) []string {
		var out []string
		for _, x := range a.Associations {
			out = append(out, value(a, x))
		}
		return out
	}
}

// aclEntry is a rule of a network ACL for all traffic.
type aclEntry struct {
	egress bool
	number int
	action string
}

// defaultEntries are the rules of a default network ACL, in AWS's order
// (https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html).
var defaultEntries = []aclEntry{{true, 100, "allow"}, {true, 32767, "deny"}, {false, 100, "allow"}, {false, 32767, "deny"}}

func ofEntries(value func(aclEntry) string) field[*world.NetworkACL] {
	return func(*world.World, *world.NetworkACL) []string {
		var out []string
		for _, e := range defaultEntries {
			out = append(out, value(e))
		}
		return out
	}
}

func describeNetworkAcls(c *op.Call, in *ec2api.DescribeNetworkAclsRequest) (*ec2api.DescribeNetworkAclsResult, error) {
	found, next, err := networkACLs.describe(c, query{in.NetworkAclIds, in.Filters, in.NextToken, in.MaxResults, in.DryRun})
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeNetworkAclsResult{NextToken: next}
	for _, a := range found {
		acl := ec2api.NetworkAcl{NetworkAclId: &a.ID, VpcId: &a.VPC, OwnerId: &a.Account, IsDefault: &a.Default, Tags: apiTags(a.Tags)}
		for _, x := range a.Associations {
			acl.Associations = append(acl.Associations, ec2api.NetworkAclAssociation{
				NetworkAclAssociationId: &x.ID, NetworkAclId: &a.ID, SubnetId: &x.Subnet,
			})
		}
		for _, e := range defaultEntries {
			acl.Entries = append(acl.Entries, ec2api.NetworkAclEntry{
				Egress: &e.egress, RuleNumber: &e.number, RuleAction: &e.action, Protocol: new(allProtocols), CidrBlock: new(anyAddress),
			})
		}
		out.NetworkAcls = append(out.NetworkAcls, acl)
	}
	return out, nil
}
