package authz

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/airside-dev/airside/policy"
)

// DecodedMessage is the JSON that sts:DecodeAuthorizationMessage gives for a denial: the statement that decided, if one
// did, and the context of the request (STS API reference, DecodeAuthorizationMessage; facts: wire-errors.md section 2.3).
func DecodedMessage(req *Request, v Verdict) ([]byte, error) {
	m := decodedMessage{
		Allowed:      v.Allowed(),
		ExplicitDeny: v.Outcome == ExplicitlyDenied,
		Matched:      items[decodedStatement]{Items: []decodedStatement{}},
		Failures:     items[string]{Items: []string{}},
	}
	if v.Deciding != nil {
		m.Matched.Items = append(m.Matched.Items, decodeStatement(v.Deciding))
	}
	m.Context.Principal.ID = req.Principal.UserID
	m.Context.Principal.ARN = req.Principal.ARN
	m.Context.Action = req.Action
	m.Context.Resource = req.Resource
	m.Context.Conditions = decodeKeys(req.Keys)

	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(m)
	return bytes.TrimSpace(b.Bytes()), err
}

// items is how the message writes every list.
type items[T any] struct {
	Items []T `json:"items"`
}

type decodedMessage struct {
	Allowed      bool                    `json:"allowed"`
	ExplicitDeny bool                    `json:"explicitDeny"`
	Matched      items[decodedStatement] `json:"matchedStatements"`
	Failures     items[string]           `json:"failures"`
	Context      struct {
		Principal struct {
			ID  string `json:"id"`
			ARN string `json:"arn"`
		} `json:"principal"`
		Action     string            `json:"action"`
		Resource   string            `json:"resource"`
		Conditions items[decodedKey] `json:"conditions"`
	} `json:"context"`
}

type decodedStatement struct {
	ID              string              `json:"statementId"`
	Effect          string              `json:"effect"`
	Principals      items[decodedValue] `json:"principals"`
	PrincipalGroups items[decodedValue] `json:"principalGroups"`
	Actions         items[decodedValue] `json:"actions"`
	Resources       items[decodedValue] `json:"resources"`
	Conditions      items[decodedKey]   `json:"conditions"`
}

type decodedValue struct {
	Value string `json:"value"`
}

type decodedKey struct {
	Key    string              `json:"key"`
	Values items[decodedValue] `json:"values"`
}

func decodeStatement(s *policy.Statement) decodedStatement {
	out := decodedStatement{
		Effect:          "DENY",
		Principals:      valuesOf(nil),
		PrincipalGroups: valuesOf(nil),
		Actions:         valuesOf(s.Action, s.NotAction),
		Resources:       valuesOf(s.Resource, s.NotResource),
		Conditions:      items[decodedKey]{Items: []decodedKey{}},
	}
	if s.Sid != nil {
		out.ID = s.Sid.Text
	}
	if s.Effect != nil && s.Effect.Text == policy.Allow {
		out.Effect = "ALLOW"
	}
	for _, p := range []*policy.Principals{s.Principal, s.NotPrincipal} {
		if p == nil {
			continue
		}
		if p.Text != nil {
			out.Principals.Items = append(out.Principals.Items, decodedValue{p.Text.Text})
		}
		for _, t := range p.Types {
			for _, v := range t.List {
				out.Principals.Items = append(out.Principals.Items, decodedValue{v.Text})
			}
		}
	}
	for _, op := range s.Condition {
		for _, k := range op.Keys {
			out.Conditions.Items = append(out.Conditions.Items, decodedKey{k.Name, valuesOf(&policy.Values{List: k.List})})
		}
	}
	return out
}

func valuesOf(elements ...*policy.Values) items[decodedValue] {
	out := items[decodedValue]{Items: []decodedValue{}}
	for _, e := range elements {
		if e == nil {
			continue
		}
		for _, v := range e.List {
			out.Items = append(out.Items, decodedValue{v.Text})
		}
	}
	return out
}

// decodeKeys lists the context of the request by key.
func decodeKeys(keys policy.Keys) items[decodedKey] {
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	out := items[decodedKey]{Items: []decodedKey{}}
	for _, name := range names {
		k := decodedKey{Key: name, Values: items[decodedValue]{Items: []decodedValue{}}}
		for _, v := range keys[name] {
			k.Values.Items = append(k.Values.Items, decodedValue{v})
		}
		out.Items = append(out.Items, k)
	}
	return out
}
