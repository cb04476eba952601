package model

import (
	"regexp"
	"sort"
	"strings"
)

// Kind is the type of a shape.
type Kind string

// The kinds of shape, as AWS's models call them.
const (
	String    Kind = "string"
	Integer   Kind = "integer"
	Long      Kind = "long"
	Float     Kind = "float"
	Double    Kind = "double"
	Boolean   Kind = "boolean"
	Timestamp Kind = "timestamp"
	Blob      Kind = "blob"
	Structure Kind = "structure"
	List      Kind = "list"
	Map       Kind = "map"
)

// scalar tells a single value from structures, lists, maps and blobs.
func (k Kind) scalar() bool {
	switch k {
	case String, Integer, Long, Float, Double, Boolean, Timestamp:
		return true
	}
	return false
}

// Service is one AWS service. It is immutable once loaded.
type Service struct {
	Name           string // "iam": the name of the model, and of the API package
	Protocol       string // "query", "ec2", "rest-json", "json"
	JSONVersion    string // "1.1" for the JSON protocol; others may carry it and do not use it
	APIVersion     string // "2010-05-08"
	XMLNamespace   string
	SigningName    string // the service name in a signature's scope
	EndpointPrefix string
	TargetPrefix   string // JSON protocol: what X-Amz-Target starts with

	Operations    map[string]*Operation
	AllOperations []Known // every operation of the real service, sorted by name: it tells "not here" from "no such thing"
	Shapes        map[string]*Shape

	codes  map[string]*Shape // error shapes by their code on the wire
	routes []Route
}

// Operation is one implemented operation. Input and Output are nil where there is none.
type Operation struct {
	Name          string
	Method        string // "POST"
	URI           string // "/clusters/{name}"
	Status        int    // HTTP status of success
	Input, Output *Shape
	ResultWrapper string // query protocol: the element around the output
	Errors        []*Shape
}

// Models tells whether the operation lists the error shape of that name.
func (o *Operation) Models(errorShape string) bool {
	for _, e := range o.Errors {
		if e.Name == errorShape {
			return true
		}
	}
	return false
}

// Shape is a type of the model.
type Shape struct {
	Name    string
	Kind    Kind
	Members []Member // of a structure, in the model's order
	Member  *Member  // of a list: its element
	Key     *Member  // of a map
	Value   *Member  // of a map

	Min, Max        *float64 // length of strings, lists and maps (runes, elements); value of numbers
	Pattern         string   // as AWS publishes it; the whole value must match
	Enum            []string
	Flattened       bool
	Sensitive       bool // the value must not be printed
	TimestampFormat string

	Exception bool
	Fault     bool      // an error of the service, not of the caller
	Error     ErrorWire // of an error shape; zero values where the model says nothing

	pattern *regexp.Regexp
}

// Member is a use of a shape: as a member of a structure, an element of a list, a key or value of a map.
type Member struct {
	Name             string // of a structure's member
	Field            string // the Go field that holds it
	Shape            *Shape
	Required         bool
	Location         string // "uri", "querystring", "header"; empty: the body
	LocationName     string
	QueryName        string // EC2 requests
	Flattened        bool
	TimestampFormat  string
	IdempotencyToken bool
}

// WireName is the member's name outside of EC2 requests.
func (m *Member) WireName() string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return m.Name
}

// Format is the timestamp format of the use, else of the shape; empty: the protocol's own.
func (m *Member) Format() string {
	if m.TimestampFormat != "" {
		return m.TimestampFormat
	}
	return m.Shape.TimestampFormat
}

// Operation finds an implemented operation; nil where there is none of that name.
func (s *Service) Operation(name string) *Operation { return s.Operations[name] }

// Knows tells whether the real service has an operation of that name.
func (s *Service) Knows(name string) bool {
	i := sort.Search(len(s.AllOperations), func(i int) bool { return s.AllOperations[i].Name >= name })
	return i < len(s.AllOperations) && s.AllOperations[i].Name == name
}

// ErrorShape finds an error by its shape name, else by its code on the wire; nil where the model lists neither.
func (s *Service) ErrorShape(code string) *Shape {
	if e := s.Shapes[code]; e != nil && e.Exception {
		return e
	}
	return s.codes[code]
}

// exported is the Go field name of a member: the generator's rule.
func exported(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
