package awswire

import (
	"sort"
	"strings"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// AppendJSONError prints the body of an error. sh is its shape, nil where the model has none; typ goes into __type,
// empty leaves that out. Members come in the order of the model, those that it does not have after them by name.
func AppendJSONError(b []byte, sh *model.Shape, typ string, err *awserr.Error) []byte {
	b = append(b, '{')
	member := func(name, value string) {
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = AppendQuoted(b, name)
		b = append(b, ':')
		b = AppendQuoted(b, value)
	}
	if typ != "" {
		member("__type", typ)
	}
	written := map[string]bool{}
	if sh != nil {
		for i := range sh.Members {
			name := sh.Members[i].Name
			value, ok := err.Fields[name]
			switch {
			case strings.EqualFold(name, "message"):
				written["message"] = true
				member(name, err.Message)
			case ok:
				written[name] = true
				member(name, value)
			}
		}
	}
	if !written["message"] {
		member("message", err.Message)
	}
	rest := make([]string, 0, len(err.Fields))
	for name := range err.Fields {
		if !written[name] && !strings.EqualFold(name, "message") {
			rest = append(rest, name)
		}
	}
	sort.Strings(rest)
	for _, name := range rest {
		member(name, err.Fields[name])
	}
	return append(b, '}')
}
