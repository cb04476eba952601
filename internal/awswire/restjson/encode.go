package restjson

import (
	"net/http"
	"reflect"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// Encode writes the response: an object, and headers where the model has any.
func (Protocol) Encode(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, out any, requestID string) error {
	b := make([]byte, 0, 1024)
	if o.Output == nil {
		b = append(b, "{}"...)
	} else {
		var err error
		if b, err = style.AppendJSON(b, o.Output, out); err != nil {
			return err
		}
		if err := encodeHeaders(w.Header(), o.Output, out); err != nil {
			return err
		}
	}
	respond(w, o.Status, b, requestID)
	return nil
}

func encodeHeaders(h http.Header, sh *model.Shape, out any) error {
	p, err := model.PlanOf(sh, out)
	if err != nil {
		return err
	}
	v := reflect.ValueOf(out).Elem()
	for i := range p.Fields {
		f := &p.Fields[i]
		if f.Member.Location != "header" {
			continue
		}
		if value, present := f.Plan.Present(f.Value(v)); present {
			format := awswire.Format(f.Member, awswire.RFC822)
			h.Set(f.Member.WireName(), string(awswire.AppendText(nil, f.Plan.Shape, value, format)))
		}
	}
	return nil
}

// Fail writes the error: its code in a header, its members in the body, in the order of the model.
func (Protocol) Fail(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, err *awserr.Error, requestID string) {
	code, status := awswire.Resolve(s, err)
	b := awswire.AppendJSONError(nil, s.ErrorShape(err.Code), "", err)
	w.Header().Set("x-amzn-ErrorType", code)
	respond(w, status, b, requestID)
}

func respond(w http.ResponseWriter, status int, body []byte, requestID string) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("x-amzn-RequestId", requestID)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller has gone: nobody is left to tell
}
