package sigv4

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestHeadersThatMustBeSigned(t *testing.T) {
	a := sample{url: "https://h/"}.sign(t)
	s, err := Parse(a.r)
	if err != nil {
		t.Fatal(err)
	}
	s.SignedHeaders = []string{"x-amz-date"}
	wantKind(t, s.Verify(a.r, sha256.Sum256(nil), exampleSecret), KindHostNotSigned)

	// IAM and its like take headers that nobody signed, and never read x-amz-content-sha256; S3 refuses them.
	a = sample{service: "iam", url: "https://h/"}.sign(t)
	a.r.Header.Set("X-Amz-Content-Sha256", "invalid")
	a.r.Header.Set("X-Amz-Tagging", "a=b")
	if err := a.verify("iam"); err != nil {
		t.Error(err)
	}
	a = sample{service: "s3", url: "https://h/b/k"}.sign(t)
	a.r.Header.Set("X-Amz-Tagging", "a=b")
	a.r.Header.Set("X-Amz-Acl", "public-read")
	e := wantKind(t, a.verify("s3"), KindHeadersNotSigned)
	if got := e.AWS(S3).Fields["HeadersNotSigned"]; got != "x-amz-acl, x-amz-tagging" {
		t.Error(got)
	}
}

func TestPayload(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	tests := []struct {
		service, declared string
		presigned         bool
		want              Payload
		kind              Kind // of Verify's error; 0: the declaration itself is fine
	}{
		{"s3", hash, false, PayloadHashed, 0},
		{"s3", hash, true, PayloadHashed, 0},
		{"s3", "UNSIGNED-PAYLOAD", false, PayloadUnsigned, 0},
		{"s3", "", true, PayloadUnsigned, 0},
		{"s3", "", false, PayloadMissing, KindPayloadMissing},
		{"s3", "nonsense", false, PayloadInvalid, KindPayloadInvalid},
		{"s3", hash + "00", false, PayloadInvalid, KindPayloadInvalid},
		{"s3", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, PayloadStreaming, KindStreaming},
		{"s3", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", false, PayloadStreaming, KindStreaming},
		{"s3", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", false, PayloadStreaming, KindStreaming},
		{"iam", "UNSIGNED-PAYLOAD", false, PayloadHashed, 0},
		{"iam", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, PayloadHashed, 0},
	}
	for _, tt := range tests {
		s := Signature{Scope: Scope{Service: tt.service}, PayloadHash: tt.declared, Presigned: tt.presigned}
		if got := s.Payload(); got != tt.want {
			t.Errorf("%s %q: %d, want %d", tt.service, tt.declared, got, tt.want)
		}
		_, err := s.signedPayloadHash([32]byte{})
		if tt.kind == 0 {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantKind(t, err, tt.kind)
	}
}

func TestBodyOfAnotherHash(t *testing.T) {
	a := sample{service: "s3", method: "PUT", url: "https://h/b/k", body: "hello"}.sign(t)
	a.body = []byte("jello")
	e := wantKind(t, a.verify("s3"), KindBodyMismatch)
	out := e.AWS(S3)
	if out.Code != "XAmzContentSHA256Mismatch" || out.Status != 400 ||
		out.Fields["S3ComputedContentSHA256"] != fmt.Sprintf("%x", sha256.Sum256(a.body)) {
		t.Error(out, out.Fields)
	}
	// Outside S3 an unsigned payload is nobody's right.
	a = sample{service: "eks", method: "PUT", url: "https://h/b/k", body: "hello", unsigned: true,
		headers: []string{"X-Amz-Content-Sha256: UNSIGNED-PAYLOAD"}}.sign(t)
	wantKind(t, a.verify("eks"), KindMismatch)
}

func TestLengthAndTransferEncoding(t *testing.T) {
	r := &http.Request{ContentLength: -1, TransferEncoding: []string{"chunked"}, Header: http.Header{}}
	if v := headerValues(r, "content-length"); v != nil {
		t.Error(v)
	}
	if v := headerValues(r, "transfer-encoding"); len(v) != 1 || v[0] != "chunked" {
		t.Error(v)
	}
	r = &http.Request{ContentLength: 7, Header: http.Header{}}
	if v := headerValues(r, "content-length"); len(v) != 1 || v[0] != "7" {
		t.Error(v)
	}
}

func TestKeyCache(t *testing.T) {
	c := newKeyCache(2)
	id := func(n int) keyID { return keyID{accessKey: fmt.Sprint(n)} }
	for n := range 5 {
		c.put(id(n), signingKey{byte(n)})
		if key, ok := c.get(id(0)); !ok || key != (signingKey{0}) {
			t.Fatalf("a key in use was dropped after %d", n)
		}
	}
	if _, ok := c.get(id(1)); ok {
		t.Error("a key out of use was kept")
	}
	if len(c.young)+len(c.old) > 4 {
		t.Errorf("%d keys in a cache of two twos", len(c.young)+len(c.old))
	}
}

// TestCacheKeepsVerifiedKeysOnly: a stranger must not be able to fill the cache, and a changed secret must not be
// served by the key of the old one.
func TestCacheKeepsVerifiedKeysOnly(t *testing.T) {
	defer func(c *keyCache) { signingKeys = c }(signingKeys)
	signingKeys = newKeyCache(8)
	a := sample{url: "https://h/"}.sign(t)
	s, err := Parse(a.r)
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.Verify(a.r, sha256.Sum256(nil), "wrong"), KindMismatch)
	if n := len(signingKeys.young); n != 0 {
		t.Errorf("%d keys after a refusal", n)
	}
	for range 2 {
		if err := s.Verify(a.r, sha256.Sum256(nil), exampleSecret); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(signingKeys.young); n != 1 {
		t.Errorf("%d keys after two equal requests", n)
	}
	wantKind(t, s.Verify(a.r, sha256.Sum256(nil), "rotated"), KindMismatch)
}

func BenchmarkVerify(b *testing.B) {
	for _, c := range []sample{
		{name: "query", service: "sts", method: "POST", url: "https://sts.us-east-1.amazonaws.com/",
			body: "Action=GetCallerIdentity&Version=2011-06-15", token: strings.Repeat("t", 400)},
		{name: "presigned", service: "sts", presign: true, headers: []string{"x-k8s-aws-id: demo"},
			url: "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60"},
	} {
		b.Run(c.name, func(b *testing.B) {
			a := c.sign(b)
			sum := sha256.Sum256(a.body)
			b.ReportAllocs()
			for b.Loop() {
				s, err := Parse(a.r)
				if err != nil {
					b.Fatal(err)
				}
				if err := s.Verify(a.r, sum, exampleSecret); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
