package catalog

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/airside-dev/airside/policy"
)

//go:embed managed-policies.json.gz
var managedFile []byte

// Managed is an AWS managed policy: its default version. Older versions and policy ids are not published; Airside makes
// the id from the ARN (docs/divergences.md).
type Managed struct {
	Name           string          `json:"name"`
	ARN            string          `json:"arn"`
	Path           string          `json:"path"`
	DefaultVersion string          `json:"defaultVersion"`
	VersionCreated time.Time       `json:"versionCreated"`
	Created        time.Time       `json:"created"` // the version's where the policy's own is not known
	Document       json.RawMessage `json:"document"`

	once     sync.Once
	compiled *policy.Policy
}

// Policy is the compiled document.
func (m *Managed) Policy() *policy.Policy {
	m.once.Do(func() {
		d, err := policy.Parse(string(m.Document))
		if err != nil {
			panic(fmt.Sprintf("embedded managed policy %s: %v", m.Name, err)) // a test compiles every one
		}
		m.compiled = policy.Compile(d)
	})
	return m.compiled
}

var managed = sync.OnceValue(func() map[string]*Managed {
	var list []*Managed
	z, err := gzip.NewReader(bytes.NewReader(managedFile))
	if err == nil {
		err = json.NewDecoder(z).Decode(&list)
	}
	if err != nil {
		panic("embedded managed policies: " + err.Error())
	}
	byARN := make(map[string]*Managed, len(list))
	for _, m := range list {
		byARN[m.ARN] = m
	}
	return byARN
})

// ManagedPolicy finds an AWS managed policy by its ARN.
func ManagedPolicy(arn string) (*Managed, bool) {
	// Every one of them has the literal account "aws"; that spares the look-up for all others.
	if !strings.Contains(arn, ":iam::aws:policy/") {
		return nil, false
	}
	m, ok := managed()[arn]
	return m, ok
}

// ManagedPolicies lists every AWS managed policy, by name.
func ManagedPolicies() []*Managed {
	all := make([]*Managed, 0, len(managed()))
	for _, m := range managed() {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *Managed) int { return strings.Compare(a.Name, b.Name) })
	return all
}
