package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

var signedAt = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// sample is a request that the SDK's signer signs.
type sample struct {
	name     string
	service  string // default "eks"
	method   string // default GET
	url      string
	headers  []string // "Name: value"
	body     string
	token    string
	presign  bool
	unsigned bool   // UNSIGNED-PAYLOAD
	sdkURL   string // what the signer is given where it does not canonicalize url as AWS does
}

var samples = []sample{
	{name: "plain", url: "https://eks.us-east-1.amazonaws.com/clusters"},
	{name: "no path", url: "https://eks.us-east-1.amazonaws.com"},
	{name: "query only", url: "https://eks.us-east-1.amazonaws.com?a=b"},
	{name: "port", url: "http://127.0.0.1:4566/clusters"},
	{name: "IPv6", url: "http://[::1]:4566/clusters"},
	{name: "encoded slash", url: "https://h/clusters/demo/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdev"},
	{name: "colon in path", url: "https://h/tags/arn:aws:eks:us-east-1:111122223333:cluster/demo"},
	{name: "space in path", url: "https://h/a%20b/c%20"},
	{name: "unicode in path", url: "https://h/caf%C3%A9/%E1%88%B4"},
	{name: "percent in path", url: "https://h/100%25/%2525"},
	{name: "lower-case escape", url: "https://h/a%2fb"},
	{name: "double slash", url: "https://h/a//b///c/", sdkURL: "https://h/a/b/c/"},
	{name: "dots", url: "https://h/a/./b/../c", sdkURL: "https://h/a/c"},
	{name: "dots beyond the root", url: "https://h/../../a/.", sdkURL: "https://h/a/"},
	{name: "hidden file is no dot segment", url: "https://h/a/.b/..c/...", sdkURL: "https://h/a/.b/..c/..."},
	{name: "punctuation in path", url: "https://h/~a-b_c.d!$&'()*+,=@"},
	{name: "query order", url: "https://h/?b=2&a=1&A=0&a-=3&aa=4"},
	{name: "query duplicates", url: "https://h/?k=b&k=a&k=&k=c"},
	{name: "query empty values", url: "https://h/?empty=&novalue&z"},
	{name: "query escapes", url: "https://h/?q=a%20b&r=a%2Bb&s=%26%3D%3F%23&t=%E2%82%AC&u=~-_."},
	{name: "query plus", url: "https://h/?q=a+b+c"},
	{name: "query unicode key", url: "https://h/?%E1%88%B4=bar"},
	{name: "header spaces", url: "https://h/", headers: []string{"X-Note:   a   b\t c   "}},
	{name: "header repeated", url: "https://h/", headers: []string{"X-Note: b", "X-Note: a", "X-Note: c, d"}},
	{name: "header empty", url: "https://h/", headers: []string{"X-Note: "}},
	{name: "session token", url: "https://h/clusters", token: "FwoGZXIvYXdzE+/=="},
	{name: "POST", method: "POST", url: "https://h/clusters", body: `{"name":"demo"}`,
		headers: []string{"Content-Type: application/json"}},
	{name: "POST without body", method: "POST", url: "https://h/clusters"},
	{name: "PUT large", method: "PUT", url: "https://h/x", body: strings.Repeat("0123456789abcdef", 1<<16)},
	{name: "DELETE", method: "DELETE", url: "https://h/clusters/demo?force=true"},
	{name: "query protocol", service: "sts", method: "POST", url: "https://sts.us-east-1.amazonaws.com/",
		body: "Action=GetCallerIdentity&Version=2011-06-15", token: "IQoJ",
		headers: []string{"Content-Type: application/x-www-form-urlencoded; charset=utf-8"}},
	{name: "json protocol", service: "cloudtrail", method: "POST", url: "https://cloudtrail.us-east-1.amazonaws.com/",
		body: "{}", headers: []string{"X-Amz-Target: com.amazonaws.CloudTrail_20131101.LookupEvents",
			"Content-Type: application/x-amz-json-1.1"}},
	{name: "presigned STS", service: "sts", presign: true, token: "IQoJ/+=",
		url:     "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60",
		headers: []string{"x-k8s-aws-id: demo"}},
	{name: "presigned without expiry", service: "ec2", presign: true, url: "https://ec2.us-east-1.amazonaws.com/?Action=X"},
	{name: "S3 get", service: "s3", url: "https://b.s3.amazonaws.com/k"},
	{name: "S3 odd key", service: "s3", url: "https://b.s3.amazonaws.com/a%20b//../c%2Fd/./%2B%3A%E2%82%AC"},
	{name: "S3 put", service: "s3", method: "PUT", url: "http://127.0.0.1:4566/b/k", body: "hello",
		headers: []string{"X-Amz-Meta-Note:  a  b ", "X-Amz-Acl: private"}},
	{name: "S3 unsigned payload", service: "s3", method: "PUT", url: "https://h/b/k", body: "hello", unsigned: true},
	{name: "S3 subresource", service: "s3", url: "https://h/b?acl&versionId=x%2Fy"},
	{name: "S3 presigned", service: "s3", presign: true, unsigned: true, url: "https://h/b/k?X-Amz-Expires=900",
		token: "tok"},
	{name: "S3 presigned put", service: "s3", method: "PUT", presign: true, unsigned: true, body: "data",
		url: "https://h/b/k?X-Amz-Expires=900", headers: []string{"X-Amz-Acl: private", "Content-Type: text/plain"}},
}

// arrived is a signed request as the server sees it.
type arrived struct {
	r    *http.Request
	body []byte
}

func (a arrived) clone() arrived {
	return arrived{a.r.Clone(context.Background()), slices.Clone(a.body)}
}

// verify is all that a gateway does about a signature.
func (a arrived) verify(service string) error {
	s, err := Parse(a.r)
	if err != nil {
		return err
	}
	if s.AccessKeyID != exampleKey {
		return s.UnknownKey()
	}
	at := Endpoint{Service: service, Region: "us-east-1"}
	if err := s.Check(signedAt.Add(time.Minute/2), at); err != nil {
		return err
	}
	return s.Verify(a.r, sha256.Sum256(a.body), exampleSecret)
}

func (c sample) serviceName() string {
	if c.service == "" {
		return "eks"
	}
	return c.service
}

// sign has the SDK sign the sample, and sends it through the wire format.
func (c sample) sign(t testing.TB) arrived {
	t.Helper()
	method := c.method
	if method == "" {
		method = "GET"
	}
	target := c.url
	if c.sdkURL != "" {
		target = c.sdkURL
	}
	r, err := http.NewRequest(method, target, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range c.headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	sum := sha256.Sum256([]byte(c.body))
	hash := hex.EncodeToString(sum[:])
	if c.unsigned {
		hash = unsignedPayload
	}
	if c.service == "s3" && !c.presign {
		r.Header.Set("X-Amz-Content-Sha256", hash)
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = c.service == "s3" })
	credentials := aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: c.token}
	if c.presign {
		signed, _, err := signer.PresignHTTP(context.Background(), credentials, r, hash, c.serviceName(), "us-east-1", signedAt)
		if err != nil {
			t.Fatal(err)
		}
		if r.URL, err = url.Parse(signed); err != nil {
			t.Fatal(err)
		}
	} else {
		err := signer.SignHTTP(context.Background(), credentials, r, hash, c.serviceName(), "us-east-1", signedAt)
		if err != nil {
			t.Fatal(err)
		}
	}
	if c.sdkURL != "" {
		odd, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path, r.URL.RawPath = odd.Path, odd.RawPath
	}
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	got, body := read(t, wire.String())
	return arrived{got, body}
}

func TestVerifiesWhatTheSDKSigns(t *testing.T) {
	for _, c := range samples {
		t.Run(c.name, func(t *testing.T) {
			if err := c.sign(t).verify(c.serviceName()); err != nil {
				t.Error(err)
				var e *Error
				if errors.As(err, &e) {
					t.Log(e.fields["CanonicalRequest"])
				}
			}
		})
	}
}

// TestRefusesUnnormalizedPath pins a difference between AWS's rules and the Go SDK's signer: see appendPath.
func TestRefusesUnnormalizedPath(t *testing.T) {
	for _, path := range []string{"/a//b", "/a/../b", "/./a"} {
		err := sample{url: "https://h" + path}.sign(t).verify("eks")
		wantKind(t, err, KindMismatch)
	}
}

// mutation is one change of a signed request.
type mutation struct {
	name string
	do   func(arrived) arrived
}

// mutations are all single changes of a request that alter what it says.
func mutations(t *testing.T, a arrived, s *Signature) []mutation {
	var all []mutation
	add := func(name string, do func(*arrived)) {
		all = append(all, mutation{name, func(a arrived) arrived { c := a.clone(); do(&c); return c }})
	}
	for _, m := range []string{"GET", "POST", "PUT", "DELETE", "HEAD", "get"} {
		if m != a.r.Method {
			add("method "+m, func(c *arrived) { c.r.Method = m })
		}
	}
	path := a.r.URL.EscapedPath()
	addPath := func(name, p string) {
		u, err := url.ParseRequestURI(p)
		if err != nil || meaning(p, s) == meaning(path, s) {
			return // net/http does not let it in, or it says the same
		}
		add(name+" "+p, func(c *arrived) { c.r.URL.Path, c.r.URL.RawPath = u.Path, u.RawPath })
	}
	for i := 1; i < len(path); i++ {
		for _, b := range []byte("xX0") {
			addPath("path", path[:i]+string(b)+path[i+1:])
		}
		addPath("path without a byte", path[:i]+path[i+1:])
	}
	addPath("path longer", path+"/x")

	raw := a.r.URL.RawQuery
	setQuery := func(q string) func(*arrived) { return func(c *arrived) { c.r.URL.RawQuery = q } }
	for i := range raw {
		for _, b := range []byte("xX0&=") {
			if q := raw[:i] + string(b) + raw[i+1:]; !sameQuery(q, raw) {
				add("query "+q, setQuery(q))
			}
		}
		if q := raw[:i] + raw[i+1:]; !sameQuery(q, raw) {
			add("query without a byte "+q, setQuery(q))
		}
	}
	pairs := strings.Split(raw, "&")
	for i := range pairs {
		if raw == "" {
			break
		}
		add("query without "+pairs[i], setQuery(strings.Join(slices.Delete(slices.Clone(pairs), i, i+1), "&")))
		add("query with twice "+pairs[i], setQuery(raw+"&"+pairs[i]))
	}
	add("query parameter", setQuery(strings.TrimPrefix(raw+"&extra=1", "&")))
	add("empty query parameter", setQuery(strings.TrimPrefix(raw+"&extra", "&")))
	add("semicolon", setQuery(strings.TrimPrefix(raw+"&a;b", "&")))

	for _, name := range s.SignedHeaders {
		if name == "host" {
			add("host", func(c *arrived) { c.r.Host = "x" + c.r.Host })
			add("host port", func(c *arrived) { c.r.Host += ":1" })
			continue
		}
		key := http.CanonicalHeaderKey(name)
		add("header dropped "+name, func(c *arrived) {
			c.r.Header.Del(key)
			if name == "content-length" {
				c.r.ContentLength = -1
			}
		})
		add("header changed "+name, func(c *arrived) { c.r.Header.Set(key, "x"+c.r.Header.Get(key)) })
		add("header added "+name, func(c *arrived) { c.r.Header.Add(key, "x") })
	}
	if s.Payload() != PayloadUnsigned {
		add("body longer", func(c *arrived) { c.body = append(c.body, 'x') })
		for i := 0; i < len(a.body); i += 1 + len(a.body)/16 {
			add(fmt.Sprintf("body byte %d", i), func(c *arrived) { c.body[i] ^= 1 })
		}
	}
	// Every byte of the Authorization header: algorithm, key, scope, signed headers, signature.
	if h := a.r.Header.Get("Authorization"); h != "" {
		for i := range h {
			for _, b := range []byte("zZ0/;") {
				if h[i] == b || h[i] == ' ' {
					continue
				}
				add(fmt.Sprintf("authorization byte %d", i), func(c *arrived) {
					c.r.Header.Set("Authorization", h[:i]+string(b)+h[i+1:])
				})
			}
		}
		add("signed headers fewer", func(c *arrived) {
			c.r.Header.Set("Authorization", strings.Replace(h, ";x-amz-date", "", 1))
		})
		add("upper-case signature", func(c *arrived) {
			c.r.Header.Set("Authorization", strings.Replace(h, s.signature, strings.ToUpper(s.signature), 1))
		})
	}
	return all
}

// meaning is the canonical form of a path: two spellings of one path are not a mutation.
func meaning(path string, s *Signature) string {
	if s.Scope.Service != serviceS3 {
		return normalize(path)
	}
	b, err := appendPath(nil, path, true)
	if err != nil {
		return path
	}
	return string(b)
}

// sameQuery tells whether two raw queries say the same to Go's own parser, order of keys aside.
func sameQuery(a, b string) bool {
	va, errA := url.ParseQuery(a)
	vb, errB := url.ParseQuery(b)
	if errA != nil || errB != nil || len(va) != len(vb) {
		return false
	}
	for k, v := range va {
		if !slices.Equal(v, vb[k]) {
			return false
		}
	}
	return true
}

func TestRefusesEveryMutation(t *testing.T) {
	count := 0
	for _, c := range samples {
		t.Run(c.name, func(t *testing.T) {
			if len(c.body) > 1<<12 {
				c.body = c.body[:1<<12]
			}
			a := c.sign(t)
			if err := a.verify(c.serviceName()); err != nil {
				t.Fatal(err)
			}
			s, err := Parse(a.r)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range mutations(t, a, s) {
				count++
				changed := m.do(a)
				err := changed.verify(c.serviceName())
				if err == nil {
					t.Errorf("%s: verified", m.name)
					continue
				}
				var e *Error
				if !errors.As(err, &e) || answers[e.Kind].query == "" {
					t.Errorf("%s: %T %v", m.name, err, err)
				}
			}
		})
	}
	if count < 5000 {
		t.Errorf("only %d mutations", count)
	}
}

func wantKind(t *testing.T, err error, kind Kind) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error of kind %d", err, kind)
	}
	if e.Kind != kind {
		t.Errorf("kind %d (%s), want %d", e.Kind, e.Message, kind)
	}
	return e
}
