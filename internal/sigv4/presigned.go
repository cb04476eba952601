package sigv4

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The query parameters of a presigned request. AWS tells their case apart.
const (
	paramAlgorithm     = "X-Amz-Algorithm"
	paramCredential    = "X-Amz-Credential"
	paramDate          = "X-Amz-Date"
	paramExpires       = "X-Amz-Expires"
	paramSignature     = "X-Amz-Signature"
	paramSignedHeaders = "X-Amz-SignedHeaders"
	paramToken         = "X-Amz-Security-Token"
	paramPayloadHash   = "X-Amz-Content-Sha256"
)

// requiredParams are the parameters without which no service verifies a presigned request, in the order in which AWS
// names the missing ones. X-Amz-Expires is not among them: only S3 insists on it.
var requiredParams = []string{paramCredential, paramSignature, paramSignedHeaders, paramDate}

// parsePresigned reads the X-Amz-* parameters of a presigned request.
func parsePresigned(r *http.Request, q query) (*Signature, error) {
	values := make(map[string]string)
	for _, name := range []string{
		paramAlgorithm, paramCredential, paramDate, paramExpires, paramSignature, paramSignedHeaders, paramToken,
		paramPayloadHash,
	} {
		v := q.values(name)
		if len(v) > 1 {
			return nil, errNonconforming(true) // two values: no telling which of them was meant
		}
		if len(v) == 1 {
			values[name] = v[0]
		}
	}
	switch values[paramAlgorithm] {
	case Algorithm:
	case "":
		return nil, errNoAlgorithm()
	default:
		return nil, errQueryAlgorithm()
	}
	var missing []string
	for _, name := range requiredParams {
		if values[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, errMissingParams(missing)
	}

	s := &Signature{
		Presigned:     true,
		SignedHeaders: strings.Split(values[paramSignedHeaders], ";"),
		SessionToken:  values[paramToken],
		PayloadHash:   values[paramPayloadHash],
		signature:     values[paramSignature],
	}
	if err := s.setCredential(values[paramCredential]); err != nil {
		return nil, err
	}
	var ok bool
	if s.Date, ok = parseTime(values[paramDate]); !ok {
		return nil, errDate(values[paramDate], true)
	}
	if q.has(paramExpires) {
		if err := s.setExpires(values[paramExpires]); err != nil {
			return nil, err
		}
	}
	var err error
	if s.SessionToken == "" {
		if s.SessionToken, err = single(r, "X-Amz-Security-Token", true); err != nil {
			return nil, err
		}
	}
	if s.PayloadHash == "" {
		if s.PayloadHash, err = single(r, "X-Amz-Content-Sha256", true); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// setExpires reads X-Amz-Expires, seconds. What is too long for any service is kept as 30 years, far from overflow.
func (s *Signature) setExpires(text string) error {
	const tooLong = 30 * 365 * 24 * 60 * 60
	seconds, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return errExpires("X-Amz-Expires should be a number")
	case seconds < 0:
		return errExpires("X-Amz-Expires must be non-negative")
	}
	s.HasExpires, s.Expires = true, time.Duration(min(seconds, tooLong))*time.Second
	return nil
}

// PresignedRequest is the request that somebody who follows a presigned URL with these headers would send. It is how a
// URL that came as a text, such as an EKS token, is handed to Parse and Verify without any network.
func PresignedRequest(u *url.URL, headers http.Header, method string) *http.Request {
	return &http.Request{Method: method, URL: u, Host: u.Host, Header: headers}
}

// VerifyPresignedURL verifies the signature of a presigned URL that is followed with an empty body: an EKS token is a
// GET of https://sts.<region>.amazonaws.com/ with x-k8s-aws-id among its signed headers (facts/eks-authentication.md
// section 1). Scope and time are not judged here: that is Check, with PresignedRequest and Parse.
func VerifyPresignedURL(u *url.URL, headers http.Header, method string, secret string) error {
	r := PresignedRequest(u, headers, method)
	s, err := Parse(r)
	if err != nil {
		return err
	}
	if !s.Presigned {
		return ErrNone
	}
	return s.Verify(r, sha256.Sum256(nil), secret)
}
