package catalog

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// names are the actions of each service as the reference writes them, sorted.
var names = sync.OnceValue(func() map[string][]string {
	byService := map[string][]string{}
	for service, list := range reference() {
		byService[service] = slices.Sorted(maps.Keys(list))
	}
	return byService
})

// Actions lists the actions of a service by name, sorted. It is empty for a service that the catalog does not know. The
// list is shared: nothing may change it.
func Actions(service string) []string { return names()[strings.ToLower(service)] }
