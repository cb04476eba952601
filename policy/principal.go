package policy

import "strings"

// Caller is who makes a request, as Principal and NotPrincipal elements see it: every name that a policy may give it.
// Fields that do not apply stay empty; the zero value is the anonymous caller.
type Caller struct {
	Account string // 12 digits; empty for anonymous, federated and service callers

	User   string // ARN of the IAM user
	UserID string // AIDA…

	Role   string // ARN of the role of a role session, with its path
	RoleID string // AROA…

	Session string // sts ARN of a role session or a federated user session

	Parent   string // federated user sessions: ARN of the IAM user that made the session
	ParentID string // AIDA…

	Service   string // service principal: eks.amazonaws.com
	Federated string // web identity: ARN or name of the identity provider

	HasBoundary bool // a permissions boundary is set: NotPrincipal with Deny exempts such a caller never
}

// Grant says through which principal a resource policy's Allow came. A larger Grant makes the caller depend on fewer of
// its own policies (reference_policies_evaluation-logic_policy-eval-denyallow).
type Grant uint8

// The grants, from the weakest to the strongest.
const (
	NotGranted      Grant = iota
	GrantAccount          // the account or its root: the account's own policies decide
	GrantParent           // the IAM user whose federated session the caller is
	GrantRole             // the role whose session the caller is
	GrantUser             // the IAM user itself
	GrantSession          // this very session
	GrantAnyone           // "*"
	GrantService          // the service principal
	GrantFederation       // the identity provider
)

var grantNames = [...]string{
	"no principal", "its account", "its IAM user", "its role", "the user", "the session", "everyone", "the service",
	"the identity provider",
}

// String names the principal that was matched, for people.
func (g Grant) String() string {
	if int(g) < len(grantNames) {
		return grantNames[g]
	}
	return grantNames[NotGranted]
}

// The principal types that a Principal element may name.
const (
	awsType       = "AWS"
	federatedType = "Federated"
	serviceType   = "Service"
	canonicalType = "CanonicalUser"
)

// principalSet is a compiled Principal or NotPrincipal element.
type principalSet struct {
	source  *Principals
	entries []principalEntry
}

type principalEntry struct {
	kind    string // principal type
	value   string
	account string // of an AWS value that names a whole account
	pos     *Pos
}

func newPrincipalSet(p *Principals) *principalSet {
	if p == nil {
		return nil
	}
	set := &principalSet{source: p}
	if p.Text != nil && p.Text.Text == "*" {
		set.entries = append(set.entries, principalEntry{kind: awsType, value: "*", pos: &p.Text.Pos})
	}
	for i := range p.Types {
		t := &p.Types[i]
		for j := range t.List {
			v := &t.List[j]
			set.entries = append(set.entries, principalEntry{t.Type, v.Text, wholeAccount(v.Text), &v.Pos})
		}
	}
	return set
}

// wholeAccount is the account that a value delegates to: "111122223333" or "arn:aws:iam::111122223333:root".
func wholeAccount(v string) string {
	if isAccount(v) {
		return v
	}
	p := strings.SplitN(v, ":", 6)
	if len(p) == 6 && p[0] == "arn" && p[2] == "iam" && p[3] == "" && p[5] == "root" && isAccount(p[4]) {
		return p[4]
	}
	return ""
}

func isAccount(s string) bool { return len(s) == 12 && isDigits(s) }

// grant tells as what the entry names the caller. In a role trust policy "*" is any AWS principal and nobody else.
func (e *principalEntry) grant(c *Caller, kind Kind) Grant {
	switch e.kind {
	case awsType:
		switch {
		case e.value == "":
		case e.value == "*":
			if kind != Trust || c.Account != "" {
				return GrantAnyone
			}
		case e.account != "":
			if e.account == c.Account {
				return GrantAccount
			}
		case e.value == c.Session:
			return GrantSession
		case e.value == c.User || e.value == c.UserID:
			return GrantUser
		case e.value == c.Role || e.value == c.RoleID:
			return GrantRole
		case e.value == c.Parent || e.value == c.ParentID:
			return GrantParent
		}
	case serviceType:
		if e.value != "" && e.value == c.Service {
			return GrantService
		}
	case federatedType:
		if e.value != "" && e.value == c.Federated {
			return GrantFederation
		}
	}
	return NotGranted
}

// grant is the strongest grant of the element's entries, and the entry that gives it.
func (s *principalSet) grant(c *Caller, kind Kind) (Grant, *principalEntry) {
	best, by := NotGranted, (*principalEntry)(nil)
	for i := range s.entries {
		if g := s.entries[i].grant(c, kind); g > best {
			best, by = g, &s.entries[i]
		}
	}
	return best, by
}

// exempts tells whether a NotPrincipal element leaves the caller out of its statement
// (reference_policies_elements_notprincipal). For Deny that takes the whole chain: the caller and everything that
// contains it. For Allow, which AWS does not support, any link is enough: both readings are the ones that grant less.
func (s *principalSet) exempts(c *Caller, kind Kind, deny bool) bool {
	if deny && c.HasBoundary {
		return false
	}
	best, _ := s.grant(c, kind)
	if !deny || !NotPrincipalNeedsWholeChain || best >= GrantAnyone {
		return best != NotGranted
	}
	var account, parent, role, user, session bool
	for i := range s.entries {
		switch s.entries[i].grant(c, kind) {
		case GrantAccount:
			account = true
		case GrantParent:
			parent = true
		case GrantRole:
			role = true
		case GrantUser:
			user = true
		case GrantSession:
			session = true
		}
	}
	return account &&
		(c.Parent == "" || parent) &&
		(c.Role == "" || role) &&
		(c.User == "" || user) &&
		(c.Session == "" || session)
}

// names lists every name of the caller, for explanations.
func (c *Caller) names() []string {
	var out []string
	for _, n := range []string{c.Session, c.User, c.UserID, c.Role, c.RoleID, c.Parent, c.ParentID, c.Account, c.Service, c.Federated} {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}

// wants lists the element's values as "TYPE: value", for explanations.
func (s *principalSet) wants() []string {
	out := make([]string, 0, len(s.entries))
	for _, e := range s.entries {
		out = append(out, e.kind+": "+e.value)
	}
	return out
}
