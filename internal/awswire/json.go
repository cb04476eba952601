package awswire

import (
	"fmt"
	"reflect"
	"sort"
	"unicode/utf8"

	"github.com/airside-dev/airside/internal/awswire/model"
)

// JSONStyle is how a protocol spells JSON: whether members go by their location names (REST) or by their own.
type JSONStyle struct {
	LocationNames bool
}

func (s JSONStyle) name(m *model.Member) string {
	if s.LocationNames {
		return m.WireName()
	}
	return m.Name
}

// AppendJSON prints the body members of out, a pointer to the structure of sh, as an object. Absent members are left
// out; lists and maps that are there and empty are written.
func (s JSONStyle) AppendJSON(b []byte, sh *model.Shape, out any) ([]byte, error) {
	p, err := model.PlanOf(sh, out)
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(out)
	if v.IsNil() {
		return nil, fmt.Errorf("no response to write as %s", sh.Name)
	}
	return s.structure(b, p, v.Elem()), nil
}

func (s JSONStyle) structure(b []byte, p *model.Plan, v reflect.Value) []byte {
	b = append(b, '{')
	first := true
	for i := range p.Fields {
		f := &p.Fields[i]
		value, present := f.Plan.Present(f.Value(v))
		if !present || f.Member.Location != "" && s.LocationNames {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = AppendQuoted(b, s.name(f.Member))
		b = append(b, ':')
		b = s.value(b, f.Plan, f.Member, value)
	}
	return append(b, '}')
}

func (s JSONStyle) value(b []byte, p *model.Plan, m *model.Member, v reflect.Value) []byte {
	switch p.Shape.Kind {
	case model.Structure:
		return s.structure(b, p, v)
	case model.List:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = s.value(b, p.Elem, p.Shape.Member, v.Index(i))
		}
		return append(b, ']')
	case model.Map:
		b = append(b, '{')
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		for i, k := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendQuoted(b, k.String())
			b = append(b, ':')
			b = s.value(b, p.Elem, p.Shape.Value, v.MapIndex(k))
		}
		return append(b, '}')
	case model.String:
		return AppendQuoted(b, v.String())
	case model.Timestamp:
		format := Format(m, UnixTimestamp)
		if format == UnixTimestamp {
			return AppendText(b, p.Shape, v, format)
		}
		return AppendQuoted(b, string(AppendText(nil, p.Shape, v, format)))
	case model.Blob:
		b = append(b, '"')
		b = AppendText(b, p.Shape, v, "")
		return append(b, '"')
	}
	return AppendText(b, p.Shape, v, "")
}

const hex = "0123456789abcdef"

// AppendQuoted prints text as a JSON string. Text that is not UTF-8 becomes U+FFFD.
func AppendQuoted(b []byte, text string) []byte {
	b = append(b, '"')
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c == '\n':
				b = append(b, '\\', 'n')
			case c == '\r':
				b = append(b, '\\', 'r')
			case c == '\t':
				b = append(b, '\\', 't')
			case c < 0x20 || c == 0x7f:
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			default:
				b = append(b, c)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		b = utf8.AppendRune(b, r)
	}
	return append(b, '"')
}
