package query

import (
	"net/http"
	"sort"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// faultNamespace is that of errors which precede any service (facts/wire-errors.md section 1; the year is AWS's).
const faultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09"

// Fail writes the error envelope. A request that names no action has nothing to be answered in but an empty element.
func (Protocol) Fail(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, err *awserr.Error, requestID string) {
	code, status := awswire.Resolve(s, err)
	if err.Code == unknownOperation {
		respond(w, "text/xml", status, []byte("<UnknownOperationException/>"), requestID)
		return
	}
	b := make([]byte, 0, 512)
	if acceptsJSON(r) {
		respond(w, "application/json", status, appendJSONError(b, code, err.Message, awswire.Fault(status), requestID), requestID)
		return
	}
	namespace := s.XMLNamespace
	if err.Code == invalidAction {
		namespace = faultNamespace
	}
	b = append(b, `<ErrorResponse xmlns="`...)
	b = awswire.AppendEscaped(b, namespace)
	b = append(b, `"><Error>`...)
	b = awswire.AppendElement(b, "Type", awswire.Fault(status))
	b = awswire.AppendElement(b, "Code", code)
	if err.Message != "" {
		b = awswire.AppendElement(b, "Message", err.Message)
	}
	names := make([]string, 0, len(err.Fields))
	for name := range err.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		b = awswire.AppendElement(b, name, err.Fields[name])
	}
	b = append(b, "</Error>"...)
	b = awswire.AppendElement(b, "RequestId", requestID)
	b = append(b, "</ErrorResponse>"...)
	respond(w, "text/xml", status, b, requestID)
}

// specified are IAM's own sentences for patterns, by the model's pattern (facts/wire-errors.md section 5.2). All other
// patterns are answered with the sentence that AWS's services share.
var specified = map[string]string{
	`[\w+=,.@-]+`: "It must contain only alphanumeric characters and/or the following: +=,.@_-",
	`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`: "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
	`((/[A-Za-z0-9\.,\+@=_-]+)*)/`:            "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
	`\u002F[\u0021-\u007F]*`:                  "It must begin with the / character and contain only alphanumeric characters and/or / characters.",
	`[\u0009\u000A\u000D\u0020-\u00FF]+`:      "It must contain only printable ASCII characters.",
}

// Refuse words violations as IAM and STS do: ValidationError. IAM never prints a value; STS prints one that is out of
// range or does not match a pattern (facts/wire-errors.md sections 4 and 5).
func (Protocol) Refuse(s *model.Service, o *model.Operation, violations []model.Violation) *awserr.Error {
	const code = "ValidationError"
	if first := &violations[0]; s.Name == "iam" && first.Constraint == model.Pattern {
		if sentence, ok := specified[first.Shape.Pattern]; ok {
			return awserr.New(code, "The specified value for %s is invalid. %s", first.Path, sentence)
		}
	}
	return awserr.New(code, "%s", awswire.Detected(violations, func(v *model.Violation) bool {
		return s.Name == "sts" && awswire.ByContent(v)
	}))
}
