package main

import (
	"fmt"
	"slices"
	"sort"

	"github.com/airside-dev/airside/internal/awswire/model"
)

// trim keeps the part of m that the named operations reach, and every error shape: a service may answer with an error
// that its model lists under no operation, and the status must still be right.
func trim(service string, m *botocore, operations []string) (*model.Document, error) {
	doc := &model.Document{
		Service:        service,
		Protocol:       m.Metadata.Protocol,
		JSONVersion:    m.Metadata.JSONVersion,
		APIVersion:     m.Metadata.APIVersion,
		XMLNamespace:   m.Metadata.XMLNamespace,
		SigningName:    m.Metadata.SigningName,
		EndpointPrefix: m.Metadata.EndpointPrefix,
		TargetPrefix:   m.Metadata.TargetPrefix,
	}
	if doc.SigningName == "" {
		doc.SigningName = doc.EndpointPrefix
	}
	for name, o := range m.Operations {
		doc.Known = append(doc.Known, model.Known{Name: name, Method: o.HTTP.Method, URI: o.HTTP.RequestURI})
	}
	sort.Slice(doc.Known, func(i, j int) bool { return doc.Known[i].Name < doc.Known[j].Name })

	reached := map[string]bool{}
	for _, name := range operations {
		o, ok := m.Operations[name]
		if !ok {
			return nil, fmt.Errorf("%s has no operation %s", service, name)
		}
		od := model.OperationDoc{Name: name, Method: o.HTTP.Method, URI: o.HTTP.RequestURI, Status: o.HTTP.ResponseCode}
		if o.Input != nil {
			od.Input = o.Input.Shape
			m.reach(od.Input, reached)
		}
		if o.Output != nil {
			od.Output, od.ResultWrapper = o.Output.Shape, o.Output.ResultWrapper
			m.reach(od.Output, reached)
		}
		for _, e := range o.Errors {
			od.Errors = append(od.Errors, e.Shape)
		}
		doc.Operations = append(doc.Operations, od)
	}
	sort.Slice(doc.Operations, func(i, j int) bool { return doc.Operations[i].Name < doc.Operations[j].Name })
	for name, s := range m.Shapes {
		if s.Exception || s.Error != nil {
			m.reach(name, reached)
		}
	}
	for name := range reached {
		if err := supported(m.Shapes[name]); err != nil {
			return nil, fmt.Errorf("%s: shape %s: %w", service, name, err)
		}
		doc.Shapes = append(doc.Shapes, shapeDoc(name, m.Shapes[name]))
	}
	sort.Slice(doc.Shapes, func(i, j int) bool { return doc.Shapes[i].Name < doc.Shapes[j].Name })
	return doc, nil
}

// supported refuses what the protocol packages do not read or write, so that it cannot go wrong silently.
func supported(s shape) error {
	if s.Payload != "" {
		return fmt.Errorf("member %s is the payload, which no protocol package supports", s.Payload)
	}
	for _, m := range s.Members {
		switch m.ref.Location {
		case "", "uri", "querystring", "header":
		default:
			return fmt.Errorf("member %s is in location %s, which no protocol package supports", m.name, m.ref.Location)
		}
	}
	return nil
}

// reach adds the shape and everything that it is made of to reached.
func (m *botocore) reach(name string, reached map[string]bool) {
	if reached[name] {
		return
	}
	reached[name] = true
	s := m.Shapes[name]
	for _, member := range s.Members {
		m.reach(member.ref.Shape, reached)
	}
	for _, ref := range []*shapeRef{s.Member, s.Key, s.Value} {
		if ref != nil {
			m.reach(ref.Shape, reached)
		}
	}
}

func shapeDoc(name string, s shape) model.ShapeDoc {
	d := model.ShapeDoc{
		Name: name, Type: s.Type,
		Min: s.Min, Max: s.Max, Pattern: s.Pattern, Enum: s.Enum,
		Flattened: s.Flattened, Sensitive: s.Sensitive, TimestampFormat: s.TimestampFormat,
		Exception: s.Exception, Fault: s.Fault,
		Member: refDoc(s.Member), Key: refDoc(s.Key), Value: refDoc(s.Value),
	}
	if s.Error != nil {
		d.Error = &model.ErrorWire{Code: s.Error.Code, Status: s.Error.HTTPStatusCode, SenderFault: s.Error.SenderFault}
	}
	for _, member := range s.Members {
		r := refDoc(&member.ref)
		r.Name, r.Required = member.name, slices.Contains(s.Required, member.name)
		d.Members = append(d.Members, *r)
	}
	return d
}

func refDoc(r *shapeRef) *model.RefDoc {
	if r == nil {
		return nil
	}
	return &model.RefDoc{
		Shape: r.Shape, Location: r.Location, LocationName: r.LocationName, QueryName: r.QueryName,
		Flattened: r.Flattened, TimestampFormat: r.TimestampFormat, IdempotencyToken: r.IdempotencyToken,
	}
}
