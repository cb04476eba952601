package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

// Verify tells whether r was signed with secret. bodySHA256 is the hash of the body as it arrived.
//
// It covers method, path, query, the signed headers, the date, the scope and the body (S3 may leave the body out, see
// Payload). It does not look at the clock nor at the service that was called: that is Check. A nil result means that
// whoever sent the request has the secret; every other result is an *Error.
func (s *Signature) Verify(r *http.Request, bodySHA256 [sha256.Size]byte, secret string) error {
	if !slices.ContainsFunc(s.SignedHeaders, func(h string) bool {
		return strings.EqualFold(h, "host")
	}) {
		return s.errHostNotSigned()
	}
	if s.Scope.Service == serviceS3 {
		if names := s.unsignedAmzHeaders(r); len(names) > 0 {
			return s.errHeadersNotSigned(names)
		}
	}
	payloadHash, err := s.signedPayloadHash(bodySHA256)
	if err != nil {
		return err
	}
	canonical, ok, err := s.canonicalRequest(r, payloadHash)
	if err != nil {
		return err
	}
	toSign := s.stringToSign(canonical)
	// A key without a secret would be a key that everybody can sign with.
	if !ok || secret == "" || !s.matches(toSign, secret) {
		return s.errMismatch(toSign, canonical)
	}
	return s.checkBody(bodySHA256)
}

// stringToSign binds the canonical request to the time and the scope.
func (s *Signature) stringToSign(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return Algorithm + "\n" + s.Date.Format(timeLayout) + "\n" + s.Scope.String() + "\n" + hex.EncodeToString(sum[:])
}

// matches compares the signature in constant time. A signing key is kept for the next request only when it has
// verified one: strangers who know an access key id cannot push others' keys out of the cache.
func (s *Signature) matches(toSign, secret string) bool {
	id := keyID{s.AccessKeyID, sha256.Sum256([]byte(secret)), s.Scope.Date, s.Scope.Region, s.Scope.Service}
	key, cached := signingKeys.get(id)
	if !cached {
		key = deriveKey(secret, s.Scope)
	}
	sum := hmacSHA256(key[:], toSign)
	var want [2 * sha256.Size]byte
	hex.Encode(want[:], sum[:])
	if subtle.ConstantTimeCompare(want[:], []byte(s.signature)) != 1 {
		return false
	}
	if !cached {
		signingKeys.put(id, key)
	}
	return true
}

// unsignedAmzHeaders are the x-amz-* headers of r that the signature leaves out, sorted. S3 refuses them; IAM, by
// observation, takes them (facts/wire-errors.md, tag [G]).
func (s *Signature) unsignedAmzHeaders(r *http.Request) []string {
	var names []string
	for name := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !slices.ContainsFunc(s.SignedHeaders, func(h string) bool {
			return strings.EqualFold(h, name)
		}) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
