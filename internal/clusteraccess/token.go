package clusteraccess

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// ClusterIDHeader is the header that binds a token to one cluster. Its value is the cluster's name, and it is part
	// of what the client signs.
	ClusterIDHeader = "x-k8s-aws-id"

	tokenPrefix   = "k8s-aws-v1."
	tokenMaxBytes = 4096
	tokenDate     = "20060102T150405Z"

	// tokenLife is how long a token is good for after X-Amz-Date, whatever X-Amz-Expires says.
	tokenLife = 15 * time.Minute
)

// Token is a bearer token that passed every check that can be made without keys. It is not yet proof of anything: who
// accepts it must verify the signature of a GET of URL with the headers host (URL.Host) and ClusterIDHeader (the name of
// the cluster that was asked), and nothing from the client may take the place of either.
type Token struct {
	URL          *url.URL // the presigned sts:GetCallerIdentity request; holds the signature, so never print it
	AccessKeyID  string   // first part of X-Amz-Credential
	SessionToken string   // X-Amz-Security-Token; empty for long-term keys
	Date         time.Time
	Region       string // region label of the STS host, "global" for sts.amazonaws.com; the server's for its own endpoints
}

// String names the token without its secrets, so that one that strays into a message does no harm.
func (t Token) String() string {
	return "token of " + t.AccessKeyID + " from " + t.Date.Format(time.RFC3339)
}

// FormatError is a token that is not of the form of an EKS token, or is past its time. Its text holds neither the token
// nor its signature.
type FormatError struct{ Text string }

// Error prints the authenticator's words.
func (e FormatError) Error() string { return "input token was not properly formatted: " + e.Text }

// ParseToken takes an EKS bearer token apart, for a server of the given partition and region at the time now. The checks,
// their order and their texts are those of facts/eks-authentication.md section 2; every error is a FormatError.
//
// As in the authenticator, a date in the future, the signature's algorithm and its scope are left to who verifies the
// signature.
func ParseToken(token string, now time.Time, partition, region string) (*Token, error) {
	return Server{Partition: partition, Region: region}.ParseToken(token, now)
}

// ParseToken is the function ParseToken for a server that may itself be an STS endpoint.
func (s Server) ParseToken(token string, now time.Time) (*Token, error) {
	u, err := presignedURL(token)
	if err != nil {
		return nil, err
	}
	label, err := s.checkOrigin(u)
	if err != nil {
		return nil, err
	}
	if u.Path != "/" {
		return nil, FormatError{"unexpected path in pre-signed URL"}
	}
	q, err := readQuery(u.RawQuery)
	if err != nil {
		return nil, err
	}
	date, err := q.check(now)
	if err != nil {
		return nil, err
	}
	key, _, _ := strings.Cut(q.value("x-amz-credential"), "/")
	return &Token{URL: u, AccessKeyID: key, SessionToken: q.value("x-amz-security-token"), Date: date, Region: label}, nil
}

// presignedURL unwraps the URL that a token carries: checks 1 to 4.
func presignedURL(token string) (*url.URL, error) {
	if len(token) > tokenMaxBytes {
		return nil, FormatError{"token is too large"}
	}
	encoded, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok {
		return nil, FormatError{fmt.Sprintf("token is missing expected %q prefix", tokenPrefix)}
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return nil, FormatError{err.Error()}
	}
	u, err := url.Parse(string(raw))
	if err != nil {
		// The parser's error quotes the whole URL, signature included: only its reason may leave here.
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return nil, FormatError{"parse pre-signed URL: " + err.Error()}
	}
	return u, nil
}

// tokenParameters are the query parameters that a token's URL may have, in lower case.
var tokenParameters = [...]string{
	"action", "version", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-security-token",
	"x-amz-signature", "x-amz-signedheaders",
}

// tokenQuery holds the value of each of tokenParameters.
type tokenQuery [len(tokenParameters)]string

// value returns a parameter; empty where the URL has none.
func (q *tokenQuery) value(name string) string { return q[slices.Index(tokenParameters[:], name)] }

// readQuery decodes the query of a token's URL: checks 8 to 11. It reads the query itself, in the order in which it is
// written, so that the same token always fails in the same words.
func readQuery(raw string) (*tokenQuery, error) {
	type parameter struct {
		key, value string
		again      bool // the very same key was there before
	}
	var params []parameter
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		key, errKey := url.QueryUnescape(k)
		value, errValue := url.QueryUnescape(v)
		if errKey != nil || errValue != nil || strings.Contains(part, ";") {
			return nil, FormatError{"malformed query parameter"}
		}
		params = append(params, parameter{key: key, value: value})
	}
	seen := make(map[string]string, len(params)) // key in lower case → key as written
	for i, p := range params {
		lower := strings.ToLower(p.key)
		switch first, ok := seen[lower]; {
		case !ok:
			seen[lower] = p.key
		case first == p.key:
			params[i].again = true
		default:
			return nil, FormatError{fmt.Sprintf("duplicate query parameter found: %q", keyName(p.key))}
		}
	}
	index := func(key string) int {
		return slices.IndexFunc(tokenParameters[:], func(name string) bool { return equalASCIIFold(key, name) })
	}
	for _, p := range params {
		if index(p.key) < 0 {
			return nil, FormatError{fmt.Sprintf("non-whitelisted query parameter %q", keyName(p.key))}
		}
	}
	var q tokenQuery
	for _, p := range params {
		if p.again {
			return nil, FormatError{"query parameter with multiple values not supported"}
		}
		q[index(p.key)] = p.value
	}
	return &q, nil
}

// keyName is a parameter's name as an error may quote it. A query that was escaped twice is one long "name" with the
// signature in it, so the name ends where a value could begin.
func keyName(key string) string {
	if i := strings.IndexAny(key, "=%&"); i >= 0 {
		key = key[:i]
	}
	return key
}

// equalASCIIFold compares ignoring the case of ASCII letters only: Unicode folding would take the Kelvin sign in
// "x-amz-security-to\u212aen" for a k, and then two readers of one URL see different parameters.
func equalASCIIFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// check makes checks 12 to 17 and returns X-Amz-Date.
func (q *tokenQuery) check(now time.Time) (time.Time, error) {
	fail := func(format string, args ...any) (time.Time, error) {
		return time.Time{}, FormatError{fmt.Sprintf(format, args...)}
	}
	if q.value("action") != "GetCallerIdentity" {
		return fail("unexpected action parameter in pre-signed URL")
	}
	if !signsClusterID(q.value("x-amz-signedheaders")) {
		return fail("client did not sign the %s header in the pre-signed URL", ClusterIDHeader)
	}
	if n, err := strconv.Atoi(q.value("x-amz-expires")); err != nil || n < 0 || n > 900 {
		return fail("invalid X-Amz-Expires parameter in pre-signed URL: %d", n)
	}
	text := q.value("x-amz-date")
	if text == "" {
		return fail("X-Amz-Date parameter must be present in pre-signed URL")
	}
	date, err := time.Parse(tokenDate, text)
	if err != nil {
		return fail("error parsing X-Amz-Date parameter %s into format %s: %v", text, tokenDate, err)
	}
	if now.After(date.Add(tokenLife)) {
		return fail("X-Amz-Date parameter is expired (%.f minute expiration) %s", tokenLife.Minutes(), date)
	}
	return date, nil
}

func signsClusterID(signedHeaders string) bool {
	for h := range strings.SplitSeq(signedHeaders, ";") {
		if equalASCIIFold(h, ClusterIDHeader) {
			return true
		}
	}
	return false
}
