package query_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire/model"
	"github.com/airside-dev/airside/internal/awswire/query"
)

const id = "11111111-2222-3333-4444-555555555555"

func load(t testing.TB, name string) *model.Service {
	t.Helper()
	s, err := model.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func post(header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
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
	tests := []struct{ name, method, target, body, operation, code, message string }{
		{"post", "POST", "/", "Action=CreateRole&Version=2010-05-08", "CreateRole", "", ""},
		{"get", "GET", "/?Version=2010-05-08&Action=ListRoles", "", "ListRoles", "", ""},
		{"action in the query, rest in the body", "POST", "/?Action=GetRole", "Version=2010-05-08&RoleName=a", "GetRole", "", ""},
		{"no such action", "POST", "/", "Action=Foo&Version=2010-05-08", "", "InvalidAction", "Could not find operation Foo for version 2010-05-08"},
		{"no version", "POST", "/", "Action=GetRole", "", "InvalidAction", "Could not find operation GetRole for version NO_VERSION_SPECIFIED"},
		{"another version", "POST", "/", "Action=GetRole&Version=2011-06-15", "", "InvalidAction", "Could not find operation GetRole for version 2011-06-15"},
		{"not in Airside", "POST", "/", "Action=CreateLoginProfile&Version=2010-05-08", "", "InvalidAction",
			"The operation CreateLoginProfile of iam is not available in Airside."},
		{"no action", "POST", "/", "Version=2010-05-08", "", "UnknownOperationException", ""},
		{"JSON", "POST", "/", `{"Action":"GetRole"}`, "", "UnknownOperationException", ""},
		{"empty", "GET", "/", "", "", "UnknownOperationException", ""},
		{"two actions", "POST", "/?Action=GetRole", "Action=DeleteRole&Version=2010-05-08", "", "MalformedInput", ""},
		{"broken encoding", "POST", "/", "Action=%zz", "", "MalformedInput", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := query.Protocol{}.Route(load(t, "iam"), httptest.NewRequest(tt.method, tt.target, nil), []byte(tt.body))
			check(t, err, tt.code, tt.message)
			if tt.operation != "" && (o == nil || o.Name != tt.operation) {
				t.Errorf("got %v, want %s", o, tt.operation)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	tests := []struct {
		name, service, operation, body string
		want                           any
		absent                         model.Absent
	}{
		{"scalars, list of structures", "iam", "CreateRole",
			"Action=CreateRole&Version=2010-05-08&RoleName=dev&MaxSessionDuration=3600&AssumeRolePolicyDocument=%7B%7D" +
				"&Tags.member.2.Key=b&Tags.member.2.Value=&Tags.member.1.Key=a&Tags.member.1.Value=x+y%26",
			&iamapi.CreateRoleRequest{RoleName: "dev", AssumeRolePolicyDocument: "{}", MaxSessionDuration: new(3600),
				Tags: []iamapi.Tag{{Key: "a", Value: "x y&"}, {Key: "b", Value: ""}}}, nil},
		{"ten comes after two", "iam", "UntagRole", "RoleName=r&TagKeys.member.10=c&TagKeys.member.2=b&TagKeys.member.1=a",
			&iamapi.UntagRoleRequest{RoleName: "r", TagKeys: []string{"a", "b", "c"}}, nil},
		{"empty list", "iam", "TagRole", "RoleName=r&Tags=", &iamapi.TagRoleRequest{RoleName: "r", Tags: []iamapi.Tag{}}, nil},
		{"empty is not absent", "iam", "GetRole", "RoleName=", &iamapi.GetRoleRequest{}, nil},
		{"absent", "iam", "GetRole", "", &iamapi.GetRoleRequest{}, model.Absent{"roleName": true}},
		{"absent in an element", "iam", "TagRole", "RoleName=r&Tags.member.1.Key=k",
			&iamapi.TagRoleRequest{RoleName: "r", Tags: []iamapi.Tag{{Key: "k"}}}, model.Absent{"tags.1.member.value": true}},
		{"unknown parameters are ignored", "iam", "GetRole", "RoleName=r&Colour=blue", &iamapi.GetRoleRequest{RoleName: "r"}, nil},
		{"huge index", "iam", "TagRole", "RoleName=r&Tags.member.999999999.Key=k&Tags.member.999999999.Value=v",
			&iamapi.TagRoleRequest{RoleName: "r", Tags: []iamapi.Tag{{Key: "k", Value: "v"}}}, nil},
		{"boolean", "iam", "CreatePolicyVersion", "PolicyArn=a&PolicyDocument=d&SetAsDefault=true",
			&iamapi.CreatePolicyVersionRequest{PolicyArn: "a", PolicyDocument: "d", SetAsDefault: new(true)}, nil},
		{"nothing to read", "sts", "GetCallerIdentity", "Action=GetCallerIdentity", &stsapi.GetCallerIdentityRequest{}, nil},
		{"operation without input", "iam", "GetAccountSummary", "x=%zz", &iamapi.GetAccountSummaryRequest{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, tt.service)
			in := reflect.New(reflect.TypeOf(tt.want).Elem()).Interface()
			absent, err := query.Protocol{}.Decode(s, s.Operation(tt.operation), post(), []byte(tt.body), in)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(in, tt.want) {
				t.Errorf("got  %+v\nwant %+v", in, tt.want)
			}
			if !reflect.DeepEqual(absent, tt.absent) {
				t.Errorf("absent: got %v, want %v", absent, tt.absent)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	deep := "Tags.member.1" + strings.Repeat(".x", 100) + "=1"
	for name, body := range map[string]string{
		"integer":              "RoleName=r&MaxSessionDuration=ten",
		"integer of 64 bits":   "MaxSessionDuration=3000000000",
		"index zero":           "Tags.member.0.Key=k",
		"negative index":       "Tags.member.-1.Key=k",
		"leading zero":         "Tags.member.01.Key=k",
		"index is a word":      "Tags.member.first.Key=k",
		"index too large":      "Tags.member.99999999999999999999.Key=k",
		"no member":            "Tags.1.Key=k",
		"value for the member": "Tags.member=x",
		"value for a list":     "Tags=x",
		"value and elements":   "Tags=&Tags.member.1.Key=k",
		"value for an element": "Tags.member.1=x",
		"structure for scalar": "RoleName.x=1",
		"given twice":          "RoleName=a&RoleName=b",
		"not UTF-8":            "RoleName=%ff",
		"broken encoding":      "RoleName=%f",
		"too deep":             deep,
	} {
		t.Run(name, func(t *testing.T) {
			s := load(t, "iam")
			_, err := query.Protocol{}.Decode(s, s.Operation("CreateRole"), post(), []byte(body), &iamapi.CreateRoleRequest{})
			check(t, err, "MalformedInput", "")
		})
	}
}

func TestEncode(t *testing.T) {
	created := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	identity := &stsapi.GetCallerIdentityResponse{Account: new("111122223333"), Arn: new("arn:aws:iam::111122223333:user/a&b"), UserId: new("AIDA")}
	tests := []struct {
		name, service, operation, accept string
		out                              any
		contentType, body                string
	}{
		{"structure", "sts", "GetCallerIdentity", "", identity, "text/xml",
			`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
				`<UserId>AIDA</UserId><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/a&amp;b</Arn></GetCallerIdentityResult>` +
				`<ResponseMetadata><RequestId>` + id + `</RequestId></ResponseMetadata></GetCallerIdentityResponse>`},
		{"JSON", "sts", "GetCallerIdentity", "text/xml;q=0.1, Application/JSON; q=1", identity, "application/json",
			`{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"UserId":"AIDA","Account":"111122223333","Arn":"arn:aws:iam::111122223333:user/a&b"},` +
				`"ResponseMetadata":{"RequestId":"` + id + `"}}}`},
		{"JSON has to be named", "sts", "GetAccessKeyInfo", "*/*", &stsapi.GetAccessKeyInfoResponse{}, "text/xml",
			`<GetAccessKeyInfoResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetAccessKeyInfoResult></GetAccessKeyInfoResult>` +
				`<ResponseMetadata><RequestId>` + id + `</RequestId></ResponseMetadata></GetAccessKeyInfoResponse>`},
		{"JSON timestamps", "sts", "GetSessionToken", "application/json",
			&stsapi.GetSessionTokenResponse{Credentials: &stsapi.Credentials{AccessKeyId: "ASIA", SecretAccessKey: "s", SessionToken: "t", Expiration: created.Truncate(time.Second)}},
			"application/json",
			`{"GetSessionTokenResponse":{"GetSessionTokenResult":{"Credentials":{"AccessKeyId":"ASIA","SecretAccessKey":"s","SessionToken":"t","Expiration":1767323045}},` +
				`"ResponseMetadata":{"RequestId":"` + id + `"}}}`},
		{"nothing but metadata", "iam", "DeleteRole", "", nil, "text/xml",
			`<DeleteRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>` + id + `</RequestId></ResponseMetadata></DeleteRoleResponse>`},
		{"lists and timestamps", "iam", "ListAccessKeys", "", &iamapi.ListAccessKeysResponse{IsTruncated: new(false), AccessKeyMetadata: []iamapi.AccessKeyMetadata{
			{UserName: new("a"), CreateDate: &created}, {UserName: new("<b>\x00\"")}}}, "text/xml",
			`<ListAccessKeysResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAccessKeysResult><AccessKeyMetadata>` +
				`<member><UserName>a</UserName><CreateDate>2026-01-02T03:04:05Z</CreateDate></member><member><UserName>&lt;b&gt;` + "\ufffd" + `&quot;</UserName></member></AccessKeyMetadata>` +
				`<IsTruncated>false</IsTruncated></ListAccessKeysResult><ResponseMetadata><RequestId>` + id + `</RequestId></ResponseMetadata></ListAccessKeysResponse>`},
		{"a required list is never left out", "iam", "ListUsers", "", &iamapi.ListUsersResponse{}, "text/xml",
			`<ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListUsersResult><Users/></ListUsersResult>` +
				`<ResponseMetadata><RequestId>` + id + `</RequestId></ResponseMetadata></ListUsersResponse>`},
		{"map, in order", "iam", "GetAccountSummary", "", &iamapi.GetAccountSummaryResponse{SummaryMap: map[string]int{"Users": 2, "Groups": 1}}, "text/xml",
			`<GetAccountSummaryResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetAccountSummaryResult><SummaryMap>` +
				`<entry><key>Groups</key><value>1</value></entry><entry><key>Users</key><value>2</value></entry></SummaryMap></GetAccountSummaryResult>` +
				`<ResponseMetadata><RequestId>` + id + `</RequestId></ResponseMetadata></GetAccountSummaryResponse>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, tt.service)
			w := httptest.NewRecorder()
			if err := (query.Protocol{}).Encode(w, s, s.Operation(tt.operation), post("Accept", tt.accept), tt.out, id); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSuffix(w.Body.String(), "\n"); got != tt.body {
				t.Errorf("got  %s\nwant %s", got, tt.body)
			}
			if w.Code != 200 || w.Header().Get("Content-Type") != tt.contentType || w.Header().Get("x-amzn-RequestId") != id {
				t.Errorf("got status %d, header %v", w.Code, w.Header())
			}
		})
	}
}

func TestEncodeFault(t *testing.T) {
	s := load(t, "sts")
	for _, out := range []any{nil, &struct{}{}, (*stsapi.GetCallerIdentityResponse)(nil)} {
		w := httptest.NewRecorder()
		if err := (query.Protocol{}).Encode(w, s, s.Operation("GetCallerIdentity"), post(), out, id); err == nil || w.Body.Len() > 0 {
			t.Errorf("response %#v: got error %v and body %s", out, err, w.Body)
		}
	}
}

func TestFail(t *testing.T) {
	tests := []struct {
		name, service, accept string
		err                   *awserr.Error
		status                int
		body                  string
	}{
		{"modelled error by its shape name", "iam", "", awserr.New("NoSuchEntityException", "The user with name <x> cannot be found."), 404,
			`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>` +
				`<Message>The user with name &lt;x&gt; cannot be found.</Message></Error><RequestId>` + id + `</RequestId></ErrorResponse>`},
		{"the model's status wins", "iam", "", awserr.WithStatus(418, "DeleteConflictException", "m"), 409,
			`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>DeleteConflict</Code><Message>m</Message></Error><RequestId>` + id + `</RequestId></ErrorResponse>`},
		{"unlisted code with a status", "sts", "", awserr.WithStatus(500, "InternalFailure", "m"), 500,
			`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Receiver</Type><Code>InternalFailure</Code><Message>m</Message></Error><RequestId>` + id + `</RequestId></ErrorResponse>`},
		{"unlisted code, no message", "iam", "", awserr.New("MalformedInput", ""), 400,
			`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>MalformedInput</Code></Error><RequestId>` + id + `</RequestId></ErrorResponse>`},
		{"unknown action", "iam", "", awserr.New("InvalidAction", "m"), 400,
			`<ErrorResponse xmlns="http://webservices.amazon.com/AWSFault/2005-15-09"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>m</Message></Error><RequestId>` + id + `</RequestId></ErrorResponse>`},
		{"no action", "iam", "", awserr.WithStatus(404, "UnknownOperationException", ""), 404, `<UnknownOperationException/>`},
		{"JSON", "sts", "application/json", awserr.New("ExpiredTokenException", `say "hi"`), 400,
			`{"Error":{"Code":"ExpiredTokenException","Message":"say \"hi\"","Type":"Sender"},"RequestId":"` + id + `"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			query.Protocol{}.Fail(w, load(t, tt.service), nil, post("Accept", tt.accept), tt.err, id)
			if got := strings.TrimSuffix(w.Body.String(), "\n"); got != tt.body || w.Code != tt.status {
				t.Errorf("got  %d %s\nwant %d %s", w.Code, got, tt.status, tt.body)
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	tests := []struct {
		name, service, operation, body string
		in                             any
		message                        string
	}{
		{"absent", "iam", "GetRole", "", &iamapi.GetRoleRequest{},
			"1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must not be null"},
		{"two", "iam", "GetRolePolicy", "", &iamapi.GetRolePolicyRequest{},
			"2 validation errors detected: Value at 'roleName' failed to satisfy constraint: Member must not be null; " +
				"Value at 'policyName' failed to satisfy constraint: Member must not be null"},
		{"STS prints a value out of range", "sts", "AssumeRole", "RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=me&DurationSeconds=100", &stsapi.AssumeRoleRequest{},
			"1 validation error detected: Value '100' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{"STS prints a value that does not match", "sts", "AssumeRole", "RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=bad+name", &stsapi.AssumeRoleRequest{},
			`1 validation error detected: Value 'bad name' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		{"not for its length", "sts", "AssumeRole", "RoleArn=short&RoleSessionName=me", &stsapi.AssumeRoleRequest{},
			"1 validation error detected: Value at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{"IAM prints none", "iam", "ListRoles", "MaxItems=2000", &iamapi.ListRolesRequest{},
			"1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"},
		{"IAM names", "iam", "GetRole", "RoleName=a+b", &iamapi.GetRoleRequest{},
			"The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{"IAM paths", "iam", "CreateUser", "UserName=a&Path=x", &iamapi.CreateUserRequest{},
			"The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."},
		{"IAM path prefixes", "iam", "ListUsers", "PathPrefix=x", &iamapi.ListUsersRequest{},
			"The specified value for pathPrefix is invalid. It must begin with the / character and contain only alphanumeric characters and/or / characters."},
		{"IAM documents", "iam", "PutRolePolicy", "RoleName=r&PolicyName=p&PolicyDocument=%E2%82%AC", &iamapi.PutRolePolicyRequest{},
			"The specified value for policyDocument is invalid. It must contain only printable ASCII characters."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, tt.service)
			o := s.Operation(tt.operation)
			absent, err := query.Protocol{}.Decode(s, o, post(), []byte(tt.body), tt.in)
			if err != nil {
				t.Fatal(err)
			}
			violations, err := model.Validate(o.Input, tt.in, absent)
			if err != nil || len(violations) == 0 {
				t.Fatalf("got %v, %v", violations, err)
			}
			check(t, query.Protocol{}.Refuse(s, o, violations), "ValidationError", tt.message)
		})
	}
}

// FuzzQueryDecode feeds arbitrary parameters to operations with every kind of member: nothing may panic, and what was
// decoded can be validated and refused.
func FuzzQueryDecode(f *testing.F) {
	for _, seed := range []string{
		"RoleName=dev&Tags.member.1.Key=a&Tags.member.1.Value=b", "Tags=", "Tags.member.999999999.Key=k",
		"MaxSessionDuration=x", "RoleName=a&RoleName=b", "%", "a.b.c.d=1&a.b=2", "Tags.member..Key=1", ".=1", "=",
	} {
		f.Add(seed)
	}
	s := load(f, "iam")
	o := s.Operation("CreateRole")
	f.Fuzz(func(t *testing.T, body string) {
		r := post()
		_, _ = query.Protocol{}.Route(s, r, []byte(body))
		in := &iamapi.CreateRoleRequest{}
		absent, err := query.Protocol{}.Decode(s, o, r, []byte(body), in)
		if err != nil {
			check(t, err, "MalformedInput", "")
			return
		}
		violations, err := model.Validate(o.Input, in, absent)
		if err != nil {
			t.Fatal(err)
		}
		if len(violations) > 0 {
			query.Protocol{}.Fail(httptest.NewRecorder(), s, o, r, query.Protocol{}.Refuse(s, o, violations), id)
		}
	})
}

func BenchmarkGetCallerIdentity(b *testing.B) {
	s := load(b, "sts")
	p := query.Protocol{}
	body := []byte("Action=GetCallerIdentity&Version=2011-06-15")
	out := &stsapi.GetCallerIdentityResponse{Account: new("111122223333"), Arn: new("arn:aws:iam::111122223333:user/dev"), UserId: new("AIDAIOSFODNN7EXAMPLE")}
	r := post()
	b.ReportAllocs()
	for b.Loop() {
		o, err := p.Route(s, r, body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Decode(s, o, r, body, &stsapi.GetCallerIdentityRequest{}); err != nil {
			b.Fatal(err)
		}
		if err := p.Encode(discard{http.Header{}}, s, o, r, out, id); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}
