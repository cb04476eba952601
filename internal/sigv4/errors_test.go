package sigv4

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func request(t testing.TB, method, target string, headers ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	return r
}

const (
	goodCredential = "Credential=AKIDEXAMPLE/20260101/us-east-1/iam/aws4_request"
	goodDate       = "X-Amz-Date: 20260101T000000Z"
	goodQuery      = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20260101/us-east-1/iam/aws4_request" +
		"&X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00&X-Amz-Expires=60"
)

func TestParseRefuses(t *testing.T) {
	const (
		hash    = "(Hashed with SHA-256 and encoded with Base64) Authorization="
		s3Head  = "AuthorizationHeaderMalformed"
		s3Query = "AuthorizationQueryParametersError"
	)
	tests := []struct {
		name, query string
		headers     []string
		kind        Kind
		message     string // as IAM and STS word it; a trailing "…" stands for anything
		status      int
		s3          string // code
	}{
		{"unsigned", "Action=X", nil, KindMissing, "Request is missing Authentication Token", 403, "AccessDenied"},
		{"unsigned, odd query", "a;b=%zz", nil, KindMissing, "Request is missing Authentication Token", 403, "AccessDenied"},
		{"bearer", "", []string{"Authorization: Bearer x"}, KindForeign, "Request is missing Authentication Token", 403,
			"InvalidArgument"},
		{"empty header", "", []string{"Authorization: "}, KindForeign, "Request is missing Authentication Token", 403,
			"InvalidArgument"},
		{"version 2 header", "", []string{"Authorization: AWS AKID:sig"}, KindUnsupported,
			"AWS Signature Version 2 is not supported.", 400, "InvalidRequest"},
		{"version 2 query", "AWSAccessKeyId=A&SignatureVersion=2&SignatureMethod=HmacSHA256&Signature=x", nil,
			KindUnsupported, "AWS Signature Version 2 is not supported.", 400, "InvalidRequest"},
		{"SigV4A", "", []string{"Authorization: AWS4-ECDSA-P256-SHA256 " + goodCredential}, KindUnsupported,
			"Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.", 400, "InvalidRequest"},
		{"SigV4A query", strings.Replace(goodQuery, Algorithm, "AWS4-ECDSA-P256-SHA256", 1), nil, KindAlgorithm,
			"Missing Authentication Token", 403, s3Query},
		{"no algorithm", "X-Amz-Signature=00", nil, KindAlgorithm, "Request is missing Authentication Token", 403, s3Query},
		{"both", goodQuery, []string{"Authorization: AWS4-HMAC-SHA256 x"}, KindAmbiguous,
			"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.", 403,
			"InvalidArgument"},
		{"two headers", "", []string{"Authorization: AWS4-HMAC-SHA256 x", "Authorization: AWS4-HMAC-SHA256 x"},
			KindIncomplete, "The request signature does not conform to AWS standards.", 400, s3Head},
		{"no credential", "", []string{goodDate, "Authorization: AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00"},
			KindIncomplete, "Authorization header requires 'Credential' parameter. " + hash +
				"G3zJYCnzhucaCX6OnlWvxyATo//OMnAgVhXt1JnRy7I=", 400, s3Head},
		{"no signature", "", []string{goodDate, "Authorization: AWS4-HMAC-SHA256 SignedHeaders=host, " + goodCredential},
			KindIncomplete, "Authorization header requires 'Signature' parameter. " + hash + "…", 400, s3Head},
		{"no signed headers", "", []string{goodDate, "Authorization: AWS4-HMAC-SHA256 Signature=00, " + goodCredential},
			KindIncomplete, "Authorization header requires 'SignedHeaders' parameter. " + hash + "…", 400, s3Head},
		{"nothing at all", "", []string{"Authorization: AWS4-HMAC-SHA256"}, KindIncomplete,
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
				"Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either " +
				"a 'X-Amz-Date' or a 'Date' header. " + hash + "…", 400, s3Head},
		{"no date", "", []string{"Authorization: AWS4-HMAC-SHA256 SignedHeaders=host,Signature=00," + goodCredential},
			KindIncomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " + hash +
				"…", 400, s3Head},
		{"bad date", "", []string{"X-Amz-Date: 03032006",
			"Authorization: AWS4-HMAC-SHA256 SignedHeaders=host,Signature=00," + goodCredential}, KindIncomplete,
			"Date must be in ISO-8601 'basic format'. Got '03032006'. See http://en.wikipedia.org/wiki/ISO_8601", 400, s3Head},
		{"date with a fraction", "", []string{"X-Amz-Date: 20260101T000000.5Z",
			"Authorization: AWS4-HMAC-SHA256 SignedHeaders=host,Signature=00," + goodCredential}, KindIncomplete,
			"Date must be in ISO-8601 'basic format'. Got '20260101T000000.5Z'. See http://en.wikipedia.org/wiki/ISO_8601",
			400, s3Head},
		{"no equals sign", "", []string{goodDate, "Authorization: AWS4-HMAC-SHA256 SignedHeaders-host"}, KindIncomplete,
			"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with " +
				"Base64): '…", 400, s3Head},
		{"part twice", "", []string{goodDate, "Authorization: AWS4-HMAC-SHA256 Signature=0,Signature=1"}, KindIncomplete,
			"The request signature does not conform to AWS standards.", 400, s3Head},
		{"short credential", "", []string{goodDate,
			"Authorization: AWS4-HMAC-SHA256 Credential=access/hello/world,SignedHeaders=host,Signature=00"}, KindIncomplete,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got " +
				"'access/hello/world'", 400, s3Head},
		{"line break in credential", strings.Replace(goodQuery, "us-east-1", "us%0Aeast-1", 1), nil, KindIncomplete,
			"Credential must have exactly 5 slash-delimited elements…", 400, s3Query},
		{"query without credential", strings.Replace(goodQuery, "X-Amz-Credential", "x", 1), nil, KindIncomplete,
			"AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string parameters.", 400,
			s3Query},
		{"query without everything", "X-Amz-Algorithm=AWS4-HMAC-SHA256", nil, KindIncomplete,
			"AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include " +
				"'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string " +
				"parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.", 400, s3Query},
		{"query date", strings.Replace(goodQuery, "20260101T000000Z", "03032006", 1), nil, KindIncomplete,
			"Date must be in ISO-8601 'basic format'. Got '03032006'. See http://en.wikipedia.org/wiki/ISO_8601", 400,
			s3Query},
		{"parameter twice", goodQuery + "&X-Amz-Signature=01", nil, KindIncomplete,
			"The request signature does not conform to AWS standards.", 400, s3Query},
		{"expires", strings.Replace(goodQuery, "=60", "=1h", 1), nil, KindIncomplete, "X-Amz-Expires should be a number",
			400, s3Query},
		{"negative expires", strings.Replace(goodQuery, "=60", "=-1", 1), nil, KindIncomplete,
			"X-Amz-Expires must be non-negative", 400, s3Query},
		{"undecodable query", goodQuery + "&a=%zz", nil, KindMalformedURI, "The query string contains a syntax error.", 404,
			"InvalidURI"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, "GET", "https://iam.amazonaws.com/", tt.headers...)
			r.URL.RawQuery = tt.query
			_, err := Parse(r)
			e := wantKind(t, err, tt.kind)
			want, prefix := strings.CutSuffix(tt.message, "…")
			if e.Message != want && !(prefix && strings.HasPrefix(e.Message, want)) {
				t.Errorf("message %q\n   want %q", e.Message, tt.message)
			}
			if got := e.AWS(Query).Status; got != tt.status {
				t.Errorf("status %d, want %d", got, tt.status)
			}
			if got := e.AWS(S3); got.Code != tt.s3 || got.Message == "" {
				t.Errorf("S3 answers %v, want %s", got, tt.s3)
			}
			if (err == ErrNone) != (tt.kind == KindMissing) {
				t.Errorf("ErrNone is for unsigned requests only, got %v", err)
			}
		})
	}
}

func TestParseReads(t *testing.T) {
	r := request(t, "GET", "https://h/", "Date: Thu, 01 Jan 2026 00:00:00 GMT", "X-Amz-Security-Token: tok",
		"Authorization: AWS4-HMAC-SHA256   Signature=ab,SignedHeaders=date;host ,  "+goodCredential)
	s, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if s.String() != "AKIDEXAMPLE/20260101/us-east-1/iam/aws4_request" || !s.Date.Equal(signedAt) || s.Presigned ||
		s.SessionToken != "tok" || strings.Join(s.SignedHeaders, ";") != "date;host" || s.signature != "ab" {
		t.Errorf("%+v", *s)
	}
	s, err = Parse(request(t, "GET", "https://h/?"+goodQuery+"&X-Amz-Security-Token=tok"))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Presigned || !s.HasExpires || s.Expires != time.Minute || s.SessionToken != "tok" {
		t.Errorf("%+v", *s)
	}
}

func TestCheck(t *testing.T) {
	day := Scope{"20260101", "us-east-1", "iam", "aws4_request"}
	header := Signature{Scope: day, Date: signedAt}
	presigned := Signature{Scope: day, Date: signedAt, Presigned: true, HasExpires: true, Expires: time.Minute}
	endless := presigned
	endless.Expires = MaxExpires + time.Second
	silent := Signature{Scope: day, Date: signedAt, Presigned: true}
	iam := Endpoint{Service: "iam", Region: "us-east-1"}
	sts := Endpoint{Service: "iam", PresignLifetime: MaxSkew}
	scope := func(date, region, service, term string) Signature {
		return Signature{Scope: Scope{date, region, service, term}, Date: signedAt}
	}
	s3 := func(s Signature) Signature { s.Scope.Service = "s3"; return s }
	atS3 := Endpoint{Service: "s3", Region: "us-east-1"}
	tests := []struct {
		name    string
		sig     Signature
		now     time.Duration // since signing
		at      Endpoint
		kind    Kind // 0: fine
		message string
		status  int
		s3      string // "Code: message"
	}{
		{"fresh", header, 0, iam, 0, "", 0, ""},
		{"just in time", header, MaxSkew, iam, 0, "", 0, ""},
		{"just not too early", header, -MaxSkew, iam, 0, "", 0, ""},
		{"any region", scope("20260101", "mars", "iam", "aws4_request"), 0, Endpoint{Service: "iam"}, 0, "", 0, ""},
		{"expired", header, 25 * time.Minute, iam, KindExpired,
			"Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (20260101T002500Z - 15 min.)", 403,
			"RequestTimeTooSkewed: The difference between the request time and the current time is too large."},
		{"one second too late", header, MaxSkew + time.Second, iam, KindExpired,
			"Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z (20260101T001501Z - 15 min.)", 403,
			"RequestTimeTooSkewed: The difference between the request time and the current time is too large."},
		{"early", header, -20 * time.Minute, iam, KindNotYetValid,
			"Signature not yet current: 20260101T000000Z is still later than 20251231T235500Z (20251231T234000Z + 15 min.)",
			403, "RequestTimeTooSkewed: The difference between the request time and the current time is too large."},
		{"service", scope("20260101", "us-east-1", "ec2", "aws4_request"), 0, iam, KindWrongService,
			"Credential should be scoped to correct service: 'iam'.", 400, `AuthorizationHeaderMalformed: The ` +
				`authorization header is malformed; incorrect service "ec2". This endpoint belongs to "iam".`},
		{"region", scope("20260101", "x", "iam", "aws4_request"), 0, Endpoint{Service: "iam", Region: "y"},
			KindWrongRegion, "Credential should be scoped to a valid region. ", 403,
			"AuthorizationHeaderMalformed: The authorization header is malformed; the region 'x' is wrong; expecting 'y'"},
		{"terminator", scope("20260101", "us-east-1", "iam", "aws_request"), 0, iam, KindWrongTerminator,
			"Credential should be scoped with a valid terminator: 'aws4_request'.", 403, `AuthorizationHeaderMalformed: ` +
				`The authorization header is malformed; incorrect terminal "aws_request". This endpoint uses "aws4_request".`},
		{"scope date", scope("20260102", "us-east-1", "iam", "aws4_request"), 0, iam, KindWrongDate,
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.", 400,
			"AuthorizationHeaderMalformed: The authorization header is malformed; Invalid credential date. Date is not " +
				"the same as X-Amz-Date."},
		{"presigned in its window", presigned, time.Minute, iam, 0, "", 0, ""},
		{"presigned past its window", presigned, 2 * time.Minute, iam, KindExpired,
			"Signature expired: 20260101T000000Z is now earlier than 20260101T000100Z (20260101T000200Z - 1 min.)", 403,
			"AccessDenied: Request has expired"},
		{"presigned early", presigned, -16 * time.Minute, iam, KindNotYetValid,
			"Signature not yet current: 20260101T000000Z is still later than 20251231T235900Z (20251231T234400Z + 15 min.)",
			403, "AccessDenied: Request is not valid yet"},
		{"STS ignores X-Amz-Expires", presigned, 15 * time.Minute, sts, 0, "", 0, ""},
		{"STS ignores a long X-Amz-Expires too", endless, 16 * time.Minute, sts, KindExpired,
			"Signature expired: 20260101T000000Z is now earlier than 20260101T000100Z (20260101T001600Z - 15 min.)", 403,
			"AccessDenied: Request has expired"},
		{"too long", endless, 0, iam, KindExpiresTooLong, "X-Amz-Expires must be less than a week (in seconds); that is, " +
			"the given X-Amz-Expires must be less than 604800 seconds", 403,
			"AuthorizationQueryParametersError: X-Amz-Expires must be less than a week (in seconds); that is, the given " +
				"X-Amz-Expires must be less than 604800 seconds"},
		{"without X-Amz-Expires", silent, 14 * time.Minute, iam, 0, "", 0, ""},
		{"S3 without X-Amz-Expires", s3(silent), 0, atS3, KindIncomplete, "AWS query-string parameters must include " +
			"'X-Amz-Expires'. Re-examine the query-string parameters.", 400,
			"AuthorizationQueryParametersError: Query-string authentication version 4 requires the X-Amz-Algorithm, " +
				"X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."},
		{"S3 a day", s3(Signature{Scope: day, Date: signedAt, Presigned: true, HasExpires: true, Expires: 48 * time.Hour}),
			47 * time.Hour, atS3, 0, "", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.sig.Check(signedAt.Add(tt.now), tt.at)
			if tt.kind == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := wantKind(t, err, tt.kind)
			if e.Message != tt.message || e.AWS(Query).Status != tt.status {
				t.Errorf("%d %q\nwant %d %q", e.AWS(Query).Status, e.Message, tt.status, tt.message)
			}
			if got := e.AWS(S3).Error(); got != tt.s3 {
				t.Errorf("S3 %s\nwant %s", got, tt.s3)
			}
		})
	}
}

func TestFamilies(t *testing.T) {
	s := &Signature{AccessKeyID: "AKID", SessionToken: "tok"}
	mismatch := s.errMismatch("", nil).(*Error)
	expired := s.errExpired(signedAt, MaxSkew).(*Error)
	incomplete := errNonconforming(false).(*Error)
	tests := []struct {
		name   string
		err    *Error
		family Family
		status int
		want   string
	}{
		{"missing", ErrNone, Query, 403, "MissingAuthenticationToken: Request is missing Authentication Token"},
		{"missing", ErrNone, RESTJSON, 403, "MissingAuthenticationTokenException: Missing Authentication Token"},
		{"missing", ErrNone, JSON, 400, "MissingAuthenticationTokenException: Missing Authentication Token"},
		{"missing", ErrNone, EC2, 400, "MissingParameter: The request must contain the parameter AWSAccessKeyId"},
		{"missing", ErrNone, S3, 403, "AccessDenied: Access Denied"},
		{"unknown key", s.UnknownKey(), Query, 403,
			"InvalidClientTokenId: The security token included in the request is invalid."},
		{"unknown key", s.UnknownKey(), RESTJSON, 403,
			"UnrecognizedClientException: The security token included in the request is invalid."},
		{"unknown key", s.UnknownKey(), JSON, 400,
			"UnrecognizedClientException: The security token included in the request is invalid."},
		{"unknown key", s.UnknownKey(), EC2, 401,
			"AuthFailure: AWS was not able to validate the provided access credentials"},
		{"unknown key", s.UnknownKey(), S3, 403,
			"InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records."},
		{"wrong token", s.InvalidToken(), Query, 403,
			"InvalidClientTokenId: The security token included in the request is invalid."},
		{"wrong token", s.InvalidToken(), S3, 400, "InvalidToken: The provided token is malformed or otherwise invalid."},
		{"expired token", s.ExpiredToken(), Query, 403,
			"ExpiredToken: The security token included in the request is expired"},
		{"expired token", s.ExpiredToken(), RESTJSON, 403,
			"ExpiredTokenException: The security token included in the request is expired"},
		{"expired token", s.ExpiredToken(), EC2, 400, "RequestExpired: Request has expired."},
		{"expired token", s.ExpiredToken(), S3, 400, "ExpiredToken: The provided token has expired."},
		{"mismatch", mismatch, Query, 403, "SignatureDoesNotMatch: The request signature we calculated does not match " +
			"the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service " +
			"documentation for details."},
		{"mismatch", mismatch, RESTJSON, 403, "InvalidSignatureException: The request signature we calculated does not " +
			"match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service " +
			"documentation for details."},
		{"mismatch", mismatch, EC2, 401, "AuthFailure: AWS was not able to validate the provided access credentials"},
		{"mismatch", mismatch, S3, 403, "SignatureDoesNotMatch: The request signature we calculated does not match the " +
			"signature you provided. Check your key and signing method."},
		{"expired", expired, EC2, 400, "RequestExpired: Request has expired."},
		{"incomplete", incomplete, JSON, 400,
			"IncompleteSignatureException: The request signature does not conform to AWS standards."},
		{"undecodable", errQuery().(*Error), EC2, 400, "MalformedQueryString: The query string contains a syntax error."},
		{"undecodable", errQuery().(*Error), RESTJSON, 404,
			"MalformedQueryString: The query string contains a syntax error."},
	}
	for _, tt := range tests {
		got := tt.err.AWS(tt.family)
		if got.Error() != tt.want || got.Status != tt.status {
			t.Errorf("%s, family %d: %d %s\nwant %d %s", tt.name, tt.family, got.Status, got, tt.status, tt.want)
		}
	}
	for k := KindMissing; k <= KindExpiredToken; k++ {
		if a, ok := answers[k]; !ok || a.query == "" || a.json == "" {
			t.Errorf("kind %d has no answer", k)
		}
	}
}

func TestS3Fields(t *testing.T) {
	a := sample{service: "s3", url: "https://h/b/k", token: "tok"}.sign(t)
	s, err := Parse(a.r)
	if err != nil {
		t.Fatal(err)
	}
	e := wantKind(t, s.Verify(a.r, sha256.Sum256(nil), "another secret"), KindMismatch)
	f := e.AWS(S3).Fields
	if f["AWSAccessKeyId"] != exampleKey || !strings.HasPrefix(f["StringToSign"], "AWS4-HMAC-SHA256\n20260101T000000Z\n") ||
		!strings.HasPrefix(f["CanonicalRequestBytes"], "47 45 54 0a 2f 62") || f["SignatureProvided"] != s.signature {
		t.Errorf("fields %v", f)
	}
	if e.AWS(Query).Fields != nil {
		t.Error("only S3 repeats the canonical request")
	}
	late := wantKind(t, s.Check(signedAt.Add(time.Hour), Endpoint{Service: "s3"}), KindExpired)
	f = late.AWS(S3).Fields
	if f["RequestTime"] != "20260101T000000Z" || f["ServerTime"] != "2026-01-01T01:00:00Z" ||
		f["MaxAllowedSkewMilliseconds"] != "900000" {
		t.Errorf("fields %v", f)
	}
}

func TestNoSecretInErrors(t *testing.T) {
	for _, c := range samples {
		a := c.sign(t)
		s, err := Parse(a.r)
		if err != nil {
			t.Fatal(err)
		}
		right := s.signature
		s.signature = strings.Repeat("0", 64)
		err = s.Verify(a.r, sha256.Sum256(a.body), exampleSecret)
		e := wantKind(t, err, KindMismatch)
		for _, family := range []Family{Query, RESTJSON, JSON, EC2, S3} {
			out := e.AWS(family)
			text := out.Error()
			for _, v := range out.Fields {
				text += v
			}
			if strings.Contains(text, exampleSecret) || strings.Contains(text, right) {
				t.Errorf("%s: %s", c.name, text)
			}
		}
	}
}

func TestVerifyPresignedURL(t *testing.T) {
	a := sample{service: "sts", presign: true, headers: []string{"x-k8s-aws-id: demo"},
		url: "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60"}.sign(t)
	u := *a.r.URL
	u.Scheme, u.Host = "https", a.r.Host
	parsed, err := url.Parse(u.String()) // as from the text of a token
	if err != nil {
		t.Fatal(err)
	}
	cluster := func(name string) http.Header { return http.Header{"X-K8s-Aws-Id": {name}} }
	if err := VerifyPresignedURL(parsed, cluster("demo"), "GET", exampleSecret); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"another cluster": VerifyPresignedURL(parsed, cluster("other"), "GET", exampleSecret),
		"no cluster":      VerifyPresignedURL(parsed, nil, "GET", exampleSecret),
		"another method":  VerifyPresignedURL(parsed, cluster("demo"), "POST", exampleSecret),
		"another secret":  VerifyPresignedURL(parsed, cluster("demo"), "GET", "x"),
		"empty secret":    VerifyPresignedURL(parsed, cluster("demo"), "GET", ""),
	} {
		t.Run(name, func(t *testing.T) { wantKind(t, err, KindMismatch) })
	}
	wantKind(t, VerifyPresignedURL(&url.URL{Scheme: "https", Host: "h"}, nil, "GET", "x"), KindMissing)
}
