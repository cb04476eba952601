package eks

import (
	"net/netip"
	"slices"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

// Ranges that a cluster's Services get where its creator names none: the second one where the first could be the VPC's
// (API reference, KubernetesNetworkConfigRequest).
const (
	firstServiceRange  = "10.100.0.0/16"
	secondServiceRange = "172.20.0.0/16"
)

var (
	tenNet        = netip.MustParsePrefix("10.0.0.0/8")
	privateRanges = []netip.Prefix{tenNet, netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16")}
)

// network tells whether s is a CIDR without host bits.
func network(s string) bool {
	p, err := netip.ParsePrefix(s)
	return err == nil && p == p.Masked()
}

// checkServiceRange wants a private IPv4 network between /12 and /24 (API reference, KubernetesNetworkConfigRequest).
// The messages are Airside's.
func checkServiceRange(s string) error {
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil || p != p.Masked() || !p.Addr().Is4():
		return invalidParameter("The specified serviceIpv4Cidr is not a valid IPv4 network: %s", s)
	case !slices.ContainsFunc(privateRanges, func(r netip.Prefix) bool { return r.Contains(p.Addr()) && p.Bits() >= r.Bits() }):
		return invalidParameter("The specified serviceIpv4Cidr %s is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", s)
	case p.Bits() < 12 || p.Bits() > 24:
		return invalidParameter("The netmask of the specified serviceIpv4Cidr %s must be between /12 and /24", s)
	}
	return nil
}

// place puts a cluster into the VPC of its subnets.
func place(w *world.World, c *op.Call, cluster *world.Cluster, subnets, groups []string) error {
	if len(subnets) == 0 {
		return invalidParameter("Subnet Id is required")
	}
	var zones []string
	for _, id := range subnets {
		subnet, ok := w.Subnets.Get(world.EC2Key(c.Account, c.Region, id))
		switch {
		case !ok:
			return fromEC2(c, "InvalidSubnetID.NotFound", "The subnet ID '"+id+"' does not exist")
		case cluster.VPC != "" && cluster.VPC != subnet.VPC:
			// Airside's words.
			return invalidParameter("Subnets specified must belong to the same VPC")
		}
		cluster.VPC = subnet.VPC
		if !slices.Contains(zones, subnet.Zone) {
			zones = append(zones, subnet.Zone)
		}
	}
	if len(zones) < 2 {
		return invalidParameter("Subnets specified must be in at least two different AZs")
	}
	for _, id := range groups {
		group, ok := w.SecurityGroups.Get(world.EC2Key(c.Account, c.Region, id))
		switch {
		case !ok:
			return fromEC2(c, "InvalidGroup.NotFound", "The security group '"+id+"' does not exist")
		case group.VPC != cluster.VPC:
			return invalidParameter("Security group(s) [%s] are not in the same VPC as the subnets. Please specify only security groups that are associated with vpc: %s.", id, cluster.VPC)
		}
	}
	cluster.Subnets, cluster.SecurityGroups = slices.Clone(subnets), slices.Clone(groups)
	return placeServices(w, cluster)
}

// fromEC2 is an error of EC2 as EKS passes it on (seen in public issues of CreateCluster).
func fromEC2(c *op.Call, code, message string) *awserr.Error {
	return invalidParameter("%s (Service: AmazonEC2; Status Code: 400; Error Code: %s; Request ID: %s; Proxy: null)", message, code, c.ID)
}

// placeServices chooses the range of Service addresses, or checks the chosen one against the VPC's own.
func placeServices(w *world.World, cluster *world.Cluster) error {
	vpc, ok := w.VPCs.Get(world.EC2Key(cluster.Account, cluster.Region, cluster.VPC))
	var own netip.Prefix // invalid, and so overlapping nothing, without a VPC
	if ok {
		own, _ = netip.ParsePrefix(vpc.CIDR)
	}
	if cluster.ServiceCIDR == "" {
		cluster.ServiceCIDR = firstServiceRange
		if own.Overlaps(tenNet) {
			cluster.ServiceCIDR = secondServiceRange
		}
		return nil
	}
	if p, err := netip.ParsePrefix(cluster.ServiceCIDR); err == nil && own.Overlaps(p) {
		// Airside's words.
		return invalidParameter("The specified serviceIpv4Cidr %s overlaps with the CIDR %s of the VPC", cluster.ServiceCIDR, vpc.CIDR)
	}
	return nil
}
