package awswire

import (
	"reflect"

	"github.com/airside-dev/airside/internal/awswire/model"
)

// FormNames is how a form protocol spells a request: the two differ in nothing else.
type FormNames struct {
	Member func(m *model.Member) string             // the name of a structure's member
	List   func(m *model.Member) string             // what stands between a list's name and the numbers; empty: nothing
	Map    func(sh *model.Member) MapNames          // the names within a map
	Fail   func(at *model.Path, value string) error // the error of a value that cannot be read; at may be nil
}

// MapNames is the spelling of a map: Entry (empty: none), then the number, then Key or Value.
type MapNames struct{ Entry, Key, Value string }

// DecodeForm fills in, a pointer to the structure of sh, from the parameters under root.
func DecodeForm(names FormNames, sh *model.Shape, root *FormNode, in any) (model.Absent, error) {
	p, err := model.PlanOf(sh, in)
	if err != nil {
		return nil, err
	}
	d := formDecoder{names: names}
	if err := d.structure(p, reflect.ValueOf(in).Elem(), root, nil); err != nil {
		return nil, err
	}
	return d.absent, nil
}

type formDecoder struct {
	names  FormNames
	absent model.Absent
}

func (d *formDecoder) structure(p *model.Plan, v reflect.Value, n *FormNode, at *model.Path) error {
	for i := range p.Fields {
		f := &p.Fields[i]
		child := n.Child(d.names.Member(f.Member))
		if child == nil {
			if f.Member.Required {
				d.absent.Add(at.In(f.Member))
			}
			continue
		}
		if err := d.value(f.Plan, f.Member, f.Value(v), child, at.In(f.Member)); err != nil {
			return err
		}
	}
	return nil
}

func (d *formDecoder) value(p *model.Plan, m *model.Member, v reflect.Value, n *FormNode, at *model.Path) error {
	switch p.Shape.Kind {
	case model.Structure:
		if n.HasValue {
			return d.names.Fail(at, n.Value)
		}
		return d.structure(p, p.Settable(v), n, at)
	case model.List:
		return d.list(p, m, v, n, at)
	case model.Map:
		return d.mapping(p, m, v, n, at)
	}
	if !n.Leaf() {
		return d.names.Fail(at, n.Value)
	}
	n.Used = true
	if SetText(p, v, n.Value, Format(m, ISO8601)) != nil {
		return d.names.Fail(at, n.Value)
	}
	return nil
}

// elements are the numbered nodes of a list or a map. A lone "Tags=" is how SDKs send an empty list.
func (d *formDecoder) elements(n *FormNode, between string, at *model.Path) ([]*FormNode, error) {
	if n.HasValue {
		n.Used = true
		if n.Value != "" || !n.Leaf() {
			return nil, d.names.Fail(at, n.Value)
		}
		return nil, nil
	}
	if between != "" {
		if n = n.Child(between); n == nil || n.HasValue {
			return nil, d.names.Fail(at, "")
		}
	}
	nodes, ok := n.Elements()
	if !ok {
		return nil, d.names.Fail(at, "")
	}
	return nodes, nil
}

func (d *formDecoder) list(p *model.Plan, m *model.Member, v reflect.Value, n *FormNode, at *model.Path) error {
	nodes, err := d.elements(n, d.names.List(m), at)
	if err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), len(nodes), len(nodes)))
	for i, node := range nodes {
		if err := d.value(p.Elem, p.Shape.Member, v.Index(i), node, at.At(i+1)); err != nil {
			return err
		}
	}
	return nil
}

func (d *formDecoder) mapping(p *model.Plan, m *model.Member, v reflect.Value, n *FormNode, at *model.Path) error {
	names := d.names.Map(m)
	nodes, err := d.elements(n, names.Entry, at)
	if err != nil {
		return err
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(nodes)))
	for _, node := range nodes {
		keyNode, valueNode := node.Child(names.Key), node.Child(names.Value)
		if keyNode == nil || valueNode == nil || !keyNode.Leaf() {
			return d.names.Fail(at, n.Value)
		}
		keyNode.Used = true
		key := reflect.ValueOf(keyNode.Value)
		if v.MapIndex(key).IsValid() {
			return d.names.Fail(at, n.Value)
		}
		value := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(p.Elem, p.Shape.Value, value, valueNode, at.Under(keyNode.Value)); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}
