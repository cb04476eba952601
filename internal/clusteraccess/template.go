package clusteraccess

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoInstanceID is returned where a name asks for a node's private DNS name and the caller's session is not named
// after an instance.
var ErrNoInstanceID = errors.New("SessionName did not contain an instance id")

// UnknownInstanceError is a session named after an instance that the account does not have.
type UnknownInstanceError struct{ InstanceID string }

// Error says which instance.
func (e UnknownInstanceError) Error() string {
	return "no private DNS name is known for instance " + e.InstanceID
}

// TemplateError is a name that cannot be made for this caller.
type TemplateError struct {
	Mapper   string // "DynamicFile" for access entries, "EKSConfigMap" for aws-auth
	What     string // "username" or "group"
	Template string
	Err      error
}

// Error prints the authenticator's words.
func (e *TemplateError) Error() string {
	return fmt.Sprintf("mapper %s renderTemplates error: error rendering %s template %q: %v", e.Mapper, e.What, e.Template, e.Err)
}

// Unwrap returns why.
func (e *TemplateError) Unwrap() error { return e.Err }

// render replaces the templates of a username or group, in the authenticator's order
// (facts/eks-authentication.md section 5).
func render(template string, id Identity, f Facts) (string, error) {
	if !strings.Contains(template, "{{") {
		return template, nil
	}
	const privateDNS = "{{EC2PrivateDNSName}}"
	if strings.Contains(template, privateDNS) {
		if !isInstanceID(id.SessionName) {
			return "", ErrNoInstanceID
		}
		name, ok := f.NodePrivateDNS(id.SessionName)
		if !ok {
			return "", UnknownInstanceError{id.SessionName}
		}
		template = strings.ReplaceAll(template, privateDNS, name)
	}
	template = strings.ReplaceAll(template, "{{AccountID}}", id.Account)
	template = strings.ReplaceAll(template, "{{SessionName}}", strings.ReplaceAll(id.SessionName, "@", "-"))
	template = strings.ReplaceAll(template, "{{SessionNameRaw}}", id.SessionName)
	return strings.ReplaceAll(template, "{{AccessKeyID}}", id.AccessKeyID), nil
}

// isInstanceID tells whether s is "i-" and 8 or 17 word characters.
func isInstanceID(s string) bool {
	rest, ok := strings.CutPrefix(s, "i-")
	if !ok || len(rest) != 8 && len(rest) != 17 {
		return false
	}
	for i := range len(rest) {
		c := rest[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_') {
			return false
		}
	}
	return true
}
