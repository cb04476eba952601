// Package op is what an operation of an AWS service is, for the services that implement operations and for the pipeline
// that runs them: its call, its access declaration, its implementation.
//
// An operation has two halves and the compiler asks for both: Access declares what the caller must be allowed to do,
// Do does it. The pipeline authorizes every check that Access names before it calls Do; no service authorizes by
// itself.
package op

import (
	"context"
	"fmt"
	"sort"
	"time"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// Call is one call of one operation, as a service sees it.
type Call struct {
	context.Context

	ID        string               // the request id that the caller is told
	Time      time.Time            // when the call was received; the only clock that a service reads for its decisions
	World     *world.World         // every fact, as it was when the call was received
	Caller    authz.Principal      // who calls; Kind Anonymous for an unsigned call
	Session   *credentials.Session // the caller's session; nil for long-term credentials and unsigned calls
	AccessKey string               // the access key id that signed the call
	Account   string               // the account that the call acts in: the caller's
	Region    string               // from the signature's scope
	Partition string
	SourceIP  string
	UserAgent string
}

// Check is one (action, resource) pair that the caller must be allowed, with what the request adds to the decision.
type Check struct {
	Action       string      // "iam:CreateRole"
	Resource     string      // ARN, or "*" where the action has no resource type
	Friendly     string      // the resource as the service's AccessDenied writes it; empty: the ARN
	NoResource   bool        // AccessDenied leaves "on resource: …" out
	Owner        string      // account that owns the resource; empty: the caller's
	Keys         policy.Keys // condition keys of the service and the request
	RequestTags  map[string]string
	ResourceTags map[string]string
	Policy       *authz.Source // the resource's own policy, where it has one
	Trust        bool          // Policy is a role trust policy; set even where the role, and so Policy, does not exist
}

// Operation is one operation with its request type I and response type O.
type Operation[I, O any] struct {
	// Access names every check that the caller must pass, in the order in which AWS makes them. No checks at all means
	// that everybody may call it, which has to be said with Open.
	Access func(*Call, *I) ([]Check, error)
	// Do carries the operation out. It may assume that every check was passed and that the input satisfies the
	// constraints of the service model.
	Do func(*Call, *I) (*O, error)
}

// Open is the access of an operation that no policy guards, such as sts:GetCallerIdentity.
func Open[I any](*Call, *I) ([]Check, error) { return nil, nil }

// Empty is the response of an operation that answers nothing.
type Empty struct{}

// Entry is an operation with its types erased, as the pipeline runs it.
type Entry struct {
	Name   string
	New    func() any // a new, zero request
	Access func(*Call, any) ([]Check, error)
	Do     func(*Call, any) (any, error)
}

// Erase makes an Entry of an operation. It panics where a half is missing: such a program must not start.
func Erase[I, O any](name string, o Operation[I, O]) Entry {
	if o.Access == nil || o.Do == nil {
		panic(fmt.Sprintf("operation %s is incomplete: it needs both Access and Do", name))
	}
	return Entry{
		Name:   name,
		New:    func() any { return new(I) },
		Access: func(c *Call, in any) ([]Check, error) { return o.Access(c, in.(*I)) },
		Do:     func(c *Call, in any) (any, error) { return o.Do(c, in.(*I)) },
	}
}

// Table is the operations of one service by name.
type Table map[string]Entry

// TableOf collects entries.
func TableOf(entries ...Entry) Table {
	t := make(Table, len(entries))
	for _, e := range entries {
		t[e.Name] = e
	}
	return t
}

// Names lists the table's operations, sorted.
func (t Table) Names() []string {
	names := make([]string, 0, len(t))
	for n := range t {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
