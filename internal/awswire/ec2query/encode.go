package ec2query

import (
	"net/http"
	"strings"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

var style = awswire.XMLStyle{Element: "item", TimeFormat: awswire.EC2Time}

// Encode writes the response. An operation without a response shape answers <return>true</return>, as EC2 does.
func (Protocol) Encode(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, out any, requestID string) error {
	b := make([]byte, 0, 2048)
	b = append(b, declaration...)
	b = append(b, '<')
	b = append(b, o.Name...)
	b = append(b, `Response xmlns="`...)
	// EC2 closes its namespace with a slash that its model does not have.
	b = awswire.AppendEscaped(b, strings.TrimSuffix(s.XMLNamespace, "/"))
	b = append(b, `/">`...)
	b = awswire.AppendElement(b, "requestId", requestID)
	if o.Output == nil {
		b = append(b, "<return>true</return>"...)
	} else {
		var err error
		if b, err = style.AppendXML(b, o.Output, out); err != nil {
			return err
		}
	}
	b = append(b, "</"...)
	b = append(b, o.Name...)
	b = append(b, "Response>"...)
	respond(w, o.Status, b, requestID)
	return nil
}

// Fail writes EC2's error envelope.
func (Protocol) Fail(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, err *awserr.Error, requestID string) {
	code, status := awswire.Resolve(s, err)
	b := make([]byte, 0, 512)
	b = append(b, declaration...)
	b = append(b, "<Response><Errors><Error>"...)
	b = awswire.AppendElement(b, "Code", code)
	b = awswire.AppendElement(b, "Message", err.Message)
	b = append(b, "</Error></Errors>"...)
	b = awswire.AppendElement(b, "RequestID", requestID)
	b = append(b, "</Response>"...)
	respond(w, status, b, requestID)
}

func respond(w http.ResponseWriter, status int, body []byte, requestID string) {
	h := w.Header()
	h.Set("Content-Type", "text/xml;charset=UTF-8")
	h.Set("x-amzn-RequestId", requestID)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the caller has gone: nobody is left to tell
}
