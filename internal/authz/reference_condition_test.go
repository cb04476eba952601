package authz_test

import (
	"fmt"
	"math/big"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/airside-dev/airside/policy"
)

// conditionHolds is 6.1: operators and keys are ANDed; no Condition is true.
func (q *question) conditionHolds(d *document, s *statement) bool {
	for operator, keys := range s.Condition {
		for key, values := range keys {
			wanted := make([]string, len(values))
			for i, v := range values {
				wanted[i] = fmt.Sprint(v) // quotes are optional for numbers and Booleans
			}
			if !q.holds(d, operator, strings.ToLower(key), wanted) {
				return false
			}
		}
	}
	return true
}

// holds is one operator on one key.
func (q *question) holds(d *document, operator, key string, wanted []string) bool {
	values, present := q.keys[key]

	if operator == "Null" {
		for _, w := range wanted {
			if w == fmt.Sprint(!present) {
				return true
			}
		}
		return false
	}

	base, forAll := strings.CutPrefix(operator, "ForAllValues:")
	base, forAny := strings.CutPrefix(base, "ForAnyValue:")
	base, ifExists := strings.CutSuffix(base, "IfExists")
	base, negated := positive(base)

	if !present {
		switch {
		case forAll:
			return true // 6.4
		case forAny:
			return ifExists && policy.ForAnyValueIfExistsMatchesMissing // 6.4, 13.6
		case ifExists:
			return true // 6.3
		}
		return negated // table 6.2
	}

	satisfies := func(value string) bool {
		for _, w := range wanted {
			if q.compare(d, base, value, w) {
				return !negated // OR; NOR where it is negated
			}
		}
		return negated
	}
	switch {
	case forAll:
		for _, v := range values {
			if !satisfies(v) {
				return false
			}
		}
		return true
	case forAny:
		for _, v := range values {
			if satisfies(v) {
				return true
			}
		}
		return false
	case len(values) > 1 || isMultivalued(key):
		return !policy.MultivaluedNeedsSetOperator // 6.6, 13.2
	}
	return satisfies(values[0])
}

// positive is the operator that a negated one negates (table 6.2).
func positive(operator string) (string, bool) {
	switch operator {
	case "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals", "ArnNotEquals",
		"ArnNotLike":
		return strings.Replace(operator, "Not", "", 1), true
	case "NotIpAddress":
		return "IpAddress", true
	}
	return operator, false
}

// isMultivalued: the keys that section 9 marks with mv.
func isMultivalued(key string) bool {
	switch key {
	case "aws:principalorgpaths", "aws:principalservicenameslist", "aws:vpceorgpaths", "aws:resourceorgpaths", "aws:tagkeys",
		"aws:calledvia", "aws:sourceorgpaths", "sts:identitytokenaudience", "sts:requestcontextproviders",
		"sts:transitivetagkeys", "iam:accountpropertynamespaces", "eks:kubernetesgroups", "eks:namespaces",
		"eks:encryptionconfigproviderkeyarns":
		return true
	}
	return strings.HasSuffix(key, ":amr") // 5.8
}

// compare is one value of the request with one of the policy; positive operators only (table 6.2).
func (q *question) compare(d *document, operator, value, wanted string) bool {
	text := plain(wanted)
	if strings.HasPrefix(operator, "String") || strings.HasPrefix(operator, "Arn") ||
		operator == "Bool" && policy.VariablesInBool {
		var ok bool
		if text, ok = q.expand(d, wanted); !ok {
			return false // 7: a variable without a value
		}
	}
	switch operator {
	case "StringEquals":
		return value == text.literal()
	case "StringEqualsIgnoreCase":
		return strings.EqualFold(value, text.literal())
	case "StringLike":
		return glob(text, value)
	case "Bool":
		v, w := strings.ToLower(value), strings.ToLower(text.literal())
		return v == w && (w == "true" || w == "false")
	case "BinaryEquals":
		return value == wanted
	case "IpAddress":
		return inNetwork(value, wanted)
	case "ArnEquals", "ArnLike":
		return arnLike(text, value)
	}
	if comparison, ok := strings.CutPrefix(operator, "Numeric"); ok {
		v, w := number(value), number(wanted)
		return v != nil && w != nil && ordered(comparison, v.Cmp(w))
	}
	if comparison, ok := strings.CutPrefix(operator, "Date"); ok {
		v, w := date(value), date(wanted)
		return v != nil && w != nil && ordered(comparison, v.Cmp(w))
	}
	panic("unknown operator " + operator)
}

// ordered: request value, comparison, policy value.
func ordered(comparison string, order int) bool {
	switch comparison {
	case "Equals":
		return order == 0
	case "LessThan":
		return order < 0
	case "LessThanEquals":
		return order <= 0
	case "GreaterThan":
		return order > 0
	case "GreaterThanEquals":
		return order >= 0
	}
	panic("unknown comparison " + comparison)
}

var decimal = regexp.MustCompile(`^[-+]?[0-9]+(\.[0-9]+)?$`)

// number: integers and decimals.
func number(s string) *big.Rat {
	if !decimal.MatchString(s) {
		return nil
	}
	r, _ := new(big.Rat).SetString(s)
	return r
}

// date: the W3C profiles of ISO 8601, or epoch seconds.
func date(s string) *big.Rat {
	for _, layout := range []string{
		"2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return new(big.Rat).SetFrac64(t.UnixNano(), 1e9)
		}
	}
	return number(s)
}

// inNetwork: CIDR of either family; an address alone is itself.
func inNetwork(value, network string) bool {
	ip := net.ParseIP(value)
	if !strings.Contains(network, "/") {
		if strings.Contains(network, ":") {
			network += "/128"
		} else {
			network += "/32"
		}
	}
	_, n, err := net.ParseCIDR(network)
	return err == nil && ip != nil && n.Contains(ip)
}

// arnLike: six components, one by one; the sixth is the rest. What is no ARN does not match.
func arnLike(pattern text, value string) bool {
	want, got := pattern.split(), strings.SplitN(value, ":", 6)
	if len(want) != 6 || len(got) != 6 || want[0].literal() != "arn" || got[0] != "arn" {
		return false
	}
	for i := range want {
		if !glob(want[i], got[i]) {
			return false
		}
	}
	return true
}
