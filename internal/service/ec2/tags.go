package ec2

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// Limits of tags (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions).
const (
	maxTags     = 50
	maxTagKey   = 128 // characters
	maxTagValue = 256
)

// taggable is a kind with its record type left out.
type taggable interface {
	typeName() string
	owns(id string) bool
	on(c *op.Call, action, id string) op.Check
	tagged(w *world.World, at world.Placement) []taggedResource
	retag(tx *store.Tx, at world.Placement, id string, change func([]world.Tag) ([]world.Tag, error)) error
}

// taggedResource is a resource as DescribeTags sees it.
type taggedResource struct {
	id, kind string
	tags     []world.Tag
}

// taggables are every kind that CreateTags, DeleteTags and DescribeTags know.
var taggables = []taggable{networkACLs, routeTables, securityGroups, subnets, vpcs}

func (k *kind[R]) tagged(w *world.World, at world.Placement) []taggedResource {
	var out []taggedResource
	for _, r := range k.all(w, at) {
		out = append(out, taggedResource{r.ResourceID(), k.name, r.ResourceTags()})
	}
	return out
}

func (k *kind[R]) retag(tx *store.Tx, at world.Placement, id string, change func([]world.Tag) ([]world.Tag, error)) error {
	r, err := k.get(tx.World, at, id)
	if err != nil {
		return err
	}
	tags, err := change(r.ResourceTags())
	if err == nil {
		tx.Put(r.WithTags(tags))
	}
	return err
}

// kindOf finds the kind of a resource by its id.
func kindOf(id string) (taggable, bool) {
	for _, k := range taggables {
		if k.owns(id) {
			return k, true
		}
	}
	return nil, false
}

// tagsOn is the access of CreateTags and DeleteTags: every resource is asked for by itself.
func tagsOn(c *op.Call, action string, ids []string, tags []ec2api.Tag) []op.Check {
	var checks []op.Check
	for _, id := range ids {
		check := anything(c, action)
		if k, ok := kindOf(id); ok {
			check = k.on(c, action, id)
		}
		check.RequestTags = world.TagMap(plainTags(tags))
		checks = append(checks, check)
	}
	if len(checks) == 0 {
		checks = []op.Check{anything(c, action)}
	}
	return checks
}

// plainTags reads the tags of a request, as they are, for condition keys.
func plainTags(tags []ec2api.Tag) []world.Tag {
	var out []world.Tag
	for _, t := range tags {
		var plain world.Tag
		if t.Key != nil {
			plain.Key = *t.Key
		}
		if t.Value != nil {
			plain.Value = *t.Value
		}
		out = append(out, plain)
	}
	return out
}

// checkTags refuses tags that may not be set.
func checkTags(tags []ec2api.Tag) ([]world.Tag, error) {
	plain := plainTags(tags)
	seen := map[string]bool{}
	for i, t := range plain {
		switch {
		case t.Key == "":
			return nil, invalidValue("Tag key cannot be null or empty.")
		case tags[i].Value == nil:
			return nil, invalidValue("Tag value cannot be null. Use empty string instead.")
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return nil, invalidValue("Tag keys starting with 'aws:' are reserved for internal use")
		case utf8.RuneCountInString(t.Key) > maxTagKey:
			return nil, invalidValue("Tag key exceeds the maximum length of %d characters", maxTagKey)
		case utf8.RuneCountInString(t.Value) > maxTagValue:
			return nil, invalidValue("Tag value exceeds the maximum length of %d characters", maxTagValue)
		case seen[t.Key]:
			return nil, invalidValue("Duplicate tag key '%s' specified.", t.Key)
		}
		seen[t.Key] = true
	}
	return plain, limitTags(plain)
}

func limitTags(tags []world.Tag) error {
	if len(tags) > maxTags {
		return awserr.New("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
	}
	return nil
}

// specified reads the tags that a create call gives the new resource, unchecked, for its access.
func (k *kind[R]) specified(specs []ec2api.TagSpecification) []ec2api.Tag {
	var out []ec2api.Tag
	for _, s := range specs {
		if s.ResourceType != nil && *s.ResourceType == k.name {
			out = append(out, s.Tags...)
		}
	}
	return out
}

// newTags reads the tags that a create call gives the new resource, and refuses specifications for anything else.
func (k *kind[R]) newTags(specs []ec2api.TagSpecification) ([]world.Tag, error) {
	for _, s := range specs {
		if s.ResourceType == nil || *s.ResourceType == "" {
			return nil, invalidValue("Tag specification resource type must have a value")
		}
		if *s.ResourceType != k.name {
			return nil, invalidValue("'%s' is not a valid taggable resource type for this operation.", *s.ResourceType)
		}
	}
	return checkTags(k.specified(specs))
}

func createTagsAccess(c *op.Call, in *ec2api.CreateTagsRequest) ([]op.Check, error) {
	return tagsOn(c, "ec2:CreateTags", in.Resources, in.Tags), nil
}

func (s *Service) createTags(c *op.Call, in *ec2api.CreateTagsRequest) (*op.Empty, error) {
	tags, err := checkTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return s.retag(c, in.DryRun, in.Resources, func(old []world.Tag) ([]world.Tag, error) {
		out := slices.Clone(old)
		for _, t := range tags {
			if i := slices.IndexFunc(out, func(o world.Tag) bool { return o.Key == t.Key }); i >= 0 {
				out[i].Value = t.Value
				continue
			}
			out = append(out, t)
		}
		return out, limitTags(out)
	})
}

func deleteTagsAccess(c *op.Call, in *ec2api.DeleteTagsRequest) ([]op.Check, error) {
	return tagsOn(c, "ec2:DeleteTags", in.Resources, in.Tags), nil
}

// deleteTags removes the tags with the given keys: only those with the given value where one is given, and every tag
// where no key is given at all. Tags that are not there are passed over (API_DeleteTags).
func (s *Service) deleteTags(c *op.Call, in *ec2api.DeleteTagsRequest) (*op.Empty, error) {
	for _, t := range in.Tags {
		if t.Key == nil || *t.Key == "" {
			return nil, invalidValue("Tag key cannot be null or empty.")
		}
	}
	return s.retag(c, in.DryRun, in.Resources, func(old []world.Tag) ([]world.Tag, error) {
		return slices.DeleteFunc(slices.Clone(old), func(o world.Tag) bool {
			return len(in.Tags) == 0 || slices.ContainsFunc(in.Tags, func(t ec2api.Tag) bool {
				return *t.Key == o.Key && (t.Value == nil || *t.Value == o.Value)
			})
		}), nil
	})
}

// retag changes the tags of several resources, all or none.
func (s *Service) retag(c *op.Call, dry *bool, ids []string, change func([]world.Tag) ([]world.Tag, error)) (*op.Empty, error) {
	if err := dryRun(dry); err != nil {
		return nil, err
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	err := s.store.Update(c, func(tx *store.Tx) error {
		for _, id := range ids {
			k, ok := kindOf(id)
			if !ok {
				return awserr.New("InvalidID", "The ID '%s' is not valid", id)
			}
			if err := k.retag(tx, here(c), id, change); err != nil {
				return err
			}
		}
		return nil
	})
	return &op.Empty{}, err
}

// oneTag is one row of DescribeTags.
type oneTag struct {
	id, kind string
	tag      world.Tag
}

var tagFields = fields[oneTag]{
	"key":           one(func(t oneTag) string { return t.tag.Key }),
	"resource-id":   one(func(t oneTag) string { return t.id }),
	"resource-type": one(func(t oneTag) string { return t.kind }),
	"value":         one(func(t oneTag) string { return t.tag.Value }),
}

func describeTags(c *op.Call, in *ec2api.DescribeTagsRequest) (*ec2api.DescribeTagsResult, error) {
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	// The service model does not hold the limits that it holds for every other Describe operation.
	if n := in.MaxResults; n != nil && (*n < 5 || *n > 1000) {
		return nil, invalidValue("Value ( %d ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.", *n)
	}
	selected, err := selector(c.World, in.Filters, tagFields, func(t oneTag) []world.Tag { return []world.Tag{t.tag} })
	if err != nil {
		return nil, err
	}
	var rows []oneTag
	for _, k := range taggables {
		for _, r := range k.tagged(c.World, here(c)) {
			for _, t := range r.tags {
				if row := (oneTag{r.id, r.kind, t}); selected(row) {
					rows = append(rows, row)
				}
			}
		}
	}
	order := func(t oneTag) string { return t.id + "\x00" + t.tag.Key }
	slices.SortFunc(rows, func(a, b oneTag) int { return strings.Compare(order(a), order(b)) })
	rows, next, err := page(rows, order, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &ec2api.DescribeTagsResult{NextToken: next}
	for _, r := range rows {
		out.Tags = append(out.Tags, ec2api.TagDescription{Key: &r.tag.Key, Value: &r.tag.Value, ResourceId: &r.id, ResourceType: &r.kind})
	}
	return out, nil
}

// apiTags prints tags.
func apiTags(tags []world.Tag) []ec2api.Tag {
	var out []ec2api.Tag
	for _, t := range tags {
		out = append(out, ec2api.Tag{Key: &t.Key, Value: &t.Value})
	}
	return out
}
