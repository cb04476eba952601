package policy

import (
	"fmt"
	"strconv"
)

// Parse reads a policy document. It refuses what no kind of policy may be: text that is not JSON, trailing data,
// a name given twice in an object, unknown elements, elements of the wrong type. What remains — a bad Version, a missing
// Effect, an unknown operator — differs in its message from kind to kind and is found by Validate. The error is a
// *SyntaxError.
func Parse(text string) (*Document, error) {
	root, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	if root.kind != objectNode {
		return nil, wrongType(root, "a policy document", objectNode)
	}
	d := &Document{text: text}
	for _, m := range root.members {
		switch m.name {
		case "Version":
			d.Version, err = oneString(m)
		case "Id":
			d.ID, err = oneString(m)
		case "Statement":
			d.hasStatement = true
			d.Statements, err = statements(m.value)
		default:
			err = &SyntaxError{m.pos, fmt.Sprintf("unknown element %q; a policy has Version, Id and Statement", m.name)}
		}
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

// wrongType is the error for a value that should have been of another JSON type.
func wrongType(n *node, what string, want nodeKind) error {
	return &SyntaxError{n.pos, fmt.Sprintf("%s must be %s, not %s", what, want, n.kind)}
}

func oneString(m member) (*Value, error) {
	if m.value.kind != stringNode {
		return nil, wrongType(m.value, m.name, stringNode)
	}
	v := value(m.value)
	return &v, nil
}

func value(n *node) Value { return Value{Text: n.text, Pos: n.pos, off: n.off, end: n.end} }

func statements(n *node) ([]*Statement, error) {
	items := n.items
	switch n.kind {
	case objectNode:
		items = []*node{n}
	case arrayNode:
	default:
		return nil, &SyntaxError{n.pos, fmt.Sprintf("Statement must be an object or a list of objects, not %s", n.kind)}
	}
	out := make([]*Statement, 0, len(items))
	for i, item := range items {
		s, err := statement(item)
		if err != nil {
			return nil, err
		}
		s.Index, s.name = i+1, "statement "+strconv.Itoa(i+1)
		if s.Sid != nil && s.Sid.Text != "" {
			s.name = s.Sid.Text
		}
		out = append(out, s)
	}
	return out, nil
}

func statement(n *node) (*Statement, error) {
	if n.kind != objectNode {
		return nil, wrongType(n, "a statement", objectNode)
	}
	s := &Statement{Pos: n.pos}
	for _, m := range n.members {
		var err error
		switch m.name {
		case "Sid":
			s.Sid, err = oneString(m)
		case "Effect":
			s.Effect, err = oneString(m)
		case "Principal":
			s.Principal, err = principals(m)
		case "NotPrincipal":
			s.NotPrincipal, err = principals(m)
		case "Action":
			s.Action, err = values(m)
		case "NotAction":
			s.NotAction, err = values(m)
		case "Resource":
			s.Resource, err = values(m)
		case "NotResource":
			s.NotResource, err = values(m)
		case "Condition":
			s.hasCondition = true
			s.Condition, err = operators(m.value)
		default:
			err = &SyntaxError{m.pos, fmt.Sprintf("unknown element %q in a statement", m.name)}
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// values reads a string or a list of strings.
func values(m member) (*Values, error) {
	list, err := valueList(m, false)
	return &Values{Pos: m.pos, List: list}, err
}

// valueList reads a string or a list of strings; with scalars, numbers and booleans may stand for strings.
func valueList(m member, scalars bool) ([]Value, error) {
	items := []*node{m.value}
	if m.value.kind == arrayNode {
		items = m.value.items
	}
	list := make([]Value, 0, len(items))
	for _, n := range items {
		switch {
		case n.kind == stringNode, scalars && (n.kind == numberNode || n.kind == boolNode):
			list = append(list, value(n))
		default:
			return nil, &SyntaxError{n.pos, fmt.Sprintf("%s must be a string or a list of strings, not %s", m.name, n.kind)}
		}
	}
	return list, nil
}

func principals(m member) (*Principals, error) {
	p := &Principals{Pos: m.pos}
	switch m.value.kind {
	case stringNode:
		v := value(m.value)
		p.Text = &v
	case objectNode:
		for _, t := range m.value.members {
			list, err := valueList(t, false)
			if err != nil {
				return nil, err
			}
			p.Types = append(p.Types, PrincipalsType{Type: t.name, Pos: t.pos, List: list})
		}
	default:
		return nil, wrongType(m.value, m.name, objectNode)
	}
	return p, nil
}

func operators(n *node) ([]Operator, error) {
	if n.kind != objectNode {
		return nil, wrongType(n, "Condition", objectNode)
	}
	var out []Operator
	for _, m := range n.members {
		if m.value.kind != objectNode {
			return nil, wrongType(m.value, m.name, objectNode)
		}
		op := Operator{Name: m.name, Pos: m.pos}
		for _, k := range m.value.members {
			list, err := valueList(k, true)
			if err != nil {
				return nil, err
			}
			op.Keys = append(op.Keys, ConditionKey{Name: k.name, Pos: k.pos, List: list})
		}
		out = append(out, op)
	}
	return out, nil
}
