package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// Payload is how a request's body is covered by its signature.
type Payload int

const (
	PayloadHashed    Payload = iota // the hash of the body is signed
	PayloadUnsigned                 // the body is not signed: S3 only, declared, or presigned without a declaration
	PayloadStreaming                // the body comes in chunks that carry signatures or trailers of their own: S3 only
	PayloadInvalid                  // S3: x-amz-content-sha256 is none of the values that S3 knows
	PayloadMissing                  // S3: x-amz-content-sha256 is not given, and must be
)

const unsignedPayload = "UNSIGNED-PAYLOAD"

// streamingPayloads are the declarations of S3's aws-chunked uploads, from the S3 API reference.
var streamingPayloads = []string{
	"STREAMING-UNSIGNED-PAYLOAD-TRAILER",
	"STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
	"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
	"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
	"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
}

// Payload tells how the body is covered, so that a server knows before it reads the body whether to hash it. Outside
// S3 the answer is always PayloadHashed: those services hash what arrived and never read x-amz-content-sha256.
func (s *Signature) Payload() Payload {
	if s.Scope.Service != serviceS3 {
		return PayloadHashed
	}
	switch {
	case s.PayloadHash == "" && s.Presigned, s.PayloadHash == unsignedPayload:
		return PayloadUnsigned
	case s.PayloadHash == "":
		return PayloadMissing
	}
	for _, name := range streamingPayloads {
		if s.PayloadHash == name {
			return PayloadStreaming
		}
	}
	if _, err := hex.DecodeString(s.PayloadHash); err != nil || len(s.PayloadHash) != 2*sha256.Size {
		return PayloadInvalid
	}
	return PayloadHashed
}

// signedPayloadHash is the last line of the canonical request. On S3 it is what the client declared: the signature is
// judged before the body is.
func (s *Signature) signedPayloadHash(body [sha256.Size]byte) (string, error) {
	switch s.Payload() {
	case PayloadUnsigned:
		return unsignedPayload, nil
	case PayloadStreaming:
		return "", s.errPayload(KindStreaming)
	case PayloadInvalid:
		return "", s.errPayload(KindPayloadInvalid)
	case PayloadMissing:
		return "", s.errPayload(KindPayloadMissing)
	}
	if s.Scope.Service == serviceS3 {
		return s.PayloadHash, nil
	}
	return hex.EncodeToString(body[:]), nil
}

// checkBody compares the body with the hash that S3 clients declare. Elsewhere the canonical request held the hash of
// the body itself, so there is nothing left to compare.
func (s *Signature) checkBody(body [sha256.Size]byte) error {
	if s.Scope.Service != serviceS3 || s.Payload() != PayloadHashed {
		return nil
	}
	actual := hex.EncodeToString(body[:])
	if subtle.ConstantTimeCompare([]byte(strings.ToLower(s.PayloadHash)), []byte(actual)) != 1 {
		return s.errBody(actual)
	}
	return nil
}
