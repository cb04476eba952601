package clusteraccess

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// AccessPolicy is one of the access policies that EKS defines. People cannot make their own.
type AccessPolicy struct {
	Name                  string `json:"name"`
	ARN                   string `json:"arn"`                   // in partition aws; ARNIn gives the others
	Source                string `json:"source"`                // where AWS publishes it
	ListedByAPI           bool   `json:"listedByAPI"`           // ListAccessPolicies names it
	ServiceLinkedRoleOnly bool   `json:"serviceLinkedRoleOnly"` // only entries of service-linked roles may have it
	RulesKnown            bool   `json:"rulesKnown"`            // false: AWS publishes prose at most, and the policy grants nothing here
	Prose                 string `json:"prose"`                 // what is said about a policy whose rules are not known
	Rules                 []Rule `json:"rules"`

	compiled compiledPolicy
}

// Rule is one rule of an access policy, as in an RBAC ClusterRole: either NonResourceURLs or APIGroups and Resources.
type Rule struct {
	APIGroups       []string `json:"apiGroups"`
	Resources       []string `json:"resources"` // "pods", "pods/log", "*" for all of them, "*/scale" for one subresource of all
	NonResourceURLs []string `json:"nonResourceURLs"`
	Verbs           []string `json:"verbs"`

	// RestrictedTo is how AWS describes the object names that the rule is limited to without publishing them. Such a rule
	// grants nothing here: to grant less than AWS is seen at once, to grant more is not.
	RestrictedTo string `json:"restrictedTo"`
}

//go:embed accesspolicies.json
var accessPoliciesJSON []byte

// policyTable is every access policy, compiled.
type policyTable struct {
	sorted []AccessPolicy
	byName map[string]*AccessPolicy
	names  names
}

// policies reads the table when it is first asked for: most commands never ask.
var policies = sync.OnceValue(func() *policyTable {
	t, err := readPolicies(accessPoliciesJSON)
	if err != nil {
		// The table is part of the program, and TestPolicyTable reads it.
		panic(err)
	}
	return t
})

func readPolicies(data []byte) (*policyTable, error) {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	t := &policyTable{byName: map[string]*AccessPolicy{}, names: names{"*": star, "": none}}
	if err := d.Decode(&t.sorted); err != nil {
		return nil, fmt.Errorf("table of access policies: %w", err)
	}
	slices.SortFunc(t.sorted, func(a, b AccessPolicy) int { return strings.Compare(a.Name, b.Name) })
	for i := range t.sorted {
		p := &t.sorted[i]
		if err := p.compile(t.names); err != nil {
			return nil, fmt.Errorf("access policy %s: %w", p.Name, err)
		}
		t.byName[p.Name] = p
	}
	return t, nil
}

// Policies is every access policy that is known of, sorted by name. ListAccessPolicies answers those with ListedByAPI.
// The slice is the caller's, what its elements point to is not.
func Policies() []AccessPolicy { return slices.Clone(policies().sorted) }

// PolicyByName finds an access policy by its name, such as "AmazonEKSViewPolicy". The policy must not be changed.
func PolicyByName(name string) (*AccessPolicy, bool) {
	p, ok := policies().byName[name]
	return p, ok
}

// PolicyByARN finds an access policy by its ARN in a partition. The policy must not be changed.
func PolicyByARN(policyARN, partition string) (*AccessPolicy, bool) {
	p, ok := policyOfAssociation(policyARN)
	if !ok || p.ARNIn(partition) != policyARN {
		return nil, false
	}
	return p, true
}

// ARNIn is the policy's ARN in a partition.
func (p *AccessPolicy) ARNIn(partition string) string {
	return "arn:" + partition + policyARNMiddle + p.Name
}

const policyARNMiddle = ":eks::aws:cluster-access-policy/"

// policyOfAssociation finds a policy by the name that an ARN ends in. It does not allocate.
func policyOfAssociation(policyARN string) (*AccessPolicy, bool) {
	i := strings.LastIndexByte(policyARN, '/') + 1
	if !strings.HasSuffix(policyARN[:i], policyARNMiddle) {
		return nil, false
	}
	return PolicyByName(policyARN[i:])
}
