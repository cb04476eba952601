package policy

import "strings"

// family is the type that an operator compares as.
type family uint8

const (
	unknownFamily family = iota
	stringFamily
	numberFamily
	dateFamily
	boolFamily
	binaryFamily
	addressFamily
	arnFamily
	nullFamily
)

// relation is how the request's value must stand to the policy's.
type relation uint8

const (
	equal relation = iota
	equalIgnoringCase
	like
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// operator is a condition operator without its prefix and suffix.
type operator struct {
	name     string
	family   family
	relation relation
	negated  bool
}

// operatorTable is every operator of reference_policies_elements_condition_operators. Names are case-sensitive. ArnEquals
// and ArnLike are the same.
var operatorTable = []operator{
	{"StringEquals", stringFamily, equal, false},
	{"StringNotEquals", stringFamily, equal, true},
	{"StringEqualsIgnoreCase", stringFamily, equalIgnoringCase, false},
	{"StringNotEqualsIgnoreCase", stringFamily, equalIgnoringCase, true},
	{"StringLike", stringFamily, like, false},
	{"StringNotLike", stringFamily, like, true},
	{"NumericEquals", numberFamily, equal, false},
	{"NumericNotEquals", numberFamily, equal, true},
	{"NumericLessThan", numberFamily, less, false},
	{"NumericLessThanEquals", numberFamily, lessOrEqual, false},
	{"NumericGreaterThan", numberFamily, greater, false},
	{"NumericGreaterThanEquals", numberFamily, greaterOrEqual, false},
	{"DateEquals", dateFamily, equal, false},
	{"DateNotEquals", dateFamily, equal, true},
	{"DateLessThan", dateFamily, less, false},
	{"DateLessThanEquals", dateFamily, lessOrEqual, false},
	{"DateGreaterThan", dateFamily, greater, false},
	{"DateGreaterThanEquals", dateFamily, greaterOrEqual, false},
	{"Bool", boolFamily, equal, false},
	{"BinaryEquals", binaryFamily, equal, false},
	{"IpAddress", addressFamily, equal, false},
	{"NotIpAddress", addressFamily, equal, true},
	{"ArnEquals", arnFamily, like, false},
	{"ArnLike", arnFamily, like, false},
	{"ArnNotEquals", arnFamily, like, true},
	{"ArnNotLike", arnFamily, like, true},
	{"Null", nullFamily, equal, false},
}

// quantifier is the set operator before an operator's name.
type quantifier uint8

const (
	noQuantifier quantifier = iota
	forAllValues
	forAnyValue
)

// parseOperator takes an operator's name apart. Null knows no IfExists. ok is false for a name that is no operator.
func parseOperator(name string) (op operator, q quantifier, ifExists, ok bool) {
	if rest, found := strings.CutPrefix(name, "ForAllValues:"); found {
		name, q = rest, forAllValues
	} else if rest, found := strings.CutPrefix(name, "ForAnyValue:"); found {
		name, q = rest, forAnyValue
	}
	name, ifExists = strings.CutSuffix(name, "IfExists")
	for _, op := range operatorTable {
		if op.name == name {
			return op, q, ifExists, op.family != nullFamily || !ifExists
		}
	}
	return operator{}, q, ifExists, false
}

// holds tells whether a comparison result (negative, zero, positive) satisfies the relation.
func (r relation) holds(cmp int) bool {
	switch r {
	case less:
		return cmp < 0
	case lessOrEqual:
		return cmp <= 0
	case greater:
		return cmp > 0
	case greaterOrEqual:
		return cmp >= 0
	}
	return cmp == 0
}
