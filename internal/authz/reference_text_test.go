package authz_test

import "strings"

// text is a value of a policy: characters, of which some are wildcards.
type text []character

type character struct {
	c        byte
	wildcard bool
}

// plain reads a value in which every * and ? is a wildcard.
func plain(s string) text {
	t := make(text, len(s))
	for i := range t {
		t[i] = character{s[i], s[i] == '*' || s[i] == '?'}
	}
	return t
}

// quoted is s without wildcards.
func quoted(s string) text {
	t := make(text, len(s))
	for i := range t {
		t[i] = character{c: s[i]}
	}
	return t
}

// literal is the text where nothing is a wildcard (StringEquals).
func (t text) literal() string {
	var b strings.Builder
	for _, c := range t {
		b.WriteByte(c.c)
	}
	return b.String()
}

// split cuts at the first five colons.
func (t text) split() []text {
	parts := []text{nil}
	for _, c := range t {
		if c.c == ':' && len(parts) < 6 {
			parts = append(parts, nil)
			continue
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], c)
	}
	return parts
}

// expand replaces the variables of a value (section 7). It is not ok where one has no value and no default.
func (q *question) expand(d *document, value string) (text, bool) {
	if d.Version != "2012-10-17" {
		return plain(value), true // 1.1
	}
	var t text
	for value != "" {
		before, rest, found := strings.Cut(value, "${")
		t = append(t, plain(before)...)
		if !found {
			return t, true
		}
		variable, after, _ := strings.Cut(rest, "}")
		value = after
		if variable == "*" || variable == "?" || variable == "$" {
			t = append(t, quoted(variable)...)
			continue
		}
		name, fallback, hasFallback := strings.Cut(variable, ", ")
		name = strings.ToLower(name)
		values := q.keys[name]
		switch {
		case len(values) == 1 && !isMultivalued(name):
			t = append(t, quoted(values[0])...) // what is put in is literal
		case hasFallback:
			t = append(t, quoted(strings.Trim(fallback, "'"))...)
		default:
			return nil, false
		}
	}
	return t, true
}

// glob: * is any run of characters, also none and also across / and :; ? is exactly one.
func glob(pattern text, s string) bool {
	known := make([]*bool, (len(pattern)+1)*(len(s)+1)) // by place in pattern and s; nil: not yet asked
	var from func(p, i int) bool
	from = func(p, i int) bool {
		at := &known[p*(len(s)+1)+i]
		if *at != nil {
			return **at
		}
		var answer bool
		switch {
		case p == len(pattern):
			answer = i == len(s)
		case pattern[p].wildcard && pattern[p].c == '*':
			answer = from(p+1, i) || i < len(s) && from(p, i+1)
		case i < len(s):
			answer = (pattern[p].wildcard || pattern[p].c == s[i]) && from(p+1, i+1)
		}
		*at = &answer
		return answer
	}
	return from(0, 0)
}
