package policy

import (
	"cmp"
	"slices"
	"strings"
)

// PrincipalRef is one principal that a document names.
type PrincipalRef struct {
	Statement *Statement
	Element   string // "Principal" or "NotPrincipal"
	Type      string // "AWS", "Federated", "Service", "CanonicalUser"
	Value     string
	Pos       Pos

	off, end int
}

// Principals lists every principal that the policy names, in source order within each element. The plain string "*" is
// listed as type AWS.
func (p *Policy) Principals() []PrincipalRef {
	var out []PrincipalRef
	add := func(s *Statement, element string, ps *Principals) {
		if ps == nil {
			return
		}
		if v := ps.Text; v != nil {
			out = append(out, PrincipalRef{s, element, awsType, v.Text, v.Pos, v.off, v.end})
		}
		for _, t := range ps.Types {
			for _, v := range t.List {
				out = append(out, PrincipalRef{s, element, t.Type, v.Text, v.Pos, v.off, v.end})
			}
		}
	}
	for _, s := range p.doc.Statements {
		add(s, "Principal", s.Principal)
		add(s, "NotPrincipal", s.NotPrincipal)
	}
	return out
}

// RewritePrincipals returns the document's text with values of AWS principals replaced and every other byte as it was.
// replace is asked for each value and returns false to leave it. IAM stores the unique id of a user or role for its ARN
// and shows the ARN again while the entity exists (reference_policies_elements_principal).
func (p *Policy) RewritePrincipals(replace func(value string) (replacement string, ok bool)) string {
	var b strings.Builder
	done := 0
	refs := p.Principals()
	slices.SortFunc(refs, func(a, b PrincipalRef) int { return cmp.Compare(a.off, b.off) })
	for _, ref := range refs {
		if ref.Type != awsType {
			continue
		}
		if r, ok := replace(ref.Value); ok {
			b.WriteString(p.doc.text[done:ref.off])
			b.WriteString(quote(r))
			done = ref.end
		}
	}
	b.WriteString(p.doc.text[done:])
	return b.String()
}
