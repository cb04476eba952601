package ec2

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/world"
)

// maxFilterValues is how many filter values one call may bring
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
const maxFilterValues = 200

// field gives the values that a filter compares with. A resource may have several, or none.
type field[T any] func(w *world.World, x T) []string

// fields are the filters of a Describe operation by name.
type fields[T any] map[string]field[T]

// one is a field that always has a single value.
func one[T any](value func(T) string) field[T] {
	return func(_ *world.World, x T) []string { return []string{value(x)} }
}

// flag is a field that is true or false.
func flag[T any](value func(T) bool) field[T] {
	return one(func(x T) string {
		if value(x) {
			return "true"
		}
		return "false"
	})
}

// always is a field that has the same value for all.
func always[T any](value string) field[T] { return one(func(T) string { return value }) }

// never is a field that nothing has here: a filter on it is valid and selects nothing.
func never[T any](*world.World, T) []string { return nil }

// under gives fields the prefix of what they belong to: "association." and so on.
func (f fields[T]) under(prefix string, more fields[T]) fields[T] {
	for name, x := range more {
		f[prefix+name] = x
	}
	return f
}

// selector compiles filters. A resource is selected where every filter has a value that matches one of the resource's.
// Values compare case-sensitively, * and ? are wildcards, a backslash takes their meaning away. tags is nil for what has
// none.
func selector[T any](w *world.World, filters []ec2api.Filter, known fields[T], tags func(T) []world.Tag) (func(T) bool, error) {
	total := 0
	type test struct {
		values field[T]
		want   []string
	}
	tests := make([]test, 0, len(filters))
	for _, f := range filters {
		if f.Name == nil {
			return nil, invalidValue("The filter 'null' is invalid")
		}
		values, ok := known[*f.Name]
		if !ok && tags != nil {
			values, ok = tagField(*f.Name, tags)
		}
		if !ok {
			return nil, invalidValue("The filter '%s' is invalid", *f.Name)
		}
		if total += len(f.Values); total > maxFilterValues {
			return nil, awserr.New("FilterLimitExceeded", "The maximum number of filter values specified on a single call is %d", maxFilterValues)
		}
		tests = append(tests, test{values, f.Values})
	}
	return func(x T) bool {
		return !slices.ContainsFunc(tests, func(t test) bool {
			return !slices.ContainsFunc(t.values(w, x), func(v string) bool {
				return slices.ContainsFunc(t.want, func(pattern string) bool { return glob(pattern, v) })
			})
		})
	}, nil
}

// tagField is the filter on the value of one tag, tag:Key, or on the keys of all.
func tagField[T any](name string, tags func(T) []world.Tag) (field[T], bool) {
	key, ofKey := strings.CutPrefix(name, "tag:")
	if !ofKey && name != "tag-key" {
		return nil, false
	}
	return func(_ *world.World, x T) []string {
		var out []string
		for _, t := range tags(x) {
			switch {
			case !ofKey:
				out = append(out, t.Key)
			case t.Key == key:
				out = append(out, t.Value)
			}
		}
		return out
	}, true
}

// glob matches s with a pattern of * and ?, in time proportional to the product of their lengths at worst.
func glob(pattern, s string) bool {
	p, t := tokens(pattern), []rune(s)
	i, j := 0, 0
	star, mark := -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i].any:
			star, mark = i, j
			i++
		case i < len(p) && (p[i].one || p[i].char == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i].any {
		i++
	}
	return i == len(p)
}

// token is one element of a pattern: a character, any one character, or any number of characters.
type token struct {
	char     rune
	one, any bool
}

func tokens(pattern string) []token {
	var out []token
	escaped := false
	for _, c := range pattern {
		switch {
		case escaped:
			out, escaped = append(out, token{char: c}), false
		case c == '\\':
			escaped = true
		default:
			out = append(out, token{char: c, one: c == '?', any: c == '*'})
		}
	}
	if escaped {
		out = append(out, token{char: '\\'})
	}
	return out
}
