package awswire

import (
	"errors"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrForm is returned for parameters that cannot be read: broken percent-encoding, text that is not UTF-8, a parameter
// given twice, or one that is both a value and the start of longer names. AWS does not say which of two equal
// parameters counts, so neither is taken: what was authorized must be what is done.
var ErrForm = errors.New("malformed parameters")

// maxParts bounds the depth of a parameter name. The deepest of AWS's has 11.
const maxParts = 32

// FormNode is one part of a parameter name: of Tags.member.1.Key=env, "member" is a child of "Tags". Numbers are
// children like any other, so that an index costs nothing but its own digits.
type FormNode struct {
	Value    string
	HasValue bool
	Used     bool // a decoder has read it
	children map[string]*FormNode
}

// EachParameter calls f for every parameter of the query string and then of the body, decoded, until f returns false.
func EachParameter(r *http.Request, body []byte, f func(name, value string) bool) error {
	for _, raw := range [2]string{r.URL.RawQuery, string(body)} {
		for pair := range strings.SplitSeq(raw, "&") {
			if pair == "" {
				continue
			}
			rawName, rawValue, _ := strings.Cut(pair, "=")
			name, err := url.QueryUnescape(rawName)
			if err != nil {
				return ErrForm
			}
			value, err := url.QueryUnescape(rawValue)
			if err != nil {
				return ErrForm
			}
			if !f(name, value) {
				return nil
			}
		}
	}
	return nil
}

// ParseForm reads every parameter of the query string and the body.
func ParseForm(r *http.Request, body []byte) (*FormNode, error) {
	root := &FormNode{}
	ok := true
	err := EachParameter(r, body, func(name, value string) bool {
		ok = root.add(name, value)
		return ok
	})
	if err == nil && !ok {
		err = ErrForm
	}
	return root, err
}

func (n *FormNode) add(name, value string) bool {
	if strings.Count(name, ".") >= maxParts || !utf8.ValidString(name) || !utf8.ValidString(value) {
		return false
	}
	for part := range strings.SplitSeq(name, ".") {
		if n.HasValue && n.Value != "" {
			return false
		}
		next := n.children[part]
		if next == nil {
			if n.children == nil {
				n.children = map[string]*FormNode{}
			}
			next = &FormNode{}
			n.children[part] = next
		}
		n = next
	}
	if n.HasValue || len(n.children) > 0 && value != "" {
		return false
	}
	n.Value, n.HasValue = value, true
	return true
}

// Child finds the part that is called name; nil where there is none.
func (n *FormNode) Child(name string) *FormNode {
	if n == nil {
		return nil
	}
	return n.children[name]
}

// Leaf tells that no longer names start here.
func (n *FormNode) Leaf() bool { return len(n.children) == 0 }

// Elements lists the children in the order of their numbers. It reports false where a child's name is not a positive
// number without leading zeros. Numbers may leave gaps.
func (n *FormNode) Elements() ([]*FormNode, bool) {
	type element struct {
		index int
		node  *FormNode
	}
	found := make([]element, 0, len(n.children))
	for name, child := range n.children {
		i, err := strconv.Atoi(name)
		if err != nil || i < 1 || strconv.Itoa(i) != name {
			return nil, false
		}
		found = append(found, element{i, child})
	}
	sort.Slice(found, func(i, j int) bool { return found[i].index < found[j].index })
	nodes := make([]*FormNode, len(found))
	for i, e := range found {
		nodes[i] = e.node
	}
	return nodes, true
}

// Unused lists, sorted, the full names of the parameters that no decoder has read.
func (n *FormNode) Unused() []string {
	var names []string
	n.unused("", &names)
	sort.Strings(names)
	return names
}

func (n *FormNode) unused(name string, names *[]string) {
	if n.HasValue && !n.Used {
		*names = append(*names, name)
	}
	for part, child := range n.children {
		full := part
		if name != "" {
			full = name + "." + part
		}
		child.unused(full, names)
	}
}
