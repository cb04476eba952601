package policy

import "fmt"

// ValidationError is a document that AWS refuses, in the words of the service that refuses it.
type ValidationError struct {
	Code    string // "MalformedPolicyDocument"; "MalformedPolicy" for resource policies, as S3 calls it
	Message string // AWS's text
	Pos     Pos    // what it is about; line 0 where it is about the whole document

	cause error // *SyntaxError, where the message hides one
}

// Error prints "Code: Message".
func (e *ValidationError) Error() string { return e.Code + ": " + e.Message }

// Unwrap gives the *SyntaxError behind a message that does not say what is wrong, if there is one.
func (e *ValidationError) Unwrap() error { return e.cause }

// Error codes of refused documents.
const (
	codeIAM = "MalformedPolicyDocument"
	codeS3  = "MalformedPolicy"
	codeOrg = "MalformedPolicyDocumentException"
)

// Check parses, validates and compiles. Its error is always a *ValidationError; for a text that is no policy document
// errors.As also finds the *SyntaxError that says what is wrong, and where.
func Check(text string, kind Kind, managed bool) (*Policy, error) {
	d, err := Parse(text)
	if err != nil {
		return nil, unparsable(text, kind, err)
	}
	if err := d.Validate(kind, managed); err != nil {
		return nil, err
	}
	return Compile(d), nil
}

// unparsable is AWS's answer to a text that Parse refuses.
func unparsable(text string, kind Kind, err error) error {
	v := &ValidationError{Code: codeIAM, Message: syntaxMessage, cause: err}
	if s, ok := err.(*SyntaxError); ok {
		v.Pos = s.Pos
	}
	switch kind {
	case Trust:
		v.Message = jsonMessage
	case Resource:
		v.Code, v.Message = codeS3, jsonMessage
		if text == "" || text[0] != '{' {
			v.Message = "Policies must be valid JSON and the first byte must be '{'"
		}
	case SCP, RCP:
		v.Code, v.Message = codeOrg, organizationsMessage
	}
	return v
}

// Validate checks the document as the kind of policy it is to be used as, and gives the error that AWS gives: the first
// one in AWS's order where several things are wrong. managed is for customer managed policies, which must have the 2012
// version. Whether the principals exist, quotas, and the actions and resources of one service are not checked.
// The error is a *ValidationError.
func (d *Document) Validate(kind Kind, managed bool) error {
	var err *ValidationError
	switch kind {
	case Identity, Boundary, Session:
		err = d.validateIdentity(managed)
	case Trust:
		err = d.validateTrust()
	case Resource:
		err = d.validateResource()
	case SCP, RCP:
		err = d.validateOrganization(kind)
	default:
		return fmt.Errorf("unknown kind of policy %q", kind)
	}
	if err != nil {
		return err
	}
	return nil
}

func malformed(pos Pos, format string, args ...any) *ValidationError {
	return &ValidationError{Code: codeIAM, Message: fmt.Sprintf(format, args...), Pos: pos}
}

func (d *Document) versionKnown() bool {
	return d.Version == nil || d.Version.Text == Version2008 || d.Version.Text == Version2012
}

func (d *Document) versionPos() Pos {
	if d.Version != nil {
		return d.Version.Pos
	}
	return Pos{Line: 1, Column: 1}
}

// duplicateSid is the second of two statements with the same Sid, nil where there is none.
func (d *Document) duplicateSid() *Statement {
	seen := map[string]bool{}
	for _, s := range d.Statements {
		if s.Sid == nil || s.Sid.Text == "" {
			continue
		}
		if seen[s.Sid.Text] {
			return s
		}
		seen[s.Sid.Text] = true
	}
	return nil
}

// contradiction is the place of an element that excludes another of the statement, or of an operator that does not
// exist. An unknown operator without keys is let pass, as IAM does.
func (s *Statement) contradiction() (Pos, bool) {
	switch {
	case s.Action != nil && s.NotAction != nil:
		return s.NotAction.Pos, true
	case s.Resource != nil && s.NotResource != nil:
		return s.NotResource.Pos, true
	case s.Principal != nil && s.NotPrincipal != nil:
		return s.NotPrincipal.Pos, true
	}
	for _, op := range s.Condition {
		if _, _, _, ok := parseOperator(op.Name); !ok && len(op.Keys) > 0 {
			return op.Pos, true
		}
	}
	return Pos{}, false
}

func (v *Values) empty() bool { return v == nil || len(v.List) == 0 }

// each calls f for every value of the elements, in their order, until f returns an error.
func each(f func(Value) *ValidationError, elements ...*Values) *ValidationError {
	for _, e := range elements {
		if e == nil {
			continue
		}
		for _, v := range e.List {
			if err := f(v); err != nil {
				return err
			}
		}
	}
	return nil
}
