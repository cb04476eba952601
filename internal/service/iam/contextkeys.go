package iam

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/policy"
)

func mayGetContextKeysForCustomPolicy(*op.Call, *iamapi.GetContextKeysForCustomPolicyRequest) ([]op.Check, error) {
	return one(anything("GetContextKeysForCustomPolicy"))
}

func (s *Service) getContextKeysForCustomPolicy(_ *op.Call, in *iamapi.GetContextKeysForCustomPolicyRequest) (*iamapi.GetContextKeysForPolicyResponse, error) {
	given, err := givenPolicies("PolicyInputList", in.PolicyInputList, identityDocument)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetContextKeysForPolicyResponse{ContextKeyNames: contextKeys(given)}, nil
}

func mayGetContextKeysForPrincipalPolicy(c *op.Call, in *iamapi.GetContextKeysForPrincipalPolicyRequest) ([]op.Check, error) {
	return one(onEntity(c, "GetContextKeysForPrincipalPolicy", in.PolicySourceArn))
}

func (s *Service) getContextKeysForPrincipalPolicy(c *op.Call, in *iamapi.GetContextKeysForPrincipalPolicyRequest) (*iamapi.GetContextKeysForPolicyResponse, error) {
	e, err := findEntity(c, in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	given, err := givenPolicies("PolicyInputList", in.PolicyInputList, identityDocument)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetContextKeysForPolicyResponse{ContextKeyNames: contextKeys(slices.Concat(e.policies, given))}, nil
}

// contextKeys lists the condition keys that policies name, in conditions and as policy variables, each once with the
// spelling that comes first. It is never nil.
func contextKeys(policies []simulated) []string {
	out := []string{}
	add := func(key string) {
		if !slices.ContainsFunc(out, func(k string) bool { return strings.EqualFold(k, key) }) {
			out = append(out, key)
		}
	}
	for _, p := range policies {
		d := p.policy.Document()
		replaced := d.Version != nil && d.Version.Text == policy.Version2012 // an older document has no policy variables
		inside := func(list []policy.Value) {
			for _, v := range list {
				if replaced {
					variables(v.Text, add)
				}
			}
		}
		for _, s := range d.Statements {
			for _, v := range []*policy.Values{s.Resource, s.NotResource} {
				if v != nil {
					inside(v.List)
				}
			}
			for _, operator := range s.Condition {
				for _, k := range operator.Keys {
					add(k.Name)
					inside(k.List)
				}
			}
		}
	}
	return out
}

// variables calls f with the key of every policy variable in a text: ${key} and ${key, 'default'}. ${*}, ${?} and ${$}
// stand for the characters themselves (reference_policies_variables).
func variables(text string, f func(key string)) {
	for {
		_, rest, found := strings.Cut(text, "${")
		if !found {
			return
		}
		end := strings.IndexAny(rest, ",}")
		if end < 0 {
			return
		}
		if key := strings.TrimSpace(rest[:end]); strings.Contains(key, ":") {
			f(key)
		}
		text = rest[end:]
	}
}
