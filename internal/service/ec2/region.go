package ec2

import (
	"slices"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/op"
)

// region is an AWS region with its availability zones.
type region struct {
	name  string
	short string // what ids of its zones begin with
	zones string // letters of its zones
	optIn bool   // an account has to ask for it
}

// regions are AWS's regions by name. Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/ . Which
// letter an account sees for which zone differs on AWS from account to account; here zone a is always az1.
var regions = []region{
	{"af-south-1", "afs1", "abc", true},
	{"ap-east-1", "ape1", "abc", true},
	{"ap-northeast-1", "apne1", "acd", false},
	{"ap-northeast-2", "apne2", "abcd", false},
	{"ap-northeast-3", "apne3", "abc", false},
	{"ap-south-1", "aps1", "abc", false},
	{"ap-south-2", "aps2", "abc", true},
	{"ap-southeast-1", "apse1", "abc", false},
	{"ap-southeast-2", "apse2", "abc", false},
	{"ap-southeast-3", "apse3", "abc", true},
	{"ap-southeast-4", "apse4", "abc", true},
	{"ap-southeast-5", "apse5", "abc", true},
	{"ap-southeast-7", "apse7", "abc", true},
	{"ca-central-1", "cac1", "abd", false},
	{"ca-west-1", "caw1", "abc", true},
	{"cn-north-1", "cnn1", "abd", false},
	{"cn-northwest-1", "cnnw1", "abc", false},
	{"eu-central-1", "euc1", "abc", false},
	{"eu-central-2", "euc2", "abc", true},
	{"eu-north-1", "eun1", "abc", false},
	{"eu-south-1", "eus1", "abc", true},
	{"eu-south-2", "eus2", "abc", true},
	{"eu-west-1", "euw1", "abc", false},
	{"eu-west-2", "euw2", "abc", false},
	{"eu-west-3", "euw3", "abc", false},
	{"il-central-1", "ilc1", "abc", true},
	{"me-central-1", "mec1", "abc", true},
	{"me-south-1", "mes1", "abc", true},
	{"mx-central-1", "mxc1", "abc", true},
	{"sa-east-1", "sae1", "abc", false},
	{"us-east-1", "use1", "abcdef", false},
	{"us-east-2", "use2", "abc", false},
	{"us-gov-east-1", "usge1", "abc", false},
	{"us-gov-west-1", "usgw1", "abc", false},
	{"us-west-1", "usw1", "ac", false},
	{"us-west-2", "usw2", "abcd", false},
}

// regionView is a region as an account sees it.
type regionView struct{ name, optIn, endpoint string }

var regionFields = fields[regionView]{
	"endpoint":      one(func(r regionView) string { return r.endpoint }),
	"opt-in-status": one(func(r regionView) string { return r.optIn }),
	"region-name":   one(func(r regionView) string { return r.name }),
}

// optInStatus tells how an account stands to a region: it has asked for the one that it is used in.
func optInStatus(c *op.Call, r region) string {
	switch {
	case !r.optIn:
		return "opt-in-not-required"
	case r.name == c.Region:
		return "opted-in"
	}
	return "not-opted-in"
}

// describeRegions lists the regions of the caller's partition. Without AllRegions those that the account would have to
// ask for are left out.
func describeRegions(c *op.Call, in *ec2api.DescribeRegionsRequest) (*ec2api.DescribeRegionsResult, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	selected, err := selector(c.World, in.Filters, regionFields, nil)
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeRegionsResult{}
	unseen := slices.Clone(in.RegionNames)
	for _, r := range regions {
		if arn.PartitionOf(r.name) != c.Partition {
			continue
		}
		view := regionView{r.name, optInStatus(c, r), "ec2." + r.name + "." + arn.DNSSuffix(c.Partition)}
		asked := slices.Contains(in.RegionNames, r.name)
		unseen = slices.DeleteFunc(unseen, func(n string) bool { return n == r.name })
		if len(in.RegionNames) > 0 && !asked || !asked && view.optIn == "not-opted-in" && !isTrue(in.AllRegions) || !selected(view) {
			continue
		}
		out.Regions = append(out.Regions, ec2api.Region{RegionName: &view.name, Endpoint: &view.endpoint, OptInStatus: &view.optIn})
	}
	if len(unseen) > 0 {
		return nil, invalidValue("Invalid value '%s' for region name", unseen[0])
	}
	return out, nil
}
