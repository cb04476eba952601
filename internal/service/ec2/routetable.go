package ec2

import (
	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

var routeTables = &kind[*world.RouteTable]{
	name: "route-table", prefix: "rtb-",
	missing: "The routeTable ID", notFound: "InvalidRouteTableID.NotFound", malformed: "InvalidRouteTableId.Malformed",
	table: func(w *world.World) *world.Table[*world.RouteTable] { return &w.RouteTables },
	keys: func(r *world.RouteTable) policy.Keys {
		return idKeys("ec2:RouteTableID", r.ID, r.Placement, r.VPC)
	},
	fields: fields[*world.RouteTable]{
		"owner-id":       one(func(r *world.RouteTable) string { return r.Account }),
		"route-table-id": one((*world.RouteTable).ResourceID),
		"vpc-id":         one(func(r *world.RouteTable) string { return r.VPC }),
	}.under("association.", fields[*world.RouteTable]{
		"gateway-id":                 never[*world.RouteTable],
		"main":                       flag(func(r *world.RouteTable) bool { return r.Main }),
		"route-table-association-id": one(func(r *world.RouteTable) string { return r.AssociationID }),
		"route-table-id":             one((*world.RouteTable).ResourceID),
		"subnet-id":                  never[*world.RouteTable],
	}).under("route.", fields[*world.RouteTable]{
		"destination-cidr-block":          func(w *world.World, r *world.RouteTable) []string { return []string{localRange(w, r)} },
		"destination-ipv6-cidr-block":     never[*world.RouteTable],
		"destination-prefix-list-id":      never[*world.RouteTable],
		"egress-only-internet-gateway-id": never[*world.RouteTable],
		"gateway-id":                      always[*world.RouteTable]("local"),
		"instance-id":                     never[*world.RouteTable],
		"nat-gateway-id":                  never[*world.RouteTable],
		"origin":                          always[*world.RouteTable]("CreateRouteTable"),
		"state":                           always[*world.RouteTable]("active"),
		"transit-gateway-id":              never[*world.RouteTable],
		"vpc-peering-connection-id":       never[*world.RouteTable],
	}),
}

// localRange is the destination of a table's one route, the local one: its VPC's addresses.
func localRange(w *world.World, r *world.RouteTable) string {
	v, ok := w.VPCs.Get(world.EC2Key(r.Account, r.Region, r.VPC))
	if !ok {
		return ""
	}
	return v.CIDR
}

func describeRouteTables(c *op.Call, in *ec2api.DescribeRouteTablesRequest) (*ec2api.DescribeRouteTablesResult, error) {
	found, next, err := routeTables.describe(c, query{in.RouteTableIds, in.Filters, in.NextToken, in.MaxResults, in.DryRun})
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeRouteTablesResult{NextToken: next}
	for _, r := range found {
		out.RouteTables = append(out.RouteTables, ec2api.RouteTable{
			RouteTableId: &r.ID, VpcId: &r.VPC, OwnerId: &r.Account, Tags: apiTags(r.Tags),
			Associations: []ec2api.RouteTableAssociation{{
				Main: &r.Main, RouteTableAssociationId: &r.AssociationID, RouteTableId: &r.ID,
				AssociationState: &ec2api.RouteTableAssociationState{State: new("associated")},
			}},
			Routes: []ec2api.Route{{
				DestinationCidrBlock: new(localRange(c.World, r)), GatewayId: new("local"),
				Origin: new("CreateRouteTable"), State: new("active"),
			}},
		})
	}
	return out, nil
}
