package awswire

import (
	"fmt"
	"reflect"
	"sort"
	"unicode/utf8"

	"github.com/airside-dev/airside/internal/awswire/model"
)

// XMLStyle is how an XML protocol spells a response.
type XMLStyle struct {
	Element    string // the name of list elements that the model does not name: "member", "item"
	TimeFormat string // of timestamps whose format the model does not set
}

// AppendXML prints the members of out, a pointer to the structure of sh, without an element around them. Absent members
// are left out, except lists and maps that are required or that stand in out itself: they are written empty, as AWS does
// (a list without results is <vpcSet/> and not nothing).
func (s XMLStyle) AppendXML(b []byte, sh *model.Shape, out any) ([]byte, error) {
	p, err := model.PlanOf(sh, out)
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(out)
	if v.IsNil() {
		return nil, fmt.Errorf("no response to write as %s", sh.Name)
	}
	return s.structure(b, p, v.Elem(), true), nil
}

func (s XMLStyle) structure(b []byte, p *model.Plan, v reflect.Value, top bool) []byte {
	for i := range p.Fields {
		f := &p.Fields[i]
		value, present := f.Plan.Present(f.Value(v))
		name := f.Member.WireName()
		flat := f.Member.Flattened || f.Plan.Shape.Flattened
		switch {
		case present && flat && f.Plan.Shape.Kind == model.List:
			b = s.list(b, f.Plan, value, name)
		case present && flat && f.Plan.Shape.Kind == model.Map:
			b = s.mapping(b, f.Plan, value, name)
		case present:
			b = s.element(b, name, f.Plan, f.Member, value)
		case flat:
		case f.Member.Required, top && (f.Plan.Shape.Kind == model.List || f.Plan.Shape.Kind == model.Map):
			b = appendEmpty(b, name)
		}
	}
	return b
}

// element prints <name>value</name>.
func (s XMLStyle) element(b []byte, name string, p *model.Plan, m *model.Member, v reflect.Value) []byte {
	start := len(b)
	b = AppendStart(b, name)
	content := len(b)
	switch p.Shape.Kind {
	case model.Structure:
		b = s.structure(b, p, v, false)
	case model.List:
		elem := p.Shape.Member.LocationName
		if elem == "" {
			elem = s.Element
		}
		b = s.list(b, p, v, elem)
	case model.Map:
		b = s.mapping(b, p, v, "entry")
	case model.String:
		b = AppendEscaped(b, v.String())
	default: // numbers, booleans, timestamps and base64 have nothing to escape
		b = AppendText(b, p.Shape, v, Format(m, s.TimeFormat))
	}
	if len(b) == content {
		return appendEmpty(b[:start], name)
	}
	return AppendEnd(b, name)
}

func (s XMLStyle) list(b []byte, p *model.Plan, v reflect.Value, name string) []byte {
	for i := range v.Len() {
		b = s.element(b, name, p.Elem, p.Shape.Member, v.Index(i))
	}
	return b
}

func (s XMLStyle) mapping(b []byte, p *model.Plan, v reflect.Value, name string) []byte {
	keyName, valueName := mapNames(p.Shape)
	keys := v.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	for _, k := range keys {
		b = AppendStart(b, name)
		b = AppendStart(b, keyName)
		b = AppendEscaped(b, k.String())
		b = AppendEnd(b, keyName)
		b = s.element(b, valueName, p.Elem, p.Shape.Value, v.MapIndex(k))
		b = AppendEnd(b, name)
	}
	return b
}

// mapNames are the element names of a map's keys and values.
func mapNames(sh *model.Shape) (key, value string) {
	key, value = sh.Key.LocationName, sh.Value.LocationName
	if key == "" {
		key = "key"
	}
	if value == "" {
		value = "value"
	}
	return key, value
}

// AppendStart prints <name>.
func AppendStart(b []byte, name string) []byte {
	b = append(b, '<')
	b = append(b, name...)
	return append(b, '>')
}

// AppendEnd prints </name>.
func AppendEnd(b []byte, name string) []byte {
	b = append(b, '<', '/')
	b = append(b, name...)
	return append(b, '>')
}

func appendEmpty(b []byte, name string) []byte {
	b = append(b, '<')
	b = append(b, name...)
	return append(b, '/', '>')
}

// AppendElement prints <name>text</name>, escaped.
func AppendElement(b []byte, name, text string) []byte {
	return AppendEnd(AppendEscaped(AppendStart(b, name), text), name)
}

// AppendEscaped prints text as XML character data. Characters that XML 1.0 cannot carry become U+FFFD.
func AppendEscaped(b []byte, text string) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '&':
				b = append(b, "&amp;"...)
			case c == '<':
				b = append(b, "&lt;"...)
			case c == '>':
				b = append(b, "&gt;"...)
			case c == '"':
				b = append(b, "&quot;"...)
			case c == '\r': // a parser would make a line feed of it
				b = append(b, "&#xD;"...)
			case c < 0x20 && c != '\t' && c != '\n':
				b = utf8.AppendRune(b, utf8.RuneError)
			default:
				b = append(b, c)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if r == 0xFFFE || r == 0xFFFF {
			r = utf8.RuneError
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}
