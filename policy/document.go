package policy

import "github.com/airside-dev/airside/policy/trace"

// Step is one thing that an evaluation looked at, with what it looked at in turn below it.
type Step = trace.Step

// Pos is a place in a policy document: line and column, both from 1, the column in characters.
type Pos = trace.Pos

// Kind is the sort of policy that a document is used as. It decides which elements the document may have and what a
// missing element means.
type Kind string

// The kinds of policy.
const (
	Identity Kind = "identity-based policy"
	Boundary Kind = "permissions boundary"
	Session  Kind = "session policy"
	Resource Kind = "resource-based policy"
	Trust    Kind = "role trust policy"
	SCP      Kind = "service control policy"
	RCP      Kind = "resource control policy"
)

// The two versions of the policy language.
const (
	Version2008 = "2008-10-17" // also the meaning of a document without Version: no policy variables
	Version2012 = "2012-10-17"
)

// The two effects of a statement.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Document is a parsed policy document. Nothing may change it: policies compiled from it refer to it.
type Document struct {
	Version    *Value // nil: the document has none
	ID         *Value
	Statements []*Statement

	text         string // as parsed; positions and offsets refer to it
	hasStatement bool   // there is a Statement element, be it empty
}

// Statement is one statement. An element that is not there is nil.
type Statement struct {
	Pos          Pos
	Index        int // counted from 1
	Sid          *Value
	Effect       *Value
	Principal    *Principals
	NotPrincipal *Principals
	Action       *Values
	NotAction    *Values
	Resource     *Values
	NotResource  *Values
	Condition    []Operator // in source order

	hasCondition bool
	name         string
}

// Value is one text in a document. Numbers and booleans in Condition are kept as they are written.
type Value struct {
	Text string
	Pos  Pos

	off, end int // of the JSON value in the document's text
}

// Values is an element with one or more values. A single value and a list of one are the same.
type Values struct {
	Pos  Pos // of the element's name
	List []Value
}

// Principals is a Principal or NotPrincipal element.
type Principals struct {
	Pos   Pos
	Text  *Value           // the element is a plain string, which may only be "*"
	Types []PrincipalsType // otherwise: its entries
}

// PrincipalsType is the principals of one type within a Principal element.
type PrincipalsType struct {
	Type string // "AWS", "Federated", "Service", "CanonicalUser"
	Pos  Pos
	List []Value
}

// Operator is one operator of a Condition with its keys.
type Operator struct {
	Name string // as written: "ForAllValues:StringLikeIfExists"
	Pos  Pos
	Keys []ConditionKey // in source order
}

// ConditionKey is one key under an operator with the values to compare with.
type ConditionKey struct {
	Name string // as written
	Pos  Pos
	List []Value
}

// Name is the Sid, or "statement N" where there is none.
func (s *Statement) Name() string { return s.name }

// Text is the document as it was parsed.
func (d *Document) Text() string { return d.text }

// variables tells whether ${…} is a policy variable in this document.
func (d *Document) variables() bool { return d.Version != nil && d.Version.Text == Version2012 }
