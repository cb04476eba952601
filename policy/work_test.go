package policy

import (
	"fmt"
	"strings"
	"testing"
)

// The tests of this file bound work by size. Each input is the longest that the limits on documents and requests let
// through, or longer, and made to be as expensive as possible: what takes time in the product of lengths takes
// milliseconds, what takes time in their powers would not end.

// longValue is longer than any ARN and than any header that the gateway reads.
const longValue = 1 << 16

// TestWildcardsAtTheirWorst: patterns that match nothing, found out at the last character.
func TestWildcardsAtTheirWorst(t *testing.T) {
	a := strings.Repeat("a", longValue)
	arn := "arn:aws:iam::111122223333:role/"
	for _, tt := range []struct {
		name, pattern, text string
		want                bool
	}{
		{"a star before each letter", strings.Repeat("*a", 3000) + "*b", a, false},
		{"a star before each letter, matched", strings.Repeat("*a", 3000) + "*", a, true},
		{"stars alone behind a letter", "b" + strings.Repeat("*", 6000) + "b", "b" + a, false},
		{"a star and a question mark in turn", strings.Repeat("*?", 3000) + "b", a, false},
		{"question marks", strings.Repeat("?", longValue), a, true},
		{"question marks, one too many", strings.Repeat("?", longValue+1), a, false},
		{"a star, then question marks", "*" + strings.Repeat("?", 200) + "b", a, false},
		{"a long text that nearly stands everywhere", "*" + strings.Repeat("a", 800) + "b*c", a, false},
		{"the same with a question mark", "*" + strings.Repeat("a", 200) + "?b*c", a, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for mode, prefix := range map[mode]string{whole: "", folded: "", byParts: arn} {
				p := newPattern(prefix+tt.pattern, true, false)
				if got, _ := p.match(prefix+tt.text, nil, mode); got != tt.want {
					t.Errorf("mode %d: got %t", mode, got)
				}
			}
		})
	}
}

// TestARNPartsAtTheirWorst: stars in every part of an ARN pattern go back within their part only.
func TestARNPartsAtTheirWorst(t *testing.T) {
	part := strings.Repeat("a", longValue/8)
	stars := strings.Repeat("*a", 1000)
	arn := "arn:" + strings.Repeat(part+":", 4) + part
	for last, want := range map[string]bool{"*": true, "*b": false} {
		p := newPattern("arn:"+strings.Repeat(stars+"*:", 4)+stars+last, true, false)
		if got, _ := p.match(arn, nil, byParts); got != want {
			t.Errorf("%s: got %t", last, got)
		}
	}
}

// TestVariablesAtTheirWorst: many variables, open ones, and values that look like patterns.
func TestVariablesAtTheirWorst(t *testing.T) {
	a := strings.Repeat("a", 2048)
	keys := testKeys("k", a, "stars", strings.Repeat("*", 2048))
	for _, tt := range []struct {
		name, pattern, text string
		want                bool
	}{
		{"many, a star between", strings.Repeat("${k}*", 1000) + "b", strings.Repeat(a, 32), false},
		{"many without a value", strings.Repeat("${none}", 9000), a, false},
		{"many that are open", strings.Repeat("${", 32000), a, false},
		{"many that are open behind their key", strings.Repeat("${k, ", 13000), a, false},
		{"many that are open in their default", strings.Repeat("${k, 'x", 9000), a, false},
		{"many with a default", strings.Repeat("${none, 'a'}", 2048), a, true},
		{"stars of a value are text", strings.Repeat("${stars}", 30), strings.Repeat("*", 30*2048-1) + "a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPattern(tt.pattern, true, true)
			if got, _ := p.match(tt.text, keys, whole); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// TestManyValues: thousands of values in the policy against thousands in the request.
func TestManyValues(t *testing.T) {
	list := func(prefix string) string {
		values := make([]string, 4000)
		for i := range values {
			values[i] = fmt.Sprintf(`"%s%d*"`, prefix, i)
		}
		return "[" + strings.Join(values, ",") + "]"
	}
	keys := Keys{}
	for i := range 1000 {
		keys["aws:tagkeys"] = append(keys["aws:tagkeys"], fmt.Sprintf("key%d", i))
	}
	for block, want := range map[string]bool{
		`{"ForAllValues:StringLike":{"aws:TagKeys":` + list("key") + `}}`:    true,
		`{"ForAllValues:StringNotLike":{"aws:TagKeys":` + list("yek") + `}}`: true,
		`{"ForAnyValue:StringLike":{"aws:TagKeys":` + list("yek") + `}}`:     false,
	} {
		if got := holds(t, block, keys); got != want {
			t.Errorf("%.40s…: got %t", block, got)
		}
	}
}

// TestLongDocuments: the longest documents, of one element only, are read and checked.
func TestLongDocuments(t *testing.T) {
	repeat := func(s string) string { return strings.TrimSuffix(strings.Repeat(s+",", (MaxSize-200)/(len(s)+1)), ",") }
	for _, tt := range []struct{ name, statement, want string }{
		{"actions", `"Effect":"Allow","Action":[` + repeat(`"s3:*"`) + `],"Resource":"*"`, ""},
		{"resources", `"Effect":"Allow","Action":"s3:*","Resource":[` + repeat(`"arn:aws:s3:::${a}"`) + `]`, ""},
		{"resources that are none", `"Effect":"Allow","Action":"s3:*","Resource":[` + repeat(`"x"`) + `]`, `Resource x must be in ARN format or "*".`},
		{"lists in lists", `"Action":` + strings.Repeat("[", MaxSize-200), syntaxMessage},
		{"statements", `"Effect":"Allow","Action":"*","Resource":"*"},` + repeat(`{"Effect":"Deny","Action":"a:b","Resource":"*"}`) + `,{"Effect":"Deny"`, "Policy statement must contain actions."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Check(`{"Version":"2012-10-17","Statement":[{`+tt.statement+`}]}`, Identity, true)
			expect(t, tt.name, err, "MalformedPolicyDocument", tt.want)
		})
	}
}
