package ec2

import (
	"strconv"
	"strings"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

func describeVpcAttributeAccess(c *op.Call, in *ec2api.DescribeVpcAttributeRequest) ([]op.Check, error) {
	return []op.Check{vpcs.on(c, "ec2:DescribeVpcAttribute", in.VpcId)}, nil
}

func describeVpcAttribute(c *op.Call, in *ec2api.DescribeVpcAttributeRequest) (*ec2api.DescribeVpcAttributeResult, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	v, err := vpcs.get(c.World, here(c), in.VpcId)
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeVpcAttributeResult{VpcId: &v.ID}
	switch in.Attribute {
	case "enableDnsSupport":
		out.EnableDnsSupport = &ec2api.AttributeBooleanValue{Value: &v.EnableDNSSupport}
	case "enableDnsHostnames":
		out.EnableDnsHostnames = &ec2api.AttributeBooleanValue{Value: &v.EnableDNSHostnames}
	case "enableNetworkAddressUsageMetrics":
		out.EnableNetworkAddressUsageMetrics = &ec2api.AttributeBooleanValue{Value: &v.NetworkUsageMetrics}
	default:
		return nil, invalidValue("Value (%s) for parameter attribute is invalid. Unknown attribute.", in.Attribute)
	}
	return out, nil
}

// setting is one attribute of a Modify…Attribute call. A call changes exactly one.
type setting[R any] struct {
	name  string // as the API names it in ec2:Attribute: "EnableDnsSupport"
	text  string // the value asked for; empty where the call does not name the attribute
	apply func(R)
}

// flagSetting is a setting that is true or false.
func flagSetting[R any](name string, asked *ec2api.AttributeBooleanValue, field func(R) *bool) setting[R] {
	if asked == nil || asked.Value == nil {
		return setting[R]{name: name}
	}
	value := *asked.Value
	return setting[R]{name, strconv.FormatBool(value), func(r R) { *field(r) = value }}
}

// theOne picks the setting that a call asks for.
func theOne[R any](settings []setting[R]) (setting[R], error) {
	var asked []setting[R]
	var names []string
	for _, s := range settings {
		if s.text != "" {
			asked = append(asked, s)
			names = append(names, strings.ToLower(s.name[:1])+s.name[1:])
		}
	}
	switch len(asked) {
	case 0:
		return setting[R]{}, awserr.New("InvalidParameterCombination", "No attributes specified.")
	case 1:
		return asked[0], nil
	}
	return setting[R]{}, awserr.New("InvalidParameterCombination", "Fields for multiple attribute types specified: %s", strings.Join(names, ", "))
}

// addAttributes puts what a call wants to change into its condition keys.
func addAttributes[R any](check *op.Check, settings []setting[R]) {
	for _, s := range settings {
		if s.text != "" {
			check.Keys.Set("ec2:Attribute", append(check.Keys.Get("ec2:Attribute"), s.name)...)
			check.Keys.Set("ec2:Attribute/"+s.name, s.text)
		}
	}
}

func vpcSettings(in *ec2api.ModifyVpcAttributeRequest) []setting[*world.VPC] {
	return []setting[*world.VPC]{
		flagSetting("EnableDnsHostnames", in.EnableDnsHostnames, func(v *world.VPC) *bool { return &v.EnableDNSHostnames }),
		flagSetting("EnableDnsSupport", in.EnableDnsSupport, func(v *world.VPC) *bool { return &v.EnableDNSSupport }),
		flagSetting("EnableNetworkAddressUsageMetrics", in.EnableNetworkAddressUsageMetrics, func(v *world.VPC) *bool { return &v.NetworkUsageMetrics }),
	}
}

func modifyVpcAttributeAccess(c *op.Call, in *ec2api.ModifyVpcAttributeRequest) ([]op.Check, error) {
	check := vpcs.on(c, "ec2:ModifyVpcAttribute", in.VpcId)
	addAttributes(&check, vpcSettings(in))
	return []op.Check{check}, nil
}

func (s *Service) modifyVpcAttribute(c *op.Call, in *ec2api.ModifyVpcAttributeRequest) (*op.Empty, error) {
	change, err := theOne(vpcSettings(in))
	if err != nil {
		return nil, err
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		old, err := vpcs.get(tx.World, here(c), in.VpcId)
		if err != nil {
			return err
		}
		v := *old
		change.apply(&v)
		tx.Put(&v)
		return nil
	})
	return &op.Empty{}, err
}
