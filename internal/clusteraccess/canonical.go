package clusteraccess

import (
	"fmt"
	"strings"

	"github.com/airside-dev/airside/internal/arn"
)

// Identity is an authenticated AWS caller, in every form that a mapping can be written in.
type Identity struct {
	Account      string
	Partition    string
	ARN          string // as STS prints the caller: arn:aws:sts::111122223333:assumed-role/dev/alice@example.com
	CanonicalARN string // the entity behind it, without path: arn:aws:iam::111122223333:role/dev
	UserID       string // as STS prints it: AROA…:session, AIDA…, account:name of a federated user, the account of root
	PrincipalID  string // UserID without the session name
	SessionName  string // of role sessions, as given to STS; empty for everybody else
	AccessKeyID  string // the key that signed the token
}

// NewIdentity makes an identity of what sts:GetCallerIdentity answers. An error means that STS named a caller that
// cannot be mapped into a cluster.
//
// Source: facts/eks-authentication.md section 4.
func NewIdentity(callerARN, userID, accessKeyID string) (Identity, error) {
	canonical, err := CanonicalARN(callerARN)
	if err != nil {
		return Identity{}, err
	}
	// CanonicalARN has seen the shape.
	a, _ := arn.Parse(callerARN)
	id := Identity{
		Account: a.Account, Partition: a.Partition, ARN: callerARN, CanonicalARN: canonical,
		UserID: userID, PrincipalID: userID, AccessKeyID: accessKeyID,
	}
	switch a.Type() {
	case "user", "root", "federated-user":
		return id, nil
	}
	principal, session, ok := strings.Cut(userID, ":")
	if !ok || strings.Contains(session, ":") {
		return Identity{}, fmt.Errorf("malformed UserID %q", userID)
	}
	id.PrincipalID, id.SessionName = principal, session
	return id, nil
}

// CanonicalARN is the ARN that mappings compare with: a role session becomes the ARN of its role, without the role's
// path because a session's ARN does not carry one; roles, users, root and federated users stay as they are.
func CanonicalARN(s string) (string, error) {
	a, err := arn.Parse(s)
	if err != nil {
		return "", fmt.Errorf("arn '%s' is invalid: '%w'", s, err)
	}
	if !knownPartition(a.Partition) {
		return "", fmt.Errorf("arn '%s' does not have a recognized partition", s)
	}
	kind, rest, _ := strings.Cut(a.Resource, "/")
	switch a.Service {
	case "iam":
		switch kind {
		case "role", "user", "root":
			return s, nil
		}
	case "sts":
		switch kind {
		case "federated-user":
			return s, nil
		case "assumed-role":
			end := strings.LastIndexByte(rest, '/')
			if end < 0 {
				return "", fmt.Errorf("assumed-role arn '%s' does not have a role", s)
			}
			return "arn:" + a.Partition + ":iam::" + a.Account + ":role/" + rest[:end], nil
		}
	default:
		return "", fmt.Errorf("service %s in arn %s is not a valid service for identities", a.Service, s)
	}
	return "", fmt.Errorf("unrecognized resource %s for service %s", a.Resource, a.Service)
}

// StripPath removes the path of a role ARN: role/team/dev becomes role/dev. Every other ARN stays as it is; a user keeps
// its path, because STS prints it. A text that is not an ARN is an error.
func StripPath(s string) (string, error) {
	a, err := arn.Parse(s)
	if err != nil {
		return "", err
	}
	if a.Service == "iam" && a.Type() == "role" {
		a.Resource = "role/" + a.Name()
	}
	return a.String(), nil
}

// MatchKey is the form in which ARNs of mappings are compared: path-stripped and in lower case. It returns the empty
// string, which no identity has, for a text that is not an ARN.
func MatchKey(principalARN string) string {
	s, err := StripPath(principalARN)
	if err != nil {
		return ""
	}
	return strings.ToLower(s)
}

// knownPartition lists the partitions of facts/eks-authentication.md section 3.
func knownPartition(p string) bool {
	switch p {
	case "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc":
		return true
	}
	return false
}
