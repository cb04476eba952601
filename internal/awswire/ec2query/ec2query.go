// Package ec2query is EC2's dialect of the query protocol: lists are always flat, names have capitals on the way in and
// items on the way out, and errors have an envelope of their own.
//
// It owns those names and envelopes, and EC2's words for refused input. The services that speak the plain protocol are
// served by package query.
package ec2query

import (
	"net/http"
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
)

// Protocol is EC2's protocol.
type Protocol struct{}

var _ awswire.Protocol = Protocol{}

// Route finds the operation by the parameters Action and Version.
func (Protocol) Route(s *model.Service, r *http.Request, body []byte) (*model.Operation, error) {
	var actions, versions []string
	err := awswire.EachParameter(r, body, func(name, value string) bool {
		switch name {
		case "Action":
			actions = append(actions, value)
		case "Version":
			versions = append(versions, value)
		}
		return true
	})
	switch {
	case err != nil || len(actions) > 1 || len(versions) > 1:
		return nil, malformed()
	case len(actions) == 0:
		return nil, missing("Action")
	case len(versions) == 0:
		return nil, missing("Version")
	}
	action := actions[0]
	if versions[0] == s.APIVersion {
		if o := s.Operation(action); o != nil {
			return o, nil
		}
		if s.Knows(action) {
			return nil, awserr.New("InvalidAction", "%s", awswire.NotAvailable(s, action))
		}
	}
	return nil, awserr.New("InvalidAction", "The action %s is not valid for this web service.", action)
}

// names is the spelling of parameters. The model's list and map wrappers play no part in requests.
var names = awswire.FormNames{
	Member: (*model.Member).EC2Name,
	List:   func(*model.Member) string { return "" },
	Map:    func(*model.Member) awswire.MapNames { return awswire.MapNames{Key: "Key", Value: "Value"} },
	Fail:   invalid,
}

// Decode reads the parameters. EC2 refuses those that it does not know, unlike other services.
func (Protocol) Decode(s *model.Service, o *model.Operation, r *http.Request, body []byte, in any) (model.Absent, error) {
	if o.Input == nil {
		return nil, nil
	}
	form, err := awswire.ParseForm(r, body)
	if err != nil {
		return nil, malformed()
	}
	absent, err := awswire.DecodeForm(names, o.Input, form, in)
	if err != nil {
		return nil, err
	}
	for _, name := range form.Unused() {
		if !common(name) {
			return nil, awserr.New("UnknownParameter", "The parameter %s is not recognized", name)
		}
	}
	return absent, nil
}

// common tells the parameters that every action takes: those that name it and those of a signature in the query.
func common(name string) bool {
	return slices.Contains([]string{
		"Action", "Version", "AWSAccessKeyId", "Expires", "SecurityToken", "Signature", "SignatureMethod",
		"SignatureVersion", "Timestamp",
	}, name) || strings.HasPrefix(strings.ToLower(name), "x-amz-")
}

func malformed() error {
	return awserr.New("MalformedQueryString", "The query string contains a syntax error.")
}

func missing(parameter string) *awserr.Error {
	return awserr.New("MissingParameter", "The request must contain the parameter %s", parameter)
}

// invalid is the error of a value that cannot be read.
func invalid(at *model.Path, value string) error {
	if value == "" {
		return awserr.New("InvalidParameterValue", "The value for parameter %s is invalid.", at.Parameter())
	}
	return awserr.New("InvalidParameterValue", "Value (%s) for parameter %s is invalid.", value, at.Parameter())
}

// Refuse words the first violation: EC2 reports one at a time.
func (Protocol) Refuse(s *model.Service, o *model.Operation, violations []model.Violation) *awserr.Error {
	v := &violations[0]
	parameter := v.Path.Parameter()
	phrase := v.Phrase
	if v.Collection != "" {
		phrase = v.Collection + " must satisfy constraint: " + phrase
	}
	switch {
	case v.Constraint == model.Required:
		return missing(parameter)
	case v.Printable():
		return awserr.New("InvalidParameterValue", "Value (%s) for parameter %s is invalid. %s", v.Value, parameter, phrase)
	}
	return awserr.New("InvalidParameterValue", "The value for parameter %s is invalid. %s", parameter, phrase)
}
