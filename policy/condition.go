package policy

import (
	"net/netip"
	"strings"
	"time"
)

// condition is one key under one operator, compiled.
type condition struct {
	op         operator
	quantifier quantifier
	ifExists   bool
	known      bool   // the operator exists
	key        string // lower case
	several    bool   // the key is one that may hold several values
	operator   string // as written
	source     *ConditionKey
	values     []operand
}

// operand is one value of the policy, prepared for its operator.
type operand struct {
	pattern pattern      // string, arn and bool operators
	number  decimal      // numeric operators
	date    time.Time    // date operators
	prefix  netip.Prefix // address operators
	valid   bool         // the value is one of the operator's type
}

func newConditions(ops []Operator, variables bool) []condition {
	var out []condition
	for i := range ops {
		op, q, ifExists, known := parseOperator(ops[i].Name)
		for j := range ops[i].Keys {
			k := &ops[i].Keys[j]
			c := condition{op: op, quantifier: q, ifExists: ifExists, known: known, operator: ops[i].Name, source: k,
				key: strings.ToLower(k.Name), several: Multivalued(k.Name), values: make([]operand, len(k.List))}
			for n := range k.List {
				c.values[n] = newOperand(op, k.List[n].Text, variables)
			}
			out = append(out, c)
		}
	}
	return out
}

func newOperand(op operator, text string, variables bool) operand {
	v := operand{valid: true}
	switch op.family {
	case stringFamily, arnFamily:
		v.pattern = newPattern(text, op.relation == like, variables)
	case boolFamily:
		v.pattern = newPattern(text, false, variables && VariablesInBool)
	case numberFamily:
		v.number, v.valid = parseDecimal(text)
	case dateFamily:
		v.date, v.valid = parseDate(text)
	case addressFamily:
		v.prefix, v.valid = parsePrefix(text)
	default:
		v.pattern = newPattern(text, false, false)
	}
	return v
}

// reason says why a condition came out as it did, for explanations.
type reason uint8

const (
	compared    reason = iota
	missing            // the key is absent and the operator's rule for that decided
	unqualified        // several values, or a key that may have several, and no set operator
	unknownOperator
)

// eval tells whether the condition holds. deny is the effect of its statement: a condition that cannot be understood
// holds in a Deny and fails in an Allow.
func (c *condition) eval(keys Keys, deny bool) (bool, reason) {
	if !c.known {
		return deny, unknownOperator
	}
	got := keys[c.key]
	absent := len(got) == 0 || !EmptyStringIsPresent && len(got) == 1 && got[0] == ""
	if c.op.family == nullFamily {
		return c.null(absent), compared
	}
	if absent {
		return c.whenMissing(), missing
	}
	switch c.quantifier {
	case forAllValues:
		for _, g := range got {
			if c.matches(g, keys) == c.op.negated {
				return false, compared
			}
		}
		return true, compared
	case forAnyValue:
		for _, g := range got {
			if c.matches(g, keys) != c.op.negated {
				return true, compared
			}
		}
		return false, compared
	}
	if MultivaluedNeedsSetOperator && (len(got) > 1 || c.several) {
		return false, unqualified
	}
	matched := false
	for _, g := range got {
		matched = matched || c.matches(g, keys)
	}
	return matched != c.op.negated, compared
}

// null is the operator Null: "true" asks for a key that is absent, "false" for one that is there.
func (c *condition) null(absent bool) bool {
	for i := range c.values {
		switch v := c.values[i].pattern.source; {
		case strings.EqualFold(v, "true") && absent, strings.EqualFold(v, "false") && !absent:
			return true
		}
	}
	return false
}

// whenMissing is what a missing key makes of the condition
// (reference_policies_elements_condition_operators, reference_policies_condition-single-vs-multi-valued-context-keys).
func (c *condition) whenMissing() bool {
	switch c.quantifier {
	case forAllValues:
		return true
	case forAnyValue:
		return c.ifExists && ForAnyValueIfExistsMatchesMissing
	}
	return c.ifExists || c.op.negated
}

// matches tells whether one value of the request stands to any value of the policy as the operator's positive form
// asks.
func (c *condition) matches(got string, keys Keys) bool {
	for i := range c.values {
		if c.values[i].valid && c.compare(&c.values[i], got, keys) {
			return true
		}
	}
	return false
}

func (c *condition) compare(v *operand, got string, keys Keys) bool {
	switch c.op.family {
	case stringFamily:
		if c.op.relation == equalIgnoringCase {
			want, ok := v.pattern.text(keys)
			return ok && strings.EqualFold(want, got)
		}
		ok, _ := v.pattern.match(got, keys, whole)
		return ok
	case arnFamily:
		if !strings.HasPrefix(got, "arn:") {
			return false
		}
		ok, _ := v.pattern.match(got, keys, byParts)
		return ok
	case boolFamily:
		want, ok := v.pattern.text(keys)
		return ok && strings.EqualFold(want, got) && (strings.EqualFold(got, "true") || strings.EqualFold(got, "false"))
	case numberFamily:
		n, ok := parseDecimal(got)
		return ok && c.op.relation.holds(n.compare(v.number))
	case dateFamily:
		t, ok := parseDate(got)
		return ok && c.op.relation.holds(t.Compare(v.date))
	case addressFamily:
		a, err := netip.ParseAddr(got)
		return err == nil && v.prefix.Contains(a.Unmap().WithZone(""))
	}
	return v.pattern.source == got
}
