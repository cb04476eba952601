package ec2_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/service/ec2"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/store/storetest"
	"github.com/airside-dev/airside/internal/world"
)

const arnPrefix = "arn:aws:ec2:us-east-1:123456789012:"

type lab struct {
	store *store.Store
	table op.Table
}

func newLab(t *testing.T) *lab {
	t.Helper()
	s := storetest.New(t)
	return &lab{s, ec2.New(s).Operations().Table()}
}

func (l *lab) call(t *testing.T) *op.Call {
	return &op.Call{
		Context: t.Context(), Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), World: l.store.World(),
		Caller:  authz.Principal{Kind: authz.User, Partition: "aws", Account: storetest.Account},
		Account: storetest.Account, Region: storetest.Region, Partition: "aws",
	}
}

// try runs an operation as the pipeline does, without deciding its checks.
func try[O any](t *testing.T, l *lab, name string, in any) (*O, error) {
	t.Helper()
	c := l.call(t)
	if _, err := l.table[name].Access(c, in); err != nil {
		return nil, err
	}
	out, err := l.table[name].Do(c, in)
	if err != nil {
		return nil, err
	}
	return out.(*O), nil
}

func must[O any](t *testing.T, l *lab, name string, in any) *O {
	t.Helper()
	out, err := try[O](t, l, name, in)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func wantError(t *testing.T, l *lab, name string, in any, want string) {
	t.Helper()
	_, err := try[any](t, l, name, in)
	var e *awserr.Error
	if !errors.As(err, &e) || e.Error() != want {
		t.Errorf("%s: got %v, want %s", name, err, want)
	}
}

func (l *lab) vpc(t *testing.T, cidr string, tags ...string) string {
	t.Helper()
	in := &ec2api.CreateVpcRequest{CidrBlock: &cidr, TagSpecifications: tagged("vpc", tags...)}
	return *must[ec2api.CreateVpcResult](t, l, "CreateVpc", in).Vpc.VpcId
}

func (l *lab) subnet(t *testing.T, vpc, cidr string) string {
	t.Helper()
	in := &ec2api.CreateSubnetRequest{VpcId: vpc, CidrBlock: &cidr}
	return *must[ec2api.CreateSubnetResult](t, l, "CreateSubnet", in).Subnet.SubnetId
}

func tagged(kind string, tags ...string) []ec2api.TagSpecification {
	if len(tags) == 0 {
		return nil
	}
	return []ec2api.TagSpecification{{ResourceType: &kind, Tags: tagList(tags...)}}
}

func tagList(tags ...string) []ec2api.Tag {
	var out []ec2api.Tag
	for i := 0; i < len(tags); i += 2 {
		out = append(out, ec2api.Tag{Key: &tags[i], Value: &tags[i+1]})
	}
	return out
}

func filter(name string, values ...string) ec2api.Filter {
	return ec2api.Filter{Name: &name, Values: values}
}

func (l *lab) vpcIDs(t *testing.T, filters ...ec2api.Filter) []string {
	t.Helper()
	var out []string
	for _, v := range must[ec2api.DescribeVpcsResult](t, l, "DescribeVpcs", &ec2api.DescribeVpcsRequest{Filters: filters}).Vpcs {
		out = append(out, *v.VpcId)
	}
	return out
}

func TestEveryCheckNamesAKnownAction(t *testing.T) {
	l := newLab(t)
	for _, name := range l.table.Names() {
		e := l.table[name]
		checks, err := e.Access(l.call(t), e.New())
		if err != nil || len(checks) == 0 {
			t.Errorf("%s: checks %v, %v", name, checks, err)
		}
		for _, c := range checks {
			a, ok := catalog.LookupAction(c.Action)
			if !ok {
				t.Errorf("%s asks for the unknown action %q", name, c.Action)
			}
			// CreateTags on no resource at all is the one call that has nothing to name.
			if want := len(a.ResourceTypes) == 0; c.NoResource != want && !strings.HasSuffix(name, "Tags") {
				t.Errorf("%s: no resource %v, want %v", name, c.NoResource, want)
			}
			if got := c.Keys.Get("ec2:Region"); !slices.Equal(got, []string{"us-east-1"}) {
				t.Errorf("%s: ec2:Region %v", name, got)
			}
		}
	}
}

func TestChecks(t *testing.T) {
	l := newLab(t)
	vpc := l.vpc(t, "10.0.0.0/16", "env", "dev")
	checks, err := l.table["CreateSubnet"].Access(l.call(t), &ec2api.CreateSubnetRequest{
		VpcId: vpc, TagSpecifications: tagged("subnet", "a", "b"),
	})
	if err != nil || len(checks) != 3 {
		t.Fatalf("checks %+v, %v", checks, err)
	}
	for i, want := range []struct{ action, resource string }{
		{"ec2:CreateSubnet", arnPrefix + "subnet/*"}, {"ec2:CreateSubnet", arnPrefix + "vpc/" + vpc}, {"ec2:CreateTags", arnPrefix + "subnet/*"},
	} {
		if c := checks[i]; c.Action != want.action || c.Resource != want.resource {
			t.Errorf("check %d is %s on %s, want %s on %s", i, c.Action, c.Resource, want.action, want.resource)
		}
	}
	if !maps.Equal(checks[0].RequestTags, map[string]string{"a": "b"}) || checks[1].RequestTags != nil {
		t.Errorf("request tags %v, %v", checks[0].RequestTags, checks[1].RequestTags)
	}
	if c := checks[1]; c.ResourceTags["env"] != "dev" || c.Keys.Get("ec2:ResourceTag/env")[0] != "dev" || c.Keys.Get("ec2:VpcID")[0] != vpc {
		t.Errorf("check on the VPC %+v", c)
	}
	if got := checks[2].Keys.Get("ec2:CreateAction"); !slices.Equal(got, []string{"CreateSubnet"}) {
		t.Errorf("ec2:CreateAction %v", got)
	}

	subnet := l.subnet(t, vpc, "10.0.0.0/24")
	checks, err = l.table["ModifySubnetAttribute"].Access(l.call(t), &ec2api.ModifySubnetAttributeRequest{
		SubnetId: subnet, MapPublicIpOnLaunch: &ec2api.AttributeBooleanValue{Value: new(true)},
	})
	if err != nil || len(checks) != 1 {
		t.Fatalf("checks %+v, %v", checks, err)
	}
	for key, want := range map[string]string{
		"ec2:Vpc": arnPrefix + "vpc/" + vpc, "ec2:SubnetID": subnet, "ec2:AvailabilityZone": "us-east-1a",
		"ec2:Attribute": "MapPublicIpOnLaunch", "ec2:Attribute/MapPublicIpOnLaunch": "true",
	} {
		if got := checks[0].Keys.Get(key); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

func TestVpcLife(t *testing.T) {
	l := newLab(t)
	created := must[ec2api.CreateVpcResult](t, l, "CreateVpc", &ec2api.CreateVpcRequest{
		CidrBlock: new("10.1.2.3/16"), AmazonProvidedIpv6CidrBlock: new(false), TagSpecifications: tagged("vpc", "Name", "main"),
	}).Vpc
	id := *created.VpcId
	v := must[ec2api.DescribeVpcsResult](t, l, "DescribeVpcs", &ec2api.DescribeVpcsRequest{VpcIds: []string{id}}).Vpcs[0]
	if *v.CidrBlock != "10.1.0.0/16" || *v.State != "available" || *v.InstanceTenancy != "default" || *v.IsDefault ||
		*v.OwnerId != storetest.Account || !strings.HasPrefix(*v.DhcpOptionsId, "dopt-") || *v.Tags[0].Value != "main" ||
		*v.CidrBlockAssociationSet[0].CidrBlockState.State != "associated" {
		t.Errorf("VPC %+v", v)
	}
	other := must[ec2api.CreateVpcResult](t, l, "CreateVpc", &ec2api.CreateVpcRequest{CidrBlock: new("10.1.0.0/16")}).Vpc
	if *other.DhcpOptionsId != *created.DhcpOptionsId {
		t.Error("two VPCs of a region have different default DHCP options")
	}

	inVPC := filter("vpc-id", id)
	acls := must[ec2api.DescribeNetworkAclsResult](t, l, "DescribeNetworkAcls", &ec2api.DescribeNetworkAclsRequest{Filters: []ec2api.Filter{inVPC, filter("default", "true")}}).NetworkAcls
	tables := must[ec2api.DescribeRouteTablesResult](t, l, "DescribeRouteTables", &ec2api.DescribeRouteTablesRequest{Filters: []ec2api.Filter{inVPC, filter("association.main", "true")}}).RouteTables
	groups := must[ec2api.DescribeSecurityGroupsResult](t, l, "DescribeSecurityGroups", &ec2api.DescribeSecurityGroupsRequest{Filters: []ec2api.Filter{inVPC, filter("group-name", "default")}}).SecurityGroups
	if len(acls) != 1 || len(tables) != 1 || len(groups) != 1 {
		t.Fatalf("a new VPC has %d ACLs, %d route tables, %d groups", len(acls), len(tables), len(groups))
	}
	if len(acls[0].Entries) != 4 || *tables[0].Routes[0].DestinationCidrBlock != "10.1.0.0/16" || *tables[0].Routes[0].GatewayId != "local" {
		t.Errorf("ACL %+v, route table %+v", acls[0], tables[0])
	}
	g := groups[0]
	if *g.IpPermissions[0].UserIdGroupPairs[0].GroupId != *g.GroupId || *g.IpPermissionsEgress[0].IpRanges[0].CidrIp != "0.0.0.0/0" || g.IpPermissions[0].FromPort != nil {
		t.Errorf("default group %+v", g)
	}
	rules := must[ec2api.DescribeSecurityGroupRulesResult](t, l, "DescribeSecurityGroupRules", &ec2api.DescribeSecurityGroupRulesRequest{Filters: []ec2api.Filter{filter("group-id", *g.GroupId)}}).SecurityGroupRules
	if len(rules) != 2 {
		t.Errorf("default group has %d rules", len(rules))
	}

	subnet := l.subnet(t, id, "10.1.0.0/24")
	wantError(t, l, "DeleteVpc", &ec2api.DeleteVpcRequest{VpcId: id}, "DependencyViolation: The vpc '"+id+"' has dependencies and cannot be deleted.")
	must[op.Empty](t, l, "DeleteSubnet", &ec2api.DeleteSubnetRequest{SubnetId: subnet})
	place := world.Placement{Partition: "aws", Account: storetest.Account, Region: storetest.Region}
	extra := &world.SecurityGroup{Placement: place, ID: "sg-0extra", VPC: id, Name: "nodes"}
	storetest.Put(t, l.store, extra)
	wantError(t, l, "DeleteVpc", &ec2api.DeleteVpcRequest{VpcId: id}, "DependencyViolation: The vpc '"+id+"' has dependencies and cannot be deleted.")
	if err := l.store.Update(t.Context(), func(tx *store.Tx) error { tx.Delete(extra); return nil }); err != nil {
		t.Fatal(err)
	}
	must[op.Empty](t, l, "DeleteVpc", &ec2api.DeleteVpcRequest{VpcId: id})
	wantError(t, l, "DeleteVpc", &ec2api.DeleteVpcRequest{VpcId: id}, "InvalidVpcID.NotFound: The vpc ID '"+id+"' does not exist")
	w := l.store.World()
	if w.VPCs.Len() != 1 || w.NetworkACLs.Len() != 1 || w.RouteTables.Len() != 1 || w.SecurityGroups.Len() != 1 {
		t.Error("a deleted VPC left something behind")
	}
}

func TestCreateVpcRefusals(t *testing.T) {
	l := newLab(t)
	for want, in := range map[string]ec2api.CreateVpcRequest{
		"InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.":                                                          {CidrBlock: new("10.0.0.0/8")},
		"InvalidVpc.Range: The CIDR '10.0.0.0/29' is invalid.":                                                         {CidrBlock: new("10.0.0.0/29")},
		"InvalidParameterValue: Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.":  {CidrBlock: new("10.0.0.0")},
		"InvalidParameterValue: Value (fd00::/16) for parameter cidrBlock is invalid. This is not a valid CIDR block.": {CidrBlock: new("fd00::/16")},
		"MissingParameter: Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.":                                 {},
		"InvalidParameterValue: Value (host) for parameter instanceTenancy is invalid.":                                {CidrBlock: new("10.0.0.0/16"), InstanceTenancy: new("host")},
		"InvalidParameterValue: 'subnet' is not a valid taggable resource type for this operation.":                    {CidrBlock: new("10.0.0.0/16"), TagSpecifications: tagged("subnet", "a", "b")},
		"InvalidParameterValue: Tag keys starting with 'aws:' are reserved for internal use":                           {CidrBlock: new("10.0.0.0/16"), TagSpecifications: tagged("vpc", "aws:x", "b")},
		"InvalidParameterValue: Duplicate tag key 'a' specified.":                                                      {CidrBlock: new("10.0.0.0/16"), TagSpecifications: tagged("vpc", "a", "b", "a", "c")},
		"DryRunOperation: Request would have succeeded, but DryRun flag is set.":                                       {CidrBlock: new("10.0.0.0/16"), DryRun: new(true)},
		"UnsupportedOperation: Airside has no IPv6 networks":                                                           {CidrBlock: new("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: new(true)},
	} {
		wantError(t, l, "CreateVpc", &in, want)
	}
	if n := l.store.World().VPCs.Len(); n != 0 {
		t.Errorf("%d VPCs were made", n)
	}
}

func TestSubnets(t *testing.T) {
	l := newLab(t)
	vpc := l.vpc(t, "10.0.0.0/16")
	n := must[ec2api.CreateSubnetResult](t, l, "CreateSubnet", &ec2api.CreateSubnetRequest{VpcId: vpc, CidrBlock: new("10.0.1.9/24"), AvailabilityZone: new("us-east-1b")}).Subnet
	id := *n.SubnetId
	if *n.CidrBlock != "10.0.1.0/24" || *n.AvailableIpAddressCount != 251 || *n.AvailabilityZoneId != "use1-az2" ||
		*n.SubnetArn != arnPrefix+"subnet/"+id || *n.State != "available" || *n.MapPublicIpOnLaunch ||
		*n.PrivateDnsNameOptionsOnLaunch.HostnameType != "ip-name" {
		t.Errorf("subnet %+v", n)
	}
	acl := must[ec2api.DescribeNetworkAclsResult](t, l, "DescribeNetworkAcls", &ec2api.DescribeNetworkAclsRequest{Filters: []ec2api.Filter{filter("association.subnet-id", id)}}).NetworkAcls
	if len(acl) != 1 || !strings.HasPrefix(*acl[0].Associations[0].NetworkAclAssociationId, "aclassoc-") {
		t.Errorf("ACL of the subnet %+v", acl)
	}
	for want, in := range map[string]ec2api.CreateSubnetRequest{
		"InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid.":                      {VpcId: vpc, CidrBlock: new("10.1.0.0/24")},
		"InvalidSubnet.Range: The CIDR '10.0.0.0/15' is invalid.":                      {VpcId: vpc, CidrBlock: new("10.0.0.0/15")},
		"InvalidSubnet.Conflict: The CIDR '10.0.0.0/23' conflicts with another subnet": {VpcId: vpc, CidrBlock: new("10.0.0.0/23")},
		"InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist":                     {VpcId: "vpc-0", CidrBlock: new("10.0.2.0/24")},
		"InvalidVpcID.Malformed: Invalid id: \"main\" (expecting \"vpc-...\")":         {VpcId: "main", CidrBlock: new("10.0.2.0/24")},
		"InvalidParameterValue: Value (eu-west-1a) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f.": {VpcId: vpc, CidrBlock: new("10.0.2.0/24"), AvailabilityZone: new("eu-west-1a")},
	} {
		wantError(t, l, "CreateSubnet", &in, want)
	}

	set := &ec2api.AttributeBooleanValue{Value: new(true)}
	must[op.Empty](t, l, "ModifySubnetAttribute", &ec2api.ModifySubnetAttributeRequest{SubnetId: id, MapPublicIpOnLaunch: set})
	must[op.Empty](t, l, "ModifySubnetAttribute", &ec2api.ModifySubnetAttributeRequest{SubnetId: id, PrivateDnsHostnameTypeOnLaunch: new("resource-name")})
	again := must[ec2api.DescribeSubnetsResult](t, l, "DescribeSubnets", &ec2api.DescribeSubnetsRequest{Filters: []ec2api.Filter{filter("map-public-ip-on-launch", "true")}}).Subnets
	if len(again) != 1 || *again[0].PrivateDnsNameOptionsOnLaunch.HostnameType != "resource-name" {
		t.Errorf("after both changes %+v", again)
	}
	wantError(t, l, "ModifySubnetAttribute", &ec2api.ModifySubnetAttributeRequest{SubnetId: id, MapPublicIpOnLaunch: set, EnableDns64: set},
		"InvalidParameterCombination: Fields for multiple attribute types specified: enableDns64, mapPublicIpOnLaunch")
	wantError(t, l, "ModifySubnetAttribute", &ec2api.ModifySubnetAttributeRequest{SubnetId: id}, "InvalidParameterCombination: No attributes specified.")

	place := world.Placement{Partition: "aws", Account: storetest.Account, Region: storetest.Region}
	storetest.Put(t, l.store, &world.Cluster{Placement: place, Name: "demo", Subnets: []string{id}})
	wantError(t, l, "DeleteSubnet", &ec2api.DeleteSubnetRequest{SubnetId: id}, "DependencyViolation: The subnet '"+id+"' has dependencies and cannot be deleted.")
}

func TestConcurrentSubnetsDoNotOverlap(t *testing.T) {
	l := newLab(t)
	vpc := l.vpc(t, "10.0.0.0/16")
	var wg sync.WaitGroup
	failed := make(chan error, 8)
	for range cap(failed) {
		wg.Go(func() {
			_, err := l.table["CreateSubnet"].Do(l.call(t), &ec2api.CreateSubnetRequest{VpcId: vpc, CidrBlock: new("10.0.0.0/24")})
			failed <- err
		})
	}
	wg.Wait()
	close(failed)
	made := 0
	for err := range failed {
		if err == nil {
			made++
		}
	}
	w := l.store.World()
	acl := slices.Collect(w.NetworkACLs.All(""))[0]
	if made != 1 || w.Subnets.Len() != 1 || len(acl.Associations) != 1 {
		t.Errorf("%d calls made %d subnets with %d ACL associations", made, w.Subnets.Len(), len(acl.Associations))
	}
}

func TestVpcAttributes(t *testing.T) {
	l := newLab(t)
	id := l.vpc(t, "10.0.0.0/16")
	get := func(name string) *ec2api.DescribeVpcAttributeResult {
		return must[ec2api.DescribeVpcAttributeResult](t, l, "DescribeVpcAttribute", &ec2api.DescribeVpcAttributeRequest{VpcId: id, Attribute: name})
	}
	if a := get("enableDnsSupport"); !*a.EnableDnsSupport.Value || a.EnableDnsHostnames != nil {
		t.Errorf("attribute %+v", a)
	}
	if *get("enableDnsHostnames").EnableDnsHostnames.Value {
		t.Error("a new VPC has DNS host names")
	}
	on := &ec2api.AttributeBooleanValue{Value: new(true)}
	must[op.Empty](t, l, "ModifyVpcAttribute", &ec2api.ModifyVpcAttributeRequest{VpcId: id, EnableDnsHostnames: on})
	if !*get("enableDnsHostnames").EnableDnsHostnames.Value {
		t.Error("the change was lost")
	}
	wantError(t, l, "ModifyVpcAttribute", &ec2api.ModifyVpcAttributeRequest{VpcId: id, EnableDnsHostnames: on, EnableDnsSupport: on},
		"InvalidParameterCombination: Fields for multiple attribute types specified: enableDnsHostnames, enableDnsSupport")
}

func TestFilters(t *testing.T) {
	l := newLab(t)
	a := l.vpc(t, "10.0.0.0/16", "Name", "blue-one", "team", "x*y")
	b := l.vpc(t, "10.1.0.0/16", "Name", "blue-two")
	both := []string{a, b}
	slices.Sort(both)
	for _, test := range []struct {
		filters []ec2api.Filter
		want    []string
	}{
		{nil, both},
		{[]ec2api.Filter{filter("tag:Name", "blue-*")}, both},
		{[]ec2api.Filter{filter("tag:Name", "blue-?ne")}, []string{a}},
		{[]ec2api.Filter{filter("tag:Name", "BLUE-one")}, nil},
		{[]ec2api.Filter{filter("tag:team", `x\*y`)}, []string{a}},
		{[]ec2api.Filter{filter("tag:team", `x\*`)}, nil},
		{[]ec2api.Filter{filter("tag-key", "team")}, []string{a}},
		{[]ec2api.Filter{filter("cidr", "10.1.0.0/16", "10.9.0.0/16")}, []string{b}},
		{[]ec2api.Filter{filter("tag:Name", "blue-*"), filter("vpc-id", b)}, []string{b}},
		{[]ec2api.Filter{filter("is-default", "true")}, nil},
		{[]ec2api.Filter{filter("state")}, nil},
	} {
		if got := l.vpcIDs(t, test.filters...); !slices.Equal(got, test.want) {
			t.Errorf("%v: got %v, want %v", test.filters, got, test.want)
		}
	}
	wantError(t, l, "DescribeVpcs", &ec2api.DescribeVpcsRequest{Filters: []ec2api.Filter{filter("color", "x")}}, "InvalidParameterValue: The filter 'color' is invalid")
	wantError(t, l, "DescribeVpcs", &ec2api.DescribeVpcsRequest{Filters: []ec2api.Filter{filter("cidr", slices.Repeat([]string{"x"}, 201)...)}},
		"FilterLimitExceeded: The maximum number of filter values specified on a single call is 200")
	wantError(t, l, "DescribeVpcs", &ec2api.DescribeVpcsRequest{VpcIds: []string{a, "vpc-0"}}, "InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist")
	wantError(t, l, "DescribeSecurityGroups", &ec2api.DescribeSecurityGroupsRequest{GroupIds: []string{"sg-0"}}, "InvalidGroup.NotFound: The security group 'sg-0' does not exist")
	wantError(t, l, "DescribeVpcs", &ec2api.DescribeVpcsRequest{DryRun: new(true)}, "DryRunOperation: Request would have succeeded, but DryRun flag is set.")

	elsewhere := l.call(t)
	elsewhere.Region = "eu-west-1"
	out, err := l.table["DescribeVpcs"].Do(elsewhere, &ec2api.DescribeVpcsRequest{})
	if err != nil || len(out.(*ec2api.DescribeVpcsResult).Vpcs) != 0 {
		t.Errorf("another region sees %v, %v", out, err)
	}
}

func TestPages(t *testing.T) {
	l := newLab(t)
	want := map[string]bool{}
	for i := range 12 {
		want[l.vpc(t, fmt.Sprintf("10.%d.0.0/16", i))] = true
	}
	var got []string
	in := &ec2api.DescribeVpcsRequest{MaxResults: new(5)}
	for pages := 1; ; pages++ {
		out := must[ec2api.DescribeVpcsResult](t, l, "DescribeVpcs", in)
		for _, v := range out.Vpcs {
			got = append(got, *v.VpcId)
		}
		if out.NextToken == nil {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		// What a page ended with may go before the next page is asked for.
		must[op.Empty](t, l, "DeleteVpc", &ec2api.DeleteVpcRequest{VpcId: got[len(got)-1]})
		in.NextToken = out.NextToken
	}
	if len(got) != len(want) || !slices.IsSorted(got) {
		t.Errorf("pages hold %d of %d: %v", len(got), len(want), got)
	}
	wantError(t, l, "DescribeVpcs", &ec2api.DescribeVpcsRequest{NextToken: new("%")}, "InvalidNextToken: The specified NextToken is not valid.")
}

func TestTags(t *testing.T) {
	l := newLab(t)
	vpc := l.vpc(t, "10.0.0.0/16", "Name", "main")
	subnet := l.subnet(t, vpc, "10.0.0.0/24")
	must[op.Empty](t, l, "CreateTags", &ec2api.CreateTagsRequest{Resources: []string{vpc, subnet, vpc}, Tags: tagList("Name", "new", "env", "")})
	list := func(filters ...ec2api.Filter) string {
		var rows []string
		for _, r := range must[ec2api.DescribeTagsResult](t, l, "DescribeTags", &ec2api.DescribeTagsRequest{Filters: filters}).Tags {
			rows = append(rows, *r.ResourceType+" "+*r.Key+"="+*r.Value)
		}
		return strings.Join(rows, ", ")
	}
	for want, filters := range map[string][]ec2api.Filter{
		"subnet Name=new, subnet env=, vpc Name=new, vpc env=": nil,
		"vpc Name=new, vpc env=":                               {filter("resource-id", vpc)},
		"subnet env=":                                          {filter("resource-type", "subnet"), filter("key", "env")},
		"subnet Name=new, vpc Name=new":                        {filter("tag:Name", "n*")},
	} {
		if got := list(filters...); got != want {
			t.Errorf("%v: got %s, want %s", filters, got, want)
		}
	}
	must[op.Empty](t, l, "DeleteTags", &ec2api.DeleteTagsRequest{Resources: []string{vpc}, Tags: []ec2api.Tag{{Key: new("Name"), Value: new("old")}, {Key: new("env")}, {Key: new("none")}}})
	must[op.Empty](t, l, "DeleteTags", &ec2api.DeleteTagsRequest{Resources: []string{subnet}})
	if got := list(); got != "vpc Name=new" {
		t.Errorf("after deleting: %s", got)
	}

	wantError(t, l, "CreateTags", &ec2api.CreateTagsRequest{Resources: []string{vpc, "vpc-0"}, Tags: tagList("x", "y")}, "InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist")
	wantError(t, l, "CreateTags", &ec2api.CreateTagsRequest{Resources: []string{"thing"}, Tags: tagList("x", "y")}, "InvalidID: The ID 'thing' is not valid")
	if got := list(); got != "vpc Name=new" {
		t.Errorf("a refused call changed tags: %s", got)
	}
	var many []string
	for i := range 50 {
		many = append(many, fmt.Sprint("k", i), "")
	}
	wantError(t, l, "CreateTags", &ec2api.CreateTagsRequest{Resources: []string{vpc}, Tags: tagList(many...)}, "TagLimitExceeded: The maximum number of Tags for a resource has been reached.")
	checks, err := l.table["CreateTags"].Access(l.call(t), &ec2api.CreateTagsRequest{Resources: []string{vpc, "thing"}, Tags: tagList("x", "y")})
	if err != nil || len(checks) != 2 || checks[0].Resource != arnPrefix+"vpc/"+vpc || checks[0].RequestTags["x"] != "y" || checks[1].Resource != "*" {
		t.Errorf("checks %+v, %v", checks, err)
	}
}

func TestRegionsAndZones(t *testing.T) {
	l := newLab(t)
	zones := must[ec2api.DescribeAvailabilityZonesResult](t, l, "DescribeAvailabilityZones", &ec2api.DescribeAvailabilityZonesRequest{
		Filters: []ec2api.Filter{filter("state", "available"), filter("opt-in-status", "opt-in-not-required")},
	}).AvailabilityZones
	if len(zones) != 6 || *zones[0].ZoneName != "us-east-1a" || *zones[5].ZoneId != "use1-az6" || *zones[0].GroupName != "us-east-1-zg-1" {
		t.Errorf("zones %+v", zones)
	}
	wantError(t, l, "DescribeAvailabilityZones", &ec2api.DescribeAvailabilityZonesRequest{ZoneNames: []string{"us-east-1a", "us-east-1z"}},
		"InvalidParameterValue: Invalid availability zone: [us-east-1z]")

	names := func(in *ec2api.DescribeRegionsRequest) (out []string) {
		for _, r := range must[ec2api.DescribeRegionsResult](t, l, "DescribeRegions", in).Regions {
			out = append(out, *r.RegionName)
		}
		return out
	}
	open, all := names(&ec2api.DescribeRegionsRequest{}), names(&ec2api.DescribeRegionsRequest{AllRegions: new(true)})
	if len(open) != 17 || slices.Contains(open, "me-south-1") || !slices.Contains(all, "me-south-1") || slices.Contains(all, "cn-north-1") || !slices.IsSorted(all) {
		t.Errorf("regions %v, all %v", open, all)
	}
	if got := names(&ec2api.DescribeRegionsRequest{RegionNames: []string{"af-south-1"}}); !slices.Equal(got, []string{"af-south-1"}) {
		t.Errorf("named region %v", got)
	}
	if out := must[ec2api.DescribeNetworkInterfacesResult](t, l, "DescribeNetworkInterfaces", &ec2api.DescribeNetworkInterfacesRequest{Filters: []ec2api.Filter{filter("subnet-id", "x")}}); len(out.NetworkInterfaces) != 0 {
		t.Errorf("network interfaces %+v", out)
	}
	attributes := must[ec2api.DescribeAccountAttributesResult](t, l, "DescribeAccountAttributes", &ec2api.DescribeAccountAttributesRequest{AttributeNames: []string{"default-vpc"}}).AccountAttributes
	if len(attributes) != 1 || *attributes[0].AttributeValues[0].AttributeValue != "none" {
		t.Errorf("account attributes %+v", attributes)
	}
}
