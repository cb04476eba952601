package sigv4

import (
	"net/http"
	"strings"
	"time"
)

// Algorithm is the only signing algorithm that this package verifies.
const Algorithm = "AWS4-HMAC-SHA256"

const (
	terminator = "aws4_request"
	timeLayout = "20060102T150405Z" // ISO 8601 basic format
	dateLayout = "20060102"
)

// Signature is what a request says about its signature: a claim, until Verify has returned nil.
type Signature struct {
	AccessKeyID   string
	Scope         Scope
	SignedHeaders []string      // as the request lists them
	Date          time.Time     // when the request was signed, UTC, to the second
	Presigned     bool          // the signature is in the query string
	HasExpires    bool          // X-Amz-Expires is given; presigned requests only
	Expires       time.Duration // X-Amz-Expires, whole seconds, not negative
	SessionToken  string        // X-Amz-Security-Token; empty for long-term keys
	PayloadHash   string        // x-amz-content-sha256 as declared; empty where it is not

	signature string // hex, as given
}

// Scope is the credential scope: Date/Region/Service/Terminator.
type Scope struct {
	Date       string // YYYYMMDD
	Region     string
	Service    string
	Terminator string // "aws4_request"
}

// String prints the scope as it is signed.
func (s Scope) String() string {
	return s.Date + "/" + s.Region + "/" + s.Service + "/" + s.Terminator
}

// String names the key and the scope, for logs; the session token and the signature stay out.
func (s *Signature) String() string { return s.AccessKeyID + "/" + s.Scope.String() }

// Parse reads the signature of r from its Authorization header or its X-Amz-* query parameters. It reads no body and
// verifies nothing.
//
// A request without any signature gives ErrNone. Every other failure is an *Error too: a signature that is there but
// cannot be read never passes as an unsigned request.
func Parse(r *http.Request) (*Signature, error) {
	authorization := r.Header.Values("Authorization")
	q, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		if len(authorization) == 0 && !strings.Contains(r.URL.RawQuery, "Amz-") {
			return nil, ErrNone // nothing here claims a signature; what the query is worth is for others to say
		}
		return nil, err
	}
	inQuery := q.has(paramAlgorithm) || q.has(paramCredential) || q.has(paramSignature)
	switch {
	case len(authorization) > 0 && inQuery:
		return nil, errAmbiguous()
	case inQuery:
		return parsePresigned(r, q)
	case len(authorization) == 0 && q.has("Signature") && (q.has("SignatureVersion") || q.has("AWSAccessKeyId")):
		return nil, errVersion2()
	case len(authorization) == 0:
		return nil, ErrNone
	case len(authorization) > 1:
		return nil, errNonconforming(false)
	}
	return parseAuthorization(r, authorization[0])
}

// setCredential takes "keyid/date/region/service/term" apart.
func (s *Signature) setCredential(credential string) error {
	p := strings.Split(credential, "/")
	if len(p) != 5 {
		return errCredential(credential, s.Presigned)
	}
	for _, part := range p {
		// The parts go into the string to sign line by line, so nothing in them may end a line.
		if part == "" || strings.IndexFunc(part, func(c rune) bool { return c <= ' ' || c > '~' }) >= 0 {
			return errCredential(credential, s.Presigned)
		}
	}
	s.AccessKeyID = p[0]
	s.Scope = Scope{Date: p[1], Region: p[2], Service: p[3], Terminator: p[4]}
	return nil
}

// single is the value of a header that may be given at most once.
func single(r *http.Request, name string, presigned bool) (string, error) {
	switch v := r.Header.Values(name); len(v) {
	case 0:
		return "", nil
	case 1:
		return v[0], nil
	}
	return "", errNonconforming(presigned)
}

// parseTime reads a time in ISO 8601 basic format and in no other: time.Parse alone would take fractions of a second.
func parseTime(s string) (time.Time, bool) {
	if len(s) != len(timeLayout) {
		return time.Time{}, false
	}
	t, err := time.Parse(timeLayout, s)
	return t, err == nil
}
