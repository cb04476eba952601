package restjson_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire/model"
	"github.com/airside-dev/airside/internal/awswire/restjson"
)

const (
	id      = "11111111-2222-3333-4444-555555555555"
	role    = "arn:aws:iam::111122223333:role/team/dev"
	roleURI = "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%2Fdev"
)

func load(t testing.TB) *model.Service {
	t.Helper()
	s, err := model.Load("eks")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check compares an error's code and message. An empty code stands for no error.
func check(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *awserr.Error
	switch {
	case code == "" && err == nil:
	case !errors.As(err, &e):
		t.Errorf("got error %v, want %s: %s", err, code, message)
	case e.Code != code || e.Message != message:
		t.Errorf("got %s: %s, want %s: %s", e.Code, e.Message, code, message)
	}
}

func TestRoute(t *testing.T) {
	tests := []struct{ method, target, operation, code, message string }{
		{"GET", "/clusters/demo?x=1", "DescribeCluster", "", ""},
		{"DELETE", "/clusters/demo/access-entries/" + roleURI, "DeleteAccessEntry", "", ""},
		{"GET", "/nowhere", "", "UnknownOperationException", "No operation of eks is called with GET /nowhere."},
		{"POST", "/clusters/demo/addons", "", "UnsupportedOperationException", "The operation CreateAddon of eks is not available in Airside."},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			o, err := restjson.Protocol{}.Route(load(t), httptest.NewRequest(tt.method, tt.target, nil), nil)
			check(t, err, tt.code, tt.message)
			if tt.operation != "" && (o == nil || o.Name != tt.operation) {
				t.Errorf("got %v, want %s", o, tt.operation)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	tests := []struct {
		name, method, target, body string
		want                       any
		absent                     model.Absent
	}{
		{"label, body", "POST", "/clusters/demo/access-entries",
			`{"principalArn":"` + role + `","kubernetesGroups":["a","b"],"tags":{"k":"v"},"username":null,"colour":{"deep":[1]}}`,
			&eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: role, KubernetesGroups: []string{"a", "b"}, Tags: map[string]string{"k": "v"}}, nil},
		{"two labels", "GET", "/clusters/demo/access-entries/" + roleURI, "",
			&eksapi.DescribeAccessEntryRequest{ClusterName: "demo", PrincipalArn: role}, nil},
		{"query", "GET", "/clusters?maxResults=7&include=all&include=x&nextToken=a%2Bb", "ignored",
			&eksapi.ListClustersRequest{MaxResults: new(7), Include: []string{"all", "x"}, NextToken: new("a+b")}, nil},
		{"required query", "DELETE", "/tags/" + roleURI, "", &eksapi.UntagResourceRequest{ResourceArn: role}, model.Absent{"tagKeys": true}},
		{"absent and empty", "POST", "/clusters/demo/access-entries", `{"kubernetesGroups":[]}`,
			&eksapi.CreateAccessEntryRequest{ClusterName: "demo", KubernetesGroups: []string{}}, model.Absent{"principalArn": true}},
		{"empty string", "POST", "/clusters/demo/access-entries", `{"principalArn":""}`, &eksapi.CreateAccessEntryRequest{ClusterName: "demo"}, nil},
		{"no body", "POST", "/clusters/demo/access-entries", "", &eksapi.CreateAccessEntryRequest{ClusterName: "demo"}, model.Absent{"principalArn": true}},
		{"a label is not read from the body", "POST", "/clusters/demo/access-entries", `{"clusterName":"x","name":"y","principalArn":"p"}`,
			&eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: "p"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			r := httptest.NewRequest(tt.method, tt.target, nil)
			o, err := restjson.Protocol{}.Route(s, r, nil)
			if err != nil {
				t.Fatal(err)
			}
			in := reflect.New(reflect.TypeOf(tt.want).Elem()).Interface()
			absent, err := restjson.Protocol{}.Decode(s, o, r, []byte(tt.body), in)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(in, tt.want) || !reflect.DeepEqual(absent, tt.absent) {
				t.Errorf("got  %+v, absent %v\nwant %+v, absent %v", in, absent, tt.want, tt.absent)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	const invalid = "The request body is not valid JSON."
	tests := []struct{ name, target, body, message string }{
		{"cut off", "", `{"principalArn":`, invalid},
		{"trailing data", "", `{} {}`, invalid},
		{"not an object", "", `[]`, "The request body is not a JSON object."},
		{"given twice", "", `{"principalArn":"a","principalArn":"b"}`, invalid},
		{"too deep", "", `{"x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`, invalid},
		{"not UTF-8", "", "{\"principalArn\":\"\xff\"}", "The request body is not UTF-8."},
		{"number for a string", "", `{"principalArn":1}`, "The value at 'principalArn' is a number and should be a string."},
		{"string for a list", "", `{"kubernetesGroups":"a"}`, "The value at 'kubernetesGroups' is a string and should be a list."},
		{"null in a list", "", `{"kubernetesGroups":[null]}`, "The value at 'kubernetesGroups.1.member' is null and should be a string."},
		{"list for a map", "", `{"tags":[]}`, "The value at 'tags' is a list and should be an object."},
		{"object in a map", "", `{"tags":{"k":{}}}`, "The value at 'tags.k.member' is an object and should be a string."},
		{"query", "?nextToken=%zz", ``, "The query string cannot be read."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			r := httptest.NewRequest("POST", "/clusters/demo/access-entries", nil)
			r.URL.RawQuery = strings.TrimPrefix(tt.target, "?")
			_, err := restjson.Protocol{}.Decode(s, s.Operation("CreateAccessEntry"), r, []byte(tt.body), &eksapi.CreateAccessEntryRequest{})
			check(t, err, "SerializationException", tt.message)
		})
	}
	for _, query := range []string{"maxResults=x", "maxResults=1.5", "maxResults=1&maxResults=2", "maxResults=", "nextToken=%ff", "include=%ff"} {
		t.Run(query, func(t *testing.T) {
			s := load(t)
			_, err := restjson.Protocol{}.Decode(s, s.Operation("ListClusters"), httptest.NewRequest("GET", "/clusters?"+query, nil), nil, &eksapi.ListClustersRequest{})
			member, _, _ := strings.Cut(query, "=")
			check(t, err, "SerializationException", "The value at '"+member+"' cannot be read.")
		})
	}
}

func TestEncode(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	tests := []struct {
		name, operation string
		out             any
		body            string
	}{
		{"absent, empty, timestamps", "DescribeAccessEntry", &eksapi.DescribeAccessEntryResponse{AccessEntry: &eksapi.AccessEntry{
			ClusterName: new("demo"), PrincipalArn: new(role), KubernetesGroups: []string{}, Tags: map[string]string{}, CreatedAt: &at}},
			`{"accessEntry":{"clusterName":"demo","principalArn":"` + role + `","kubernetesGroups":[],"createdAt":1767323045.678,"tags":{}}}`},
		{"map in order, escapes", "ListTagsForResource", &eksapi.ListTagsForResourceResponse{Tags: map[string]string{"b": "<&>\n\x01", "a": `"\`}},
			`{"tags":{"a":"\"\\","b":"<&>\n\u0001"}}`},
		{"nothing", "DeleteAccessEntry", &eksapi.DeleteAccessEntryResponse{}, `{}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			w := httptest.NewRecorder()
			if err := (restjson.Protocol{}).Encode(w, s, s.Operation(tt.operation), nil, tt.out, id); err != nil {
				t.Fatal(err)
			}
			if w.Body.String() != tt.body || w.Code != 200 {
				t.Errorf("got  %d %s\nwant %s", w.Code, w.Body, tt.body)
			}
			if w.Header().Get("Content-Type") != "application/json" || w.Header().Get("x-amzn-RequestId") != id {
				t.Errorf("got header %v", w.Header())
			}
		})
	}
}

func TestFail(t *testing.T) {
	tests := []struct {
		err    *awserr.Error
		status int
		body   string
	}{
		{awserr.New("ResourceNotFoundException", "No cluster found for name: x.").With("clusterName", "x"), 404,
			`{"clusterName":"x","message":"No cluster found for name: x."}`},
		{awserr.New("ResourceInUseException", "m").With("zone", "z").With("area", "a"), 409, `{"message":"m","area":"a","zone":"z"}`},
		{awserr.WithStatus(403, "UnrecognizedClientException", `"`), 403, `{"message":"\""}`},
		{awserr.New("Whatever", ""), 400, `{"message":""}`},
	}
	for _, tt := range tests {
		t.Run(tt.err.Code, func(t *testing.T) {
			w := httptest.NewRecorder()
			restjson.Protocol{}.Fail(w, load(t), nil, nil, tt.err, id)
			if w.Code != tt.status || w.Body.String() != tt.body || w.Header().Get("x-amzn-ErrorType") != tt.err.Code {
				t.Errorf("got  %d %s %s\nwant %d %s", w.Code, w.Header().Get("x-amzn-ErrorType"), w.Body, tt.status, tt.body)
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	tests := []struct {
		name, operation string
		in              any
		code, message   string
	}{
		{"pattern", "CreateCluster", &eksapi.CreateClusterRequest{Name: "a b", RoleArn: role, ResourcesVpcConfig: &eksapi.VpcConfigRequest{}}, "InvalidParameterException",
			`1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9A-Za-z][A-Za-z0-9\-_]*`},
		{"tag operations", "TagResource", &eksapi.TagResourceRequest{ResourceArn: role, Tags: map[string]string{"k": strings.Repeat("v", 257)}}, "BadRequestException",
			"1 validation error detected: Value at 'tags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 256]"},
		{"neither is modelled", "ListAccessPolicies", &eksapi.ListAccessPoliciesRequest{MaxResults: new(1000)}, "ValidationException",
			"1 validation error detected: Value '1000' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			o := s.Operation(tt.operation)
			violations, err := model.Validate(o.Input, tt.in, nil)
			if err != nil || len(violations) == 0 {
				t.Fatalf("got %v, %v", violations, err)
			}
			check(t, restjson.Protocol{}.Refuse(s, o, violations), tt.code, tt.message)
		})
	}
}

// FuzzRESTJSONDecode feeds arbitrary paths, queries and bodies: nothing may panic, and what was decoded can be validated
// and refused.
func FuzzRESTJSONDecode(f *testing.F) {
	f.Add("/clusters/demo/access-entries", "a=b", `{"principalArn":"x","kubernetesGroups":["a"],"tags":{"k":"v"}}`)
	f.Add("/clusters/%2F/access-entries", "", `{"tags":null}`)
	f.Add("/clusters/a/access-entries/b/c", "x=%zz", `[[[[`)
	f.Add("", "", `{"a":1e999}`)
	s := load(f)
	o := s.Operation("CreateAccessEntry")
	f.Fuzz(func(t *testing.T, path, query, body string) {
		unescaped, err := url.PathUnescape(path)
		if err != nil {
			unescaped = path
		}
		r := &http.Request{Method: "POST", URL: &url.URL{Path: unescaped, RawPath: path, RawQuery: query}, Header: http.Header{}}
		_, _ = restjson.Protocol{}.Route(s, r, []byte(body))
		in := &eksapi.CreateAccessEntryRequest{}
		absent, err := restjson.Protocol{}.Decode(s, o, r, []byte(body), in)
		var e *awserr.Error
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("got %v, which is not for the caller", err)
			}
			return
		}
		violations, err := model.Validate(o.Input, in, absent)
		if err != nil {
			t.Fatal(err)
		}
		if len(violations) > 0 {
			restjson.Protocol{}.Fail(httptest.NewRecorder(), s, o, r, restjson.Protocol{}.Refuse(s, o, violations), id)
		}
	})
}
