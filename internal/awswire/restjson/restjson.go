// Package restjson is the AWS REST-JSON protocol, as EKS speaks it: the path and the method name the operation, labels,
// query parameters and headers carry some members, a JSON object the others.
//
// It owns where each member goes and the error envelope. URI templates are matched by package model, JSON is read and
// written by package awswire.
package restjson

import (
	"net/http"
	"net/textproto"
	"net/url"
	"reflect"
	"unicode/utf8"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// Protocol is the REST-JSON protocol.
type Protocol struct{}

var _ awswire.Protocol = Protocol{}

// Route finds the operation by method and path. The path is read as it was sent: %2F in a label is part of it.
func (Protocol) Route(s *model.Service, r *http.Request, body []byte) (*model.Operation, error) {
	name, _, ok := s.Match(r.Method, r.URL.EscapedPath())
	if !ok {
		return nil, awserr.WithStatus(http.StatusNotFound, "UnknownOperationException",
			"No operation of %s is called with %s %s.", s.Name, r.Method, r.URL.EscapedPath())
	}
	if o := s.Operation(name); o != nil {
		return o, nil
	}
	return nil, awserr.New("UnsupportedOperationException", "%s", awswire.NotAvailable(s, name))
}

var style = awswire.JSONStyle{LocationNames: true}

// Decode reads every member from where the model puts it. The body of an operation that has no member there is ignored.
func (Protocol) Decode(s *model.Service, o *model.Operation, r *http.Request, body []byte, in any) (model.Absent, error) {
	if o.Input == nil {
		return nil, nil
	}
	p, err := model.PlanOf(o.Input, in)
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(in).Elem()
	d := awswire.JSONDecoder{Style: style}
	if err := decodeOutside(s, p, v, r, &d.Absent); err != nil {
		return nil, err
	}
	if !hasBody(o.Input) {
		return d.Absent, nil
	}
	object, err := awswire.ParseJSON(body)
	if err != nil {
		return nil, err
	}
	if err := d.Structure(p, v, object, nil); err != nil {
		return nil, err
	}
	return d.Absent, nil
}

func hasBody(sh *model.Shape) bool {
	for i := range sh.Members {
		if sh.Members[i].Location == "" {
			return true
		}
	}
	return false
}

// decodeOutside reads the members that are not in the body.
func decodeOutside(s *model.Service, p *model.Plan, v reflect.Value, r *http.Request, absent *model.Absent) error {
	_, labels, _ := s.Match(r.Method, r.URL.EscapedPath())
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return awswire.Serialization("The query string cannot be read.")
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		var texts []string
		format := awswire.ISO8601
		switch f.Member.Location {
		case "uri":
			for _, l := range labels {
				if l.Name == f.Member.WireName() {
					texts = []string{l.Value}
				}
			}
		case "querystring":
			texts = query[f.Member.WireName()]
		case "header":
			texts = r.Header[textproto.CanonicalMIMEHeaderKey(f.Member.WireName())]
			format = awswire.RFC822
		default:
			continue
		}
		if len(texts) == 0 {
			if f.Member.Required {
				absent.Add((*model.Path)(nil).In(f.Member))
			}
			continue
		}
		if err := setTexts(f, f.Value(v), texts, format); err != nil {
			return err
		}
	}
	return nil
}

// setTexts fills one member, which takes several texts where it is a list and otherwise exactly one: of two, nobody
// could say which was meant.
func setTexts(f *model.Field, v reflect.Value, texts []string, format string) error {
	cannot := awswire.Serialization("The value at '%s' cannot be read.", (*model.Path)(nil).In(f.Member))
	for _, t := range texts {
		if !utf8.ValidString(t) {
			return cannot
		}
	}
	if f.Plan.Shape.Kind == model.List {
		v.Set(reflect.MakeSlice(v.Type(), len(texts), len(texts)))
		for i, t := range texts {
			if awswire.SetText(f.Plan.Elem, v.Index(i), t, awswire.Format(f.Plan.Shape.Member, format)) != nil {
				return cannot
			}
		}
		return nil
	}
	if len(texts) > 1 || awswire.SetText(f.Plan, v, texts[0], awswire.Format(f.Member, format)) != nil {
		return cannot
	}
	return nil
}

// Refuse words violations with an error that the operation has: InvalidParameterException, BadRequestException for the
// tag operations, which have nothing else, and otherwise ValidationException, which every AWS service may answer.
func (Protocol) Refuse(s *model.Service, o *model.Operation, violations []model.Violation) *awserr.Error {
	code := "ValidationException"
	for _, modelled := range []string{"InvalidParameterException", "BadRequestException"} {
		if o.Models(modelled) {
			code = modelled
			break
		}
	}
	return awserr.New(code, "%s", awswire.Detected(violations, awswire.ByContent))
}
