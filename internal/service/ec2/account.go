package ec2

import (
	"slices"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/op"
)

// accountAttributes are the attributes of an account with AWS's default quotas. default-vpc is none: a lab starts without
// one (docs/divergences.md).
var accountAttributes = []struct{ name, value string }{
	{"supported-platforms", "VPC"},
	{"vpc-max-security-groups-per-interface", "5"},
	{"max-elastic-ips", "5"},
	{"max-instances", "20"},
	{"vpc-max-elastic-ips", "5"},
	{"default-vpc", "none"},
}

func describeAccountAttributes(_ *op.Call, in *ec2api.DescribeAccountAttributesRequest) (*ec2api.DescribeAccountAttributesResult, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	out := &ec2api.DescribeAccountAttributesResult{}
	for _, a := range accountAttributes {
		if len(in.AttributeNames) == 0 || slices.Contains(in.AttributeNames, a.name) {
			out.AccountAttributes = append(out.AccountAttributes, ec2api.AccountAttribute{
				AttributeName: &a.name, AttributeValues: []ec2api.AccountAttributeValue{{AttributeValue: &a.value}},
			})
		}
	}
	return out, nil
}
