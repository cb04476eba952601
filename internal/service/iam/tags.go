package iam

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/world"
)

// tagRule is how the keys of an entity's tags compare. Those of users and roles are the same in any case; those of
// policies and instance profiles are not (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html).
type tagRule struct {
	same      func(a, b string) bool
	duplicate string
}

var (
	anyCase   = tagRule{strings.EqualFold, "Duplicate tag keys found. Please note that Tag keys are case insensitive."}
	exactCase = tagRule{func(a, b string) bool { return a == b }, "Duplicate tag keys found."}
)

func fromTags(in []iamapi.Tag) []world.Tag {
	if len(in) == 0 {
		return nil
	}
	out := make([]world.Tag, len(in))
	for i, t := range in {
		out[i] = world.Tag{Key: t.Key, Value: t.Value}
	}
	return out
}

func toTags(in []world.Tag) []iamapi.Tag {
	if len(in) == 0 {
		return nil
	}
	out := make([]iamapi.Tag, len(in))
	for i, t := range in {
		out[i] = iamapi.Tag{Key: t.Key, Value: t.Value}
	}
	return out
}

// set returns tags with more of them set. A tag whose key is there already is replaced where it stands, and takes the
// new spelling of the key.
func (r tagRule) set(tags []world.Tag, in []iamapi.Tag) ([]world.Tag, error) {
	for i, t := range in {
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return nil, awserr.New(invalidInput, "Tag keys that begin with aws: are reserved: %s", t.Key)
		}
		if slices.ContainsFunc(in[:i], func(o iamapi.Tag) bool { return r.same(o.Key, t.Key) }) {
			return nil, awserr.New(invalidInput, "%s", r.duplicate)
		}
	}
	out := slices.Clone(tags)
	for _, t := range fromTags(in) {
		if i := slices.IndexFunc(out, func(o world.Tag) bool { return r.same(o.Key, t.Key) }); i >= 0 {
			out[i] = t
		} else {
			out = append(out, t)
		}
	}
	if len(out) > tagsPerEntity {
		return nil, awserr.New(limitExceeded, "The number of tags has reached the maximum limit.")
	}
	return out, nil
}

// remove returns tags without those of the keys. Keys that are not there are no error.
func (r tagRule) remove(tags []world.Tag, keys []string) []world.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t world.Tag) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return r.same(k, t.Key) })
	})
}

// pageOfTags is one page of an entity's tags, sorted by key as the API Reference promises.
func pageOfTags(tags []world.Tag, marker *string, maxItems *int) ([]iamapi.Tag, *bool, *string, error) {
	return paginate(toTags(tags), func(t iamapi.Tag) string { return t.Key }, marker, maxItems)
}
