package iam

import (
	"cmp"
	"encoding/base64"
	"slices"
)

// pageSize is how many items a list answers where MaxItems does not say otherwise.
const pageSize = 100

// paginate returns the part of a list that a call asks for, whether there is more, and the marker to go on from. It
// sorts the items by key, which is what the order of a list means and must be unique in it. The marker holds the key
// of the last item that was told, so that a change in between neither repeats nor hides any other item.
func paginate[T any](items []T, key func(T) string, marker *string, maxItems *int) (part []T, truncated *bool, next *string, err error) {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	from := 0
	if marker != nil {
		after, err := base64.RawURLEncoding.DecodeString(*marker)
		if err != nil {
			return nil, nil, nil, invalid("Invalid Marker.")
		}
		for from < len(items) && key(items[from]) <= string(after) {
			from++
		}
	}
	size := pageSize
	if maxItems != nil {
		size = *maxItems
	}
	to := min(from+size, len(items))
	more := to < len(items)
	if more {
		m := base64.RawURLEncoding.EncodeToString([]byte(key(items[to-1])))
		next = &m
	}
	return append([]T{}, items[from:to]...), &more, next, nil // never nil: an empty list is told, too
}

// itself is the key of items that are their own key.
func itself(s string) string { return s }
