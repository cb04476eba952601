package model_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/awswire/model"
)

func TestLoad(t *testing.T) {
	if got, want := model.Names(), []string{"ec2", "eks", "iam", "sts"}; !slices.Equal(got, want) {
		t.Errorf("models of %v, want %v", got, want)
	}
	if _, err := model.Load("s4"); err == nil || !strings.Contains(err.Error(), "ec2, eks, iam, sts") {
		t.Errorf("unknown service: got error %v", err)
	}
	again := load(t, "iam")
	if load(t, "iam") != again {
		t.Error("a model is parsed more than once")
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, doc, want string }{
		{"not JSON", `{`, "service model"},
		{"dangling member", `{"shapes":[{"name":"A","type":"list","member":{"shape":"B"}}]}`, "refers to shape B"},
		{"dangling input", `{"operations":[{"name":"O","input":"A"}]}`, "no shape A"},
		{"dangling error", `{"operations":[{"name":"O","errors":["A"]}]}`, "no shape A"},
		{"pattern that is not RE2", `{"shapes":[{"name":"A","type":"string","pattern":"a(?!b)"}]}`, "add an equivalent"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := model.Parse([]byte(tt.doc)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestKnows(t *testing.T) {
	s := load(t, "iam")
	for name, want := range map[string]bool{"CreateRole": true, "CreateLoginProfile": true, "CreateDragon": false, "": false, "zzz": false} {
		if got := s.Knows(name); got != want {
			t.Errorf("Knows(%q) = %v", name, got)
		}
	}
	if s.Operation("CreateLoginProfile") != nil {
		t.Error("an operation that is not implemented has a model")
	}
}

func TestErrorShape(t *testing.T) {
	s := load(t, "iam")
	for _, code := range []string{"NoSuchEntityException", "NoSuchEntity"} {
		if e := s.ErrorShape(code); e == nil || e.Error.Code != "NoSuchEntity" || e.Error.Status != 404 {
			t.Errorf("ErrorShape(%q) = %+v", code, e)
		}
	}
	for _, code := range []string{"ValidationError", "CreateRoleRequest", ""} {
		if e := s.ErrorShape(code); e != nil {
			t.Errorf("ErrorShape(%q) = %+v, want none", code, e)
		}
	}
}

func TestMatch(t *testing.T) {
	s := load(t, "eks")
	tests := []struct {
		method, path, operation string
		labels                  []model.Label
	}{
		{"GET", "/clusters", "ListClusters", nil},
		{"GET", "/clusters/", "ListClusters", nil},
		{"POST", "/clusters", "CreateCluster", nil},
		{"GET", "/clusters/demo", "DescribeCluster", []model.Label{{"name", "demo"}}},
		{"DELETE", "/clusters/demo/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%2Fdev", "DeleteAccessEntry",
			[]model.Label{{"name", "demo"}, {"principalArn", "arn:aws:iam::111122223333:role/team/dev"}}},
		{"GET", "/tags/arn%3Aaws%3Aeks%3Aus-east-1%3A1%3Acluster%2Fdemo", "ListTagsForResource",
			[]model.Label{{"resourceArn", "arn:aws:eks:us-east-1:1:cluster/demo"}}},
		{"POST", "/clusters/demo/addons", "CreateAddon", []model.Label{{"name", "demo"}}}, // known, not implemented
		{"GET", "/clusters/a%20b", "DescribeCluster", []model.Label{{"name", "a b"}}},
		{"GET", "/", "", nil},
		{"GET", "", "", nil},
		{"PATCH", "/clusters", "", nil},
		{"GET", "/clusters/%zz", "", nil},
		{"GET", "/clusters//access-entries", "", nil},
		{"GET", "/tags/arn:aws:eks:us-east-1:1:cluster/demo", "", nil}, // a slash is not part of a label
		{"GET", "/clusters/demo/access-entries/a/b/c/d", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			operation, labels, ok := s.Match(tt.method, tt.path)
			if operation != tt.operation || ok != (tt.operation != "") || !slices.Equal(labels, tt.labels) {
				t.Errorf("got %q %v %v, want %q %v", operation, labels, ok, tt.operation, tt.labels)
			}
		})
	}
}

func TestMatchGreedyAndLiteral(t *testing.T) {
	s, err := model.Parse([]byte(`{"service":"x","known":[
		{"name":"A","method":"GET","uri":"/{bucket}/{key+}"},
		{"name":"B","method":"GET","uri":"/fixed/list?type=2"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if name, _, _ := s.Match("GET", "/fixed/list"); name != "B" {
		t.Errorf("the literal lost: got %q", name)
	}
	name, labels, _ := s.Match("GET", "/b/x/y%2Fz")
	if want := []model.Label{{"bucket", "b"}, {"key", "x/y/z"}}; name != "A" || !slices.Equal(labels, want) {
		t.Errorf("got %q %v", name, labels)
	}
}
