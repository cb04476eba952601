package model

import (
	"fmt"
	"reflect"
	"sync"
	"time"
)

// Plan is how a shape and a Go type fit together: which field holds which member, what is a pointer, what the elements
// of lists and maps are. A plan is made once per pair and then only read.
type Plan struct {
	Shape   *Shape
	Type    reflect.Type // without the pointer
	Pointer bool         // the Go value is a pointer to Type, nil where the value is absent
	Fields  []Field      // of a structure, in the model's order
	Elem    *Plan        // of a list's elements, a map's values
}

// Field is one member of a structure.
type Field struct {
	Member *Member
	Index  int // of the Go field
	Plan   *Plan
}

// Value is the field of a structure's Go value.
func (f *Field) Value(structure reflect.Value) reflect.Value { return structure.Field(f.Index) }

// Settable returns the value to write to: v itself, or what v points to, which is made where v is nil.
func (p *Plan) Settable(v reflect.Value) reflect.Value {
	if !p.Pointer {
		return v
	}
	if v.IsNil() {
		v.Set(reflect.New(p.Type))
	}
	return v.Elem()
}

// Present returns the value without its pointer, and whether there is one: nil pointers, lists, maps and blobs are
// absent, plain scalars never are.
func (p *Plan) Present(v reflect.Value) (reflect.Value, bool) {
	if p.Pointer {
		if v.IsNil() {
			return v, false
		}
		return v.Elem(), true
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v, !v.IsNil()
	}
	return v, true
}

type planKey struct {
	shape *Shape
	typ   reflect.Type
}

var plans sync.Map // planKey → *Plan

// PlanOf binds the shape to the structure that ptr points to.
func PlanOf(sh *Shape, ptr any) (*Plan, error) {
	t := reflect.TypeOf(ptr)
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("cannot bind shape %s to %v: want a pointer to a struct", sh.Name, t)
	}
	key := planKey{sh, t.Elem()}
	if p, ok := plans.Load(key); ok {
		return p.(*Plan), nil
	}
	p, err := bind(sh, t.Elem(), map[planKey]*Plan{})
	if err != nil {
		return nil, err
	}
	actual, _ := plans.LoadOrStore(key, p)
	return actual.(*Plan), nil
}

var timeType = reflect.TypeFor[time.Time]()

// scalars are the Go types that a scalar shape may be held in.
var scalars = map[Kind]reflect.Type{
	String: reflect.TypeFor[string](), Integer: reflect.TypeFor[int](), Long: reflect.TypeFor[int64](),
	Float: reflect.TypeFor[float64](), Double: reflect.TypeFor[float64](), Boolean: reflect.TypeFor[bool](),
	Timestamp: timeType, Blob: reflect.TypeFor[[]byte](),
}

// bind makes the plan of sh held in t. making holds the plans of structures that are being made, for shapes that
// contain themselves.
func bind(sh *Shape, t reflect.Type, making map[planKey]*Plan) (*Plan, error) {
	p := &Plan{Shape: sh, Type: t}
	if t.Kind() == reflect.Pointer {
		p.Pointer, p.Type = true, t.Elem()
	}
	mismatch := fmt.Errorf("shape %s is a %s and cannot be held in %s", sh.Name, sh.Kind, t)
	switch sh.Kind {
	case List:
		if t.Kind() != reflect.Slice {
			return nil, mismatch
		}
		elem, err := bind(sh.Member.Shape, t.Elem(), making)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sh.Name, err)
		}
		p.Elem = elem
	case Map:
		if t.Kind() != reflect.Map || t.Key().Kind() != reflect.String {
			return nil, mismatch
		}
		elem, err := bind(sh.Value.Shape, t.Elem(), making)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sh.Name, err)
		}
		p.Elem = elem
	case Structure:
		if p.Type.Kind() != reflect.Struct || p.Type == timeType {
			return nil, mismatch
		}
		return p, p.bindFields(making)
	default:
		if want, ok := scalars[sh.Kind]; !ok || p.Type != want {
			return nil, mismatch
		}
	}
	return p, nil
}

func (p *Plan) bindFields(making map[planKey]*Plan) error {
	key := planKey{p.Shape, p.Type}
	if made := making[key]; made != nil {
		p.Fields = made.Fields // the same array, whose fields further up are still being filled in
		return nil
	}
	making[key] = p
	p.Fields = make([]Field, len(p.Shape.Members))
	if p.Type.NumField() != len(p.Shape.Members) {
		return fmt.Errorf("%s has %d fields, shape %s has %d members", p.Type, p.Type.NumField(), p.Shape.Name, len(p.Shape.Members))
	}
	for i := range p.Shape.Members {
		m := &p.Shape.Members[i]
		f, ok := p.Type.FieldByName(m.Field)
		if !ok {
			return fmt.Errorf("%s has no field %s for shape %s", p.Type, m.Field, p.Shape.Name)
		}
		fp, err := bind(m.Shape, f.Type, making)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", p.Shape.Name, m.Name, err)
		}
		if m.Shape.Kind.scalar() && fp.Pointer == m.Required {
			return fmt.Errorf("%s.%s: required members are plain values, optional ones pointers", p.Shape.Name, m.Name)
		}
		p.Fields[i] = Field{Member: m, Index: f.Index[0], Plan: fp}
	}
	return nil
}
