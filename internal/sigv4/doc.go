// Package sigv4 verifies AWS Signature Version 4 (AWS4-HMAC-SHA256) on requests that arrive, whether they were signed
// in the Authorization header or presigned in the query string.
//
// It owns the reading of a signature, the rules on its scope and its time, the canonical request, the signing key, and
// the words in which each family of AWS services refuses. It does not own credentials: the caller looks the access key
// up between Parse and Verify, and answers unknown keys and expired sessions with the errors that Signature makes for
// them. It does no I/O and reads no clock.
//
// The three steps are in the order in which AWS refuses (facts/wire-errors.md section 3.1):
//
//	sig, err := sigv4.Parse(r)                       // syntax; ErrNone where the request is not signed at all
//	err = sig.Check(now, sigv4.Endpoint{...})        // service, region, scope date, clock
//	secret := …                                      // unknown key: sig.UnknownKey()
//	err = sig.Verify(r, sha256.Sum256(body), secret) // the signature itself
//
// Every error is an *Error; (*Error).AWS gives its code, message and HTTP status for a family of services.
//
// Sources: "Create a signed AWS API request" of the IAM user guide, "Authenticating Requests (AWS Signature Version
// 4)" of the S3 API reference, facts/wire-errors.md.
package sigv4
