package iam

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/policy"
)

func maySimulateCustomPolicy(*op.Call, *iamapi.SimulateCustomPolicyRequest) ([]op.Check, error) {
	return one(anything("SimulateCustomPolicy"))
}

// simulateCustomPolicy decides with policies that are given, and with nothing else.
func (s *Service) simulateCustomPolicy(c *op.Call, in *iamapi.SimulateCustomPolicyRequest) (*iamapi.SimulatePolicyResponse, error) {
	return simulate(c, &policyEntity{}, in)
}

func maySimulatePrincipalPolicy(c *op.Call, in *iamapi.SimulatePrincipalPolicyRequest) ([]op.Check, error) {
	return one(onEntity(c, "SimulatePrincipalPolicy", in.PolicySourceArn))
}

// simulatePrincipalPolicy decides with the policies of a user, group or role, and with more that are given.
func (s *Service) simulatePrincipalPolicy(c *op.Call, in *iamapi.SimulatePrincipalPolicyRequest) (*iamapi.SimulatePolicyResponse, error) {
	e, err := findEntity(c, in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	if err := e.exclude(in.PolicyExclusionList); err != nil {
		return nil, err
	}
	return simulate(c, e, &iamapi.SimulateCustomPolicyRequest{
		PolicyInputList: in.PolicyInputList, PermissionsBoundaryPolicyInputList: in.PermissionsBoundaryPolicyInputList,
		ActionNames: in.ActionNames, ResourceArns: in.ResourceArns, ResourcePolicy: in.ResourcePolicy,
		ResourceOwner: in.ResourceOwner, CallerArn: in.CallerArn, ContextEntries: in.ContextEntries,
		ResourceHandlingOption: in.ResourceHandlingOption, MaxItems: in.MaxItems, Marker: in.Marker,
	})
}

// simulation is everything that one simulation decides with; only action and resource change.
type simulation struct {
	principal authz.Principal
	policies  authz.Policies
	keys      policy.Keys
	missing   []string // keys that the policies name and that have no value
	resources []string
	owner     string // account that owns the resources whose ARN does not tell

	identity []simulated
	boundary *simulated
	resource *simulated
}

func simulate(c *op.Call, e *policyEntity, in *iamapi.SimulateCustomPolicyRequest) (*iamapi.SimulatePolicyResponse, error) {
	s := &simulation{principal: e.principal, identity: e.policies, boundary: e.boundary}
	for _, step := range []func(*op.Call, *iamapi.SimulateCustomPolicyRequest) error{
		s.takePolicies, s.takeOrganization, s.takeCaller, s.takeResources, s.takeContext,
	} {
		if err := step(c, in); err != nil {
			return nil, err
		}
	}
	for _, action := range in.ActionNames {
		if !strings.Contains(action, ":") {
			return nil, awserr.New(invalidInput, "Invalid Action Name: %s does not name its service.", action)
		}
	}
	from, to, next, err := pageOfActions(len(in.ActionNames), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.SimulatePolicyResponse{EvaluationResults: []iamapi.EvaluationResult{}, IsTruncated: new(next != nil), Marker: next}
	for _, action := range in.ActionNames[from:to] {
		out.EvaluationResults = append(out.EvaluationResults, s.evaluate(action))
	}
	return out, nil
}

// pageOfActions is paginate for results, of which there is one for each action: they stay in the order of the request,
// and the marker holds how many were told.
func pageOfActions(n int, marker *string, maxItems *int) (from, to int, next *string, err error) {
	if marker != nil {
		text, err := base64.RawURLEncoding.DecodeString(*marker)
		if err == nil {
			from, err = strconv.Atoi(string(text))
		}
		if err != nil || from < 0 || from > n {
			return 0, 0, nil, invalid("Invalid Marker.")
		}
	}
	size := pageSize
	if maxItems != nil {
		size = *maxItems
	}
	if to = min(from+size, n); to < n {
		next = new(base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to))))
	}
	return from, to, next, nil
}

// takePolicies adds the policies of the request. A boundary that is given takes the place of the entity's own.
func (s *simulation) takePolicies(_ *op.Call, in *iamapi.SimulateCustomPolicyRequest) error {
	given, err := givenPolicies("PolicyInputList", in.PolicyInputList, identityDocument)
	if err != nil {
		return err
	}
	s.identity = slices.Concat(s.identity, given)
	for _, p := range s.identity {
		s.policies.Identity = append(s.policies.Identity, p.source())
	}
	boundaries, err := givenPolicies("PermissionsBoundaryPolicyInputList", in.PermissionsBoundaryPolicyInputList, boundaryDocument)
	switch {
	case err != nil:
		return err
	case len(boundaries) > 1:
		return awserr.New(invalidInput, "The list of Permissions Boundary policies cannot exceed 1 items.")
	case len(boundaries) == 1:
		s.boundary = &boundaries[0]
	}
	if s.boundary != nil {
		source := s.boundary.source()
		s.policies.Boundary = &source
	}
	if in.ResourcePolicy != nil {
		p, err := givenPolicy(*in.ResourcePolicy, policy.Resource)
		if err != nil {
			return err
		}
		s.resource = &simulated{id: "ResourcePolicy", kind: resourceDocument, policy: p}
		source := s.resource.source()
		s.policies.Resource = &source
	}
	return nil
}

// takeOrganization adds the service control policies of the levels of an organization, its root first.
func (s *simulation) takeOrganization(_ *op.Call, in *iamapi.SimulateCustomPolicyRequest) error {
	for i, level := range in.OrderedOrganizationPolicyInputList {
		if len(level.ServiceControlPolicyInputList) == 0 {
			return awserr.New(invalidInput, "Organization policy at index %d must contain at least one service control policy", i+1)
		}
		var sources []authz.Source
		for _, text := range level.ServiceControlPolicyInputList {
			p, err := givenPolicy(text, policy.SCP)
			if err != nil {
				return err
			}
			sources = append(sources, authz.Source{Policy: p})
		}
		s.policies.SCPs = append(s.policies.SCPs, sources)
	}
	return nil
}

// takeCaller settles who asks: the user of CallerArn, else the entity whose policies are simulated, else nobody in
// particular of the account.
func (s *simulation) takeCaller(c *op.Call, in *iamapi.SimulateCustomPolicyRequest) error {
	if in.CallerArn != nil {
		a, err := arn.Parse(*in.CallerArn)
		if err != nil || a.Service != "iam" || a.Type() != "user" || a.Name() == "" {
			return awserr.New(invalidInput, "Invalid caller - %s is not the ARN of an IAM user.", *in.CallerArn)
		}
		if u, ok := c.World.UserByARN(*in.CallerArn); ok {
			s.principal = c.World.UserPrincipal(u)
		} else {
			s.principal = authz.Principal{
				Kind: authz.User, Partition: a.Partition, Account: a.Account, Name: a.Name(), ARN: *in.CallerArn, EntityARN: *in.CallerArn,
			}
		}
	}
	if s.principal.Kind == "" {
		s.principal = authz.Principal{Kind: authz.User, Partition: c.Partition, Account: c.Account}
	}
	if s.resource != nil && (s.principal.Kind != authz.User || s.principal.ARN == "") {
		return awserr.New(invalidInput, "Invalid caller - Caller cannot be null or empty.")
	}
	return nil
}

// takeResources takes the ARNs to simulate; none means all resources.
func (s *simulation) takeResources(_ *op.Call, in *iamapi.SimulateCustomPolicyRequest) error {
	s.resources = in.ResourceArns
	if len(s.resources) == 0 {
		s.resources = []string{"*"}
	}
	for _, r := range s.resources {
		if _, err := arn.Parse(r); err != nil && (r != "*" || len(s.resources) > 1) {
			return awserr.New(invalidInput, "ResourceNames are not in a valid ARN format: %s.", r)
		}
	}
	s.owner = s.principal.Account
	if in.ResourceOwner != nil {
		s.owner = *in.ResourceOwner
		if a, err := arn.Parse(s.owner); err == nil {
			s.owner = a.Account
		}
		if !accountID.MatchString(s.owner) {
			return awserr.New(invalidInput, "'%s' is not a valid as a Resource Owner.", *in.ResourceOwner)
		}
	}
	return nil
}

// takeContext collects the condition keys: what follows from the caller, and over it what the request gives. Nothing is
// taken from the request for the simulation itself, not even its time.
func (s *simulation) takeContext(c *op.Call, in *iamapi.SimulateCustomPolicyRequest) error {
	given, err := contextEntries(in.ContextEntries)
	if err != nil {
		return err
	}
	s.keys = policy.Keys{}
	if s.principal.EntityARN != "" {
		s.keys = authz.PrincipalKeys(&s.principal, c.Time)
		if s.principal.Kind != authz.User || s.principal.ID == "" {
			s.keys.Set("aws:userid") // known of a user who exists, and of a role only with its session
		}
	}
	maps.Copy(s.keys, given)
	all := slices.Clone(s.identity)
	for _, p := range []*simulated{s.boundary, s.resource} {
		if p != nil {
			all = append(all, *p)
		}
	}
	for _, level := range s.policies.SCPs {
		for _, source := range level {
			all = append(all, simulated{policy: source.Policy})
		}
	}
	s.missing = slices.DeleteFunc(contextKeys(all), func(key string) bool { return len(s.keys.Get(key)) > 0 })
	return nil
}
