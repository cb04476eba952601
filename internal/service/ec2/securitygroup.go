package ec2

import (
	"strconv"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// defaultGroupName is the name of the security group that every VPC has. No other group may have it.
const defaultGroupName = "default"

// allProtocols is the protocol of rules that say nothing about protocols or ports.
const allProtocols = "-1"

var securityGroups = &kind[*world.SecurityGroup]{
	name: "security-group", prefix: "sg-",
	missing: "The security group", notFound: "InvalidGroup.NotFound", malformed: "InvalidGroupId.Malformed",
	table: func(w *world.World) *world.Table[*world.SecurityGroup] { return &w.SecurityGroups },
	keys: func(g *world.SecurityGroup) policy.Keys {
		return idKeys("ec2:SecurityGroupID", g.ID, g.Placement, g.VPC)
	},
	fields: fields[*world.SecurityGroup]{
		"description": one(func(g *world.SecurityGroup) string { return g.Description }),
		"group-id":    one((*world.SecurityGroup).ResourceID),
		"group-name":  one(func(g *world.SecurityGroup) string { return g.Name }),
		"owner-id":    one(func(g *world.SecurityGroup) string { return g.Account }),
		"vpc-id":      one(func(g *world.SecurityGroup) string { return g.VPC }),
	}.under("ip-permission.", permissionFields(false)).under("egress.ip-permission.", permissionFields(true)),
}

// permissionFields are the filters on a group's rules of one direction.
func permissionFields(egress bool) fields[*world.SecurityGroup] {
	of := func(value func(w *world.World, g *world.SecurityGroup, r world.SecurityGroupRule) string) field[*world.SecurityGroup] {
		return func(w *world.World, g *world.SecurityGroup) []string {
			var out []string
			for _, r := range g.Rules {
				if r.Egress != egress {
					continue
				}
				if v := value(w, g, r); v != "" {
					out = append(out, v)
				}
			}
			return out
		}
	}
	type rule = world.SecurityGroupRule
	return fields[*world.SecurityGroup]{
		"cidr":      of(func(_ *world.World, _ *world.SecurityGroup, r rule) string { return r.CIDR }),
		"from-port": of(func(_ *world.World, _ *world.SecurityGroup, r rule) string { return portText(r, r.FromPort) }),
		"to-port":   of(func(_ *world.World, _ *world.SecurityGroup, r rule) string { return portText(r, r.ToPort) }),
		"protocol":  of(func(_ *world.World, _ *world.SecurityGroup, r rule) string { return r.Protocol }),
		"group-id":  of(func(_ *world.World, _ *world.SecurityGroup, r rule) string { return r.Group }),
		"group-name": of(func(w *world.World, g *world.SecurityGroup, r rule) string {
			if named, ok := w.SecurityGroups.Get(world.EC2Key(g.Account, g.Region, r.Group)); ok {
				return named.Name
			}
			return ""
		}),
		"user-id": of(func(_ *world.World, g *world.SecurityGroup, r rule) string {
			if r.Group == "" {
				return ""
			}
			return g.Account
		}),
		"ipv6-cidr":      never[*world.SecurityGroup],
		"prefix-list-id": never[*world.SecurityGroup],
	}
}

func portText(r world.SecurityGroupRule, port int) string {
	if r.Protocol == allProtocols {
		return ""
	}
	return strconv.Itoa(port)
}

// defaultSecurityGroup is the group that a new VPC comes with: its members reach each other, and everything outside
// (https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html).
func defaultSecurityGroup(v *world.VPC) *world.SecurityGroup {
	id := awsid.Resource("sg")
	return &world.SecurityGroup{
		Placement: v.Placement, ID: id, VPC: v.ID, Name: defaultGroupName, Description: "default VPC security group",
		Rules: []world.SecurityGroupRule{
			{ID: awsid.Resource("sgr"), Protocol: allProtocols, FromPort: -1, ToPort: -1, Group: id},
			{ID: awsid.Resource("sgr"), Egress: true, Protocol: allProtocols, FromPort: -1, ToPort: -1, CIDR: "0.0.0.0/0"},
		},
	}
}

func describeSecurityGroups(c *op.Call, in *ec2api.DescribeSecurityGroupsRequest) (*ec2api.DescribeSecurityGroupsResult, error) {
	// GroupName finds groups of the default VPC only (API_DescribeSecurityGroups), which a lab does not have.
	if len(in.GroupNames) > 0 {
		return nil, awserr.New("InvalidGroup.NotFound", "The security group '%s' does not exist", in.GroupNames[0])
	}
	found, next, err := securityGroups.describe(c, query{in.GroupIds, in.Filters, in.NextToken, in.MaxResults, in.DryRun})
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeSecurityGroupsResult{NextToken: next}
	for _, g := range found {
		out.SecurityGroups = append(out.SecurityGroups, ec2api.SecurityGroup{
			GroupId: &g.ID, GroupName: &g.Name, Description: &g.Description, VpcId: &g.VPC, OwnerId: &g.Account,
			SecurityGroupArn: new(g.ARN("ec2", "security-group", g.ID)), Tags: apiTags(g.Tags),
			IpPermissions: permissions(g, false), IpPermissionsEgress: permissions(g, true),
		})
	}
	return out, nil
}

// permissions prints a group's rules of one direction the older way: one entry for all rules of the same protocol and
// ports, in the order in which those first appear.
func permissions(g *world.SecurityGroup, egress bool) []ec2api.IpPermission {
	type ports struct {
		protocol string
		from, to int
	}
	var out []ec2api.IpPermission
	at := map[ports]int{}
	for _, r := range g.Rules {
		if r.Egress != egress {
			continue
		}
		key := ports{r.Protocol, r.FromPort, r.ToPort}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			p := ec2api.IpPermission{IpProtocol: &r.Protocol}
			if r.Protocol != allProtocols {
				p.FromPort, p.ToPort = &r.FromPort, &r.ToPort
			}
			out = append(out, p)
		}
		p := &out[i]
		if r.Group != "" {
			p.UserIdGroupPairs = append(p.UserIdGroupPairs, ec2api.UserIdGroupPair{GroupId: &r.Group, UserId: &g.Account, Description: text(r.Description)})
		} else {
			p.IpRanges = append(p.IpRanges, ec2api.IpRange{CidrIp: &r.CIDR, Description: text(r.Description)})
		}
	}
	return out
}

// text is a text that is left out where it is empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
