package policy

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits on the text of a policy document. The size is the longest policyDocument parameter of the IAM API in
// characters; the depth is several times what the grammar can use.
const (
	MaxSize  = 131072
	maxDepth = 16
)

// SyntaxError is a text that is not a policy document: not JSON, or JSON of another shape.
type SyntaxError struct {
	Pos Pos
	Msg string // a clear sentence without the position
}

// Error prints "line:column: message".
func (e *SyntaxError) Error() string { return e.Pos.String() + ": " + e.Msg }

// nodeKind is the JSON type of a node.
type nodeKind string

const (
	objectNode nodeKind = "an object"
	arrayNode  nodeKind = "a list"
	stringNode nodeKind = "a string"
	numberNode nodeKind = "a number"
	boolNode   nodeKind = "a boolean"
	nullNode   nodeKind = "null"
)

// node is one JSON value and where it stands.
type node struct {
	kind    nodeKind
	pos     Pos
	off     int // byte offsets of the value in the text, end exclusive
	end     int
	text    string // decoded string, or the literal of a number or boolean
	items   []*node
	members []member
}

// member is one name and value of an object.
type member struct {
	name  string
	pos   Pos
	value *node
}

// reader reads strict JSON (RFC 8259) and keeps positions. A reader of our own, because encoding/json neither reports
// duplicate names nor tells where a value stands.
type reader struct {
	text    string
	off     int
	line    int // current line, from 1
	column  int // column of the character at offset counted
	counted int
}

// readJSON reads the one JSON value that text must consist of.
func readJSON(text string) (*node, error) {
	r := &reader{text: text, line: 1, column: 1}
	if n := utf8.RuneCountInString(text); n > MaxSize {
		return nil, &SyntaxError{Pos{Line: 1, Column: 1}, fmt.Sprintf("the document has %d characters; at most %d are allowed", n, MaxSize)}
	}
	r.space()
	n, err := r.value(0)
	if err != nil {
		return nil, err
	}
	r.space()
	if r.off < len(r.text) {
		return nil, r.errorf("unexpected %s after the end of the document", r.here())
	}
	return n, nil
}

// pos is the current position; columns count characters. It counts on from where it was last asked, so that a long
// document on a single line is not counted again for each of its values.
func (r *reader) pos() Pos {
	r.column += utf8.RuneCountInString(r.text[r.counted:r.off])
	r.counted = r.off
	return Pos{Line: r.line, Column: r.column}
}

func (r *reader) errorf(format string, args ...any) error {
	return &SyntaxError{r.pos(), fmt.Sprintf(format, args...)}
}

// here names the character at the current offset for a message.
func (r *reader) here() string {
	if r.off >= len(r.text) {
		return "end of the document"
	}
	c, size := utf8.DecodeRuneInString(r.text[r.off:])
	if c == utf8.RuneError && size == 1 {
		return fmt.Sprintf("byte 0x%02x", r.text[r.off])
	}
	return strconv.QuoteRune(c)
}

// peek is the byte at the current offset, 0 at the end.
func (r *reader) peek() byte {
	if r.off < len(r.text) {
		return r.text[r.off]
	}
	return 0
}

func (r *reader) space() {
	for r.off < len(r.text) {
		switch r.text[r.off] {
		case '\n':
			r.off++
			r.line++
			r.column, r.counted = 1, r.off
		case ' ', '\t', '\r':
			r.off++
		default:
			return
		}
	}
}

func (r *reader) value(depth int) (*node, error) {
	if depth > maxDepth {
		return nil, r.errorf("values are nested more than %d deep", maxDepth)
	}
	n := &node{pos: r.pos(), off: r.off}
	var err error
	switch c := r.peek(); {
	case c == '{':
		n.kind = objectNode
		err = r.object(n, depth)
	case c == '[':
		n.kind = arrayNode
		err = r.array(n, depth)
	case c == '"':
		n.kind = stringNode
		n.text, err = r.str()
	case c == '-' || c >= '0' && c <= '9':
		n.kind = numberNode
		n.text, err = r.number()
	case r.word("true"), r.word("false"):
		n.kind = boolNode
		n.text = r.text[n.off:r.off]
	case r.word("null"):
		n.kind = nullNode
	default:
		return nil, r.errorf("unexpected %s where a value should stand", r.here())
	}
	n.end = r.off
	return n, err
}

// word consumes w if it stands here. What may not follow it is found by whoever reads on.
func (r *reader) word(w string) bool {
	end := r.off + len(w)
	if end > len(r.text) || r.text[r.off:end] != w {
		return false
	}
	r.off = end
	return true
}

func (r *reader) object(n *node, depth int) error {
	r.off++
	r.space()
	if r.peek() == '}' {
		r.off++
		return nil
	}
	seen := map[string]bool{}
	for {
		r.space()
		if r.peek() != '"' {
			return r.errorf("unexpected %s where a name in double quotes should stand", r.here())
		}
		m := member{pos: r.pos()}
		var err error
		if m.name, err = r.str(); err != nil {
			return err
		}
		if seen[m.name] {
			return &SyntaxError{m.pos, fmt.Sprintf("%q is given twice in the same object", m.name)}
		}
		seen[m.name] = true
		r.space()
		if r.peek() != ':' {
			return r.errorf("unexpected %s where the colon after %q should stand", r.here(), m.name)
		}
		r.off++
		r.space()
		if m.value, err = r.value(depth + 1); err != nil {
			return err
		}
		n.members = append(n.members, m)
		r.space()
		switch r.peek() {
		case ',':
			r.off++
		case '}':
			r.off++
			return nil
		default:
			return r.errorf("unexpected %s where a comma or } should stand", r.here())
		}
	}
}

func (r *reader) array(n *node, depth int) error {
	r.off++
	r.space()
	if r.peek() == ']' {
		r.off++
		return nil
	}
	for {
		r.space()
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
		r.space()
		switch r.peek() {
		case ',':
			r.off++
		case ']':
			r.off++
			return nil
		default:
			return r.errorf("unexpected %s where a comma or ] should stand", r.here())
		}
	}
}

// number reads a number and returns its literal.
func (r *reader) number() (string, error) {
	start := r.off
	if r.peek() == '-' {
		r.off++
	}
	if r.peek() == '0' {
		r.off++
	} else if !r.digits() {
		return "", r.errorf("unexpected %s in a number", r.here())
	}
	if r.peek() == '.' {
		r.off++
		if !r.digits() {
			return "", r.errorf("unexpected %s in a number", r.here())
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.off++
		if c := r.peek(); c == '+' || c == '-' {
			r.off++
		}
		if !r.digits() {
			return "", r.errorf("unexpected %s in a number", r.here())
		}
	}
	return r.text[start:r.off], nil
}

// digits consumes a run of digits and tells whether there was one.
func (r *reader) digits() bool {
	start := r.off
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.off++
	}
	return r.off > start
}

// str reads a string, the opening quote of which stands here, and returns it decoded.
func (r *reader) str() (string, error) {
	r.off++
	start := r.off
	var buf []byte // nil while the string needs no decoding
	for {
		if r.off >= len(r.text) {
			return "", r.errorf("a string is not closed before the end of the document")
		}
		switch c := r.text[r.off]; {
		case c == '"':
			s := r.text[start:r.off]
			if buf != nil {
				s = string(buf)
			}
			r.off++
			return s, nil
		case c == '\\':
			if buf == nil {
				buf = append([]byte{}, r.text[start:r.off]...)
			}
			var err error
			if buf, err = r.escape(buf); err != nil {
				return "", err
			}
		case c < ' ':
			return "", r.errorf("a string holds the control character 0x%02x; write it as an escape", c)
		default:
			ch, size := utf8.DecodeRuneInString(r.text[r.off:])
			if ch == utf8.RuneError && size == 1 {
				return "", r.errorf("a string is not valid UTF-8")
			}
			if buf != nil {
				buf = append(buf, r.text[r.off:r.off+size]...)
			}
			r.off += size
		}
	}
}

// escape decodes the escape sequence that stands here onto buf.
func (r *reader) escape(buf []byte) ([]byte, error) {
	if r.off+1 >= len(r.text) {
		return nil, r.errorf("a string is not closed before the end of the document")
	}
	c := r.text[r.off+1]
	if c == 'u' {
		ch, ok := r.unicode(r.off)
		if !ok {
			return nil, r.errorf(`\u in a string must be followed by four hexadecimal digits`)
		}
		r.off += 6
		if utf16.IsSurrogate(ch) {
			low, ok := r.unicode(r.off)
			if ch = utf16.DecodeRune(ch, low); !ok || ch == utf8.RuneError {
				return nil, r.errorf("a string holds half of a surrogate pair")
			}
			r.off += 6
		}
		return utf8.AppendRune(buf, ch), nil
	}
	decoded := byte(0)
	switch c {
	case '"', '\\', '/':
		decoded = c
	case 'b':
		decoded = '\b'
	case 'f':
		decoded = '\f'
	case 'n':
		decoded = '\n'
	case 'r':
		decoded = '\r'
	case 't':
		decoded = '\t'
	default:
		r.off++
		return nil, r.errorf("unknown escape %s in a string", r.here())
	}
	r.off += 2
	return append(buf, decoded), nil
}

// unicode reads the \uXXXX at offset off.
func (r *reader) unicode(off int) (rune, bool) {
	if off+6 > len(r.text) || r.text[off] != '\\' || r.text[off+1] != 'u' {
		return 0, false
	}
	v := rune(0)
	for _, c := range []byte(r.text[off+2 : off+6]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	return v, true
}
