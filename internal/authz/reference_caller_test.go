package authz_test

import (
	"strings"

	"github.com/airside-dev/airside/internal/policycase"
)

// kind is the kind of a caller.
type kind int

const (
	anonymous kind = iota
	root
	user
	roleSession
	federatedUser
	webIdentity
	service
)

// caller is who asks, by every name that a policy may use (2.3).
type caller struct {
	kind          kind
	account       string
	arn           string // user, session or root
	role          string // of a session, with its path
	parent        string // of a federated user
	id            string // AIDA… or AROA…
	name          string // user name; service name; identity provider
	userID        string // aws:userid
	serviceLinked bool
}

func newCaller(c *policycase.Case) caller {
	given := map[string]string{}
	for key, values := range c.Request.Context {
		if len(values) > 0 {
			given[strings.ToLower(key)] = values[0]
		}
	}
	s := c.Request.Principal
	me := caller{arn: s, userID: given["aws:userid"]}
	segments := strings.SplitN(s, ":", 6)
	switch {
	case s == "*":
		return caller{kind: anonymous, userID: "anonymous"}
	case s == "accounts.google.com", s == "www.amazon.com", s == "graph.facebook.com", s == "cognito-identity.amazonaws.com",
		strings.Contains(s, ":oidc-provider/"), strings.Contains(s, ":saml-provider/"):
		return caller{kind: webIdentity, name: s}
	case len(segments) < 6:
		return caller{kind: service, name: s}
	}
	me.account = segments[4]
	path := strings.Split(segments[5], "/")
	switch path[0] {
	case "root":
		me.kind, me.userID = root, me.account
	case "user":
		me.kind, me.id, me.name = user, me.userID, path[len(path)-1]
	case "federated-user":
		me.kind, me.parent, me.userID = federatedUser, c.Request.Parent, me.account+":"+path[1]
	case "assumed-role":
		me.kind = roleSession
		me.id = strings.Split(me.userID, ":")[0]
		me.role = "arn:aws:iam::" + me.account + ":role/" + path[1]
		if strings.HasSuffix(given["aws:principalarn"], "/"+path[1]) {
			me.role = given["aws:principalarn"]
		}
		me.serviceLinked = strings.Contains(me.role, "/aws-service-role/")
	}
	return me
}

// way is how a Principal element names a caller: the rows of table 3.1.
type way string

const (
	byEveryone         way = "*"
	byAccount          way = "account"
	byUser             way = "user"
	byRole             way = "role"
	bySession          way = "role session"
	byFederatedSession way = "federated-user session"
	byParentUser       way = "user of the federated-user session"
	byService          way = "service"
	byProvider         way = "identity provider"
)

// namedBy is every way in which the element names the caller (2.3). trust: it is that of a role trust policy, where "*"
// is any AWS principal.
func (c caller) namedBy(p *principals, trust bool) []way {
	var ways []way
	for _, value := range (*p)["AWS"] {
		if w := c.namedByAWS(value, trust); w != "" {
			ways = append(ways, w)
		}
	}
	for _, value := range (*p)["Service"] {
		if c.kind == service && value == c.name {
			ways = append(ways, byService)
		}
	}
	for _, value := range (*p)["Federated"] {
		if c.kind == webIdentity && value == c.name {
			ways = append(ways, byProvider)
		}
	}
	return ways
}

func (c caller) namedByAWS(value string, trust bool) way {
	switch {
	case value == "*":
		if trust && (c.account == "") {
			return ""
		}
		return byEveryone
	case c.account == "":
		return ""
	case value == c.account, strings.HasSuffix(value, "::"+c.account+":root"):
		return byAccount
	case c.kind == user && (value == c.arn || c.isID(value)):
		return byUser
	case c.kind == roleSession && value == c.arn:
		return bySession
	case c.kind == roleSession && (value == c.role || c.isID(value)):
		return byRole
	case c.kind == federatedUser && value == c.arn:
		return byFederatedSession
	case c.kind == federatedUser && c.parent != "" && value == c.parent:
		return byParentUser
	}
	return ""
}

func (c caller) isID(value string) bool { return c.id != "" && value == c.id }

// exemptedBy tells whether NotPrincipal lists the caller and everything that contains it (2.5).
func (c caller) exemptedBy(p *principals, trust bool) bool {
	var chain []way
	switch c.kind {
	case root:
		chain = []way{byAccount}
	case user:
		chain = []way{byAccount, byUser}
	case roleSession:
		chain = []way{byAccount, byRole, bySession}
	case federatedUser:
		chain = []way{byAccount, byFederatedSession}
		if c.parent != "" {
			chain = append(chain, byParentUser)
		}
	case webIdentity:
		chain = []way{byProvider}
	case service:
		chain = []way{byService}
	case anonymous:
		chain = []way{byEveryone}
	}
	listed := map[way]bool{}
	for _, w := range c.namedBy(p, trust) {
		listed[w] = true
	}
	for _, w := range chain {
		if !listed[w] && !listed[byEveryone] {
			return false
		}
	}
	return true
}

// context is the condition keys: those that the caller brings (8, 9), and the given ones over them.
func (q *question) context(given map[string][]string) map[string][]string {
	keys := map[string][]string{}
	put := func(key string, values ...string) {
		key = strings.ToLower(key)
		delete(keys, key)
		if len(values) > 0 {
			keys[key] = values
		}
	}
	if c := q.caller; c.userID != "" {
		put("aws:userid", c.userID)
	}
	switch c := q.caller; c.kind {
	case anonymous:
		put("aws:PrincipalType", "Anonymous")
		put("aws:PrincipalAccount", "anonymous")
	case root:
		put("aws:PrincipalType", "Account")
		put("aws:PrincipalArn", c.arn)
	case user:
		put("aws:PrincipalType", "User")
		put("aws:PrincipalArn", c.arn)
		put("aws:username", c.name)
	case federatedUser:
		put("aws:PrincipalType", "FederatedUser")
		put("aws:PrincipalArn", c.arn)
	case roleSession:
		put("aws:PrincipalType", "AssumedRole")
		put("aws:PrincipalArn", c.role)
	case service:
		put("aws:PrincipalIsAWSService", "true")
		put("aws:PrincipalServiceName", c.name)
	}
	if q.caller.account != "" {
		put("aws:PrincipalAccount", q.caller.account)
		put("aws:PrincipalIsAWSService", "false")
	}
	if q.owner != "" {
		put("aws:ResourceAccount", q.owner)
	}
	for key, values := range given {
		put(key, values...)
	}
	return keys
}
