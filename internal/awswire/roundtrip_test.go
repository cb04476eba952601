package awswire_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/ec2query"
	"github.com/airside-dev/airside/internal/awswire/model"
	"github.com/airside-dev/airside/internal/awswire/query"
	"github.com/airside-dev/airside/internal/awswire/restjson"
)

var protocols = map[string]awswire.Protocol{
	"query": query.Protocol{}, "ec2": ec2query.Protocol{}, "rest-json": restjson.Protocol{},
}

// each calls f with every operation that has a request, or a response, and its Go type.
func each(t *testing.T, request bool, f func(t *testing.T, s *model.Service, o *model.Operation, typ reflect.Type)) {
	for name, ops := range map[string]reflect.Type{
		"ec2": reflect.TypeFor[ec2api.Operations](), "eks": reflect.TypeFor[eksapi.Operations](),
		"iam": reflect.TypeFor[iamapi.Operations](), "sts": reflect.TypeFor[stsapi.Operations](),
	} {
		s, err := model.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range ops.NumField() {
			do, _ := ops.Field(i).Type.FieldByName("Do")
			o := s.Operation(ops.Field(i).Name)
			sh, typ := o.Output, do.Type.Out(0).Elem()
			if request {
				sh, typ = o.Input, do.Type.In(1).Elem()
			}
			if sh != nil {
				t.Run(name+"."+o.Name, func(t *testing.T) { f(t, s, o, typ) })
			}
		}
	}
}

// filled makes a value of t with something in every field, different each time.
func filled(t reflect.Type, n *int) reflect.Value {
	*n++
	v := reflect.New(t).Elem()
	switch {
	case t == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1767323045+int64(*n), 0).UTC()))
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(filled(t.Elem(), n))
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			v.Field(i).Set(filled(t.Field(i).Type, n))
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		v.SetBytes(fmt.Appendf(nil, "bytes %d", *n))
	case t.Kind() == reflect.Slice:
		for range 2 {
			v.Set(reflect.Append(v, filled(t.Elem(), n)))
		}
	case t.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(t))
		for range 2 {
			v.SetMapIndex(filled(t.Key(), n), filled(t.Elem(), n))
		}
	case t.Kind() == reflect.String:
		v.SetString(fmt.Sprintf("v%d <&\"é/+ %%\n", *n))
	case t.Kind() == reflect.Bool:
		v.SetBool(true)
	case t.Kind() == reflect.Float64:
		v.SetFloat(float64(*n) + 0.5)
	default:
		v.SetInt(int64(*n))
	}
	return v
}

// TestRequestsRoundTrip sends a request with every member of every operation and reads the same back.
func TestRequestsRoundTrip(t *testing.T) {
	each(t, true, func(t *testing.T, s *model.Service, o *model.Operation, typ reflect.Type) {
		n := 0
		want := filled(typ, &n)
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		var body []byte
		if s.Protocol == "rest-json" {
			r, body = restRequest(t, o, want)
		} else {
			form := url.Values{"Action": {o.Name}, "Version": {s.APIVersion}}
			addForm(form, s.Protocol, "", o.Input, want)
			body = []byte(form.Encode())
		}
		p := protocols[s.Protocol]
		routed, err := p.Route(s, r, body)
		if err != nil || routed != o {
			t.Fatalf("routed to %v, %v", routed, err)
		}
		got := reflect.New(typ)
		absent, err := p.Decode(s, o, r, body, got.Interface())
		if err != nil {
			t.Fatal(err)
		}
		if len(absent) > 0 || !reflect.DeepEqual(got.Elem().Interface(), want.Interface()) {
			t.Errorf("got  %+v, absent %v\nwant %+v\nsent %s %s", got.Elem(), absent, want, r.URL, body)
		}
	})
}

// addForm writes v as an SDK would, independently of the code under test.
func addForm(form url.Values, protocol, name string, sh *model.Shape, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	dot := func(part string) string { return strings.TrimPrefix(name+"."+part, ".") }
	switch sh.Kind {
	case model.Structure:
		for _, m := range sh.Members {
			key := m.Name
			if m.LocationName != "" {
				key = m.LocationName
			}
			if protocol == "ec2" {
				key = strings.ToUpper(key[:1]) + key[1:]
				if m.QueryName != "" {
					key = m.QueryName
				}
			}
			addForm(form, protocol, dot(key), m.Shape, v.FieldByName(strings.ToUpper(m.Name[:1])+m.Name[1:]))
		}
	case model.List:
		for i := range v.Len() {
			key := fmt.Sprint(i + 1)
			if protocol == "query" && !sh.Flattened {
				key = "member." + key
			}
			addForm(form, protocol, dot(key), sh.Member.Shape, v.Index(i))
		}
	case model.Timestamp:
		form.Set(name, v.Interface().(time.Time).Format(time.RFC3339))
	default:
		form.Set(name, fmt.Sprint(v.Interface()))
	}
}

// restRequest writes v as an SDK would. The body is written by the code under test, which the response tests check.
func restRequest(t *testing.T, o *model.Operation, v reflect.Value) (*http.Request, []byte) {
	t.Helper()
	path, values := o.URI, url.Values{}
	for _, m := range o.Input.Members {
		f := v.FieldByName(m.Field)
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		switch m.Location {
		case "uri":
			path = strings.Replace(path, "{"+m.LocationName+"}", url.PathEscape(f.String()), 1)
		case "querystring":
			if f.Kind() != reflect.Slice {
				values.Set(m.LocationName, fmt.Sprint(f.Interface()))
				continue
			}
			for i := range f.Len() {
				values.Add(m.LocationName, f.Index(i).String())
			}
		}
	}
	in := reflect.New(v.Type())
	in.Elem().Set(v)
	body, err := awswire.JSONStyle{LocationNames: true}.AppendJSON(nil, o.Input, in.Interface())
	if err != nil {
		t.Fatal(err)
	}
	return httptest.NewRequest(o.Method, path+"?"+values.Encode(), nil), body
}

// TestResponsesAreWhole encodes a response with every member of every operation: JSON reads back as the same value, XML
// is well-formed and carries every text.
func TestResponsesAreWhole(t *testing.T) {
	each(t, false, func(t *testing.T, s *model.Service, o *model.Operation, typ reflect.Type) {
		n := 0
		out := reflect.New(typ)
		out.Elem().Set(filled(typ, &n))
		w := httptest.NewRecorder()
		if err := protocols[s.Protocol].Encode(w, s, o, httptest.NewRequest("POST", "/", nil), out.Interface(), "id"); err != nil {
			t.Fatal(err)
		}
		if s.Protocol == "rest-json" {
			object, err := awswire.ParseJSON(w.Body.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			plan, err := model.PlanOf(o.Output, out.Interface())
			if err != nil {
				t.Fatal(err)
			}
			got := reflect.New(typ)
			d := awswire.JSONDecoder{Style: awswire.JSONStyle{LocationNames: true}}
			if err := d.Structure(plan, got.Elem(), object, nil); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Interface(), out.Interface()) {
				t.Errorf("got  %+v\nwant %+v", got.Elem(), out.Elem())
			}
			return
		}
		var texts []string
		d := xml.NewDecoder(w.Body)
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if text, ok := token.(xml.CharData); ok && len(texts) > 0 {
				texts[len(texts)-1] += string(text)
			}
			if _, ok := token.(xml.StartElement); ok {
				texts = append(texts, "")
			}
		}
		all := map[string]bool{}
		for _, text := range texts {
			all[text] = true
		}
		for _, want := range textsOf(out.Elem()) {
			if !all[want] && !all[want+"\n"] {
				t.Errorf("%q is not in the response", want)
			}
		}
	})
}

// textsOf lists every string in v.
func textsOf(v reflect.Value) []string {
	var found []string
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Pointer:
		return textsOf(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, textsOf(v.Index(i))...)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return nil
		}
		for i := range v.NumField() {
			found = append(found, textsOf(v.Field(i))...)
		}
	}
	return found
}
