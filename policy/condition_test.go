package policy

import (
	"fmt"
	"testing"
)

// holds evaluates one condition block in an Allow statement of a 2012 identity policy.
func holds(t *testing.T, block string, keys Keys) bool {
	t.Helper()
	p := Compile(mustParse(t, fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":%s}}`, block)))
	q := &Query{Kind: Identity, Action: "a:B", Resource: "*", Keys: keys}
	fast, slow := p.Evaluate(q, nil), p.Evaluate(q, &Step{})
	if fast != slow {
		t.Errorf("%s: the fast path gives %+v, the recording one %+v", block, fast, slow)
	}
	return fast.Allow != nil
}

// testKeys makes Keys of key=value pairs; a value that is repeated for a key adds to it.
func testKeys(pairs ...string) Keys {
	k := Keys{}
	for i := 0; i < len(pairs); i += 2 {
		k.Set(pairs[i], append(k.Get(pairs[i]), pairs[i+1])...)
	}
	return k
}

// TestOperators has, for every operator: the page
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func TestOperators(t *testing.T) {
	tests := []struct {
		operator, want, got string // want is JSON
		holds               bool
	}{
		{"StringEquals", `"a"`, "a", true},
		{"StringEquals", `"a"`, "A", false},
		{"StringEquals", `["b","a"]`, "a", true},
		{"StringEquals", `"a*"`, "ab", false}, // no wildcards
		{"StringEquals", `"a*"`, "a*", true},
		{"StringEquals", `[]`, "a", false},
		{"StringNotEquals", `"a"`, "b", true},
		{"StringNotEquals", `["b","a"]`, "a", false}, // NOR
		{"StringNotEquals", `["b","c"]`, "a", true},
		{"StringNotEquals", `[]`, "a", true},
		{"StringEqualsIgnoreCase", `"abC"`, "ABc", true},
		{"StringNotEqualsIgnoreCase", `"abC"`, "ABc", false},
		{"StringNotEqualsIgnoreCase", `"abC"`, "abd", true},
		{"StringLike", `"a?c*"`, "abcd", true},
		{"StringLike", `"a?c*"`, "Abcd", false},
		{"StringNotLike", `["x*","a*"]`, "abc", false},
		{"StringNotLike", `["x*","y*"]`, "abc", true},
		{"StringLike", `"a*b*d"`, "abcd", true},
		{"StringLike", `"a*c*b*d"`, "abcd", false},
		{"StringLike", `"ab*bc"`, "abc", false}, // the b cannot be both

		{"NumericEquals", `10`, "10", true},
		{"NumericEquals", `"10.0"`, "10", true},
		{"NumericEquals", `"-0"`, "0", true},
		{"NumericEquals", `"9007199254740993"`, "9007199254740992", false}, // equal as float64
		{"NumericEquals", `10`, "ten", false},
		{"NumericEquals", `"ten"`, "ten", false},
		{"NumericNotEquals", `10`, "10.00", false},
		{"NumericNotEquals", `[10, 11]`, "12", true},
		{"NumericLessThan", `10`, "9.99", true},
		{"NumericLessThan", `10`, "10", false},
		{"NumericLessThan", `-1`, "-2", true},
		{"NumericLessThan", `-1`, "2", false},
		{"NumericLessThan", `1`, "-2", true},
		{"NumericLessThanEquals", `10`, "10", true},
		{"NumericLessThanEquals", `10`, "10.01", false},
		{"NumericGreaterThan", `9`, "10", true},
		{"NumericGreaterThan", `10`, "9", false},
		{"NumericGreaterThan", `-10`, "-9.5", true},
		{"NumericGreaterThanEquals", `"0.5"`, "0.50", true},
		{"NumericGreaterThanEquals", `"0.5"`, "0.45", false},

		{"DateEquals", `"2026-01-02T03:04:05Z"`, "2026-01-02T04:04:05+01:00", true},
		{"DateEquals", `"2026-01-02"`, "2026-01-02T00:00:00Z", true},
		{"DateEquals", `"2026-01"`, "2026-01-01T00:00Z", true},
		{"DateEquals", `"1767323045"`, "2026-01-02T03:04:05Z", true},          // epoch seconds
		{"DateEquals", `"2026-01-02T03:04:05"`, "2026-01-02T03:04:05Z", true}, // without a zone, UTC
		{"DateEquals", `"2026-01-02T03:04:05.5Z"`, "2026-01-02T03:04:05Z", false},
		{"DateEquals", `"yesterday"`, "2026-01-02T03:04:05Z", false},
		{"DateNotEquals", `"2026-01-02T03:04:05Z"`, "2026-01-02T03:04:06Z", true},
		{"DateNotEquals", `"2026-01-02T03:04:05Z"`, "2026-01-02T03:04:05Z", false},
		{"DateLessThan", `"2026-01-02T03:04:05Z"`, "2026-01-02T03:04:04Z", true},
		{"DateLessThan", `"2026-01-02T03:04:05Z"`, "2026-01-02T03:04:05Z", false},
		{"DateLessThanEquals", `"2026-01-02T03:04:05Z"`, "2026-01-02T03:04:05Z", true},
		{"DateGreaterThan", `"2026-01-02T03:04:05Z"`, "1767323046", true},
		{"DateGreaterThan", `"2026-01-02T03:04:05Z"`, "1767323045", false},
		{"DateGreaterThanEquals", `"2026-01-02T03:04:05Z"`, "1767323045", true},

		{"Bool", `true`, "true", true},
		{"Bool", `"TRUE"`, "true", true},
		{"Bool", `"false"`, "true", false},
		{"Bool", `"yes"`, "yes", false},

		{"BinaryEquals", `"QmluYXJ5"`, "QmluYXJ5", true},
		{"BinaryEquals", `"QmluYXJ5"`, "qmluYXJ5", false},

		{"IpAddress", `"203.0.113.0/24"`, "203.0.113.77", true},
		{"IpAddress", `"203.0.113.77/24"`, "203.0.113.1", true},
		{"IpAddress", `"203.0.113.0/24"`, "203.0.114.1", false},
		{"IpAddress", `"203.0.113.7"`, "203.0.113.7", true},
		{"IpAddress", `"203.0.113.7"`, "203.0.113.8", false},
		{"IpAddress", `"2001:db8::/32"`, "2001:db8:1::1", true},
		{"IpAddress", `"2001:db8::1"`, "2001:db8::2", false},
		{"IpAddress", `"0.0.0.0/0"`, "2001:db8::1", false}, // families do not mix
		{"IpAddress", `"203.0.113.0/24"`, "::ffff:203.0.113.1", true},
		{"IpAddress", `"somewhere"`, "203.0.113.1", false},
		{"NotIpAddress", `["203.0.113.0/24","198.51.100.0/24"]`, "198.51.100.1", false},
		{"NotIpAddress", `["203.0.113.0/24","198.51.100.0/24"]`, "192.0.2.1", true},

		{"ArnEquals", `"arn:aws:sns:*:111122223333:t*"`, "arn:aws:sns:us-east-1:111122223333:topic", true},
		{"ArnLike", `"arn:aws:sns:*:111122223333:t*"`, "arn:aws:sns:us-east-1:111122223333:topic", true},
		{"ArnLike", `"arn:aws:sns:*:111122223333:t*"`, "arn:aws:SNS:us-east-1:111122223333:topic", false},
		{"ArnLike", `"arn:aws:sns:*:topic"`, "arn:aws:sns:us-east-1:111122223333:topic", false}, // part by part
		{"ArnLike", `"*"`, "arn:aws:sns:us-east-1:111122223333:topic", false},
		{"ArnLike", `"*:*:*:*:*:*"`, "no:arn:at:all:but:six", false},
		{"ArnNotEquals", `"arn:aws:iam::*:role/a"`, "arn:aws:iam::1:role/a", false},
		{"ArnNotLike", `"arn:aws:iam::*:role/a*"`, "arn:aws:iam::1:role/b", true},

		{"Null", `"false"`, "x", true},
		{"Null", `"true"`, "x", false},
		{"Null", `["true","false"]`, "x", true},
		{"Null", `"false"`, "", true}, // EmptyStringIsPresent
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		seen[tt.operator] = true
		for _, form := range []string{"%s", "%sIfExists", "ForAllValues:%s", "ForAnyValue:%sIfExists"} {
			name := fmt.Sprintf(form, tt.operator)
			if tt.operator == "Null" && form != "%s" {
				continue
			}
			block := fmt.Sprintf(`{%q:{"My:Key":%s}}`, name, tt.want)
			if got := holds(t, block, testKeys("my:KEY", tt.got)); got != tt.holds {
				t.Errorf("%s on %q: got %t", block, tt.got, got)
			}
		}
	}
	for _, op := range operatorTable {
		if !seen[op.name] {
			t.Errorf("no case for %s", op.name)
		}
	}
}

// TestMissingKey is the rule for a key that the request does not have, for every operator (the same page, and
// reference_policies_condition-single-vs-multi-valued-context-keys).
func TestMissingKey(t *testing.T) {
	negated := map[string]bool{"StringNotEquals": true, "StringNotEqualsIgnoreCase": true, "StringNotLike": true,
		"NumericNotEquals": true, "DateNotEquals": true, "NotIpAddress": true, "ArnNotEquals": true, "ArnNotLike": true}
	for _, op := range operatorTable {
		if op.name == "Null" {
			continue
		}
		for form, want := range map[string]bool{
			"%s":                      negated[op.name],
			"%sIfExists":              true,
			"ForAllValues:%s":         true,
			"ForAnyValue:%s":          false,
			"ForAllValues:%sIfExists": true,
			"ForAnyValue:%sIfExists":  ForAnyValueIfExistsMatchesMissing,
		} {
			name := fmt.Sprintf(form, op.name)
			block := fmt.Sprintf(`{%q:{"k":"1"}}`, name)
			if got := holds(t, block, nil); got != want {
				t.Errorf("%s, missing: got %t", name, got)
			}
			if got := holds(t, block, Keys{"k": {}}); got != want {
				t.Errorf("%s, empty list: got %t", name, got)
			}
		}
	}
	if !holds(t, `{"Null":{"k":"true"}}`, nil) || holds(t, `{"Null":{"k":"false"}}`, nil) {
		t.Error("Null on a missing key")
	}
}

func TestConditionCombination(t *testing.T) {
	keys := testKeys("a", "1", "b", "2")
	tests := []struct {
		block string
		want  bool
	}{
		{`{}`, true},
		{`{"StringEquals":{}}`, true},
		{`{"NoSuchOperator":{}}`, true}, // IAM accepts it; there is nothing to ask
		{`{"NoSuchOperator":{"a":"1"}}`, false},
		{`{"StringEquals":{"a":"1","b":"2"}}`, true},
		{`{"StringEquals":{"a":"1","b":"3"}}`, false},
		{`{"StringEquals":{"a":"1"},"StringNotEquals":{"b":"2"}}`, false},
		{`{"StringEquals":{"a":"1"},"StringNotEquals":{"b":"3"}}`, true},
	}
	for _, tt := range tests {
		if got := holds(t, tt.block, keys); got != tt.want {
			t.Errorf("%s: got %t", tt.block, got)
		}
	}
}

// TestSetOperators: reference_policies_condition-single-vs-multi-valued-context-keys.
func TestSetOperators(t *testing.T) {
	two := testKeys("aws:TagKeys", "env", "aws:TagKeys", "team")
	one := testKeys("aws:TagKeys", "env")
	tests := []struct {
		block string
		keys  Keys
		want  bool
	}{
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["env","team","x"]}}`, two, true},
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["env"]}}`, two, false},
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["ENV"]}}`, one, false}, // values keep their case
		{`{"ForAnyValue:StringEquals":{"aws:TagKeys":["team"]}}`, two, true},
		{`{"ForAnyValue:StringEquals":{"aws:TagKeys":["x"]}}`, two, false},
		{`{"ForAllValues:StringNotEquals":{"aws:TagKeys":["x"]}}`, two, true},
		{`{"ForAllValues:StringNotEquals":{"aws:TagKeys":["x","team"]}}`, two, false},
		{`{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["team"]}}`, two, true},
		{`{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["team","env"]}}`, two, false},
		{`{"ForAllValues:StringNotLike":{"aws:TagKeys":["t*"]}}`, two, false},
		// Without a set operator a multivalued key matches nothing, be it by its name or by its number of values.
		{`{"StringEquals":{"aws:TagKeys":["env","team"]}}`, two, false},
		{`{"StringEquals":{"aws:TagKeys":"env"}}`, one, false},
		{`{"StringNotEquals":{"aws:TagKeys":"x"}}`, one, false},
		{`{"StringEquals":{"k":["env","team"]}}`, testKeys("k", "env", "k", "team"), false},
		{`{"Null":{"aws:TagKeys":"false"}}`, two, true},
		// A single-valued key may have one.
		{`{"ForAnyValue:StringLike":{"k":"e*"}}`, testKeys("k", "env"), true},
	}
	for _, tt := range tests {
		if got := holds(t, tt.block, tt.keys); got != tt.want {
			t.Errorf("%s with %v: got %t", tt.block, tt.keys, got)
		}
	}
}

// TestVariablesInConditions: reference_policies_variables, "Using policy variables", "no value".
func TestVariablesInConditions(t *testing.T) {
	keys := testKeys("aws:username", "ann", "k", "ann", "flag", "true", "arn", "arn:aws:iam::1:user/ann", "wild", "*",
		"aws:PrincipalArn", "arn:aws:iam::1:user/ann")
	tests := []struct {
		block string
		want  bool
	}{
		{`{"StringEquals":{"k":"${aws:username}"}}`, true},
		{`{"StringEqualsIgnoreCase":{"k":"${aws:username}"}}`, true},
		{`{"StringLike":{"k":"${wild}"}}`, false},
		{`{"StringLike":{"wild":"${*}"}}`, true},
		{`{"StringLike":{"k":"${*}"}}`, false},
		{`{"StringEquals":{"k":"${none}"}}`, false},
		{`{"StringNotEquals":{"k":"${none}"}}`, true},
		{`{"StringNotEquals":{"k":["${none}","ann"]}}`, false},
		{`{"StringEquals":{"k":"${none, 'ann'}"}}`, true},
		{`{"ArnLike":{"arn":"arn:aws:iam::*:user/${aws:username}"}}`, true},
		{`{"ArnEquals":{"arn":"${aws:PrincipalArn}"}}`, true},
		{`{"ArnLike":{"arn":"arn:aws:iam::${wild}:user/ann"}}`, false},
		{`{"Bool":{"flag":"${flag}"}}`, VariablesInBool},
		{`{"BinaryEquals":{"k":"${aws:username}"}}`, false},
		{`{"NumericEquals":{"k":"${aws:username}"}}`, false},
	}
	for _, tt := range tests {
		if got := holds(t, tt.block, keys); got != tt.want {
			t.Errorf("%s: got %t", tt.block, got)
		}
	}
}
