package policy

import (
	"strings"
	"unicode/utf8"
)

// String prints the document in one canonical form: two spaces of indentation, elements in the order of the grammar,
// one value as a plain string, every value quoted. Parsing the result gives the same document, positions aside.
func (d *Document) String() string {
	w := &printer{}
	w.open('{')
	w.scalar("Version", d.Version)
	w.scalar("Id", d.ID)
	if d.hasStatement {
		w.name("Statement")
		w.open('[')
		for _, s := range d.Statements {
			w.item()
			w.statement(s)
		}
		w.close(']')
	}
	w.close('}')
	return w.b.String()
}

// printer writes indented JSON.
type printer struct {
	b     strings.Builder
	depth int
	fresh bool // nothing was written yet in the innermost object or list
}

func (w *printer) open(c byte) {
	w.b.WriteByte(c)
	w.depth++
	w.fresh = true
}

func (w *printer) close(c byte) {
	w.depth--
	if !w.fresh {
		w.newline()
	}
	w.fresh = false
	w.b.WriteByte(c)
}

func (w *printer) newline() {
	w.b.WriteByte('\n')
	for range w.depth {
		w.b.WriteString("  ")
	}
}

// item begins a new member or list item.
func (w *printer) item() {
	if !w.fresh {
		w.b.WriteByte(',')
	}
	w.fresh = false
	w.newline()
}

func (w *printer) name(name string) {
	w.item()
	w.b.WriteString(quote(name))
	w.b.WriteString(": ")
}

func (w *printer) scalar(name string, v *Value) {
	if v != nil {
		w.name(name)
		w.b.WriteString(quote(v.Text))
	}
}

func (w *printer) list(name string, list []Value) {
	w.name(name)
	if len(list) == 1 {
		w.b.WriteString(quote(list[0].Text))
		return
	}
	w.open('[')
	for _, v := range list {
		w.item()
		w.b.WriteString(quote(v.Text))
	}
	w.close(']')
}

func (w *printer) values(name string, v *Values) {
	if v != nil {
		w.list(name, v.List)
	}
}

func (w *printer) principals(name string, p *Principals) {
	switch {
	case p == nil:
	case p.Text != nil:
		w.scalar(name, p.Text)
	default:
		w.name(name)
		w.open('{')
		for _, t := range p.Types {
			w.list(t.Type, t.List)
		}
		w.close('}')
	}
}

func (w *printer) statement(s *Statement) {
	w.open('{')
	w.scalar("Sid", s.Sid)
	w.scalar("Effect", s.Effect)
	w.principals("Principal", s.Principal)
	w.principals("NotPrincipal", s.NotPrincipal)
	w.values("Action", s.Action)
	w.values("NotAction", s.NotAction)
	w.values("Resource", s.Resource)
	w.values("NotResource", s.NotResource)
	if s.hasCondition {
		w.name("Condition")
		w.open('{')
		for _, op := range s.Condition {
			w.name(op.Name)
			w.open('{')
			for _, k := range op.Keys {
				w.list(k.Name, k.List)
			}
			w.close('}')
		}
		w.close('}')
	}
	w.close('}')
}

// quote writes s as a JSON string and escapes no more than JSON asks for.
func quote(s string) string {
	const hex = "0123456789abcdef"
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return string(append(b, '"'))
}
