package awswire

import (
	"net/http"
	"strconv"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// Protocol is one of AWS's wire protocols. Its methods keep no state and may be called at the same time. body is the
// request's whole body, already read and bounded by the caller.
//
// A call goes Route, Decode, then (after the caller was authorized) model.Validate and Refuse, and ends with Encode or
// Fail. Errors of Route, Decode and Refuse are *awserr.Error unless the program itself is at fault.
type Protocol interface {
	// Route finds the operation that is called.
	Route(s *model.Service, r *http.Request, body []byte) (*model.Operation, error)
	// Decode fills in, a pointer to the operation's request struct. absent names the required members that were not
	// sent, which a plain Go value cannot tell from empty ones; hand it to model.Validate.
	Decode(s *model.Service, o *model.Operation, r *http.Request, body []byte, in any) (absent model.Absent, err error)
	// Refuse words the violations as the service does. There must be at least one.
	Refuse(s *model.Service, o *model.Operation, violations []model.Violation) *awserr.Error
	// Encode writes the response out, a pointer to the operation's response struct (anything where it has none).
	// Nothing has been written when it returns an error.
	Encode(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, out any, requestID string) error
	// Fail writes an error response. o is nil where the operation is not known.
	Fail(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, err *awserr.Error, requestID string)
}

// Resolve gives the code and the HTTP status that an error has on the wire: those of the service model, else its own.
func Resolve(s *model.Service, err *awserr.Error) (code string, status int) {
	code, status = err.Code, err.Status
	if sh := s.ErrorShape(err.Code); sh != nil {
		code = sh.Name
		if sh.Error.Code != "" {
			code = sh.Error.Code
		}
		switch {
		case sh.Error.Status != 0:
			status = sh.Error.Status
		case status == 0 && sh.Fault:
			status = http.StatusInternalServerError
		}
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	return code, status
}

// Fault tells whose fault a status is, as the query protocol's Type element says it.
func Fault(status int) string {
	if status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

// NotAvailable is the sentence about an operation that AWS has and Airside does not.
func NotAvailable(s *model.Service, operation string) string {
	return "The operation " + operation + " of " + s.Name + " is not available in Airside."
}

// ByContent tells the violations that a reader understands only with the value at hand: all but absence and length.
func ByContent(v *model.Violation) bool {
	switch v.Constraint {
	case model.MinValue, model.MaxValue, model.Pattern, model.Enum:
		return true
	}
	return false
}

// Detected words violations in the sentence that AWS's validation errors share (facts/wire-errors.md section 5.1).
// show tells where the value itself is printed; a sensitive one never is.
func Detected(violations []model.Violation, show func(*model.Violation) bool) string {
	b := make([]byte, 0, 256)
	if len(violations) == 1 {
		b = append(b, "1 validation error detected: "...)
	} else {
		b = strconv.AppendInt(b, int64(len(violations)), 10)
		b = append(b, " validation errors detected: "...)
	}
	for i := range violations {
		v := &violations[i]
		if i > 0 {
			b = append(b, "; "...)
		}
		b = append(b, "Value "...)
		if v.Printable() && show(v) {
			b = append(b, '\'')
			b = append(b, v.Value...)
			b = append(b, "' "...)
		}
		b = append(b, "at '"...)
		b = append(b, v.Path.String()...)
		b = append(b, "' failed to satisfy constraint: "...)
		if v.Collection != "" {
			b = append(b, v.Collection...)
			b = append(b, " must satisfy constraint: "...)
		}
		b = append(b, v.Phrase...)
	}
	return string(b)
}
