package policy

import "strings"

// Keys is the context of a request: condition key → values. Key names are stored in lower case (IAM compares them
// ignoring case); a key with an empty list is absent.
type Keys map[string][]string

// Set replaces the values of a key. Setting no values removes it.
func (k Keys) Set(key string, values ...string) {
	key = strings.ToLower(key)
	if len(values) == 0 {
		delete(k, key)
		return
	}
	k[key] = values
}

// Get returns the values of a key, given in any case; nil where it is absent.
func (k Keys) Get(key string) []string {
	return k[strings.ToLower(key)]
}

// Merge copies every key of other into k.
func (k Keys) Merge(other Keys) {
	for key, v := range other {
		k.Set(key, v...)
	}
}
