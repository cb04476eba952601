package ec2

import (
	"net/netip"

	"github.com/airside-dev/airside/internal/awserr"
)

// VPCs and subnets have between 16 and 65,536 addresses
// (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html).
const (
	shortestPrefix = 16
	longestPrefix  = 28
)

// reservedAddresses of every subnet are AWS's: the first four and the last one
// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
const reservedAddresses = 5

// parseCIDR reads an IPv4 block in canonical form: host bits are cleared, as AWS does. rangeCode is the error code for a
// block that is too large or too small.
func parseCIDR(text, rangeCode string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil || !p.Addr().Is4() {
		return p, invalidValue("Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", text)
	}
	if p.Bits() < shortestPrefix || p.Bits() > longestPrefix {
		return p, awserr.New(rangeCode, "The CIDR '%s' is invalid.", text)
	}
	return p.Masked(), nil
}

// within tells whether the block inner lies inside outer, a block as it is stored.
func within(outer string, inner netip.Prefix) bool {
	o, err := netip.ParsePrefix(outer)
	return err == nil && o.Bits() <= inner.Bits() && o.Contains(inner.Addr())
}

// overlap tells whether a stored block and another one have an address in common.
func overlap(stored string, p netip.Prefix) bool {
	o, err := netip.ParsePrefix(stored)
	return err == nil && o.Overlaps(p)
}

// addresses is how many addresses of a stored subnet block can be given out.
func addresses(cidr string) int {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return 0
	}
	return 1<<(32-p.Bits()) - reservedAddresses
}
