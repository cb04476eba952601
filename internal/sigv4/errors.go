package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is what is wrong with a request's authentication, whatever a service calls it.
type Kind int

const (
	KindMissing          Kind = iota + 1 // no signature at all
	KindForeign                          // an Authorization header of another scheme, such as Bearer
	KindAlgorithm                        // query authentication without an algorithm or with another one
	KindUnsupported                      // another AWS signature: version 2, SigV4A
	KindAmbiguous                        // signed in the header and in the query
	KindIncomplete                       // parts are missing or cannot be read
	KindMalformedURI                     // path or query do not decode
	KindWrongService                     // scope names another service
	KindWrongTerminator                  // scope does not end in aws4_request
	KindWrongRegion                      // scope names another region
	KindWrongDate                        // scope names another day than the date
	KindExpired                          // signed too long ago
	KindNotYetValid                      // signed too far in the future
	KindExpiresTooLong                   // X-Amz-Expires beyond the maximum
	KindHostNotSigned                    // the host header is not signed
	KindHeadersNotSigned                 // S3: x-amz-* headers that are not signed
	KindPayloadMissing                   // S3: no x-amz-content-sha256
	KindPayloadInvalid                   // S3: x-amz-content-sha256 is no hash and no known word
	KindStreaming                        // S3: an aws-chunked upload
	KindBodyMismatch                     // S3: the body is not the one whose hash is signed
	KindMismatch                         // the signature is wrong
	KindUnknownKey                       // no such active access key
	KindInvalidToken                     // the session token is not this key's
	KindExpiredToken                     // the session is over
)

// Error is a refusal. It never holds a secret, a signing key or the signature that would have been right.
type Error struct {
	Kind    Kind
	Message string // as the query protocol (IAM, STS) words it

	presigned bool
	s3        string            // S3's message, where it depends on the request
	fields    map[string]string // further elements of S3's error body
}

// Error prints the message.
func (e *Error) Error() string { return e.Message }

// ErrNone is Parse's answer to a request that carries no signature. It is for the caller to decide whether the
// operation may be called so (AssumeRoleWithWebIdentity, a public object) or to refuse with it.
var ErrNone = &Error{Kind: KindMissing, Message: "Request is missing Authentication Token"}

func errForeign() error {
	return &Error{Kind: KindForeign, Message: ErrNone.Message}
}

func errNoAlgorithm() error {
	return &Error{Kind: KindAlgorithm, Message: ErrNone.Message, presigned: true, s3: missingParamsS3}
}

func errQueryAlgorithm() error {
	return &Error{Kind: KindAlgorithm, Message: "Missing Authentication Token", presigned: true,
		s3: `X-Amz-Algorithm only supports "` + Algorithm + `"`}
}

func errAlgorithm(name string) error {
	return &Error{Kind: KindUnsupported, Message: fmt.Sprintf("Unsupported AWS 'algorithm': '%s'.", name)}
}

func errVersion2() error {
	return &Error{Kind: KindUnsupported, Message: "AWS Signature Version 2 is not supported."}
}

func errAmbiguous() error {
	return &Error{Kind: KindAmbiguous,
		Message: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."}
}

// errNonconforming is for what AWS's more telling messages do not cover, such as a part that is given twice.
func errNonconforming(presigned bool) error {
	const text = "The request signature does not conform to AWS standards."
	return &Error{Kind: KindIncomplete, Message: text, presigned: presigned, s3: s3Malformed(presigned, text)}
}

func errQuery() error {
	return &Error{Kind: KindMalformedURI, Message: "The query string contains a syntax error."}
}

// hashed prints an Authorization header as AWS does in messages: not at all, only its hash.
func hashed(authorization string) string {
	sum := sha256.Sum256([]byte(authorization))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func errComponent(part, header string) error {
	return &Error{Kind: KindIncomplete,
		Message: "Invalid key=value pair (missing equal-sign) in Authorization header" +
			" (hashed with SHA-256 and encoded with Base64): '" + hashed(header) + "'.",
		s3: s3Malformed(false, fmt.Sprintf("the authorization component %q is malformed.", part))}
}

// errIncompleteHeader names every part that is missing from an Authorization header, and the date.
func errIncompleteHeader(parts map[string]string, date, header string) error {
	e := &Error{Kind: KindIncomplete}
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if parts[name] != "" {
			continue
		}
		e.Message += "Authorization header requires '" + name + "' parameter. "
		if e.s3 == "" {
			e.s3 = s3Malformed(false, "missing "+name+".")
		}
	}
	if date == "" {
		e.Message += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
		if e.s3 == "" {
			e.s3 = s3Malformed(false, "AWS authentication requires a valid Date or x-amz-date header")
		}
	}
	e.Message += "(Hashed with SHA-256 and encoded with Base64) Authorization=" + hashed(header)
	return e
}

func errMissingParams(names []string) error {
	e := &Error{Kind: KindIncomplete, presigned: true, s3: missingParamsS3}
	for _, name := range names {
		e.Message += "AWS query-string parameters must include '" + name + "'. "
	}
	e.Message += "Re-examine the query-string parameters."
	return e
}

func errCredential(credential string, presigned bool) error {
	return &Error{Kind: KindIncomplete, presigned: presigned,
		Message: "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
			credential + "'",
		s3: s3Malformed(presigned,
			`the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`)}
}

func errDate(date string, presigned bool) error {
	e := &Error{Kind: KindIncomplete, presigned: presigned,
		Message: "Date must be in ISO-8601 'basic format'. Got '" + date +
			"'. See http://en.wikipedia.org/wiki/ISO_8601",
		s3: s3Malformed(false, "AWS authentication requires a valid Date or x-amz-date header")}
	if presigned {
		e.s3 = `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`
	}
	return e
}

func errExpires(text string) error {
	return &Error{Kind: KindIncomplete, Message: text, presigned: true, s3: text}
}

func errExpiresTooLong(longest time.Duration) error {
	return &Error{Kind: KindExpiresTooLong, presigned: true,
		Message: fmt.Sprintf("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires"+
			" must be less than %d seconds", longest/time.Second)}
}

func (s *Signature) errService(want string) error {
	return &Error{Kind: KindWrongService, presigned: s.Presigned,
		Message: "Credential should be scoped to correct service: '" + want + "'.",
		s3: s3Malformed(s.Presigned,
			fmt.Sprintf("incorrect service %q. This endpoint belongs to %q.", s.Scope.Service, want))}
}

func (s *Signature) errTerminator() error {
	return &Error{Kind: KindWrongTerminator, presigned: s.Presigned,
		Message: "Credential should be scoped with a valid terminator: '" + terminator + "'.",
		s3: s3Malformed(s.Presigned,
			fmt.Sprintf("incorrect terminal %q. This endpoint uses %q.", s.Scope.Terminator, terminator))}
}

func (s *Signature) errRegion(want string) error {
	return &Error{Kind: KindWrongRegion, presigned: s.Presigned,
		Message: "Credential should be scoped to a valid region. ", // with the space
		s3: s3Malformed(s.Presigned,
			fmt.Sprintf("the region '%s' is wrong; expecting '%s'", s.Scope.Region, want)),
		fields: map[string]string{"Region": want}}
}

func (s *Signature) errScopeDate() error {
	e := &Error{Kind: KindWrongDate, presigned: s.Presigned,
		Message: "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.",
		s3:      s3Malformed(false, "Invalid credential date. Date is not the same as X-Amz-Date.")}
	if s.Presigned {
		e.s3 = fmt.Sprintf("Invalid credential date %q. This date is not the same as X-Amz-Date: %q.",
			s.Scope.Date, s.Date.Format(dateLayout))
	}
	return e
}

// span prints a duration as AWS's messages on time do. AWS's words are known for whole minutes only.
func span(d time.Duration) string {
	if d%time.Minute != 0 {
		return strconv.Itoa(int(d/time.Second)) + " sec."
	}
	return strconv.Itoa(int(d/time.Minute)) + " min."
}

func (s *Signature) errExpired(now time.Time, lifetime time.Duration) error {
	e := &Error{Kind: KindExpired, presigned: s.Presigned,
		Message: fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s)", s.Date.Format(timeLayout),
			now.Add(-lifetime).Format(timeLayout), now.Format(timeLayout), span(lifetime))}
	if s.Presigned {
		e.s3 = "Request has expired"
		e.fields = map[string]string{
			"X-Amz-Expires": strconv.Itoa(int(lifetime / time.Second)),
			"Expires":       s.Date.Add(lifetime).Format(time.RFC3339),
			"ServerTime":    now.Format(time.RFC3339),
		}
		return e
	}
	e.fields = s.skewFields(now)
	return e
}

func (s *Signature) errNotYetValid(now time.Time) error {
	e := &Error{Kind: KindNotYetValid, presigned: s.Presigned,
		Message: fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %s)", s.Date.Format(timeLayout),
			now.Add(MaxSkew).Format(timeLayout), now.Format(timeLayout), span(MaxSkew))}
	if s.Presigned {
		e.s3 = "Request is not valid yet"
		return e
	}
	e.fields = s.skewFields(now)
	return e
}

func (s *Signature) skewFields(now time.Time) map[string]string {
	return map[string]string{
		"RequestTime":                s.Date.Format(timeLayout),
		"ServerTime":                 now.Format(time.RFC3339),
		"MaxAllowedSkewMilliseconds": strconv.Itoa(int(MaxSkew / time.Millisecond)),
	}
}

func (s *Signature) errHostNotSigned() error {
	return &Error{Kind: KindHostNotSigned, presigned: s.Presigned,
		Message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
		fields:  map[string]string{"HeadersNotSigned": "host"}}
}

func (s *Signature) errHeadersNotSigned(names []string) error {
	return &Error{Kind: KindHeadersNotSigned, presigned: s.Presigned,
		Message: "There were headers present in the request which were not signed",
		fields:  map[string]string{"HeadersNotSigned": strings.Join(names, ", ")}}
}

// payloadTexts are S3's words for a missing, wrong or unsupported x-amz-content-sha256.
var payloadTexts = map[Kind]string{
	KindPayloadMissing: "Missing required header for this request: x-amz-content-sha256",
	KindPayloadInvalid: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, " + strings.Join(streamingPayloads, ", ") +
		" or a valid sha256 value.",
	KindStreaming: "A header you provided implies functionality that is not implemented.",
}

func (s *Signature) errPayload(kind Kind) error {
	e := &Error{Kind: kind, Message: payloadTexts[kind], presigned: s.Presigned}
	switch kind {
	case KindPayloadInvalid:
		e.fields = map[string]string{"ArgumentName": "x-amz-content-sha256", "ArgumentValue": s.PayloadHash}
	case KindStreaming:
		e.fields = map[string]string{"Header": "x-amz-content-sha256"}
	}
	return e
}

func (s *Signature) errBody(actual string) error {
	return &Error{Kind: KindBodyMismatch, presigned: s.Presigned,
		Message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
		fields: map[string]string{
			"ClientComputedContentSHA256": s.PayloadHash,
			"S3ComputedContentSHA256":     actual,
		}}
}

// errMismatch tells an S3 client what was expected to be signed, as S3 does; everything in it comes from the client.
func (s *Signature) errMismatch(toSign string, canonical []byte) error {
	e := &Error{Kind: KindMismatch, presigned: s.Presigned,
		Message: "The request signature we calculated does not match the signature you provided. Check your AWS Secret" +
			" Access Key and signing method. Consult the service documentation for details."}
	if s.Scope.Service == serviceS3 {
		e.fields = map[string]string{
			"AWSAccessKeyId":        s.AccessKeyID,
			"StringToSign":          toSign,
			"SignatureProvided":     s.signature,
			"StringToSignBytes":     spacedHex([]byte(toSign)),
			"CanonicalRequest":      string(canonical),
			"CanonicalRequestBytes": spacedHex(canonical),
		}
	}
	return e
}

// spacedHex prints bytes as "47 45 54", the way S3's error bodies do.
func spacedHex(b []byte) string {
	var out strings.Builder
	out.Grow(3 * len(b))
	for i := range b {
		if i > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(hex.EncodeToString(b[i : i+1]))
	}
	return out.String()
}

const tokenInvalid = "The security token included in the request is invalid."

// UnknownKey is the refusal of an access key that does not exist, is inactive or deleted, or is a temporary one that
// came without its session token.
func (s *Signature) UnknownKey() *Error {
	return &Error{Kind: KindUnknownKey, Message: tokenInvalid, presigned: s.Presigned,
		fields: map[string]string{"AWSAccessKeyId": s.AccessKeyID}}
}

// InvalidToken is the refusal of a session token that does not belong to the access key, or that came with a long-term
// key.
func (s *Signature) InvalidToken() *Error {
	return &Error{Kind: KindInvalidToken, Message: tokenInvalid, presigned: s.Presigned,
		fields: map[string]string{"Token-0": s.SessionToken}}
}

// ExpiredToken is the refusal of a session that is over.
func (s *Signature) ExpiredToken() *Error {
	return &Error{Kind: KindExpiredToken, Message: "The security token included in the request is expired",
		presigned: s.Presigned, fields: map[string]string{"Token-0": s.SessionToken}}
}
