package authz

import "strings"

// Message is the sentence of AccessDenied for a denial (troubleshoot_access-denied; facts: wire-errors.md section 2.1):
//
//	User: CALLER is not authorized to perform: ACTION on resource: RESOURCE because no identity-based policy allows the ACTION action
//	User: CALLER is not authorized to perform: ACTION on resource: RESOURCE with an explicit deny in a permissions boundary: ARN
//
// caller is the caller's ARN, never that of its role. With noResource the resource is left out. It is empty for a
// grant. Services that say less, or put something around it, do so themselves.
func (v Verdict) Message(caller, action, resource string, noResource bool) string {
	if v.Allowed() {
		return ""
	}
	m := "User: " + caller + " is not authorized to perform: " + action
	if !noResource {
		m += " on resource: " + resource
	}
	switch {
	case v.By == NoPolicy:
		return m
	case v.Outcome == ImplicitlyDenied:
		return m + " because no " + string(v.By) + " allows the " + action + " action"
	case v.SourceARN != "":
		return m + " with an explicit deny in " + article(v.By) + ": " + v.SourceARN
	}
	return m + " with an explicit deny in " + article(v.By)
}

// article is the PolicyType with its article, as AccessDenied messages write it.
func article(t PolicyType) string {
	switch {
	case t == RoleTrust:
		return "the " + string(t)
	case strings.HasPrefix(string(t), "i"):
		return "an " + string(t)
	}
	return "a " + string(t)
}
