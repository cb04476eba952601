package eks

import (
	"encoding/base64"
	"sort"
)

// maxPage is the largest page of every list, and the page that is answered where none is asked for
// (API reference, maxResults of the List operations).
const maxPage = 100

// page cuts one page out of sorted items. Its token is the key of the last item that was answered, so that a page
// follows on whatever came or went in between.
func page[T any](items []T, key func(T) string, maxResults *int, token *string) (cut []T, next *string, err error) {
	if deref(token) != "" {
		after, err := base64.RawURLEncoding.DecodeString(*token)
		if err != nil {
			// Airside's words.
			return nil, nil, invalidParameter("The nextToken parameter is not valid")
		}
		items = items[sort.Search(len(items), func(i int) bool { return key(items[i]) > string(after) }):]
	}
	if n := or(maxResults, maxPage); len(items) > n {
		items = items[:n]
		next = new(base64.RawURLEncoding.EncodeToString([]byte(key(items[n-1]))))
	}
	return items, next, nil
}
