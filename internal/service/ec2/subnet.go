package ec2

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

var subnets = &kind[*world.Subnet]{
	name: "subnet", prefix: "subnet-",
	missing: "The subnet ID", notFound: "InvalidSubnetID.NotFound", malformed: "InvalidSubnetID.Malformed",
	table: func(w *world.World) *world.Table[*world.Subnet] { return &w.Subnets },
	keys: func(n *world.Subnet) policy.Keys {
		k := idKeys("ec2:SubnetID", n.ID, n.Placement, n.VPC)
		k.Set("ec2:AvailabilityZone", n.Zone)
		k.Set("ec2:AvailabilityZoneId", n.ZoneID)
		return k
	},
	fields: subnetFields(),
}

func subnetFields() fields[*world.Subnet] {
	cidr := one(func(n *world.Subnet) string { return n.CIDR })
	zone := one(func(n *world.Subnet) string { return n.Zone })
	zoneID := one(func(n *world.Subnet) string { return n.ZoneID })
	f := fields[*world.Subnet]{
		"availability-zone": zone, "availabilityZone": zone,
		"availability-zone-id": zoneID, "availabilityZoneId": zoneID,
		"available-ip-address-count": one(func(n *world.Subnet) string { return strconv.Itoa(addresses(n.CIDR)) }),
		"cidr-block":                 cidr, "cidr": cidr, "cidrBlock": cidr,
		"customer-owned-ipv4-pool": never[*world.Subnet],
		"default-for-az":           always[*world.Subnet]("false"), "defaultForAz": always[*world.Subnet]("false"),
		"enable-dns64":                    flag(func(n *world.Subnet) bool { return n.DNS64 }),
		"enable-lni-at-device-index":      never[*world.Subnet],
		"ipv6-native":                     always[*world.Subnet]("false"),
		"map-customer-owned-ip-on-launch": always[*world.Subnet]("false"),
		"map-public-ip-on-launch":         flag(func(n *world.Subnet) bool { return n.MapPublicIP }),
		"outpost-arn":                     never[*world.Subnet],
		"owner-id":                        one(func(n *world.Subnet) string { return n.Account }),
		"state":                           always[*world.Subnet]("available"),
		"subnet-arn":                      one(subnetARN),
		"subnet-id":                       one((*world.Subnet).ResourceID),
		"vpc-id":                          one(func(n *world.Subnet) string { return n.VPC }),
	}
	f.under("ipv6-cidr-block-association.", fields[*world.Subnet]{
		"association-id": never[*world.Subnet], "ipv6-cidr-block": never[*world.Subnet], "state": never[*world.Subnet],
	})
	return f.under("private-dns-name-options-on-launch.", fields[*world.Subnet]{
		"hostname-type":                        one(func(n *world.Subnet) string { return n.HostnameType }),
		"enable-resource-name-dns-a-record":    flag(func(n *world.Subnet) bool { return n.ResourceNameA }),
		"enable-resource-name-dns-aaaa-record": flag(func(n *world.Subnet) bool { return n.ResourceNameAAAA }),
	})
}

func subnetARN(n *world.Subnet) string { return n.ARN("ec2", "subnet", n.ID) }

func createSubnetAccess(c *op.Call, in *ec2api.CreateSubnetRequest) ([]op.Check, error) {
	tags := plainTags(subnets.specified(in.TagSpecifications))
	checks := []op.Check{subnets.creating(c, "ec2:CreateSubnet", tags), vpcs.on(c, "ec2:CreateSubnet", in.VpcId)}
	return append(checks, subnets.taggingOnCreate(c, "CreateSubnet", tags)...), nil
}

func (s *Service) createSubnet(c *op.Call, in *ec2api.CreateSubnetRequest) (*ec2api.CreateSubnetResult, error) {
	n, cidr, err := newSubnet(c, in)
	if err != nil {
		return nil, err
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		v, err := vpcs.get(tx.World, n.Placement, in.VpcId)
		if err != nil {
			return err
		}
		if !within(v.CIDR, cidr) {
			return awserr.New("InvalidSubnet.Range", "The CIDR '%s' is invalid.", *in.CidrBlock)
		}
		for _, other := range inVPC(tx.World, subnets, v, func(o *world.Subnet) string { return o.VPC }) {
			if overlap(other.CIDR, cidr) {
				return awserr.New("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", *in.CidrBlock)
			}
		}
		tx.Put(n)
		for _, acl := range inVPC(tx.World, networkACLs, v, func(a *world.NetworkACL) string { return a.VPC }) {
			if acl.Default {
				changed := *acl
				changed.Associations = append(slices.Clone(acl.Associations), world.ACLAssociation{ID: awsid.Resource("aclassoc"), Subnet: n.ID})
				tx.Put(&changed)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := apiSubnet(n)
	return &ec2api.CreateSubnetResult{Subnet: &out}, nil
}

// newSubnet reads a request into the record that it asks for.
func newSubnet(c *op.Call, in *ec2api.CreateSubnetRequest) (*world.Subnet, netip.Prefix, error) {
	var none netip.Prefix
	switch {
	case in.Ipv4IpamPoolId != nil || in.Ipv4NetmaskLength != nil || in.Ipv6IpamPoolId != nil || in.Ipv6NetmaskLength != nil:
		return nil, none, unsupported("IP address manager")
	case in.Ipv6CidrBlock != nil || isTrue(in.Ipv6Native):
		return nil, none, unsupported("IPv6 networks")
	case in.OutpostArn != nil:
		return nil, none, unsupported("Outposts")
	case in.CidrBlock == nil:
		return nil, none, awserr.New("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	tags, err := subnets.newTags(in.TagSpecifications)
	if err != nil {
		return nil, none, err
	}
	cidr, err := parseCIDR(*in.CidrBlock, "InvalidSubnet.Range")
	if err != nil {
		return nil, none, err
	}
	z, err := chooseZone(c.Region, in.AvailabilityZone, in.AvailabilityZoneId)
	if err != nil {
		return nil, none, err
	}
	return &world.Subnet{
		Placement: here(c), ID: awsid.Resource("subnet"), VPC: in.VpcId, CIDR: cidr.String(),
		Zone: z.name, ZoneID: z.id, HostnameType: "ip-name", Tags: tags,
	}, cidr, nil
}

// chooseZone is the zone that a subnet is asked for in; AWS chooses one where the request does not.
func chooseZone(region string, name, id *string) (zone, error) {
	available := zonesOf(region)
	if name != nil && id != nil {
		return zone{}, awserr.New("InvalidParameterCombination", "The parameters availabilityZone and availabilityZoneId cannot be used together.")
	}
	var names, ids []string
	for _, z := range available {
		if name == nil && id == nil || name != nil && z.name == *name || id != nil && z.id == *id {
			return z, nil
		}
		names, ids = append(names, z.name), append(ids, z.id)
	}
	parameter, asked, choice := "availabilityZone", name, names
	if id != nil {
		parameter, asked, choice = "availabilityZoneId", id, ids
	}
	if asked == nil {
		return zone{}, unsupported("availability zones in " + region)
	}
	return zone{}, invalidValue("Value (%s) for parameter %s is invalid. Subnets can currently only be created in the following availability zones: %s.",
		*asked, parameter, strings.Join(choice, ", "))
}

func deleteSubnetAccess(c *op.Call, in *ec2api.DeleteSubnetRequest) ([]op.Check, error) {
	return []op.Check{subnets.on(c, "ec2:DeleteSubnet", in.SubnetId)}, nil
}

func (s *Service) deleteSubnet(c *op.Call, in *ec2api.DeleteSubnetRequest) (*op.Empty, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	err := s.store.Update(c, func(tx *store.Tx) error {
		n, err := subnets.get(tx.World, here(c), in.SubnetId)
		if err != nil {
			return err
		}
		if hasCluster(tx.World, n) {
			return awserr.New("DependencyViolation", "The subnet '%s' has dependencies and cannot be deleted.", n.ID)
		}
		tx.Delete(n)
		for _, acl := range networkACLs.all(tx.World, n.Placement) {
			rest := slices.DeleteFunc(slices.Clone(acl.Associations), func(a world.ACLAssociation) bool { return a.Subnet == n.ID })
			if len(rest) != len(acl.Associations) {
				changed := *acl
				changed.Associations = rest
				tx.Put(&changed)
			}
		}
		return nil
	})
	return &op.Empty{}, err
}

// hasCluster tells whether an EKS cluster stands in a subnet. On AWS its network interfaces keep the subnet from being
// deleted.
func hasCluster(w *world.World, n *world.Subnet) bool {
	for c := range w.Clusters.All(world.ClusterKey(n.Account, n.Region, "")) {
		if slices.Contains(c.Subnets, n.ID) {
			return true
		}
	}
	return false
}

func describeSubnets(c *op.Call, in *ec2api.DescribeSubnetsRequest) (*ec2api.DescribeSubnetsResult, error) {
	found, next, err := subnets.describe(c, query{in.SubnetIds, in.Filters, in.NextToken, in.MaxResults, in.DryRun})
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeSubnetsResult{NextToken: next}
	for _, n := range found {
		out.Subnets = append(out.Subnets, apiSubnet(n))
	}
	return out, nil
}

func apiSubnet(n *world.Subnet) ec2api.Subnet {
	return ec2api.Subnet{
		SubnetId: &n.ID, SubnetArn: new(subnetARN(n)), VpcId: &n.VPC, OwnerId: &n.Account, State: new("available"),
		CidrBlock: &n.CIDR, AvailableIpAddressCount: new(addresses(n.CIDR)),
		AvailabilityZone: &n.Zone, AvailabilityZoneId: &n.ZoneID, DefaultForAz: new(false),
		MapPublicIpOnLaunch: &n.MapPublicIP, MapCustomerOwnedIpOnLaunch: new(false),
		AssignIpv6AddressOnCreation: &n.AssignIPv6, EnableDns64: &n.DNS64, Ipv6Native: new(false),
		PrivateDnsNameOptionsOnLaunch: &ec2api.PrivateDnsNameOptionsOnLaunch{
			HostnameType:                    &n.HostnameType,
			EnableResourceNameDnsARecord:    &n.ResourceNameA,
			EnableResourceNameDnsAAAARecord: &n.ResourceNameAAAA,
		},
		BlockPublicAccessStates: &ec2api.BlockPublicAccessStates{InternetGatewayBlockMode: new("off")},
		Tags:                    apiTags(n.Tags),
	}
}
