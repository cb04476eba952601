package awsjson_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire/awsjson"
	"github.com/airside-dev/airside/internal/awswire/model"
)

const (
	id     = "11111111-2222-3333-4444-555555555555"
	prefix = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."
)

type attribute struct{ AttributeKey, AttributeValue string }

type lookupEventsRequest struct {
	LookupAttributes []attribute
	StartTime        *time.Time
	MaxResults       *int
}

type event struct {
	EventId   *string
	EventTime *time.Time
}

type lookupEventsResponse struct{ Events []event }

// load reads the test's own model: no service with this protocol has operations here.
func load(t testing.TB) *model.Service {
	t.Helper()
	b, err := os.ReadFile("testdata/trail.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := model.Parse(b)
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
	const how = "A request to trail is a POST with one header X-Amz-Target."
	tests := []struct {
		name, method             string
		targets                  []string
		operation, code, message string
	}{
		{"implemented", "POST", []string{prefix + "LookupEvents"}, "LookupEvents", "", ""},
		{"not in Airside", "POST", []string{prefix + "CreateTrail"}, "", "UnsupportedOperationException", "The operation CreateTrail of trail is not available in Airside."},
		{"unknown", "POST", []string{prefix + "Foo"}, "", "UnknownOperationException", "trail has no operation " + prefix + "Foo."},
		{"another service", "POST", []string{"Logs_1.LookupEvents"}, "", "UnknownOperationException", "trail has no operation Logs_1.LookupEvents."},
		{"no prefix", "POST", []string{"LookupEvents"}, "", "UnknownOperationException", "trail has no operation LookupEvents."},
		{"no target", "POST", nil, "", "UnknownOperationException", how},
		{"two targets", "POST", []string{prefix + "LookupEvents", prefix + "DeleteTrail"}, "", "UnknownOperationException", how},
		{"get", "GET", []string{prefix + "LookupEvents"}, "", "UnknownOperationException", how},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, "/", nil)
			r.Header["X-Amz-Target"] = tt.targets
			o, err := awsjson.Protocol{}.Route(load(t), r, nil)
			check(t, err, tt.code, tt.message)
			if tt.operation != "" && (o == nil || o.Name != tt.operation) {
				t.Errorf("got %v, want %s", o, tt.operation)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	s := load(t)
	in := &lookupEventsRequest{}
	absent, err := awsjson.Protocol{}.Decode(s, s.Operation("LookupEvents"), nil,
		[]byte(`{"StartTime":1767323045.678,"MaxResults":50,"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"x"},{"AttributeKey":"EventName"}]}`), in)
	if err != nil {
		t.Fatal(err)
	}
	want := &lookupEventsRequest{
		LookupAttributes: []attribute{{"EventName", "x"}, {"EventName", ""}},
		StartTime:        new(time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)), MaxResults: new(50),
	}
	if !reflect.DeepEqual(in, want) {
		t.Errorf("got %+v, want %+v", in, want)
	}
	if want := (model.Absent{"lookupAttributes.2.member.attributeValue": true}); !reflect.DeepEqual(absent, want) {
		t.Errorf("absent: got %v, want %v", absent, want)
	}
	if absent, err := (awsjson.Protocol{}).Decode(s, s.Operation("Ping"), nil, []byte("{"), nil); err != nil || absent != nil {
		t.Errorf("operation without input: got %v, %v", absent, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct{ name, body, message string }{
		{"cut off", `{"MaxResults":`, "The request body is not valid JSON."},
		{"fraction", `{"MaxResults":1.5}`, "The value at 'maxResults' is a number and should be an integer of 32 bits."},
		{"too large", `{"MaxResults":3000000000}`, "The value at 'maxResults' is a number and should be an integer of 32 bits."},
		{"text for a time", `{"StartTime":"2026-01-02T03:04:05Z"}`, "The value at 'startTime' is a string and should be a timestamp."},
		{"time out of range", `{"StartTime":1e300}`, "The value at 'startTime' is a number and should be a timestamp."},
		{"list for an object", `{"LookupAttributes":[[]]}`, "The value at 'lookupAttributes.1.member' is a list and should be an object."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			_, err := awsjson.Protocol{}.Decode(s, s.Operation("LookupEvents"), nil, []byte(tt.body), &lookupEventsRequest{})
			check(t, err, "SerializationException", tt.message)
		})
	}
}

func TestEncode(t *testing.T) {
	s := load(t)
	tests := []struct {
		operation string
		out       any
		body      string
	}{
		{"LookupEvents", &lookupEventsResponse{[]event{{EventId: new("e"), EventTime: new(time.Unix(1767323045, 0))}}}, `{"Events":[{"EventId":"e","EventTime":1767323045}]}`},
		{"DeleteTrail", &struct{}{}, `{}`},
		{"Ping", nil, `{}`},
	}
	for _, tt := range tests {
		t.Run(tt.operation, func(t *testing.T) {
			w := httptest.NewRecorder()
			if err := (awsjson.Protocol{}).Encode(w, s, s.Operation(tt.operation), nil, tt.out, id); err != nil {
				t.Fatal(err)
			}
			if w.Body.String() != tt.body || w.Header().Get("Content-Type") != "application/x-amz-json-1.1" || w.Header().Get("x-amzn-RequestId") != id {
				t.Errorf("got %s, header %v", w.Body, w.Header())
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
		{awserr.New("TrailNotFoundException", "no trail"), 400, `{"__type":"TrailNotFoundException","Message":"no trail"}`},
		{awserr.New("AccessDeniedException", "no"), 400, `{"__type":"AccessDeniedException","message":"no"}`},
		{awserr.WithStatus(500, "InternalFailure", "m"), 500, `{"__type":"InternalFailure","message":"m"}`},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		awsjson.Protocol{}.Fail(w, load(t), nil, nil, tt.err, id)
		if w.Code != tt.status || w.Body.String() != tt.body {
			t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.status, tt.body)
		}
	}
}

func TestRefuse(t *testing.T) {
	s := load(t)
	o := s.Operation("LookupEvents")
	violations, err := model.Validate(o.Input, &lookupEventsRequest{LookupAttributes: []attribute{{"Colour", "blue"}}, MaxResults: new(51)}, nil)
	if err != nil || len(violations) != 2 {
		t.Fatalf("got %v, %v", violations, err)
	}
	check(t, awsjson.Protocol{}.Refuse(s, o, violations), "ValidationException",
		"2 validation errors detected: Value 'Colour' at 'lookupAttributes.1.member.attributeKey' failed to satisfy constraint: Member must satisfy enum value set: [EventName, Username]; "+
			"Value '51' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 50")
}

// FuzzAWSJSONDecode feeds arbitrary bodies and targets: nothing may panic, and what was decoded can be validated and
// refused.
func FuzzAWSJSONDecode(f *testing.F) {
	for _, seed := range []string{
		`{"MaxResults":1,"StartTime":1.5,"LookupAttributes":[{"AttributeKey":"EventName"}]}`, `{"StartTime":1e999}`, `{"MaxResults":-0}`, `[`, `null`, `{"":{}}`, "\xff",
	} {
		f.Add("LookupEvents", seed)
	}
	s := load(f)
	o := s.Operation("LookupEvents")
	f.Fuzz(func(t *testing.T, target, body string) {
		r := &http.Request{Method: "POST", Header: http.Header{"X-Amz-Target": {prefix + target}}}
		_, _ = awsjson.Protocol{}.Route(s, r, []byte(body))
		in := &lookupEventsRequest{}
		absent, err := awsjson.Protocol{}.Decode(s, o, r, []byte(body), in)
		if err != nil {
			var e *awserr.Error
			if !errors.As(err, &e) || e.Code != "SerializationException" {
				t.Fatalf("got %v, which is not for the caller", err)
			}
			return
		}
		violations, err := model.Validate(o.Input, in, absent)
		if err != nil {
			t.Fatal(err)
		}
		if len(violations) > 0 {
			awsjson.Protocol{}.Fail(httptest.NewRecorder(), s, o, r, awsjson.Protocol{}.Refuse(s, o, violations), id)
		}
	})
}
