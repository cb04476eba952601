package iam

import "github.com/airside-dev/airside/internal/awserr"

// Shape names of the errors that IAM's model lists (facts/wire-errors.md section 5.1).
const (
	noSuchEntity      = "NoSuchEntityException"
	alreadyExists     = "EntityAlreadyExistsException"
	deleteConflict    = "DeleteConflictException"
	limitExceeded     = "LimitExceededException"
	malformedDocument = "MalformedPolicyDocumentException"
	invalidInput      = "InvalidInputException"
	unmodifiable      = "UnmodifiableEntityException"
	notAttachable     = "PolicyNotAttachableException"
	invalidCode       = "InvalidAuthenticationCodeException"
)

// missing is the error for a user, role or group that does not exist.
func missing(word, name string) error {
	return awserr.New(noSuchEntity, "The %s with name %s cannot be found.", word, name)
}

// missingInline is the error for an inline policy that its holder does not have.
func missingInline(word, policyName string) error {
	return awserr.New(noSuchEntity, "The %s policy with name %s cannot be found.", word, policyName)
}

// forbidden is the HTTP status of AccessDenied, which IAM's model does not list.
const forbidden = 403

// quota is the error for a limit that would be exceeded.
func quota(name string, limit int) error {
	return awserr.New(limitExceeded, "Cannot exceed quota for %s: %d", name, limit)
}

// conflict is the error for an entity that cannot be deleted before something else is.
func conflict(first string) error {
	return awserr.New(deleteConflict, "Cannot delete entity, must %s first.", first)
}

// invalid is the error that IAM has for a bad parameter and that its model does not list.
func invalid(format string, args ...any) error {
	return awserr.New("ValidationError", format, args...)
}
