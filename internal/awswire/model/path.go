package model

import (
	"strconv"
	"strings"
)

// Path is where in a request a value stands: a chain from the value up to the request, whose own path is nil.
type Path struct {
	Parent *Path
	Member *Member // the member, for a step into a structure
	Index  int     // counted from 1, for a step into a list
	Key    string  // for a step into a map
}

// In is the path of a structure's member.
func (p *Path) In(m *Member) *Path { return &Path{Parent: p, Member: m} }

// At is the path of a list's i-th element, counted from 1.
func (p *Path) At(i int) *Path { return &Path{Parent: p, Index: i} }

// Under is the path of the value under a map's key.
func (p *Path) Under(key string) *Path { return &Path{Parent: p, Key: key} }

// steps lists the chain from the outside in.
func (p *Path) steps() []*Path {
	var s []*Path
	for ; p != nil; p = p.Parent {
		s = append(s, p)
	}
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
	return s
}

// String writes the path as AWS's validation messages do: tags.1.member.key (facts/wire-errors.md section 5.1).
func (p *Path) String() string {
	var b strings.Builder
	for i, s := range p.steps() {
		if i > 0 {
			b.WriteByte('.')
		}
		switch {
		case s.Member != nil:
			b.WriteString(strings.ToLower(s.Member.Name[:1]) + s.Member.Name[1:])
		case s.Index > 0:
			b.WriteString(strconv.Itoa(s.Index) + ".member")
		default:
			b.WriteString(s.Key + ".member")
		}
	}
	return b.String()
}

// Parameter writes the path as the name of a query parameter of EC2: TagSpecification.1.Tag.2.Key.
func (p *Path) Parameter() string {
	var b strings.Builder
	for i, s := range p.steps() {
		if i > 0 {
			b.WriteByte('.')
		}
		switch {
		case s.Member != nil:
			b.WriteString(s.Member.EC2Name())
		case s.Index > 0:
			b.WriteString(strconv.Itoa(s.Index))
		default:
			b.WriteString(s.Key)
		}
	}
	return b.String()
}

// EC2Name is the member's name in a request to EC2: its query name, else its location name with a capital, else its own.
func (m *Member) EC2Name() string {
	switch {
	case m.QueryName != "":
		return m.QueryName
	case m.LocationName != "":
		return exported(m.LocationName)
	}
	return m.Name
}

// Absent is the required members that a request does not carry and whose Go fields cannot say so, by Path.String: an
// empty string that was sent is not among them. Nil where nothing is absent.
type Absent map[string]bool

// Add records a member, up to MaxViolations.
func (a *Absent) Add(p *Path) {
	if len(*a) >= MaxViolations {
		return
	}
	if *a == nil {
		*a = Absent{}
	}
	(*a)[p.String()] = true
}
