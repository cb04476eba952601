package ec2

import (
	"encoding/base64"
	"sort"

	"github.com/airside-dev/airside/internal/awserr"
)

// page cuts one page out of items, which are sorted by key. A token is the key of the last item that the caller has seen,
// so that it stays good while items come and go.
func page[T any](items []T, key func(T) string, next *string, size *int) ([]T, *string, error) {
	if next != nil && *next != "" {
		last, err := base64.RawURLEncoding.DecodeString(*next)
		if err != nil {
			return nil, nil, awserr.New("InvalidNextToken", "The specified NextToken is not valid.")
		}
		items = items[sort.Search(len(items), func(i int) bool { return key(items[i]) > string(last) }):]
	}
	if size == nil || *size <= 0 || len(items) <= *size {
		return items, nil, nil
	}
	items = items[:*size]
	token := base64.RawURLEncoding.EncodeToString([]byte(key(items[len(items)-1])))
	return items, &token, nil
}
