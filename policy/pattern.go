package policy

import (
	"strings"
	"unicode/utf8"
)

// span is a run of a pattern's text. In a wild span * and ? are wildcards; elsewhere, and so in text that replaced a
// variable, they are themselves.
type span struct {
	text string
	wild bool
}

// slot is a variable of a pattern: the span that its value goes into.
type slot struct {
	span       int
	key        string // condition key in lower case; empty for text that is no variable: it never has a value
	fallback   string
	hasDefault bool
}

// shape lets the common patterns be matched without looking at wildcards.
type shape uint8

const (
	general shape = iota
	exact         // no wildcard
	prefix        // one *, at the end
	pieces        // any number of *, and no ?
	all           // nothing but *
)

// pattern is a compiled text of a policy.
type pattern struct {
	source string
	shape  shape // of a pattern without variables
	fixed  string
	pieces []string // what stands before, between and behind the stars
	spans  []span
	slots  []slot
}

// mode says how a pattern is compared.
type mode uint8

const (
	whole   mode = iota // wildcards match anything
	folded              // the same, ASCII letters compare without case
	byParts             // ARN: the first five colons separate parts that no wildcard crosses
)

// newPattern compiles text. With wild, * and ? are wildcards; with variables, ${…} is a policy variable.
func newPattern(text string, wild, variables bool) pattern {
	p := pattern{source: text}
	if variables && strings.Contains(text, "${") {
		p.spans, p.slots = splitVariables(text, wild)
	} else {
		p.spans = []span{{text, wild}}
	}
	if len(p.slots) == 0 && len(p.spans) == 1 {
		p.classify()
	}
	return p
}

// classify recognises the shapes that need no general matching.
func (p *pattern) classify() {
	s := p.spans[0]
	star := strings.IndexAny(s.text, "*?")
	switch {
	case !s.wild || star < 0:
		p.shape, p.fixed = exact, s.text
	case s.text != "" && strings.Trim(s.text, "*") == "":
		p.shape = all
	case star == len(s.text)-1 && s.text[star] == '*':
		p.shape, p.fixed = prefix, s.text[:star]
	case !strings.Contains(s.text, "?"):
		p.shape, p.pieces = pieces, strings.Split(s.text, "*")
	}
}

// match compares s with the pattern. resolved is false where a variable has no value; the pattern then matches nothing.
func (p *pattern) match(s string, keys Keys, m mode) (matched, resolved bool) {
	if len(p.slots) == 0 {
		if m != byParts {
			switch p.shape {
			case exact:
				return len(s) == len(p.fixed) && hasPrefix(s, p.fixed, m), true
			case prefix:
				return hasPrefix(s, p.fixed, m), true
			case pieces:
				if m == whole {
					return inOrder(p.pieces, s), true
				}
			case all:
				return true, true
			}
		}
		return glob(p.spans, s, m), true
	}
	var room [16]span
	spans, ok := p.fill(room[:0], keys)
	return ok && glob(spans, s, m), ok
}

// fill appends the pattern's spans, variables replaced, to dst.
func (p *pattern) fill(dst []span, keys Keys) ([]span, bool) {
	dst = append(dst, p.spans...)
	for i := range p.slots {
		v, ok := p.slots[i].value(keys)
		if !ok {
			return nil, false
		}
		dst[p.slots[i].span].text = v
	}
	return dst, true
}

// text is the pattern with its variables replaced, for comparisons that know no wildcards.
func (p *pattern) text(keys Keys) (string, bool) {
	if p.shape == exact {
		return p.fixed, true
	}
	spans, ok := p.fill(nil, keys)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.text)
	}
	return b.String(), true
}

// hasPrefix is strings.HasPrefix, without case in mode folded.
func hasPrefix(s, p string, m mode) bool {
	if m != folded {
		return strings.HasPrefix(s, p)
	}
	if len(s) < len(p) {
		return false
	}
	for i := range len(p) {
		if lower(s[i]) != lower(p[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// inOrder tells whether s begins with the first piece, ends with the last, and holds the others between them in their
// order. Its time is proportional to the length of s: each piece is looked for behind the one before.
func inOrder(pieces []string, s string) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, piece := range pieces[1 : len(pieces)-1] {
		i := strings.Index(s, piece)
		if i < 0 {
			return false
		}
		s = s[i+len(piece):]
	}
	return true
}

// glob matches s against spans. A mismatch goes back to the last * only, which is enough because an earlier one could
// only have made the later one's choice smaller; time is at most len(s) times the longest text between two stars.
//
// In mode byParts a * or ? in one of the first five parts does not match a colon, and the pattern must have six parts
// (reference_policies_elements_condition_operators, "each of the six colon-delimited components is checked separately").
func glob(spans []span, s string, m mode) bool {
	var (
		i, j, at int // span, offset in it, offset in s
		colons   int // separators passed, byParts only

		starred             bool
		starI, starJ, starS int // where to go on after the last *
	)
	for {
		for i < len(spans) && j == len(spans[i].text) {
			i, j = i+1, 0
		}
		ended := i == len(spans)
		if at == len(s) {
			if ended {
				return m != byParts || colons == 5
			}
			if spans[i].wild && spans[i].text[j] == '*' {
				j++
				continue
			}
			return false
		}
		if !ended {
			c := spans[i].text[j]
			switch {
			case spans[i].wild && c == '*':
				j++
				starred, starI, starJ, starS = true, i, j, at
				continue
			case spans[i].wild && c == '?':
				if m == byParts && colons < 5 && s[at] == ':' {
					break
				}
				_, size := utf8.DecodeRuneInString(s[at:])
				at += size
				j++
				continue
			case c == s[at] || m == folded && lower(c) == lower(s[at]):
				if m == byParts && c == ':' && colons < 5 {
					colons++
					starred = false
				}
				at++
				j++
				continue
			}
		}
		if !starred || m == byParts && colons < 5 && s[starS] == ':' {
			return false
		}
		_, size := utf8.DecodeRuneInString(s[starS:])
		starS += size
		i, j, at = starI, starJ, starS
	}
}
