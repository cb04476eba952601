package catalog

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

//go:embed actions.json.gz
var actionsFile []byte

// Action is one action of a service as the Service Authorization Reference lists it.
type Action struct {
	AccessLevel   string         `json:"accessLevel"` // List, Read, Write, Tagging, Permissions management
	ResourceTypes []ActionTarget `json:"resourceTypes"`
	ConditionKeys []string       `json:"conditionKeys"`
	Dependent     []string       `json:"dependentActions"`
}

// ActionTarget is one resource type that an action applies to.
type ActionTarget struct {
	Name     string `json:"name"`
	Required bool   `json:"required"`
}

// reference is the embedded file: service → name of an action → action.
var reference = sync.OnceValue(func() map[string]map[string]Action {
	var services map[string]map[string]Action
	z, err := gzip.NewReader(bytes.NewReader(actionsFile))
	if err == nil {
		err = json.NewDecoder(z).Decode(&services)
	}
	if err != nil {
		panic("embedded service authorization reference: " + err.Error())
	}
	return services
})

var actions = sync.OnceValue(func() map[string]Action {
	all := map[string]Action{}
	for service, list := range reference() {
		for name, a := range list {
			all[strings.ToLower(service+":"+name)] = a
		}
	}
	return all
})

// LookupAction finds an action, "service:Name" in any case.
func LookupAction(action string) (Action, bool) {
	a, ok := actions()[strings.ToLower(action)]
	return a, ok
}
