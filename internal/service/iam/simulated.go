package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// Values of SourcePolicyType, as IAM answers them; its model has another list. They are also the keys of
// EvalDecisionDetails.
const (
	identityDocument = "IAM Policy"
	resourceDocument = "Resource Policy"
	boundaryDocument = "Permissions Boundary Policy"
)

// simulated is a policy that takes part in a simulation.
type simulated struct {
	id     string // SourcePolicyId: PolicyInputList.1, ResourcePolicy, the name of a managed policy, user_NAME_POLICY
	kind   string // SourcePolicyType
	policy *policy.Policy
	arn    string // of a managed policy
	inline iamapi.InlinePolicyIdentifierType
}

func (p simulated) source() authz.Source { return authz.Source{Name: p.id, Policy: p.policy} }

// documentKinds is what each policy of a simulation is checked and evaluated as.
var documentKinds = map[string]policy.Kind{
	identityDocument: policy.Identity, boundaryDocument: policy.Boundary, resourceDocument: policy.Resource,
}

// givenPolicies checks the documents of a list parameter.
func givenPolicies(parameter string, documents []string, kind string) ([]simulated, error) {
	var out []simulated
	for i, text := range documents {
		p, err := givenPolicy(text, documentKinds[kind])
		if err != nil {
			return nil, err
		}
		out = append(out, simulated{id: fmt.Sprintf("%s.%d", parameter, i+1), kind: kind, policy: p})
	}
	return out, nil
}

// givenPolicy checks one document. The words are those for a policy that is stored, the code is the simulator's.
func givenPolicy(text string, kind policy.Kind) (*policy.Policy, error) {
	p, err := policy.Check(text, kind, false)
	var bad *policy.ValidationError
	if errors.As(err, &bad) {
		return nil, awserr.New(invalidInput, "%s", bad.Message)
	}
	return p, err
}

// policyEntity is a user, group or role as the source of policies.
type policyEntity struct {
	principal authz.Principal // of a user or role
	policies  []simulated
	boundary  *simulated
}

// onEntity is the check of an action on a user, group or role that its ARN names. The refusal has the ARN (as seen of
// SimulatePrincipalPolicy).
func onEntity(c *op.Call, action, entityARN string) op.Check {
	check := op.Check{Action: "iam:" + action, Resource: entityARN, Keys: policy.Keys{}}
	if u, ok := c.World.UserByARN(entityARN); ok {
		check = entity(action, "user", u.Name, entityARN, u.Tags, u.Boundary)
	} else if r, ok := c.World.RoleByARN(entityARN); ok {
		check = entity(action, "role", r.Name, entityARN, r.Tags, r.Boundary)
	}
	check.Friendly = ""
	return check
}

// findEntity finds the user, group or role that an ARN names, with its policies.
func findEntity(c *op.Call, entityARN string) (*policyEntity, error) {
	a, err := arn.Parse(entityARN)
	if err != nil || a.Service != "iam" || a.Name() == "" || !slices.Contains([]string{"user", "group", "role"}, a.Type()) {
		return nil, awserr.New(invalidInput, "Invalid Entity Arn: %s does not clearly define entity type and name.", entityARN)
	}
	if a.Account != c.Account {
		return nil, awserr.New(invalidInput, "Invalid Policy Source Arn: caller's account %s does not have access to policies in account %s", c.Account, a.Account)
	}
	w := c.World
	switch a.Type() {
	case "user":
		if u, ok := w.UserByARN(entityARN); ok {
			return userEntity(w, u), nil
		}
	case "role":
		if r, ok := w.RoleByARN(entityARN); ok {
			return &policyEntity{
				principal: w.RoleSession(r, ""), policies: heldPolicies(w, "role", r.Name, r.Inline, r.Attached), boundary: setBoundary(w, r.Boundary),
			}, nil
		}
	default:
		if g, ok := w.Groups.Get(world.IAMKey(a.Account, a.Name())); ok && g.ARN() == entityARN {
			return &policyEntity{policies: heldPolicies(w, "group", g.Name, g.Inline, g.Attached)}, nil
		}
	}
	return nil, missing(a.Type(), a.Name())
}

// userEntity has the policies of the user's groups, too.
func userEntity(w *world.World, u *world.User) *policyEntity {
	e := &policyEntity{
		principal: w.UserPrincipal(u), policies: heldPolicies(w, "user", u.Name, u.Inline, u.Attached), boundary: setBoundary(w, u.Boundary),
	}
	for _, name := range u.Groups {
		if g, ok := w.Groups.Get(world.IAMKey(u.Account, name)); ok {
			e.policies = append(e.policies, heldPolicies(w, "group", g.Name, g.Inline, g.Attached)...)
		}
	}
	return e
}

func heldPolicies(w *world.World, word, name string, inline []world.Inline, attached []string) []simulated {
	var out []simulated
	for i := range inline {
		out = append(out, simulated{
			id: word + "_" + name + "_" + inline[i].Name, kind: identityDocument, policy: inline[i].Policy(),
			inline: iamapi.InlinePolicyIdentifierType{PolicyName: inline[i].Name, AttachmentType: word, AttachmentName: name},
		})
	}
	for _, policyARN := range attached {
		if p := managedPolicy(w, policyARN, identityDocument); p != nil {
			out = append(out, *p)
		}
	}
	return out
}

// setBoundary is the permissions boundary of an entity, nil where none is set. A boundary always exists: a policy that
// is one cannot be deleted.
func setBoundary(w *world.World, policyARN string) *simulated {
	if policyARN == "" {
		return nil
	}
	return managedPolicy(w, policyARN, boundaryDocument)
}

func managedPolicy(w *world.World, policyARN, kind string) *simulated {
	source, ok := w.ManagedSource(policyARN)
	if !ok {
		return nil
	}
	return &simulated{id: policyARN[strings.LastIndexByte(policyARN, '/')+1:], kind: kind, policy: source.Policy, arn: policyARN}
}

// exclude leaves the policies of a PolicyExclusionList out.
func (e *policyEntity) exclude(list []iamapi.PolicyIdentifier) error {
	for i, x := range list {
		if x.PolicyType == nil && x.PolicyArn == nil && x.InlinePolicyIdentifier == nil {
			return awserr.New(invalidInput, "Invalid PolicyExclusionList: member %d names no policy.", i+1)
		}
		e.policies = slices.DeleteFunc(e.policies, func(p simulated) bool { return excludes(x, p) })
		if e.boundary != nil && (excludes(x, *e.boundary) || value(x.PolicyType) == "permission-boundary") {
			e.boundary = nil
		}
	}
	return nil
}

func excludes(x iamapi.PolicyIdentifier, p simulated) bool {
	switch {
	case x.PolicyArn != nil:
		return *x.PolicyArn == p.arn
	case x.InlinePolicyIdentifier != nil:
		id := x.InlinePolicyIdentifier
		return id.AttachmentType == p.inline.AttachmentType && strings.EqualFold(id.AttachmentName, p.inline.AttachmentName) && id.PolicyName == p.inline.PolicyName
	case p.kind == boundaryDocument:
		return false
	}
	switch *x.PolicyType {
	case "inline":
		return p.arn == ""
	case "aws-managed":
		return strings.Contains(p.arn, ":iam::aws:")
	case "user-managed":
		return p.arn != "" && !strings.Contains(p.arn, ":iam::aws:")
	}
	return false // service and resource control policies: a lab has no organization
}
