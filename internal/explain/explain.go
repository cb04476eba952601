// Package explain renders trace steps as text for people. The data is package trace's; nothing is decided here.
package explain

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/airside-dev/airside/policy/trace"
)

// marks say how a step ended, in one column.
var marks = map[trace.Outcome]string{
	trace.Allow: "✓", trace.Match: "✓", trace.Deny: "✗", trace.NoMatch: "✗", trace.NoAllow: "–", trace.NotRelevant: "·",
}

// maxValues bounds how many values of a list are printed.
const maxValues = 8

// Text writes a step and everything below it, indented.
func Text(w io.Writer, s *trace.Step, indent string) error {
	if s == nil {
		return nil
	}
	mark := marks[s.Outcome]
	if mark == "" {
		mark = " "
	}
	if _, err := fmt.Fprintf(w, "%s%s %s\n", indent, mark, Printable(line(s))); err != nil {
		return err
	}
	for _, child := range s.Steps {
		if err := Text(w, child, indent+"  "); err != nil {
			return err
		}
	}
	return nil
}

func line(s *trace.Step) string {
	var b strings.Builder
	if !strings.HasPrefix(s.Subject, string(s.Kind)+" ") { // "statement 2" says what it is
		b.WriteString(string(s.Kind) + " ")
	}
	b.WriteString(s.Subject)
	if s.Pos != nil && s.Pos.Line > 0 {
		b.WriteString(" (" + s.Pos.String() + ")")
	}
	if s.Outcome != "" {
		b.WriteString(": " + string(s.Outcome))
	}
	if len(s.Want) > 0 {
		b.WriteString("; wants " + list(s.Want))
	}
	switch {
	case s.Absent && s.Detail == "":
		b.WriteString("; the request has none")
	case len(s.Got) > 0:
		b.WriteString("; got " + list(s.Got))
	}
	if s.Detail != "" {
		b.WriteString("; " + s.Detail)
	}
	return b.String()
}

func list(values []string) string {
	more := ""
	if len(values) > maxValues {
		more = fmt.Sprintf(" and %d more", len(values)-maxValues)
		values = values[:maxValues]
	}
	return strings.Join(values, ", ") + more
}

// Printable escapes what is not for a terminal: much of what is rendered was chosen by whoever made a request, and a line
// break or an escape sequence in it must not become one.
func Printable(s string) string {
	if strings.IndexFunc(s, unprintable) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unprintable(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }
