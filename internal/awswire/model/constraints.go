package model

import (
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Constraint is which sort of rule a value breaks.
type Constraint int

// The constraints of AWS's models.
const (
	Required Constraint = iota
	MinLength
	MaxLength
	MinValue
	MaxValue
	Pattern
	Enum
)

// MaxViolations is how many violations of one request are reported. A request of a megabyte can hold a hundred thousand,
// and the answer must not be larger than the question.
const MaxViolations = 100

// Violation is one value that breaks one constraint.
type Violation struct {
	Constraint Constraint
	Path       *Path
	Shape      *Shape // of the value
	Value      string // as text; empty for structures, lists and maps
	Phrase     string // AWS's: "Member must not be null"
	Collection string // "Map keys" or "Map value" where Phrase is about the content of a map at Path
}

// Printable tells whether the value may be shown to the caller and has a text to show.
func (v *Violation) Printable() bool {
	return v.Constraint != Required && v.Value != "" && !v.Shape.Sensitive
}

// Validate checks the constraints of the model on in, a pointer to the Go structure of sh. absent is what the decoder
// missed. Violations come in the order of the model.
//
// An error means that in does not fit sh, which is a fault of the program.
func Validate(sh *Shape, in any, absent Absent) ([]Violation, error) {
	if sh == nil {
		return nil, nil
	}
	p, err := PlanOf(sh, in)
	if err != nil {
		return nil, err
	}
	c := checker{absent: absent}
	c.structure(p, reflect.ValueOf(in).Elem(), nil)
	return c.found, nil
}

// add records a violation, up to MaxViolations.
func (c *checker) add(v Violation) {
	if len(c.found) < MaxViolations {
		c.found = append(c.found, v)
	}
}

type checker struct {
	absent Absent
	found  []Violation
}

func (c *checker) structure(p *Plan, v reflect.Value, at *Path) {
	for i := range p.Fields {
		f := &p.Fields[i]
		path := at.In(f.Member)
		value, present := f.Plan.Present(f.Value(v))
		if present && f.Member.Required && len(c.absent) > 0 && c.absent[path.String()] {
			present = false
		}
		if present {
			c.value(f.Plan, value, path)
			continue
		}
		if f.Member.Required {
			c.add(Violation{Constraint: Required, Path: path, Shape: f.Plan.Shape, Phrase: "Member must not be null"})
		}
	}
}

// value checks one value that is there.
func (c *checker) value(p *Plan, v reflect.Value, at *Path) {
	switch p.Shape.Kind {
	case Structure:
		c.structure(p, v, at)
	case List:
		c.broken(p.Shape, at, "", bounds(p.Shape, float64(v.Len()), lengths))
		for i := range v.Len() {
			c.value(p.Elem, v.Index(i), at.At(i+1))
		}
	case Map:
		c.broken(p.Shape, at, "", bounds(p.Shape, float64(v.Len()), lengths))
		c.content(p, v, at)
	default:
		text, broken := scalar(p.Shape, v)
		c.broken(p.Shape, at, text, broken)
	}
}

// content checks the keys and values of a map. AWS reports them at the map itself, once for each sort.
func (c *checker) content(p *Plan, v reflect.Value, at *Path) {
	keys := v.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	var badKey, badValue bool
	for _, k := range keys {
		if _, broken := scalar(p.Shape.Key.Shape, k); len(broken) > 0 && !badKey {
			badKey = true
			c.ofMap("Map keys", p.Shape, p.Shape.Key.Shape, broken, at)
		}
		value := v.MapIndex(k)
		if !p.Elem.Shape.Kind.scalar() {
			c.value(p.Elem, value, at.Under(k.String()))
		} else if _, broken := scalar(p.Elem.Shape, value); len(broken) > 0 && !badValue {
			badValue = true
			c.ofMap("Map value", p.Shape, p.Elem.Shape, broken, at)
		}
	}
}

func (c *checker) ofMap(what string, sh, of *Shape, broken []breach, at *Path) {
	c.add(Violation{
		Constraint: broken[0].constraint, Path: at, Shape: sh, Collection: what,
		Phrase: "[" + strings.Join(every(of), ", ") + "]",
	})
}

func (c *checker) broken(sh *Shape, at *Path, text string, broken []breach) {
	for _, b := range broken {
		c.add(Violation{Constraint: b.constraint, Path: at, Shape: sh, Value: text, Phrase: b.phrase})
	}
}

type breach struct {
	constraint Constraint
	phrase     string
}

// measure is what min and max bound.
type measure struct {
	min, max Constraint
	text     string
}

var (
	lengths = measure{MinLength, MaxLength, "Member must have length "}
	values  = measure{MinValue, MaxValue, "Member must have value "}
)

func bounds(sh *Shape, n float64, m measure) []breach {
	var b []breach
	if sh.Max != nil && n > *sh.Max {
		b = append(b, breach{m.max, m.text + "less than or equal to " + number(*sh.Max)})
	}
	if sh.Min != nil && n < *sh.Min {
		b = append(b, breach{m.min, m.text + "greater than or equal to " + number(*sh.Min)})
	}
	return b
}

// every lists the phrases of all constraints on a scalar shape.
func every(sh *Shape) []string {
	m := values
	if sh.Kind == String {
		m = lengths
	}
	var all []string
	if sh.Max != nil {
		all = append(all, m.text+"less than or equal to "+number(*sh.Max))
	}
	if sh.Min != nil {
		all = append(all, m.text+"greater than or equal to "+number(*sh.Min))
	}
	if sh.Pattern != "" {
		all = append(all, patternPhrase(sh))
	}
	if len(sh.Enum) > 0 {
		all = append(all, enumPhrase(sh))
	}
	return all
}

func patternPhrase(sh *Shape) string {
	return "Member must satisfy regular expression pattern: " + sh.Pattern
}

func enumPhrase(sh *Shape) string {
	return "Member must satisfy enum value set: [" + strings.Join(sh.Enum, ", ") + "]"
}

// scalar checks a single value and returns its text where there is something to say about it.
func scalar(sh *Shape, v reflect.Value) (text string, broken []breach) {
	switch sh.Kind {
	case String:
		text = v.String()
		if sh.Min != nil || sh.Max != nil {
			broken = bounds(sh, float64(utf8.RuneCountInString(text)), lengths)
		}
		if sh.pattern != nil && !sh.pattern.MatchString(text) {
			broken = append(broken, breach{Pattern, patternPhrase(sh)})
		}
		if len(sh.Enum) > 0 && !slices.Contains(sh.Enum, text) {
			broken = append(broken, breach{Enum, enumPhrase(sh)})
		}
	case Integer, Long:
		broken = bounds(sh, float64(v.Int()), values)
		if len(broken) > 0 {
			text = strconv.FormatInt(v.Int(), 10)
		}
	case Float, Double:
		broken = bounds(sh, v.Float(), values)
		if len(broken) > 0 {
			text = number(v.Float())
		}
	case Blob:
		broken = bounds(sh, float64(v.Len()), lengths)
	}
	return text, broken
}

// number prints 3600 and 0.5, never 3.6e+03.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
