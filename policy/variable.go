package policy

import "strings"

// splitVariables takes text apart at its policy variables (reference_policies_variables): ${key}, ${key, 'default'}, and
// ${*}, ${?}, ${$} for the characters themselves. In a 2012 document ${ always begins a variable; one that is not well
// formed never has a value.
func splitVariables(text string, wild bool) ([]span, []slot) {
	var (
		spans []span
		slots []slot
	)
	for {
		start := strings.Index(text, "${")
		if start < 0 {
			break
		}
		if start > 0 {
			spans = append(spans, span{text[:start], wild})
		}
		text = text[start+2:]
		if len(text) >= 2 && text[1] == '}' && strings.IndexByte("*?$", text[0]) >= 0 {
			spans = append(spans, span{text[:1], false})
			text = text[2:]
			continue
		}
		sl, rest := oneVariable(text)
		sl.span = len(spans)
		slots = append(slots, sl)
		spans = append(spans, span{})
		text = rest
	}
	if text != "" || len(spans) == 0 {
		spans = append(spans, span{text, wild})
	}
	return spans, slots
}

// oneVariable reads what follows ${ and returns the text behind the closing brace.
func oneVariable(text string) (slot, string) {
	end := strings.IndexAny(text, ",}")
	if end < 0 {
		return slot{}, ""
	}
	key := strings.TrimSpace(text[:end])
	if strings.ContainsAny(key, "${'") {
		key = ""
	}
	sl := slot{key: strings.ToLower(key)}
	if Multivalued(key) {
		sl.key = "" // has no single value, which counts as none
	}
	if text[end] == '}' {
		return sl, text[end+1:]
	}
	rest := strings.TrimLeft(text[end+1:], " ")
	if !strings.HasPrefix(rest, "'") {
		return slot{}, afterBrace(rest)
	}
	def, tail, ok := strings.Cut(rest[1:], "'")
	tail = strings.TrimLeft(tail, " ")
	if !ok || !strings.HasPrefix(tail, "}") {
		return slot{}, afterBrace(tail)
	}
	sl.fallback, sl.hasDefault = def, key != ""
	return sl, tail[1:]
}

// afterBrace is what follows the next closing brace.
func afterBrace(text string) string {
	_, rest, _ := strings.Cut(text, "}")
	return rest
}

// value is the text that replaces the variable. A key that has several values has no single one, which counts as none.
func (s *slot) value(keys Keys) (string, bool) {
	if s.key != "" {
		if v := keys[s.key]; len(v) == 1 {
			return v[0], true
		}
	}
	return s.fallback, s.hasDefault
}

// colons counts the colons of an ARN in text and gives the offset behind the fifth, -1 where there are fewer. With
// variables, those inside ${…} do not count.
func colons(text string, variables bool) (n, fifth int) {
	fifth = -1
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case variables && strings.HasPrefix(text[i:], "${"):
			inside = true
		case text[i] == '}':
			inside = false
		case text[i] == ':' && !inside:
			if n++; n == 5 {
				fifth = i + 1
			}
		}
	}
	return n, fifth
}
