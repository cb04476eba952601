package policycase

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/airside-dev/airside/internal/authz"
)

// Case is one decision as data. A nil document is a policy that is not set.
type Case struct {
	ID                  string            `json:"id,omitempty"`
	Source              string            `json:"source,omitempty"` // where the expected decision comes from
	Request             Request           `json:"request"`
	IdentityPolicies    []json.RawMessage `json:"identityPolicies,omitempty"`
	ResourcePolicy      json.RawMessage   `json:"resourcePolicy,omitempty"`
	PermissionsBoundary json.RawMessage   `json:"permissionsBoundary,omitempty"`
	SessionPolicy       json.RawMessage   `json:"sessionPolicy,omitempty"`
	SCPs                []Level           `json:"scps,omitempty"` // organization root first, account last
	RCPs                Levels            `json:"rcps,omitempty"`
	Decision            authz.Outcome     `json:"decision,omitempty"` // what is expected; empty: nothing in particular
	Why                 string            `json:"why,omitempty"`
}

// Request is the question of a case.
type Request struct {
	Action          string              `json:"action"`                    // "service:Operation"
	Resource        string              `json:"resource"`                  // an ARN, or "*"
	ResourceAccount string              `json:"resourceAccount,omitempty"` // empty: the ARN's account, else the caller's
	Principal       string              `json:"principal"`                 // see Principal
	Parent          string              `json:"parent,omitempty"`          // of a federated user: ARN of its user
	Context         map[string][]string `json:"context,omitempty"`         // an empty list: the key is absent
}

// Level is one level of an organization: its root, an organizational unit, or the account.
type Level struct {
	Level    string            `json:"level"`
	Policies []json.RawMessage `json:"policies"`
}

// Levels are the levels of resource control policies. Their JSON form may also list documents alone: only their denies
// count, and a deny counts the same at every level.
type Levels []Level

// UnmarshalJSON reads a list of levels or of documents.
func (l *Levels) UnmarshalJSON(data []byte) error {
	var items []json.RawMessage
	if err := strict(data, &items); err != nil {
		return err
	}
	*l = nil
	for i, item := range items {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(item, &fields); err != nil {
			return fmt.Errorf("rcps[%d]: %w", i, err)
		}
		if _, ok := fields["policies"]; !ok {
			*l = append(*l, Level{Policies: []json.RawMessage{item}})
			continue
		}
		var level Level
		if err := strict(item, &level); err != nil {
			return fmt.Errorf("rcps[%d]: %w", i, err)
		}
		*l = append(*l, level)
	}
	return nil
}

// Load reads one case or a list of cases. Unknown fields, and anything after the cases, are refused.
func Load(r io.Reader) ([]*Case, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("[")) {
		var items []json.RawMessage
		if err := strict(data, &items); err != nil {
			return nil, located(data, err)
		}
		cases := make([]*Case, len(items))
		for i, item := range items {
			if cases[i], err = load(item); err != nil {
				return nil, fmt.Errorf("case %d: %w", i+1, err)
			}
		}
		return cases, nil
	}
	c, err := load(data)
	if err != nil {
		return nil, located(data, err)
	}
	return []*Case{c}, nil
}

func load(data []byte) (*Case, error) {
	var c *Case
	if err := strict(data, &c); err != nil {
		return nil, err
	}
	if c == nil {
		return nil, errors.New("a case is an object, not null")
	}
	c.PermissionsBoundary = set(c.PermissionsBoundary)
	c.SessionPolicy = set(c.SessionPolicy)
	c.ResourcePolicy = set(c.ResourcePolicy)
	switch c.Decision {
	case "", authz.Allowed, authz.ImplicitlyDenied, authz.ExplicitlyDenied:
	default:
		return nil, c.errorf("decision %q is not known: want %s, %s or %s", c.Decision, authz.Allowed,
			authz.ImplicitlyDenied, authz.ExplicitlyDenied)
	}
	return c, nil
}

// set is a document, or nil for one that is written as null.
func set(document json.RawMessage) json.RawMessage {
	if string(document) == "null" {
		return nil
	}
	return document
}

// strict decodes exactly one JSON value without unknown fields.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one JSON value: write several cases as a list")
	}
	return nil
}

// located adds the line to an error of JSON's syntax.
func located(data []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	end := min(int(syntax.Offset), len(data))
	return fmt.Errorf("line %d: %w", bytes.Count(data[:end], []byte("\n"))+1, err)
}

// errorf is an error that says which case it is about.
func (c *Case) errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if c.ID == "" {
		return err
	}
	return fmt.Errorf("%s: %w", c.ID, err)
}
