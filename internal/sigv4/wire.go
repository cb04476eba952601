package sigv4

import (
	"github.com/airside-dev/airside/internal/awserr"
)

// Family is a group of AWS services that refuse alike.
type Family int

const (
	Query    Family = iota // IAM, STS, autoscaling: the query protocol
	RESTJSON               // EKS, eks-auth
	JSON                   // CloudTrail, KMS, logs, ssm: JSON 1.0 and 1.1
	EC2
	S3
)

// answer is how a Kind leaves the building.
type answer struct {
	query       string // code
	queryStatus int
	json        string // code; HTTP 403 on REST-JSON, 400 on JSON 1.x
	s3          string // code
	s3Status    int
	s3Message   string // where the error has no words of its own for S3
}

// Codes that many kinds share.
const (
	jsonIncomplete = "IncompleteSignatureException"
	jsonMissing    = "MissingAuthenticationTokenException"
	jsonInvalid    = "InvalidSignatureException"
	jsonUnknown    = "UnrecognizedClientException"

	// s3BadAuth becomes AuthorizationHeaderMalformed or, for presigned requests, AuthorizationQueryParametersError.
	s3BadAuth = ""
)

// answers is the table of facts/wire-errors.md sections 3.1, 3.2 and 3.4. EC2 has few answers and is in ec2.
// S3 codes of the kinds that section 3.4 does not list are from the S3 API reference, "Error responses".
var answers = map[Kind]answer{
	KindMissing:          {"MissingAuthenticationToken", 403, jsonMissing, "AccessDenied", 403, "Access Denied"},
	KindForeign:          {"MissingAuthenticationToken", 403, jsonMissing, "InvalidArgument", 400, "Unsupported Authorization Type"},
	KindAlgorithm:        {"MissingAuthenticationToken", 403, jsonMissing, s3BadAuth, 400, ""},
	KindUnsupported:      {"IncompleteSignature", 400, jsonIncomplete, "InvalidRequest", 400, "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."},
	KindAmbiguous:        {"SignatureDoesNotMatch", 403, jsonInvalid, "InvalidArgument", 400, "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"},
	KindIncomplete:       {"IncompleteSignature", 400, jsonIncomplete, s3BadAuth, 400, ""},
	KindMalformedURI:     {"MalformedQueryString", 404, "MalformedQueryString", "InvalidURI", 400, "Couldn't parse the specified URI."},
	KindWrongService:     {"SignatureDoesNotMatch", 400, jsonInvalid, s3BadAuth, 400, ""},
	KindWrongTerminator:  {"SignatureDoesNotMatch", 403, jsonInvalid, s3BadAuth, 400, ""},
	KindWrongRegion:      {"SignatureDoesNotMatch", 403, jsonInvalid, s3BadAuth, 400, ""},
	KindWrongDate:        {"SignatureDoesNotMatch", 400, jsonInvalid, s3BadAuth, 400, ""},
	KindExpired:          {"SignatureDoesNotMatch", 403, jsonInvalid, "RequestTimeTooSkewed", 403, s3Skewed},
	KindNotYetValid:      {"SignatureDoesNotMatch", 403, jsonInvalid, "RequestTimeTooSkewed", 403, s3Skewed},
	KindExpiresTooLong:   {"SignatureDoesNotMatch", 403, jsonInvalid, s3BadAuth, 400, ""},
	KindHostNotSigned:    {"SignatureDoesNotMatch", 403, jsonInvalid, "AccessDenied", 403, s3NotSigned},
	KindHeadersNotSigned: {"SignatureDoesNotMatch", 403, jsonInvalid, "AccessDenied", 403, s3NotSigned},
	KindPayloadMissing:   {"IncompleteSignature", 400, jsonIncomplete, "InvalidRequest", 400, ""},
	KindPayloadInvalid:   {"IncompleteSignature", 400, jsonIncomplete, "InvalidArgument", 400, ""},
	KindStreaming:        {"IncompleteSignature", 400, jsonIncomplete, "NotImplemented", 501, ""},
	KindBodyMismatch:     {"SignatureDoesNotMatch", 403, jsonInvalid, "XAmzContentSHA256Mismatch", 400, ""},
	KindMismatch:         {"SignatureDoesNotMatch", 403, jsonInvalid, "SignatureDoesNotMatch", 403, "The request signature we calculated does not match the signature you provided. Check your key and signing method."},
	KindUnknownKey:       {"InvalidClientTokenId", 403, jsonUnknown, "InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."},
	KindInvalidToken:     {"InvalidClientTokenId", 403, jsonUnknown, "InvalidToken", 400, "The provided token is malformed or otherwise invalid."},
	KindExpiredToken:     {"ExpiredToken", 403, "ExpiredTokenException", "ExpiredToken", 400, "The provided token has expired."},
}

const (
	s3Skewed    = "The difference between the request time and the current time is too large."
	s3NotSigned = "There were headers present in the request which were not signed"

	missingParamsS3 = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential," +
		" X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)

// s3Malformed is how S3 introduces what is wrong with a credential.
func s3Malformed(presigned bool, text string) string {
	if presigned {
		return "Error parsing the X-Amz-Credential parameter; " + text
	}
	return "The authorization header is malformed; " + text
}

// AWS is the error as services of a family answer it: code on the wire, message, HTTP status and, for S3, the further
// elements of the error body.
//
//	Query     IAM's and STS's codes; the messages are e.Message
//	RESTJSON  …Exception codes, always 403 (a query string that does not decode: 404)
//	JSON      the same codes, always 400
//	EC2       AuthFailure 401, RequestExpired 400 for everything that is over, MissingParameter 400 for no signature
//	S3        S3's own codes and messages
//
// S3's SignatureDoesNotMatch repeats the canonical request to the client, as AWS does; with it go the session token
// and whatever else the client signed, so these fields belong in the response and not in a log.
func (e *Error) AWS(family Family) *awserr.Error {
	a := answers[e.Kind]
	switch family {
	case RESTJSON:
		if e.Kind == KindMalformedURI {
			return answerOf(a.queryStatus, a.json, e.Message)
		}
		return answerOf(403, a.json, e.jsonMessage())
	case JSON:
		return answerOf(400, a.json, e.jsonMessage())
	case EC2:
		return e.ec2()
	case S3:
		return e.s3Error(a)
	}
	return answerOf(a.queryStatus, a.query, e.Message)
}

func answerOf(status int, code, message string) *awserr.Error {
	return &awserr.Error{Code: code, Message: message, Status: status}
}

func (e *Error) jsonMessage() string {
	switch e.Kind {
	case KindMissing, KindForeign, KindAlgorithm:
		return "Missing Authentication Token"
	}
	return e.Message
}

// ec2 is facts/wire-errors.md section 3.3: EC2 hardly says what is wrong.
func (e *Error) ec2() *awserr.Error {
	switch e.Kind {
	case KindMissing:
		return answerOf(400, "MissingParameter", "The request must contain the parameter AWSAccessKeyId")
	case KindExpired, KindExpiredToken:
		return answerOf(400, "RequestExpired", "Request has expired.")
	case KindMalformedURI:
		return answerOf(400, "MalformedQueryString", e.Message)
	}
	return answerOf(401, "AuthFailure", "AWS was not able to validate the provided access credentials")
}

func (e *Error) s3Error(a answer) *awserr.Error {
	out := answerOf(a.s3Status, a.s3, a.s3Message)
	switch {
	case e.s3 != "":
		out.Message = e.s3
	case out.Message == "":
		out.Message = e.Message
	}
	if out.Code == s3BadAuth {
		out.Code = "AuthorizationHeaderMalformed"
		if e.presigned {
			out.Code = "AuthorizationQueryParametersError"
		}
	}
	if e.presigned && (e.Kind == KindExpired || e.Kind == KindNotYetValid) {
		out.Code = "AccessDenied" // a presigned URL is not skewed, it is over
	}
	for name, value := range e.fields {
		out = out.With(name, value)
	}
	return out
}
