// Package awserr is the error that a service answers a caller with, before any wire format is known.
//
// A service returns *Error for what the caller did wrong, with the error's shape name from the AWS service model
// ("NoSuchEntityException", "ResourceNotFoundException") or, for errors that no model lists, its code
// ("ValidationError"). The wire layer turns the shape name into the code on the wire and the HTTP status. Any other
// error that a service returns is a fault of Airside: the caller is told InternalFailure, the log the rest.
package awserr

import "fmt"

// Error is a modelled or common AWS error.
type Error struct {
	Code    string            // shape name in the service model, or a common error's code
	Message string            // as AWS words it
	Status  int               // HTTP status for codes that the model does not list; 0 = take the model's, else 400
	Fields  map[string]string // further members of the error's body, such as clusterName
}

// Error prints "Code: Message".
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// New returns an error whose HTTP status is the model's.
func New(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// WithStatus returns an error with an HTTP status of its own.
func WithStatus(status int, code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: status}
}

// With returns e with one more member in its body.
func (e *Error) With(field, value string) *Error {
	c := *e
	c.Fields = make(map[string]string, len(e.Fields)+1)
	for k, v := range e.Fields {
		c.Fields[k] = v
	}
	c.Fields[field] = value
	return &c
}
