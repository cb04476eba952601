package sigv4

import (
	"net/http"
	"strconv"
	"strings"
)

// serviceS3 is the service whose signatures differ: its path is encoded once and never normalized (object keys may
// hold "//" and ".."), and its payload may be unsigned.
const serviceS3 = "s3"

// canonicalRequest is the text whose hash is signed; false where a signed header is not in the request, which no
// signature can make good.
//
//	method \n path \n query \n header:value \n … \n \n signed headers \n payload hash
func (s *Signature) canonicalRequest(r *http.Request, payloadHash string) ([]byte, bool, error) {
	q, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, false, err
	}
	b := make([]byte, 0, 1024)
	b = append(b, r.Method...)
	b = append(b, '\n')
	if b, err = appendPath(b, r.URL.EscapedPath(), s.Scope.Service == serviceS3); err != nil {
		return nil, false, err
	}
	b = append(b, '\n')
	b = q.appendCanonical(b, s.Presigned)
	b = append(b, '\n')
	complete := true
	for _, name := range s.SignedHeaders {
		values := headerValues(r, name)
		complete = complete && len(values) > 0
		b = append(b, name...)
		b = append(b, ':')
		for i, v := range values {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendTrimmed(b, v)
		}
		b = append(b, '\n')
	}
	b = append(b, '\n')
	b = append(b, strings.Join(s.SignedHeaders, ";")...)
	b = append(b, '\n')
	return append(b, payloadHash...), complete, nil
}

// appendPath appends the canonical URI of a path as the client sent it.
//
// S3: every segment decoded and encoded again, so that each spelling of a key has one form. All other services: dot
// segments and empty segments removed (RFC 3986 section 5.2.4), and the path, which is encoded already, encoded once
// more. AWS's page asks for that normalization; the Go SDK's signer leaves it out, so AWS refuses what that signer
// makes of such a path, and so does this.
func appendPath(dst []byte, path string, s3 bool) ([]byte, error) {
	if path == "" {
		return append(dst, '/'), nil
	}
	if !s3 {
		return appendEscaped(dst, normalize(path), true), nil
	}
	for i, segment := range strings.Split(path, "/") {
		text, ok := unescape(segment, false)
		if !ok {
			return nil, errQuery()
		}
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = appendEscaped(dst, text, false)
	}
	return dst, nil
}

// normalize removes ".", ".." and empty segments; a trailing slash stays.
func normalize(path string) string {
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	segments := strings.Split(path, "/")
	for _, s := range segments {
		switch s {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, s)
		}
	}
	clean := "/" + strings.Join(kept, "/")
	if last := segments[len(segments)-1]; len(kept) > 0 && (last == "" || last == "." || last == "..") {
		clean += "/"
	}
	return clean
}

// headerValues are the values of a header as the client sent it, those that net/http keeps elsewhere included.
func headerValues(r *http.Request, name string) []string {
	switch strings.ToLower(name) {
	case "host":
		if r.Host != "" {
			return []string{r.Host}
		}
		return []string{r.URL.Host}
	case "content-length":
		if v := r.Header.Values(name); len(v) > 0 {
			return v
		}
		if r.ContentLength < 0 {
			return nil
		}
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	case "transfer-encoding":
		if v := r.Header.Values(name); len(v) > 0 {
			return v
		}
		return r.TransferEncoding
	}
	return r.Header.Values(name)
}

// appendTrimmed appends a header value without the white space around it and with runs of spaces made one.
func appendTrimmed(dst []byte, v string) []byte {
	v = strings.Trim(v, " \t")
	for i := 0; i < len(v); i++ {
		if v[i] != ' ' || v[i-1] != ' ' {
			dst = append(dst, v[i])
		}
	}
	return dst
}
