package model_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awswire/model"
	"github.com/airside-dev/airside/internal/op"
)

var operations = map[string]reflect.Type{
	"ec2": reflect.TypeFor[ec2api.Operations](),
	"eks": reflect.TypeFor[eksapi.Operations](),
	"iam": reflect.TypeFor[iamapi.Operations](),
	"sts": reflect.TypeFor[stsapi.Operations](),
}

// load loads a model or ends the test.
func load(t testing.TB, name string) *model.Service {
	t.Helper()
	s, err := model.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEveryOperationBinds binds the request and the response of every operation of every service.
func TestEveryOperationBinds(t *testing.T) {
	if names := model.Names(); len(names) != len(operations) {
		t.Fatalf("there are models of %v, and %d services are tested", names, len(operations))
	}
	for name, ops := range operations {
		s := load(t, name)
		if ops.NumField() != len(s.Operations) {
			t.Errorf("%s: the API has %d operations, the model %d", name, ops.NumField(), len(s.Operations))
		}
		for i := range ops.NumField() {
			field := ops.Field(i)
			o := s.Operation(field.Name)
			if o == nil {
				t.Errorf("%s: the model lacks %s", name, field.Name)
				continue
			}
			if !s.Knows(o.Name) {
				t.Errorf("%s: %s is not among the operations of the real service", name, o.Name)
			}
			do, _ := field.Type.FieldByName("Do")
			in, out := do.Type.In(1).Elem(), do.Type.Out(0).Elem()
			if o.Input != nil {
				if _, err := model.PlanOf(o.Input, reflect.New(in).Interface()); err != nil {
					t.Errorf("%s.%s: %v", name, o.Name, err)
				}
			} else if in.NumField() != 0 {
				t.Errorf("%s.%s takes nothing and its request is %v", name, o.Name, in)
			}
			if o.Output != nil {
				if _, err := model.PlanOf(o.Output, reflect.New(out).Interface()); err != nil {
					t.Errorf("%s.%s: %v", name, o.Name, err)
				}
			} else if out != reflect.TypeFor[op.Empty]() {
				t.Errorf("%s.%s answers nothing and its response is %v", name, o.Name, out)
			}
		}
	}
}

func TestBindRefuses(t *testing.T) {
	sh := load(t, "sts").Operation("GetAccessKeyInfo").Input
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"nil", nil, "want a pointer to a struct"},
		{"not a pointer", struct{ AccessKeyId string }{}, "want a pointer to a struct"},
		{"wrong name", &struct{ AccessKeyID string }{}, "no field AccessKeyId"},
		{"wrong type", &struct{ AccessKeyId int }{}, "cannot be held in int"},
		{"pointer for a required member", &struct{ AccessKeyId *string }{}, "required members are plain"},
		{"one field too many", &struct{ AccessKeyId, Other string }{}, "has 2 fields"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := model.PlanOf(sh, tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

type tree struct {
	Name     string
	Children []tree
}

// TestRecursiveShape binds and checks a shape that contains itself: no implemented operation has one, AWS has.
func TestRecursiveShape(t *testing.T) {
	s, err := model.Parse([]byte(`{"service":"x","protocol":"json","shapes":[
		{"name":"Name","type":"string","min":2},
		{"name":"Tree","type":"structure","members":[{"name":"name","shape":"Name","required":true},{"name":"children","shape":"Trees"}]},
		{"name":"Trees","type":"list","member":{"shape":"Tree"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	in := &tree{"root", []tree{{"ok", nil}, {"ok", []tree{{"x", nil}}}}}
	found, err := model.Validate(s.Shapes["Tree"], in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Path.String() != "children.2.member.children.1.member.name" {
		t.Errorf("got %+v", found)
	}
}
