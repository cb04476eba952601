package ec2

import (
	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

var vpcs = &kind[*world.VPC]{
	name: "vpc", prefix: "vpc-",
	missing: "The vpc ID", notFound: "InvalidVpcID.NotFound", malformed: "InvalidVpcID.Malformed",
	table: func(w *world.World) *world.Table[*world.VPC] { return &w.VPCs },
	keys: func(v *world.VPC) policy.Keys {
		k := idKeys("ec2:VpcID", v.ID, v.Placement, "")
		k.Set("ec2:Tenancy", v.Tenancy)
		return k
	},
	fields: fields[*world.VPC]{
		"cidr":                                        one(func(v *world.VPC) string { return v.CIDR }),
		"cidr-block-association.association-id":       one(func(v *world.VPC) string { return v.AssociationID }),
		"cidr-block-association.cidr-block":           one(func(v *world.VPC) string { return v.CIDR }),
		"cidr-block-association.state":                always[*world.VPC]("associated"),
		"dhcp-options-id":                             one(func(v *world.VPC) string { return v.DHCPOptions }),
		"ipv6-cidr-block-association.association-id":  never[*world.VPC],
		"ipv6-cidr-block-association.ipv6-cidr-block": never[*world.VPC],
		"ipv6-cidr-block-association.ipv6-pool":       never[*world.VPC],
		"ipv6-cidr-block-association.state":           never[*world.VPC],
		"is-default":                                  flag(func(v *world.VPC) bool { return v.Default }),
		"isDefault":                                   flag(func(v *world.VPC) bool { return v.Default }),
		"owner-id":                                    one(func(v *world.VPC) string { return v.Account }),
		"state":                                       always[*world.VPC]("available"),
		"vpc-id":                                      one((*world.VPC).ResourceID),
	},
}

func createVpcAccess(c *op.Call, in *ec2api.CreateVpcRequest) ([]op.Check, error) {
	tags := plainTags(vpcs.specified(in.TagSpecifications))
	return append([]op.Check{vpcs.creating(c, "ec2:CreateVpc", tags)}, vpcs.taggingOnCreate(c, "CreateVpc", tags)...), nil
}

func (s *Service) createVpc(c *op.Call, in *ec2api.CreateVpcRequest) (*ec2api.CreateVpcResult, error) {
	v, err := newVPC(c, in)
	if err != nil {
		return nil, err
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		v.DHCPOptions = dhcpOptions(tx.World, v.Placement)
		tx.Put(v)
		tx.Put(defaultSecurityGroup(v))
		tx.Put(&world.NetworkACL{Placement: v.Placement, ID: awsid.Resource("acl"), VPC: v.ID, Default: true})
		tx.Put(&world.RouteTable{Placement: v.Placement, ID: awsid.Resource("rtb"), VPC: v.ID, Main: true, AssociationID: awsid.Resource("rtbassoc")})
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := apiVPC(v)
	out.State = new("pending") // for as long as the answer takes: every later call sees it available
	return &ec2api.CreateVpcResult{Vpc: &out}, nil
}

// newVPC reads a request into the record that it asks for.
func newVPC(c *op.Call, in *ec2api.CreateVpcRequest) (*world.VPC, error) {
	switch {
	case in.Ipv4IpamPoolId != nil || in.Ipv4NetmaskLength != nil || in.Ipv6IpamPoolId != nil || in.Ipv6NetmaskLength != nil:
		return nil, unsupported("IP address manager")
	case in.Ipv6Pool != nil || in.Ipv6CidrBlock != nil || in.Ipv6CidrBlockNetworkBorderGroup != nil || isTrue(in.AmazonProvidedIpv6CidrBlock):
		return nil, unsupported("IPv6 networks")
	case in.VpcEncryptionControl != nil:
		return nil, unsupported("VPC encryption controls")
	case in.CidrBlock == nil:
		return nil, awserr.New("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	tags, err := vpcs.newTags(in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	cidr, err := parseCIDR(*in.CidrBlock, "InvalidVpc.Range")
	if err != nil {
		return nil, err
	}
	tenancy := "default"
	if in.InstanceTenancy != nil {
		tenancy = *in.InstanceTenancy
	}
	if tenancy != "default" && tenancy != "dedicated" {
		return nil, invalidValue("Value (%s) for parameter instanceTenancy is invalid.", tenancy)
	}
	return &world.VPC{
		Placement: here(c), ID: awsid.Resource("vpc"), CIDR: cidr.String(), AssociationID: awsid.Resource("vpc-cidr-assoc"),
		Tenancy: tenancy, EnableDNSSupport: true, Tags: tags,
	}, nil
}

func isTrue(b *bool) bool { return b != nil && *b }

// dhcpOptions is the id of the region's default DHCP options set, which all VPCs of an account share.
func dhcpOptions(w *world.World, at world.Placement) string {
	for _, v := range vpcs.all(w, at) {
		return v.DHCPOptions
	}
	return awsid.Resource("dopt")
}

func deleteVpcAccess(c *op.Call, in *ec2api.DeleteVpcRequest) ([]op.Check, error) {
	return []op.Check{vpcs.on(c, "ec2:DeleteVpc", in.VpcId)}, nil
}

// deleteVpc removes a VPC with what CreateVpc made along with it. Anything else that is in it has to go first.
func (s *Service) deleteVpc(c *op.Call, in *ec2api.DeleteVpcRequest) (*op.Empty, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	err := s.store.Update(c, func(tx *store.Tx) error {
		v, err := vpcs.get(tx.World, here(c), in.VpcId)
		if err != nil {
			return err
		}
		tx.Delete(v)
		blocked := len(inVPC(tx.World, subnets, v, func(n *world.Subnet) string { return n.VPC })) > 0
		for _, g := range inVPC(tx.World, securityGroups, v, func(g *world.SecurityGroup) string { return g.VPC }) {
			blocked = blocked || g.Name != defaultGroupName
			tx.Delete(g)
		}
		for _, a := range inVPC(tx.World, networkACLs, v, func(a *world.NetworkACL) string { return a.VPC }) {
			blocked = blocked || !a.Default
			tx.Delete(a)
		}
		for _, r := range inVPC(tx.World, routeTables, v, func(r *world.RouteTable) string { return r.VPC }) {
			blocked = blocked || !r.Main
			tx.Delete(r)
		}
		if blocked {
			return awserr.New("DependencyViolation", "The vpc '%s' has dependencies and cannot be deleted.", v.ID)
		}
		return nil
	})
	return &op.Empty{}, err
}

// inVPC lists the resources of a kind that are in a VPC.
func inVPC[R resource](w *world.World, k *kind[R], v *world.VPC, vpcOf func(R) string) []R {
	var out []R
	for _, r := range k.all(w, v.Placement) {
		if vpcOf(r) == v.ID {
			out = append(out, r)
		}
	}
	return out
}

func describeVpcs(c *op.Call, in *ec2api.DescribeVpcsRequest) (*ec2api.DescribeVpcsResult, error) {
	found, next, err := vpcs.describe(c, query{in.VpcIds, in.Filters, in.NextToken, in.MaxResults, in.DryRun})
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeVpcsResult{NextToken: next}
	for _, v := range found {
		out.Vpcs = append(out.Vpcs, apiVPC(v))
	}
	return out, nil
}

func apiVPC(v *world.VPC) ec2api.Vpc {
	return ec2api.Vpc{
		VpcId: &v.ID, OwnerId: &v.Account, State: new("available"), CidrBlock: &v.CIDR,
		InstanceTenancy: &v.Tenancy, IsDefault: &v.Default, DhcpOptionsId: &v.DHCPOptions, Tags: apiTags(v.Tags),
		CidrBlockAssociationSet: []ec2api.VpcCidrBlockAssociation{{
			AssociationId: &v.AssociationID, CidrBlock: &v.CIDR,
			CidrBlockState: &ec2api.VpcCidrBlockState{State: new("associated")},
		}},
		BlockPublicAccessStates: &ec2api.BlockPublicAccessStates{InternetGatewayBlockMode: new("off")},
	}
}
