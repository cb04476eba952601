package ec2

import (
	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

func subnetSettings(in *ec2api.ModifySubnetAttributeRequest) []setting[*world.Subnet] {
	hostname := setting[*world.Subnet]{name: "PrivateDnsHostnameTypeOnLaunch"}
	if in.PrivateDnsHostnameTypeOnLaunch != nil {
		hostname.text = *in.PrivateDnsHostnameTypeOnLaunch
		hostname.apply = func(n *world.Subnet) { n.HostnameType = hostname.text }
	}
	return []setting[*world.Subnet]{
		flagSetting("AssignIpv6AddressOnCreation", in.AssignIpv6AddressOnCreation, func(n *world.Subnet) *bool { return &n.AssignIPv6 }),
		flagSetting("EnableDns64", in.EnableDns64, func(n *world.Subnet) *bool { return &n.DNS64 }),
		flagSetting("EnableResourceNameDnsAAAARecordOnLaunch", in.EnableResourceNameDnsAAAARecordOnLaunch, func(n *world.Subnet) *bool { return &n.ResourceNameAAAA }),
		flagSetting("EnableResourceNameDnsARecordOnLaunch", in.EnableResourceNameDnsARecordOnLaunch, func(n *world.Subnet) *bool { return &n.ResourceNameA }),
		flagSetting("MapPublicIpOnLaunch", in.MapPublicIpOnLaunch, func(n *world.Subnet) *bool { return &n.MapPublicIP }),
		hostname,
	}
}

func modifySubnetAttributeAccess(c *op.Call, in *ec2api.ModifySubnetAttributeRequest) ([]op.Check, error) {
	check := subnets.on(c, "ec2:ModifySubnetAttribute", in.SubnetId)
	addAttributes(&check, subnetSettings(in))
	return []op.Check{check}, nil
}

func (s *Service) modifySubnetAttribute(c *op.Call, in *ec2api.ModifySubnetAttributeRequest) (*op.Empty, error) {
	switch {
	case in.CustomerOwnedIpv4Pool != nil || in.MapCustomerOwnedIpOnLaunch != nil || in.EnableLniAtDeviceIndex != nil || in.DisableLniAtDeviceIndex != nil:
		return nil, unsupported("Outposts")
	case in.AssignIpv6AddressOnCreation != nil && isTrue(in.AssignIpv6AddressOnCreation.Value):
		return nil, unsupported("IPv6 networks")
	}
	change, err := theOne(subnetSettings(in))
	if err != nil {
		return nil, err
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		old, err := subnets.get(tx.World, here(c), in.SubnetId)
		if err != nil {
			return err
		}
		n := *old
		change.apply(&n)
		tx.Put(&n)
		return nil
	})
	return &op.Empty{}, err
}
