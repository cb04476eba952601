package ec2query_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/ec2api"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire/ec2query"
	"github.com/airside-dev/airside/internal/awswire/model"
)

const id = "11111111-2222-3333-4444-555555555555"

func load(t testing.TB) *model.Service {
	t.Helper()
	s, err := model.Load("ec2")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func post() *http.Request { return httptest.NewRequest(http.MethodPost, "/", nil) }

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
	const v = "&Version=2016-11-15"
	tests := []struct{ name, body, operation, code, message string }{
		{"implemented", "Action=CreateVpc" + v, "CreateVpc", "", ""},
		{"unknown", "Action=Foo" + v, "", "InvalidAction", "The action Foo is not valid for this web service."},
		{"another version", "Action=CreateVpc&Version=2010-01-01", "", "InvalidAction", "The action CreateVpc is not valid for this web service."},
		{"not in Airside", "Action=RunInstances" + v, "", "InvalidAction", "The operation RunInstances of ec2 is not available in Airside."},
		{"no action", "Version=2016-11-15", "", "MissingParameter", "The request must contain the parameter Action"},
		{"no version", "Action=CreateVpc", "", "MissingParameter", "The request must contain the parameter Version"},
		{"two actions", "Action=CreateVpc&Action=DeleteVpc" + v, "", "MalformedQueryString", "The query string contains a syntax error."},
		{"broken encoding", "Action=%", "", "MalformedQueryString", "The query string contains a syntax error."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := ec2query.Protocol{}.Route(load(t), post(), []byte(tt.body))
			check(t, err, tt.code, tt.message)
			if tt.operation != "" && (o == nil || o.Name != tt.operation) {
				t.Errorf("got %v, want %s", o, tt.operation)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	tests := []struct {
		name, operation, body string
		want                  any
		absent                model.Absent
	}{
		{"nested lists", "CreateVpc",
			"Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16&TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=Name" +
				"&TagSpecification.1.Tag.1.Value=demo&X-Amz-Date=20260101T000000Z&DryRun=false",
			&ec2api.CreateVpcRequest{CidrBlock: new("10.0.0.0/16"), DryRun: new(false), TagSpecifications: []ec2api.TagSpecification{
				{ResourceType: new("vpc"), Tags: []ec2api.Tag{{Key: new("Name"), Value: new("demo")}}}}}, nil},
		{"filters", "DescribeVpcs", "Filter.1.Name=state&Filter.1.Value.2=b&Filter.1.Value.1=a&VpcId.1=vpc-1&MaxResults=5",
			&ec2api.DescribeVpcsRequest{MaxResults: new(5), VpcIds: []string{"vpc-1"},
				Filters: []ec2api.Filter{{Name: new("state"), Values: []string{"a", "b"}}}}, nil},
		{"attribute structure", "ModifyVpcAttribute", "VpcId=vpc-1&EnableDnsHostnames.Value=true",
			&ec2api.ModifyVpcAttributeRequest{VpcId: "vpc-1", EnableDnsHostnames: &ec2api.AttributeBooleanValue{Value: new(true)}}, nil},
		{"absent", "DeleteVpc", "", &ec2api.DeleteVpcRequest{}, model.Absent{"vpcId": true}},
		{"huge index", "DescribeVpcs", "VpcId.999999999=vpc-1", &ec2api.DescribeVpcsRequest{VpcIds: []string{"vpc-1"}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			in := reflect.New(reflect.TypeOf(tt.want).Elem()).Interface()
			absent, err := ec2query.Protocol{}.Decode(s, s.Operation(tt.operation), post(), []byte(tt.body), in)
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
	tests := []struct{ name, body, code, message string }{
		{"integer", "MaxResults=many", "InvalidParameterValue", "Value (many) for parameter MaxResults is invalid."},
		{"nested boolean", "DryRun=perhaps", "InvalidParameterValue", "Value (perhaps) for parameter DryRun is invalid."},
		{"index", "Filter.0.Name=a", "InvalidParameterValue", "The value for parameter Filter is invalid."},
		{"element", "Filter.1=a", "InvalidParameterValue", "Value (a) for parameter Filter.1 is invalid."},
		{"unknown parameter", "Colour=blue&Filter.1.Name=a&Filter.1.Kolour=red", "UnknownParameter", "The parameter Colour is not recognized"},
		{"unknown nested parameter", "Filter.1.Name=a&Filter.1.Kolour=red", "UnknownParameter", "The parameter Filter.1.Kolour is not recognized"},
		{"given twice", "VpcId.1=a&VpcId.1=b", "MalformedQueryString", "The query string contains a syntax error."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			_, err := ec2query.Protocol{}.Decode(s, s.Operation("DescribeVpcs"), post(), []byte(tt.body), &ec2api.DescribeVpcsRequest{})
			check(t, err, tt.code, tt.message)
		})
	}
}

func TestEncode(t *testing.T) {
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	tests := []struct {
		name, operation string
		out             any
		body            string
	}{
		{"lists of items", "DescribeVpcs", &ec2api.DescribeVpcsResult{Vpcs: []ec2api.Vpc{{VpcId: new("vpc-1"), CidrBlock: new("10.0.0.0/16"), IsDefault: new(false),
			Tags: []ec2api.Tag{{Key: new("Name"), Value: new("a<b")}}}}},
			`<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>` + id + `</requestId><vpcSet><item>` +
				`<isDefault>false</isDefault><tagSet><item><key>Name</key><value>a&lt;b</value></item></tagSet><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock>` +
				`</item></vpcSet></DescribeVpcsResponse>`},
		{"empty list", "DescribeVpcs", &ec2api.DescribeVpcsResult{Vpcs: []ec2api.Vpc{}},
			`<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>` + id + `</requestId><vpcSet/></DescribeVpcsResponse>`},
		{"no output", "DeleteVpc", nil,
			`<DeleteVpcResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>` + id + `</requestId><return>true</return></DeleteVpcResponse>`},
		{"timestamps have milliseconds", "DescribeNetworkInterfaces", &ec2api.DescribeNetworkInterfacesResult{NetworkInterfaces: []ec2api.NetworkInterface{
			{Attachment: &ec2api.NetworkInterfaceAttachment{AttachTime: &at}}}},
			`<DescribeNetworkInterfacesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>` + id + `</requestId><networkInterfaceSet><item>` +
				`<attachment><attachTime>2026-01-02T03:04:05.678Z</attachTime></attachment></item></networkInterfaceSet></DescribeNetworkInterfacesResponse>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			w := httptest.NewRecorder()
			if err := (ec2query.Protocol{}).Encode(w, s, s.Operation(tt.operation), post(), tt.out, id); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSuffix(w.Body.String(), "\n"); got != head+tt.body {
				t.Errorf("got  %s\nwant %s", got, head+tt.body)
			}
			if w.Code != 200 || w.Header().Get("Content-Type") != "text/xml;charset=UTF-8" {
				t.Errorf("got status %d, header %v", w.Code, w.Header())
			}
		})
	}
}

func TestFail(t *testing.T) {
	w := httptest.NewRecorder()
	ec2query.Protocol{}.Fail(w, load(t), nil, post(), awserr.WithStatus(403, "UnauthorizedOperation", "no & no"), id)
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no &amp; no</Message></Error></Errors><RequestID>` + id + `</RequestID></Response>` + "\n"
	if w.Code != 403 || w.Body.String() != want {
		t.Errorf("got  %d %s\nwant %s", w.Code, w.Body, want)
	}
}

func TestRefuse(t *testing.T) {
	tests := []struct {
		name, operation, body string
		in                    any
		code, message         string
	}{
		{"absent", "DeleteVpc", "", &ec2api.DeleteVpcRequest{}, "MissingParameter", "The request must contain the parameter VpcId"},
		{"absent list", "CreateTags", "Tag.1.Key=a", &ec2api.CreateTagsRequest{}, "MissingParameter", "The request must contain the parameter ResourceId"},
		{"enum", "CreateVpc", "InstanceTenancy=castle", &ec2api.CreateVpcRequest{}, "InvalidParameterValue",
			"Value (castle) for parameter InstanceTenancy is invalid. Member must satisfy enum value set: [default, dedicated, host]"},
		{"range", "DescribeVpcs", "MaxResults=1", &ec2api.DescribeVpcsRequest{}, "InvalidParameterValue",
			"Value (1) for parameter MaxResults is invalid. Member must have value greater than or equal to 5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t)
			o := s.Operation(tt.operation)
			absent, err := ec2query.Protocol{}.Decode(s, o, post(), []byte(tt.body), tt.in)
			if err != nil {
				t.Fatal(err)
			}
			violations, err := model.Validate(o.Input, tt.in, absent)
			if err != nil || len(violations) == 0 {
				t.Fatalf("got %v, %v", violations, err)
			}
			check(t, ec2query.Protocol{}.Refuse(s, o, violations), tt.code, tt.message)
		})
	}
}

// FuzzEC2Decode feeds arbitrary parameters to an operation with nested lists: nothing may panic, and what was decoded
// can be validated and refused.
func FuzzEC2Decode(f *testing.F) {
	for _, seed := range []string{
		"Filter.1.Name=state&Filter.1.Value.1=a", "VpcId.999999999=x", "Filter.1=x", "Filter.1.Name.1=x", "%", "Filter..Name=1", "=", "MaxResults=1",
	} {
		f.Add(seed)
	}
	s := load(f)
	o := s.Operation("DescribeVpcs")
	f.Fuzz(func(t *testing.T, body string) {
		r := post()
		_, _ = ec2query.Protocol{}.Route(s, r, []byte(body))
		in := &ec2api.DescribeVpcsRequest{}
		absent, err := ec2query.Protocol{}.Decode(s, o, r, []byte(body), in)
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
			ec2query.Protocol{}.Fail(httptest.NewRecorder(), s, o, r, ec2query.Protocol{}.Refuse(s, o, violations), id)
		}
	})
}
