package ec2

import (
	"cmp"
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

// groupRule is a rule with the group that it belongs to; rules have no record of their own.
type groupRule struct {
	group *world.SecurityGroup
	world.SecurityGroupRule
}

func (r groupRule) ruleID() string { return r.ID }

var groupRuleFields = fields[groupRule]{
	"group-id":               one(func(r groupRule) string { return r.group.ID }),
	"security-group-rule-id": one(groupRule.ruleID),
}

// groupRuleTags: rules do not have tags of their own here. Filters on tags are valid and select nothing.
func groupRuleTags(groupRule) []world.Tag { return nil }

func describeSecurityGroupRules(c *op.Call, in *ec2api.DescribeSecurityGroupRulesRequest) (*ec2api.DescribeSecurityGroupRulesResult, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	selected, err := selector(c.World, in.Filters, groupRuleFields, groupRuleTags)
	if err != nil {
		return nil, err
	}
	var all []groupRule
	for _, g := range securityGroups.all(c.World, here(c)) {
		for _, r := range g.Rules {
			all = append(all, groupRule{g, r})
		}
	}
	for _, id := range in.SecurityGroupRuleIds {
		switch {
		case !strings.HasPrefix(id, "sgr-"):
			return nil, awserr.New("InvalidSecurityGroupRuleId.Malformed", "Invalid id: %q (expecting \"sgr-...\")", id)
		case !slices.ContainsFunc(all, func(r groupRule) bool { return r.ID == id }):
			return nil, awserr.New("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist", id)
		}
	}
	found := slices.DeleteFunc(all, func(r groupRule) bool {
		return len(in.SecurityGroupRuleIds) > 0 && !slices.Contains(in.SecurityGroupRuleIds, r.ID) || !selected(r)
	})
	slices.SortFunc(found, func(a, b groupRule) int { return cmp.Compare(a.ID, b.ID) })
	found, next, err := page(found, groupRule.ruleID, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeSecurityGroupRulesResult{NextToken: next}
	for _, r := range found {
		out.SecurityGroupRules = append(out.SecurityGroupRules, apiRule(r))
	}
	return out, nil
}

func apiRule(r groupRule) ec2api.SecurityGroupRule {
	out := ec2api.SecurityGroupRule{
		SecurityGroupRuleId: &r.ID, SecurityGroupRuleArn: new(r.group.ARN("ec2", "security-group-rule", r.ID)),
		GroupId: &r.group.ID, GroupOwnerId: &r.group.Account, IsEgress: &r.Egress,
		IpProtocol: &r.Protocol, FromPort: &r.FromPort, ToPort: &r.ToPort,
		CidrIpv4: text(r.CIDR), Description: text(r.Description),
	}
	if r.Group != "" {
		out.ReferencedGroupInfo = &ec2api.ReferencedSecurityGroup{GroupId: &r.Group, UserId: &r.group.Account}
	}
	return out
}
