package sigv4

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"testing"
)

// fuzzRequest is a request with nothing but what the fuzzer chose; nil where net/http would not let the path in.
func fuzzRequest(method, path, query, host, authorization, date, extra string) *http.Request {
	u, err := url.ParseRequestURI(path)
	if err != nil {
		return nil
	}
	u.RawQuery = query
	r := &http.Request{Method: method, URL: u, Host: host, Header: http.Header{}}
	for name, value := range map[string]string{"Authorization": authorization, "X-Amz-Date": date, "X-Note": extra} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return r
}

func addSeeds(f *testing.F) {
	for _, c := range samples {
		if len(c.body) > 1<<12 {
			continue
		}
		r := c.sign(f).r
		f.Add(r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Host, r.Header.Get("Authorization"),
			r.Header.Get("X-Amz-Date"), r.Header.Get("X-Note"))
	}
}

func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, method, path, query, host, authorization, date, extra string) {
		r := fuzzRequest(method, path, query, host, authorization, date, extra)
		if r == nil {
			return
		}
		s, err := Parse(r)
		if (s == nil) == (err == nil) {
			t.Fatalf("signature %v and error %v", s, err)
		}
		if err == nil {
			err = s.Check(signedAt, Endpoint{Service: s.Scope.Service})
		}
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T", err)
		}
		if e == nil {
			return
		}
		for _, family := range []Family{Query, RESTJSON, JSON, EC2, S3} {
			if out := e.AWS(family); out.Code == "" || out.Message == "" || out.Status < 400 {
				t.Fatalf("family %d: %d %v", family, out.Status, out)
			}
		}
	})
}

// FuzzVerify signs nothing with this secret, so nothing may verify; a panic or a nil error fails.
func FuzzVerify(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, method, path, query, host, authorization, date, extra string) {
		r := fuzzRequest(method, path, query, host, authorization, date, extra)
		if r == nil {
			return
		}
		s, err := Parse(r)
		if err != nil {
			return
		}
		if err := s.Verify(r, sha256.Sum256([]byte(extra)), "a secret that nobody was told"); err == nil {
			t.Fatalf("forged: %s %s?%s", method, path, query)
		}
		if err := s.Verify(r, sha256.Sum256([]byte(extra)), ""); err == nil {
			t.Fatal("verified without a secret")
		}
	})
}
