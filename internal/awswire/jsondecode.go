package awswire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// ParseJSON reads body as one JSON object. An empty body is an empty object. Names given twice are refused: one that
// was authorized must be the one that is done. The error is a SerializationException.
func ParseJSON(body []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if !utf8.Valid(body) {
		return nil, Serialization("The request body is not UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	v, err := readJSON(d, 0)
	if err == nil {
		if _, trailing := d.Token(); trailing != io.EOF {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		return nil, Serialization("The request body is not valid JSON.")
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, Serialization("The request body is not a JSON object.")
	}
	return object, nil
}

// maxNesting bounds how deep JSON may nest. The deepest request of AWS has a dozen levels.
const maxNesting = 64

func readJSON(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth >= maxNesting {
		return nil, errors.New("nested too deep")
	}
	if delim == '[' {
		list := []any{}
		for d.More() {
			v, err := readJSON(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	object := map[string]any{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := name.(string)
		if _, twice := object[key]; twice {
			return nil, fmt.Errorf("member %q is given twice", key)
		}
		v, err := readJSON(d, depth+1)
		if err != nil {
			return nil, err
		}
		object[key] = v
	}
	_, err = d.Token()
	return object, err
}

// Serialization is the error of a request that cannot be read.
func Serialization(format string, args ...any) *awserr.Error {
	return awserr.WithStatus(400, "SerializationException", format, args...)
}

// JSONDecoder fills a Go structure from JSON and collects the required members that are not there.
type JSONDecoder struct {
	Style  JSONStyle
	Absent model.Absent
}

// Structure fills v, whose plan is p, from object. Members that the model does not have are ignored, as AWS does;
// null is as good as absent.
func (d *JSONDecoder) Structure(p *model.Plan, v reflect.Value, object map[string]any, at *model.Path) error {
	for i := range p.Fields {
		f := &p.Fields[i]
		if f.Member.Location != "" && d.Style.LocationNames {
			continue
		}
		value := object[d.Style.name(f.Member)]
		if value == nil {
			if f.Member.Required {
				d.Absent.Add(at.In(f.Member))
			}
			continue
		}
		if err := d.value(f.Plan, f.Member, f.Value(v), value, at.In(f.Member)); err != nil {
			return err
		}
	}
	return nil
}

func (d *JSONDecoder) value(p *model.Plan, m *model.Member, v reflect.Value, value any, at *model.Path) error {
	switch p.Shape.Kind {
	case model.Structure:
		if object, ok := value.(map[string]any); ok {
			return d.Structure(p, p.Settable(v), object, at)
		}
	case model.List:
		if list, ok := value.([]any); ok {
			v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
			for i, e := range list {
				if err := d.value(p.Elem, p.Shape.Member, v.Index(i), e, at.At(i+1)); err != nil {
					return err
				}
			}
			return nil
		}
	case model.Map:
		if object, ok := value.(map[string]any); ok {
			return d.mapping(p, v, object, at)
		}
	case model.String:
		if s, ok := value.(string); ok {
			p.Settable(v).SetString(s)
			return nil
		}
	case model.Boolean:
		if b, ok := value.(bool); ok {
			p.Settable(v).SetBool(b)
			return nil
		}
	case model.Blob:
		if s, ok := value.(string); ok {
			if b, err := base64.StdEncoding.DecodeString(s); err == nil {
				v.SetBytes(b)
				return nil
			}
		}
	case model.Timestamp:
		format := Format(m, UnixTimestamp)
		if n, ok := value.(json.Number); ok && format == UnixTimestamp {
			if SetText(p, v, n.String(), format) == nil {
				return nil
			}
		}
		if s, ok := value.(string); ok && format != UnixTimestamp {
			if SetText(p, v, s, format) == nil {
				return nil
			}
		}
	default:
		if n, ok := value.(json.Number); ok && SetText(p, v, n.String(), "") == nil {
			return nil
		}
	}
	return Serialization("The value at '%s' is %s and should be %s.", at, jsonKind(value), article(p.Shape.Kind))
}

func (d *JSONDecoder) mapping(p *model.Plan, v reflect.Value, object map[string]any, at *model.Path) error {
	v.Set(reflect.MakeMapWithSize(v.Type(), len(object)))
	for key, e := range object {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(p.Elem, p.Shape.Value, value, e, at.Under(key)); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), value)
	}
	return nil
}

// jsonKind names the sort of JSON value that was sent. A number in the wrong place may be too large or have a fraction.
func jsonKind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}

func article(k model.Kind) string {
	switch k {
	case model.Integer:
		return "an integer of 32 bits"
	case model.Long:
		return "an integer of 64 bits"
	case model.Structure, model.Map:
		return "an object"
	case model.Blob:
		return "a string in base64"
	}
	return "a " + string(k)
}
