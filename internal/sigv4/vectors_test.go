package sigv4

import (
	"bufio"
	"crypto/sha256"
	"io"
	"net/http"
	"strings"
	"testing"
)

const (
	exampleKey    = "AKIDEXAMPLE"
	exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	s3Key         = "AKIAIOSFODNN7EXAMPLE"
	s3Secret      = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	emptyHash     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// read makes the request that a server would make of these bytes, and its body.
func read(t testing.TB, text string) (*http.Request, []byte) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, body
}

// TestPublishedExamples verifies requests whose signatures AWS has published: the IAM user guide's ListUsers, its
// signature version 4 test suite, and the examples of the S3 API reference.
func TestPublishedExamples(t *testing.T) {
	suite := func(headers, signature string) string {
		return "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request," +
			" SignedHeaders=" + headers + ", Signature=" + signature + "\nX-Amz-Date: 20150830T123600Z\n"
	}
	s3 := func(headers, signature string) string {
		return "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
			"SignedHeaders=" + headers + ",Signature=" + signature + "\nx-amz-date: 20130524T000000Z\n" +
			"Host: examplebucket.s3.amazonaws.com\n"
	}
	tests := []struct{ name, secret, request string }{
		{"ListUsers", exampleSecret, "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\n" +
			"Host: iam.amazonaws.com\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n" +
			"X-Amz-Date: 20150830T123600Z\nAuthorization: AWS4-HMAC-SHA256" +
			" Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date," +
			" Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\n"},
		{"get-vanilla", exampleSecret, "GET / HTTP/1.1\nHost: example.amazonaws.com\n" +
			suite("host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")},
		{"post-vanilla", exampleSecret, "POST / HTTP/1.1\nHost: example.amazonaws.com\n" +
			suite("host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")},
		{"get-vanilla-query-order-key-case", exampleSecret,
			"GET /?Param2=value2&Param1=value1 HTTP/1.1\nHost: example.amazonaws.com\n" +
				suite("host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")},
		{"get-header-key-duplicate", exampleSecret, "GET / HTTP/1.1\nHost: example.amazonaws.com\n" +
			"My-Header1: value2\nMy-Header1: value2\nMy-Header1: value1\n" +
			suite("host;my-header1;x-amz-date", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea")},
		{"get-header-value-trim", exampleSecret, "GET / HTTP/1.1\nHost: example.amazonaws.com\n" +
			"My-Header1:   value1\nMy-Header2:  \"a   b   c\" \n" +
			suite("host;my-header1;my-header2;x-amz-date",
				"acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")},
		{"get-slashes", exampleSecret, "GET //example// HTTP/1.1\nHost: example.amazonaws.com\n" +
			suite("host;x-amz-date", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84")},
		{"get-relative", exampleSecret, "GET /example/.. HTTP/1.1\nHost: example.amazonaws.com\n" +
			suite("host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")},
		{"post-x-www-form-urlencoded", exampleSecret, "POST / HTTP/1.1\nHost: example.amazonaws.com\n" +
			"Content-Type: application/x-www-form-urlencoded\nContent-Length: 13\n" +
			suite("content-type;host;x-amz-date",
				"ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a") + "\nParam1=value1"},
		{"S3 GET object", s3Secret, "GET /test.txt HTTP/1.1\nRange: bytes=0-9\nx-amz-content-sha256: " + emptyHash +
			"\n" + s3("host;range;x-amz-content-sha256;x-amz-date",
			"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")},
		{"S3 PUT object", s3Secret, "PUT /test%24file.text HTTP/1.1\nDate: Fri, 24 May 2013 00:00:00 GMT\n" +
			"x-amz-storage-class: REDUCED_REDUNDANCY\nContent-Length: 21\n" +
			"x-amz-content-sha256: 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\n" +
			s3("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
				"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd") + "\nWelcome to Amazon S3."},
		{"S3 GET lifecycle", s3Secret, "GET /?lifecycle HTTP/1.1\nx-amz-content-sha256: " + emptyHash + "\n" +
			s3("host;x-amz-content-sha256;x-amz-date",
				"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")},
		{"S3 list objects", s3Secret, "GET /?max-keys=2&prefix=J HTTP/1.1\nx-amz-content-sha256: " + emptyHash + "\n" +
			s3("host;x-amz-content-sha256;x-amz-date",
				"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")},
		{"S3 presigned", s3Secret, "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
			"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
			"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
			"&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1\n" +
			"Host: examplebucket.s3.amazonaws.com\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			head, body, _ := strings.Cut(tt.request, "\n\n")
			r, content := read(t, strings.ReplaceAll(strings.TrimSuffix(head, "\n"), "\n", "\r\n")+"\r\n\r\n"+body)
			s, err := Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Verify(r, sha256.Sum256(content), tt.secret); err != nil {
				t.Error(err)
			}
			if err := s.Verify(r, sha256.Sum256(content), tt.secret+"x"); err == nil {
				t.Error("verified with another secret")
			}
		})
	}
}
