package model

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"sort"
	"strings"
	"sync"
)

//go:embed *.json
var files embed.FS

var loaded sync.Map // service name → func() (*Service, error), from sync.OnceValues

// Load returns the model of a service. It is read once, at first use.
func Load(name string) (*Service, error) {
	once, _ := loaded.LoadOrStore(name, sync.OnceValues(func() (*Service, error) {
		b, err := files.ReadFile(name + ".json")
		if err != nil {
			return nil, fmt.Errorf("no service model %q: have %s", name, strings.Join(Names(), ", "))
		}
		return Parse(b)
	}))
	return once.(func() (*Service, error))()
}

// Names lists the services that have a model here, sorted.
func Names() []string {
	entries, _ := files.ReadDir(".") // sorted; the folder is embedded and cannot fail
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	return names
}

// Parse reads a Document.
func Parse(b []byte) (*Service, error) {
	var doc Document
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("service model: %w", err)
	}
	s := &Service{
		Name: doc.Service, Protocol: doc.Protocol, JSONVersion: doc.JSONVersion, APIVersion: doc.APIVersion,
		XMLNamespace: doc.XMLNamespace, SigningName: doc.SigningName, EndpointPrefix: doc.EndpointPrefix,
		TargetPrefix:  doc.TargetPrefix,
		Operations:    make(map[string]*Operation, len(doc.Operations)),
		AllOperations: doc.Known,
		Shapes:        make(map[string]*Shape, len(doc.Shapes)),
		codes:         map[string]*Shape{},
	}
	sort.Slice(s.AllOperations, func(i, j int) bool { return s.AllOperations[i].Name < s.AllOperations[j].Name })
	if err := s.addShapes(doc.Shapes); err != nil {
		return nil, fmt.Errorf("service model of %s: %w", s.Name, err)
	}
	if err := s.addOperations(doc.Operations); err != nil {
		return nil, fmt.Errorf("service model of %s: %w", s.Name, err)
	}
	s.routes = routesOf(s)
	return s, nil
}

func (s *Service) addShapes(docs []ShapeDoc) error {
	for _, d := range docs {
		s.Shapes[d.Name] = &Shape{Name: d.Name, Kind: Kind(d.Type)}
	}
	patterns := map[string]*regexp.Regexp{} // compiled once: dozens of shapes share one
	for _, d := range docs {
		sh := s.Shapes[d.Name]
		sh.Min, sh.Max, sh.Pattern, sh.Enum = d.Min, d.Max, d.Pattern, d.Enum
		sh.Flattened, sh.Sensitive = d.Flattened, d.Sensitive
		sh.TimestampFormat, sh.Exception, sh.Fault = d.TimestampFormat, d.Exception, d.Fault
		if d.Error != nil {
			sh.Error = *d.Error
		}
		if sh.Exception {
			code := sh.Error.Code
			if code == "" {
				code = sh.Name
			}
			s.codes[code] = sh
		}
		if sh.Pattern != "" {
			if patterns[sh.Pattern] == nil {
				p, err := patternOf(sh.Pattern)
				if err != nil {
					return fmt.Errorf("shape %s: %w", sh.Name, err)
				}
				patterns[sh.Pattern] = p
			}
			sh.pattern = patterns[sh.Pattern]
		}
		for i := range d.Members {
			m, err := s.member(&d.Members[i])
			if err != nil {
				return fmt.Errorf("shape %s: %w", sh.Name, err)
			}
			m.Field = exported(m.Name)
			sh.Members = append(sh.Members, *m)
		}
		for _, part := range []struct {
			doc *RefDoc
			to  **Member
		}{{d.Member, &sh.Member}, {d.Key, &sh.Key}, {d.Value, &sh.Value}} {
			if part.doc == nil {
				continue
			}
			m, err := s.member(part.doc)
			if err != nil {
				return fmt.Errorf("shape %s: %w", sh.Name, err)
			}
			*part.to = m
		}
	}
	return nil
}

func (s *Service) member(d *RefDoc) (*Member, error) {
	sh, ok := s.Shapes[d.Shape]
	if !ok {
		return nil, fmt.Errorf("refers to shape %s, which is not there", d.Shape)
	}
	return &Member{
		Name: d.Name, Shape: sh, Required: d.Required, Location: d.Location, LocationName: d.LocationName,
		QueryName: d.QueryName, Flattened: d.Flattened, TimestampFormat: d.TimestampFormat,
		IdempotencyToken: d.IdempotencyToken,
	}, nil
}

func (s *Service) addOperations(docs []OperationDoc) error {
	for _, d := range docs {
		o := &Operation{Name: d.Name, Method: d.Method, URI: d.URI, Status: d.Status, ResultWrapper: d.ResultWrapper}
		if o.Status == 0 {
			o.Status = http.StatusOK
		}
		for _, part := range []struct {
			name string
			to   **Shape
		}{{d.Input, &o.Input}, {d.Output, &o.Output}} {
			if part.name == "" {
				continue
			}
			if *part.to = s.Shapes[part.name]; *part.to == nil {
				return fmt.Errorf("operation %s: no shape %s", d.Name, part.name)
			}
		}
		for _, e := range d.Errors {
			sh := s.Shapes[e]
			if sh == nil {
				return fmt.Errorf("operation %s: no shape %s", d.Name, e)
			}
			o.Errors = append(o.Errors, sh)
		}
		s.Operations[d.Name] = o
	}
	return nil
}
