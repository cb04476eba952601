// Package query is the AWS query protocol: form parameters in, XML out, as IAM and STS speak it.
//
// It owns the names of parameters (Tags.member.1.Key), the response and error envelopes, the JSON form that STS answers
// with on request, and the wording of refused input. EC2 speaks a dialect of its own: package ec2query.
package query

import (
	"net/http"
	"strings"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// Protocol is the query protocol.
type Protocol struct{}

var _ awswire.Protocol = Protocol{}

// Codes of errors that are answered in an envelope of their own (facts/wire-errors.md section 1).
const (
	unknownOperation = "UnknownOperationException" // no Action at all
	invalidAction    = "InvalidAction"
	malformedInput   = "MalformedInput"
)

// Route finds the operation by the parameters Action and Version.
func (Protocol) Route(s *model.Service, r *http.Request, body []byte) (*model.Operation, error) {
	action, version := "", ""
	actions, versions := 0, 0
	err := awswire.EachParameter(r, body, func(name, value string) bool {
		switch name {
		case "Action":
			action = value
			actions++
		case "Version":
			version = value
			versions++
		}
		return true
	})
	if err != nil || actions > 1 || versions > 1 {
		return nil, malformed(nil, "")
	}
	if action == "" {
		return nil, awserr.WithStatus(http.StatusNotFound, unknownOperation, "")
	}
	if version == s.APIVersion {
		if o := s.Operation(action); o != nil {
			return o, nil
		}
		if s.Knows(action) {
			return nil, awserr.New(invalidAction, "%s", awswire.NotAvailable(s, action))
		}
	}
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	return nil, awserr.New(invalidAction, "Could not find operation %s for version %s", action, version)
}

// names is the spelling of parameters. Maps and lists are wrapped unless the model flattens them.
var names = awswire.FormNames{
	Member: (*model.Member).WireName,
	List: func(m *model.Member) string {
		switch {
		case m.Flattened || m.Shape.Flattened:
			return ""
		case m.Shape.Member.LocationName != "":
			return m.Shape.Member.LocationName
		}
		return "member"
	},
	Map: func(m *model.Member) awswire.MapNames {
		n := awswire.MapNames{Entry: "entry", Key: "key", Value: "value"}
		if m.Flattened || m.Shape.Flattened {
			n.Entry = ""
		}
		if m.Shape.Key.LocationName != "" {
			n.Key = m.Shape.Key.LocationName
		}
		if m.Shape.Value.LocationName != "" {
			n.Value = m.Shape.Value.LocationName
		}
		return n
	},
	Fail: malformed,
}

// malformed is what AWS answers to a parameter that it cannot read: no message at all.
func malformed(*model.Path, string) error { return awserr.New(malformedInput, "") }

// Decode reads the parameters. Those that the model does not have are ignored, as AWS does.
func (Protocol) Decode(s *model.Service, o *model.Operation, r *http.Request, body []byte, in any) (model.Absent, error) {
	if o.Input == nil || len(o.Input.Members) == 0 {
		return nil, nil
	}
	form, err := awswire.ParseForm(r, body)
	if err != nil {
		return nil, malformed(nil, "")
	}
	return awswire.DecodeForm(names, o.Input, form, in)
}

var style = awswire.XMLStyle{Element: "member", TimeFormat: awswire.ISO8601}

// Encode writes the response as XML, or as JSON to a caller that accepts it.
func (Protocol) Encode(w http.ResponseWriter, s *model.Service, o *model.Operation, r *http.Request, out any, requestID string) error {
	b := make([]byte, 0, 1024)
	var err error
	contentType := "text/xml"
	if acceptsJSON(r) {
		contentType = "application/json"
		b, err = appendJSON(b, o, out, requestID)
	} else {
		b, err = appendXML(b, s, o, out, requestID)
	}
	if err != nil {
		return err
	}
	respond(w, contentType, o.Status, b, requestID)
	return nil
}

func appendXML(b []byte, s *model.Service, o *model.Operation, out any, requestID string) ([]byte, error) {
	b = append(b, '<')
	b = append(b, o.Name...)
	b = append(b, `Response xmlns="`...)
	b = awswire.AppendEscaped(b, s.XMLNamespace)
	b = append(b, `">`...)
	if o.Output != nil {
		wrapper := o.ResultWrapper
		if wrapper != "" {
			b = awswire.AppendStart(b, wrapper)
		}
		var err error
		if b, err = style.AppendXML(b, o.Output, out); err != nil {
			return nil, err
		}
		if wrapper != "" {
			b = awswire.AppendEnd(b, wrapper)
		}
	}
	b = append(b, "<ResponseMetadata>"...)
	b = awswire.AppendElement(b, "RequestId", requestID)
	b = append(b, "</ResponseMetadata></"...)
	b = append(b, o.Name...)
	return append(b, "Response>"...), nil
}

// respond writes a whole response. The body ends in a line feed, which is kind to a terminal.
func respond(w http.ResponseWriter, contentType string, status int, body []byte, requestID string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("x-amzn-RequestId", requestID)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the caller has gone: nobody is left to tell
}

// acceptsJSON tells whether the caller named JSON among what it accepts; "*/*" does not.
func acceptsJSON(r *http.Request) bool {
	for _, accept := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(accept, ",") {
			media, _, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(media), "application/json") {
				return true
			}
		}
	}
	return false
}
