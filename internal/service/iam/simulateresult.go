package iam

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/policy"
	"github.com/airside-dev/airside/policy/trace"
)

// Values of EvalDecision.
const (
	evalAllowed  = "allowed"
	evalExplicit = "explicitDeny"
	evalImplicit = "implicitDeny"
)

// severity orders decisions: that of an action on several resources together is the worst of them.
var severity = map[string]int{evalAllowed: 0, evalImplicit: 1, evalExplicit: 2}

var decisions = map[authz.Outcome]string{
	authz.Allowed: evalAllowed, authz.ImplicitlyDenied: evalImplicit, authz.ExplicitlyDenied: evalExplicit,
}

// layerDecisions is what one group of policies says alone.
var layerDecisions = map[trace.Outcome]string{
	trace.Allow: evalAllowed, trace.NoAllow: evalImplicit, trace.Deny: evalExplicit,
}

// decided is the decision on one action and one resource.
type decided struct {
	decision     string
	matched      []iamapi.Statement // never nil
	details      map[string]string  // by kind of policy; nil unless the resource is another account's
	boundary     *bool              // the boundary allows; nil: there is none
	organization *bool              // the service control policies allow; nil: there are none
}

// evaluate is the result of one action on all resources.
func (s *simulation) evaluate(action string) iamapi.EvaluationResult {
	all := decided{decision: evalAllowed, matched: []iamapi.Statement{}}
	out := iamapi.EvaluationResult{EvalActionName: action, EvalResourceName: new("*"), MissingContextValues: s.missing}
	specific := s.resources[0] != "*"
	if specific && len(s.resources) == 1 {
		out.EvalResourceName = &s.resources[0]
	}
	for _, resource := range s.resources {
		d := s.decide(action, resource)
		all.add(d)
		if !specific {
			continue
		}
		out.ResourceSpecificResults = append(out.ResourceSpecificResults, iamapi.ResourceSpecificResult{
			EvalResourceName: resource, EvalResourceDecision: d.decision, MatchedStatements: d.matched, MissingContextValues: s.missing,
			EvalDecisionDetails: d.details, PermissionsBoundaryDecisionDetail: boundaryDetail(d.boundary),
		})
	}
	out.EvalDecision, out.MatchedStatements = all.decision, all.matched
	out.PermissionsBoundaryDecisionDetail = boundaryDetail(all.boundary)
	if all.organization != nil {
		out.OrganizationsDecisionDetail = &iamapi.OrganizationsDecisionDetail{AllowedByOrganizations: all.organization}
	}
	// "If the simulation evaluates policies within the same account and includes a resource ARN, then the parameter is
	// present but the response is empty" (API_EvaluationResult).
	if out.EvalDecisionDetails = all.details; specific && all.details == nil {
		out.EvalDecisionDetails = map[string]string{}
	}
	return out
}

func boundaryDetail(allows *bool) *iamapi.PermissionsBoundaryDecisionDetail {
	if allows == nil {
		return nil
	}
	return &iamapi.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: allows}
}

// add takes the decision on one more resource into that on all of them.
func (all *decided) add(d decided) {
	if severity[d.decision] > severity[all.decision] {
		all.decision, all.matched = d.decision, []iamapi.Statement{}
	}
	if d.decision == all.decision {
		for _, m := range d.matched {
			if !slices.ContainsFunc(all.matched, func(o iamapi.Statement) bool { return sameStatement(o, m) }) {
				all.matched = append(all.matched, m)
			}
		}
	}
	all.boundary, all.organization = both(all.boundary, d.boundary), both(all.organization, d.organization)
	for kind, decision := range d.details {
		if all.details == nil {
			all.details = map[string]string{}
		}
		if before, ok := all.details[kind]; !ok || severity[decision] > severity[before] {
			all.details[kind] = decision
		}
	}
}

func both(a, b *bool) *bool {
	if a == nil || b == nil {
		return b
	}
	return new(*a && *b)
}

func sameStatement(a, b iamapi.Statement) bool {
	return *a.SourcePolicyId == *b.SourcePolicyId && *a.StartPosition.Line == *b.StartPosition.Line &&
		*a.StartPosition.Column == *b.StartPosition.Column
}

// decide asks for one action on one resource, and reads from the steps of the decision what each group of policies said.
func (s *simulation) decide(action, resource string) decided {
	req := &authz.Request{Principal: s.principal, Action: action, Resource: resource, Keys: s.keys}
	if s.resource != nil { // without a policy of the resource, its account is taken to agree
		req.ResourceAccount = s.owner
		if a, err := arn.Parse(resource); err == nil && a.Account != "" {
			req.ResourceAccount = a.Account
		}
	}
	step := &trace.Step{Kind: trace.Decision}
	v := authz.Decide(req, &s.policies, step)
	out := decided{decision: decisions[v.Outcome], matched: []iamapi.Statement{}}
	details := map[string]string{}
	for _, layer := range step.Steps {
		var policies []simulated
		switch by := authz.PolicyType(layer.Subject); {
		case strings.HasPrefix(layer.Subject, string(authz.ServiceControl)):
			out.organization = both(out.organization, new(layer.Outcome == trace.Allow))
			continue
		case by == authz.IdentityBased:
			policies, details[identityDocument] = s.identity, layerDecisions[layer.Outcome]
		case by == authz.ResourceBased && s.resource != nil:
			policies, details[resourceDocument] = []simulated{*s.resource}, layerDecisions[layer.Outcome]
		case by == authz.BoundaryPolicy:
			policies, details[boundaryDocument] = []simulated{*s.boundary}, layerDecisions[layer.Outcome]
			out.boundary = new(layer.Outcome == trace.Allow)
		}
		out.match(v.Outcome, policies, layer)
	}
	byOrganization := v.By == authz.ServiceControl
	if byOrganization { // the simulation ends there and tells nothing more
		out.matched = []iamapi.Statement{}
	}
	if req.ResourceAccount != "" && req.ResourceAccount != s.principal.Account && !byOrganization {
		out.details = details
	}
	return out
}

// match collects the statements of a layer that made the decision: every Allow of what grants, or every Deny.
func (d *decided) match(o authz.Outcome, policies []simulated, layer *trace.Step) {
	want := trace.Allow
	switch {
	case o == authz.ExplicitlyDenied:
		want = trace.Deny
	case o != authz.Allowed || layer.Subject == string(authz.BoundaryPolicy): // a boundary grants nothing
		return
	}
	for i, p := range layer.Steps {
		for _, statement := range p.Steps {
			if statement.Outcome == want {
				d.matched = append(d.matched, showStatement(&policies[i], *statement.Pos))
			}
		}
	}
}

func showStatement(p *simulated, at policy.Pos) iamapi.Statement {
	start, end := extent(p.policy.Text(), at)
	return iamapi.Statement{
		SourcePolicyId: &p.id, SourcePolicyType: &p.kind,
		StartPosition: &iamapi.Position{Line: &start.Line, Column: &start.Column},
		EndPosition:   &iamapi.Position{Line: &end.Line, Column: &end.Column},
	}
}

// extent is where a statement begins and ends as the simulator counts it. at is the place of its opening brace. The
// simulator's places are those behind what its parser had read: a statement of a list begins behind the bracket or the
// statement before, one that stands alone behind its own opening brace; both end behind the closing brace (seen in the
// examples of the AWS CLI for SimulateCustomPolicy and SimulatePrincipalPolicy).
func extent(text string, at policy.Pos) (start, end policy.Pos) {
	open := offset(text, at)
	before := strings.TrimRight(text[:open], jsonSpace)
	begin := len(before)
	switch {
	case strings.HasSuffix(before, ":"):
		begin = open + 1
	case strings.HasSuffix(before, ","):
		begin = len(strings.TrimRight(strings.TrimSuffix(before, ","), jsonSpace))
	}
	var statement json.RawMessage
	if err := json.NewDecoder(strings.NewReader(text[open:])).Decode(&statement); err != nil {
		return place(text, begin), place(text, len(text)) // cannot be: the text was parsed
	}
	return place(text, begin), place(text, open+len(statement))
}

// jsonSpace is the white space of JSON.
const jsonSpace = " \t\r\n"

// offset is the byte offset of a place in a text.
func offset(text string, at policy.Pos) int {
	n := 0
	for range at.Line - 1 {
		n += strings.IndexByte(text[n:], '\n') + 1
	}
	column := 1
	for i := range text[n:] {
		if column == at.Column {
			return n + i
		}
		column++
	}
	return len(text)
}

// place is the place of a byte offset in a text.
func place(text string, offset int) policy.Pos {
	before := text[:offset]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return policy.Pos{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(line) + 1}
}
