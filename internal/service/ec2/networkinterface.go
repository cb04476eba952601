package ec2

import (
	"strings"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

// networkInterfaceFields are the filters of DescribeNetworkInterfaces. No network interface exists in a lab, so that a
// valid filter selects nothing.
var networkInterfaceFields = func() fields[struct{}] {
	f := fields[struct{}]{}
	for _, name := range strings.Fields(`
		association.allocation-id association.association-id addresses.association.owner-id addresses.association.public-ip
		addresses.primary addresses.private-ip-address association.ip-owner-id association.public-dns-name
		association.public-ip attachment.attach-time attachment.attachment-id attachment.delete-on-termination
		attachment.device-index attachment.instance-id attachment.instance-owner-id attachment.network-card-index
		attachment.nat-gateway-id attachment.status availability-zone availability-zone-id description group-id group-name
		interface-type ipv6-addresses.ipv6-address mac-address network-interface-id operator.managed operator.principal
		owner-id private-dns-name private-ip-address requester-id requester-managed source-dest-check status subnet-id
		vpc-id`) {
		f[name] = never[struct{}]
	}
	return f
}()

func describeNetworkInterfaces(c *op.Call, in *ec2api.DescribeNetworkInterfacesRequest) (*ec2api.DescribeNetworkInterfacesResult, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	if len(in.NetworkInterfaceIds) > 0 {
		id := in.NetworkInterfaceIds[0]
		if !strings.HasPrefix(id, "eni-") {
			return nil, awserr.New("InvalidNetworkInterfaceId.Malformed", "Invalid id: %q (expecting \"eni-...\")", id)
		}
		return nil, awserr.New("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist", id)
	}
	noTags := func(struct{}) []world.Tag { return nil }
	if _, err := selector(c.World, in.Filters, networkInterfaceFields, noTags); err != nil {
		return nil, err
	}
	return &ec2api.DescribeNetworkInterfacesResult{}, nil
}
