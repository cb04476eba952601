package policy

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, text string
		mode          mode
		want          bool
	}{
		{"", "", whole, true},
		{"", "a", whole, false},
		{"*", "", whole, true},
		{"?", "", whole, false},
		{"?", "é", whole, true},
		{"*??", "é", whole, false},
		{"a*b", "ab", whole, true},
		{"a*b", "axxb", whole, true},
		{"a*b", "axxbc", whole, false},
		{"*a*b*", "xxaxxbxx", whole, true},
		{"a**b", "ab", whole, true},
		{"a?c*", "abcd", whole, true},
		{"?*", "a", whole, true},
		{"*a*b*c", "xaxbxc", whole, true},
		{"*a*b*c", "xaxbxcx", whole, false},
		{"*a*b*c", "xbxaxc", whole, false},
		{"ab*ba", "aba", whole, false}, // the b stands once
		{"ab*é*ba", "abéba", whole, true},
		{"S3:*Obj*", "s3:GetOBJECT", folded, true},
		{"A", "a", whole, false},
		{"s3:get*", "S3:GetObject", folded, true},
		{"*Object", "s3:getOBJECT", folded, true},
		{"É*", "é", folded, false}, // ASCII only
		{"arn:aws:s3:::b/*/t/*", "arn:aws:s3:::b/1/2/t/3", whole, true},
		{"arn:aws:*:bucket", "arn:aws:s3:::bucket", whole, true},
		{"arn:aws:*:bucket", "arn:aws:s3:::bucket", byParts, false},
		{"arn:aws:s3:::b*", "arn:aws:s3:::bucket:with:colons", byParts, true},
		{"arn:*:iam::*:role/*", "arn:aws:iam::111122223333:role/x", byParts, true},
		{"arn:aws:iam::*:role/x", "arn:aws:iam::1:user/a:role/x", byParts, false},
		{"arn:aws:iam::?:role/x", "arn:aws:iam:::role/x", byParts, false},
		{"arn:aws:iam::*", "arn:aws:iam::1:role/x", byParts, false},
		{"arn:aws:s*x:::b", "arn:aws:sxyx:::b", byParts, true},
	}
	for _, tt := range tests {
		p := newPattern(tt.pattern, true, false)
		if got, _ := p.match(tt.text, nil, tt.mode); got != tt.want {
			t.Errorf("%q on %q, mode %d: got %t", tt.pattern, tt.text, tt.mode, got)
		}
	}
}

// TestGlobWorstCase would not end within the age of the universe if a mismatch went back to more than one star.
func TestGlobWorstCase(t *testing.T) {
	p := newPattern(strings.Repeat("*a", 1000)+"*b", true, false)
	start := time.Now()
	if ok, _ := p.match(strings.Repeat("a", 4000), nil, whole); ok {
		t.Error("matched")
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %s", d)
	}
}

// slowGlob is the definition of matching, written down directly.
func slowGlob(pattern, text []rune) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	if pattern[0] == '*' {
		return slowGlob(pattern[1:], text) || len(text) > 0 && slowGlob(pattern, text[1:])
	}
	return len(text) > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && slowGlob(pattern[1:], text[1:])
}

// slowParts matches the six parts of an ARN one by one.
func slowParts(pattern, text string) bool {
	p, s := strings.SplitN(pattern, ":", 6), strings.SplitN(text, ":", 6)
	if len(p) != 6 || len(s) != 6 {
		return false
	}
	for i := range p {
		if !slowGlob([]rune(p[i]), []rune(s[i])) {
			return false
		}
	}
	return true
}

func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("*é?", "aé€")
	f.Add("arn:aws:s3:::*", "arn:aws:s3:::b")
	f.Add("a*:*:?:::*x", "ab:c:d::::x")
	f.Add("a*b*ab*b", "aabbab")
	f.Add("*:*:*:*:*:*", "a:b:c:d:e:f:g")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 16 || len(text) > 24 || !utf8.ValidString(pattern) || !utf8.ValidString(text) {
			t.Skip("the slow matcher takes small, valid texts only")
		}
		p := newPattern(pattern, true, false)
		if got, _ := p.match(text, nil, whole); got != slowGlob([]rune(pattern), []rune(text)) {
			t.Errorf("%q on %q: got %t", pattern, text, got)
		}
		if got, _ := p.match(text, nil, byParts); got != slowParts(pattern, text) {
			t.Errorf("%q on %q by parts: got %t", pattern, text, got)
		}
	})
}

func TestVariables(t *testing.T) {
	keys := Keys{}
	keys.Set("aws:username", "ann")
	keys.Set("aws:PrincipalTag/team", "*")
	keys.Set("aws:TagKeys", "a")
	keys.Set("two", "a", "b")
	tests := []struct {
		pattern, text     string
		matched, resolved bool
	}{
		{"home/${aws:username}/*", "home/ann/x", true, true},
		{"home/${AWS:UserName}/*", "home/ann/x", true, true},
		{"home/${aws:username}/*", "home/bob/x", false, true},
		{"${aws:PrincipalTag/team}", "*", true, true}, // substituted text is literal
		{"${aws:PrincipalTag/team}", "anything", false, true},
		{"${aws:PrincipalTag/none}", "", false, false},
		{"${aws:PrincipalTag/none, 'x*'}", "x*", true, true},
		{"${aws:PrincipalTag/none, 'x*'}", "xy", false, true},
		{"${aws:PrincipalTag/none,'}'}!", "}!", true, true},
		{"${aws:username, 'other'}", "ann", true, true},
		{"${*}${?}${$}{", "*?${", true, true},
		{"${*}", "x", false, true},
		{"a${?}*", "a?b", true, true},
		{"${aws:TagKeys}", "a", false, false}, // multivalued key
		{"${two}", "a", false, false},
		{"${two, 'd'}", "d", true, true},
		{"${aws:username", "ann", false, false},
		{"${}", "", false, false},
		{"${a${aws:username}}", "ann", false, false}, // no nesting
		{"${aws:username, ann}", "ann", false, false},
		{"${aws:username, 'ann}x", "ann", false, false}, // the default is not closed
		{"${aws:TagKeys, 'd'}", "d", true, true},
	}
	for _, tt := range tests {
		p := newPattern(tt.pattern, true, true)
		matched, resolved := p.match(tt.text, keys, whole)
		if matched != tt.matched || resolved != tt.resolved {
			t.Errorf("%q on %q: got %t, %t", tt.pattern, tt.text, matched, resolved)
		}
	}
	old := newPattern("${aws:username}", true, false)
	if ok, _ := old.match("${aws:username}", keys, whole); !ok {
		t.Error("without variables, ${…} is itself")
	}
}
