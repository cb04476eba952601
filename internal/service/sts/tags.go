package sts

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/world"
)

// inheritedTags are the tags that role chaining carries on from the calling session.
func inheritedTags(s *credentials.Session) []world.Tag {
	if s == nil {
		return nil
	}
	var out []world.Tag
	for _, t := range s.Tags {
		if hasKey(s.Transitive, t.Key) {
			out = append(out, t)
		}
	}
	return out
}

// hasKey compares as session tags do: keys are unique ignoring case (facts/iam-policy-evaluation.md section 5.5).
func hasKey(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
}

// passedTags reads the tags of a request, as they are, for condition keys.
func passedTags(tags []stsapi.Tag) []world.Tag {
	out := make([]world.Tag, len(tags))
	for i, t := range tags {
		out[i] = world.Tag{Key: t.Key, Value: t.Value}
	}
	return out
}

// checkTags refuses session tags that cannot be: a key twice, a key of AWS's own, a transitive key without its tag, a key
// that the calling session already carries on.
func checkTags(tags, inherited []world.Tag, transitive []string) error {
	var keys []string
	for _, t := range tags {
		switch {
		case hasKey(keys, t.Key):
			return invalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case len(t.Key) >= 4 && strings.EqualFold(t.Key[:4], "aws:"):
			// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_naming
			return invalidParameter("Tag keys must not begin with aws:, which is reserved for AWS.")
		}
		keys = append(keys, t.Key)
	}
	for _, t := range inherited {
		if hasKey(keys, t.Key) {
			return invalidParameter("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
	}
	for _, k := range transitive {
		if !hasKey(keys, k) {
			return invalidParameter("The specified transitive tag key must be included in the requested tags.")
		}
	}
	return nil
}

// tagKeys lists the keys of tags.
func tagKeys(tags []world.Tag) []string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = t.Key
	}
	return out
}

// trustTags are a role's tags as its trust policy sees them in a chain: a transitive tag of the calling session takes the
// place of the role's value for the same key (id_session-tags, "Chaining roles with session tags").
func trustTags(role []world.Tag, inherited []world.Tag) map[string]string {
	m := world.TagMap(role)
	for _, t := range inherited {
		for k := range m {
			if strings.EqualFold(k, t.Key) {
				m[k] = t.Value
			}
		}
	}
	return m
}
