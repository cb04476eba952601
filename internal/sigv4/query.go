package sigv4

import (
	"slices"
	"strings"
)

// query is a decoded query string in the order of the request, repeated keys included.
type query []param

type param struct{ key, value string }

// parseQuery decodes a raw query string; "+" is a space, "key" is "key=", empty pairs are dropped.
//
// It is stricter than url.ParseQuery on purpose. That function leaves out what it cannot read, so a signed "%25zz" or
// "a%3Bb" altered on its way into "%zz" or "a;b" would still have the canonical form that was signed, while the
// operation behind would see a parameter less. Such a query is refused.
func parseQuery(raw string) (query, error) {
	if raw == "" {
		return nil, nil
	}
	q := make(query, 0, strings.Count(raw, "&")+1)
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		if strings.IndexByte(pair, ';') >= 0 {
			return nil, errQuery()
		}
		k, v, _ := strings.Cut(pair, "=")
		key, ok := unescape(k, true)
		if !ok {
			return nil, errQuery()
		}
		value, ok := unescape(v, true)
		if !ok {
			return nil, errQuery()
		}
		q = append(q, param{key, value})
	}
	return q, nil
}

// values are the values of a key, in order.
func (q query) values(key string) []string {
	var v []string
	for _, p := range q {
		if p.key == key {
			v = append(v, p.value)
		}
	}
	return v
}

// has tells whether a key is there, with or without a value.
func (q query) has(key string) bool {
	return slices.ContainsFunc(q, func(p param) bool { return p.key == key })
}

// appendCanonical appends the canonical query string: every key and value encoded, then sorted by key and value, all
// of them but the signature itself. AWS sorts what is already encoded, so "a:" comes before "a0".
func (q query) appendCanonical(dst []byte, presigned bool) []byte {
	encoded := make(query, 0, len(q))
	for _, p := range q {
		if presigned && p.key == paramSignature {
			continue
		}
		encoded = append(encoded, param{escape(p.key), escape(p.value)})
	}
	slices.SortFunc(encoded, func(a, b param) int {
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	for i, p := range encoded {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = append(dst, p.key...)
		dst = append(dst, '=')
		dst = append(dst, p.value...)
	}
	return dst
}
