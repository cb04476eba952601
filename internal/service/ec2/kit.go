package ec2

import (
	"strings"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// resource is a record that has an id and tags.
type resource interface {
	world.Record
	Place() world.Placement
	ResourceID() string
	ResourceTags() []world.Tag
	WithTags([]world.Tag) world.Record
}

// kind is one type of resource: everything about it that the kit needs to know.
type kind[R resource] struct {
	name      string // as in ARNs, tag specifications and DescribeTags: "vpc"
	prefix    string // of its ids: "vpc-"
	missing   string // how its not-found message begins: "The vpc ID"
	notFound  string // error codes; AWS spells them differently from type to type
	malformed string

	table  func(*world.World) *world.Table[R]
	keys   func(R) policy.Keys // condition keys of an existing resource, beside its tags
	fields fields[R]           // filters, beside those on tags
}

// here is where a call acts.
func here(c *op.Call) world.Placement {
	return world.Placement{Partition: c.Partition, Account: c.Account, Region: c.Region}
}

// all lists every resource of the kind at a place, by id.
func (k *kind[R]) all(w *world.World, at world.Placement) []R {
	var out []R
	for r := range k.table(w).All(world.EC2Key(at.Account, at.Region, "")) {
		out = append(out, r)
	}
	return out
}

// get finds a resource by its id; the error is AWS's for an id that is malformed or names nothing.
func (k *kind[R]) get(w *world.World, at world.Placement, id string) (R, error) {
	if r, ok := k.table(w).Get(world.EC2Key(at.Account, at.Region, id)); ok {
		return r, nil
	}
	var none R
	return none, k.noSuch(id)
}

// noSuch is the error for an id that names no resource of this kind.
func (k *kind[R]) noSuch(id string) error {
	if !k.owns(id) {
		return awserr.New(k.malformed, "Invalid id: %q (expecting \"%s...\")", id, k.prefix)
	}
	return awserr.New(k.notFound, "%s '%s' does not exist", k.missing, id)
}

// owns tells whether an id is of this kind, by its form.
func (k *kind[R]) owns(id string) bool { return strings.HasPrefix(id, k.prefix) }

func (k *kind[R]) typeName() string { return k.name }

// query is what every Describe operation takes.
type query struct {
	ids     []string
	filters []ec2api.Filter
	next    *string
	max     *int
	dryRun  *bool
}

// describe answers a Describe operation: the resources that ids and filters select, one page of them, by id.
func (k *kind[R]) describe(c *op.Call, q query) ([]R, *string, error) {
	if err := dryRun(q.dryRun); err != nil {
		return nil, nil, err
	}
	wanted := map[string]bool{}
	for _, id := range q.ids {
		if _, err := k.get(c.World, here(c), id); err != nil {
			return nil, nil, err
		}
		wanted[id] = true
	}
	selected, err := selector(c.World, q.filters, k.fields, R.ResourceTags)
	if err != nil {
		return nil, nil, err
	}
	var found []R
	for _, r := range k.all(c.World, here(c)) {
		if (len(wanted) == 0 || wanted[r.ResourceID()]) && selected(r) {
			found = append(found, r)
		}
	}
	return page(found, R.ResourceID, q.next, q.max)
}

// dryRun is the answer to a call that only asked whether it would be allowed. The pipeline authorized the call before.
func dryRun(flag *bool) error {
	if flag == nil || !*flag {
		return nil
	}
	return awserr.WithStatus(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
}

func invalidValue(format string, args ...any) *awserr.Error {
	return awserr.New("InvalidParameterValue", format, args...)
}

// unsupported refuses what AWS offers and Airside does not, rather than leave it out silently.
func unsupported(what string) *awserr.Error {
	return awserr.New("UnsupportedOperation", "Airside has no %s", what)
}
