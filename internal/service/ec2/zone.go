package ec2

import (
	"slices"
	"strconv"
	"strings"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/op"
)

// zone is an availability zone.
type zone struct{ name, id, region string }

// zoneOptIn is the opt-in status of availability zones: an account asks for regions, local zones and the like only.
const zoneOptIn = "opt-in-not-required"

// zonesOf lists the zones of a region, by name; none where AWS has no such region.
func zonesOf(name string) []zone {
	i := slices.IndexFunc(regions, func(r region) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	var out []zone
	for _, letter := range regions[i].zones {
		number := strconv.Itoa(int(letter-'a') + 1)
		out = append(out, zone{name: name + string(letter), id: regions[i].short + "-az" + number, region: name})
	}
	return out
}

// group is the zone group that a zone belongs to: every zone of a region is in the region's own.
func (z zone) group() string { return z.region + "-zg-1" }

var zoneFields = fields[zone]{
	"group-name":       one(zone.group),
	"message":          never[zone],
	"opt-in-status":    always[zone](zoneOptIn),
	"parent-zone-id":   never[zone],
	"parent-zone-name": never[zone],
	"region-name":      one(func(z zone) string { return z.region }),
	"state":            always[zone]("available"),
	"zone-id":          one(func(z zone) string { return z.id }),
	"zone-name":        one(func(z zone) string { return z.name }),
	"zone-type":        always[zone]("availability-zone"),
}

// describeAvailabilityZones lists the zones of the call's region. There are no local zones or wavelength zones, so that
// AllAvailabilityZones adds none.
func describeAvailabilityZones(c *op.Call, in *ec2api.DescribeAvailabilityZonesRequest) (*ec2api.DescribeAvailabilityZonesResult, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	selected, err := selector(c.World, in.Filters, zoneFields, nil)
	if err != nil {
		return nil, err
	}
	zones := zonesOf(c.Region)
	if err := knownZones("zone", in.ZoneNames, zones, func(z zone) string { return z.name }); err != nil {
		return nil, err
	}
	if err := knownZones("zone-id", in.ZoneIds, zones, func(z zone) string { return z.id }); err != nil {
		return nil, err
	}
	out := &ec2api.DescribeAvailabilityZonesResult{}
	for _, z := range zones {
		if len(in.ZoneNames) > 0 && !slices.Contains(in.ZoneNames, z.name) || len(in.ZoneIds) > 0 && !slices.Contains(in.ZoneIds, z.id) || !selected(z) {
			continue
		}
		out.AvailabilityZones = append(out.AvailabilityZones, ec2api.AvailabilityZone{
			ZoneName: &z.name, ZoneId: &z.id, RegionName: &z.region, GroupName: new(z.group()), NetworkBorderGroup: &z.region,
			ZoneType: new("availability-zone"), OptInStatus: new(zoneOptIn), State: new("available"),
		})
	}
	return out, nil
}

// knownZones refuses names or ids that no zone has.
func knownZones(what string, asked []string, zones []zone, of func(zone) string) error {
	var unknown []string
	for _, a := range asked {
		if !slices.ContainsFunc(zones, func(z zone) bool { return of(z) == a }) {
			unknown = append(unknown, a)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return invalidValue("Invalid availability %s: [%s]", what, strings.Join(unknown, ", "))
}
