package model

import (
	"net/url"
	"sort"
	"strings"
)

// Route is one URI template of a REST service: "/clusters/{name}/access-entries/{principalArn}".
type Route struct {
	Operation string
	method    string
	segments  []segment
	labels    int
}

type segment struct {
	text   string // the literal text, or the label's name
	label  bool
	greedy bool // {name+}: the label takes every segment that is left
}

// Label is a piece of the path that a template names, percent-decoded.
type Label struct{ Name, Value string }

func routesOf(s *Service) []Route {
	routes := make([]Route, 0, len(s.AllOperations))
	for _, k := range s.AllOperations {
		path, _, _ := strings.Cut(k.URI, "?")
		r := Route{Operation: k.Name, method: k.Method}
		for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
			name, isLabel := strings.CutPrefix(part, "{")
			name = strings.TrimSuffix(name, "}")
			name, greedy := strings.CutSuffix(name, "+")
			if !isLabel {
				r.segments = append(r.segments, segment{text: part})
				continue
			}
			r.segments = append(r.segments, segment{text: name, label: true, greedy: greedy})
			r.labels++
		}
		routes = append(routes, r)
	}
	// Where a literal and a label both fit, the literal is meant.
	sort.SliceStable(routes, func(i, j int) bool { return routes[i].labels < routes[j].labels })
	return routes
}

// Match finds the operation that a REST request calls, implemented or not, and the labels of its path. path is still
// percent-encoded: a %2F is part of a label, as in the ARNs that EKS takes in its paths, and a slash is not.
func (s *Service) Match(method, path string) (operation string, labels []Label, ok bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) > 1 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	for i := range s.routes {
		r := &s.routes[i]
		if r.method != method {
			continue
		}
		if labels, ok := r.match(parts); ok {
			return r.Operation, labels, true
		}
	}
	return "", nil, false
}

func (r *Route) match(parts []string) ([]Label, bool) {
	n := len(r.segments)
	if len(parts) != n && (len(parts) < n || !r.segments[n-1].greedy) {
		return nil, false
	}
	for i, seg := range r.segments {
		if !seg.label && seg.text != parts[i] {
			return nil, false
		}
	}
	labels := make([]Label, 0, r.labels)
	for i, seg := range r.segments {
		if !seg.label {
			continue
		}
		text := parts[i]
		if seg.greedy {
			text = strings.Join(parts[i:], "/")
		}
		value, err := url.PathUnescape(text)
		if err != nil || value == "" {
			return nil, false
		}
		labels = append(labels, Label{seg.text, value})
	}
	return labels, true
}
