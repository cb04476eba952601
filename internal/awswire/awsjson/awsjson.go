// Package awsjson is the AWS JSON protocol, as CloudTrail speaks it (version 1.1): X-Amz-Target names the operation, one
// JSON object carries every member.
//
// It owns the target header and the error envelope. JSON is read and written by package awswire.
package awsjson

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// Protocol is the JSON protocol. The version is the service model's.
type Protocol struct{}

var _ awswire.Protocol = Protocol{}

// Route finds the operation by the header X-Amz-Target: "<target prefix>.<operation>".
func (Protocol) Route(s *model.Service, r *http.Request, body []byte) (*model.Operation, error) {
	targets := r.Header.Values("X-Amz-Target")
	if len(targets) != 1 || r.Method != http.MethodPost {
		return nil, unknown("A request to %s is a POST with one header X-Amz-Target.", s.Name)
	}
	name, ok := strings.CutPrefix(targets[0], s.TargetPrefix+".")
	if o := s.Operation(name); ok && o != nil {
		return o, nil
	}
	if ok && s.Knows(name) {
		return nil, awserr.New("UnsupportedOperationException", "%s", awswire.NotAvailable(s, name))
	}
	return nil, unknown("%s has no operation %s.", s.Name, targets[0])
}

func unknown(format string, args ...any) error {
	return awserr.WithStatus(http.StatusNotFound, "UnknownOperationException", format, args...)
}

// Decode reads the body.
func (Protocol) Decode(s *model.Service, o *model.Operation, r *http.Request, body []byte, in any) (model.Absent, error) {
	if o.Input == nil {
		return nil, nil
	}
	p, err := model.PlanOf(o.Input, in)
	if err != nil {
		return nil, err
	}
	object, err := awswire.ParseJSON(body)
	if err != nil {
		return nil, err
	}
	d := awswire.JSONDecoder{}
	if err := d.Structure(p, reflect.ValueOf(in).Elem(), object, nil); err != nil {
		return nil, err
	}
	return d.Absent, nil
}

// Refuse words violations as a ValidationException, with the values that AWS would print.
func (Protocol) Refuse(s *model.Service, o *model.Operation, violations []model.Violation) *awserr.Error {
	return awserr.New("ValidationException", "%s", awswire.Detected(violations, awswire.ByContent))
}

// Encode writes the response.
func (Protocol) Encode(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, out any, requestID string) error {
	b := make([]byte, 0, 1024)
	if o.Output == nil {
		b = append(b, "{}"...)
	} else {
		var err error
		if b, err = (awswire.JSONStyle{}).AppendJSON(b, o.Output, out); err != nil {
			return err
		}
	}
	respond(w, s, o.Status, b, requestID)
	return nil
}

// Fail writes the error, whose code is the member __type.
func (Protocol) Fail(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, err *awserr.Error, requestID string) {
	code, status := awswire.Resolve(s, err)
	respond(w, s, status, awswire.AppendJSONError(nil, s.ErrorShape(err.Code), code, err), requestID)
}

func respond(w http.ResponseWriter, s *model.Service, status int, body []byte, requestID string) {
	h := w.Header()
	h.Set("Content-Type", "application/x-amz-json-"+s.JSONVersion)
	h.Set("x-amzn-RequestId", requestID)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller has gone: nobody is left to tell
}
