package query

import (
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// appendJSON prints the response as STS does on Accept: application/json (facts/wire-errors.md section 1).
func appendJSON(b []byte, o *model.Operation, out any, requestID string) ([]byte, error) {
	b = append(b, '{')
	b = awswire.AppendQuoted(b, o.Name+"Response")
	b = append(b, ":{"...)
	if o.Output != nil {
		if o.ResultWrapper != "" {
			b = awswire.AppendQuoted(b, o.ResultWrapper)
		} else {
			b = awswire.AppendQuoted(b, o.Name+"Result")
		}
		b = append(b, ':')
		var err error
		if b, err = (awswire.JSONStyle{}).AppendJSON(b, o.Output, out); err != nil {
			return nil, err
		}
		b = append(b, ',')
	}
	b = append(b, `"ResponseMetadata":{"RequestId":`...)
	b = awswire.AppendQuoted(b, requestID)
	return append(b, "}}}"...), nil
}

func appendJSONError(b []byte, code, message, fault, requestID string) []byte {
	b = append(b, `{"Error":{"Code":`...)
	b = awswire.AppendQuoted(b, code)
	if message != "" {
		b = append(b, `,"Message":`...)
		b = awswire.AppendQuoted(b, message)
	}
	b = append(b, `,"Type":`...)
	b = awswire.AppendQuoted(b, fault)
	b = append(b, `},"RequestId":`...)
	b = awswire.AppendQuoted(b, requestID)
	return append(b, '}')
}
