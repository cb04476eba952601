package policylint

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/policy"
)

// multivaluedKeys: a key that may hold several values requires a set operator
// (reference_policies_condition-single-vs-multi-valued-context-keys). Null asks for the key and not for its values.
func multivaluedKeys(l *linter) {
	for _, c := range l.conditions() {
		if c.set == "" && c.operator != "Null" && policy.Multivalued(c.key.Name) {
			l.warn(c.key.Pos, "%s may hold several values, and AWS requires ForAllValues: or ForAnyValue: before %s for such a key",
				c.key.Name, c.operator)
		}
	}
}

// emptySetMatches: ForAllValues holds for a request that does not carry the key at all (the same page), which in an
// Allow opens what was to be limited.
func emptySetMatches(l *linter) {
	all := l.conditions()
	for _, c := range all {
		if c.set != "ForAllValues" || !allows(c.statement) {
			continue
		}
		guarded := slices.ContainsFunc(all, func(g condition) bool {
			return g.statement == c.statement && g.operator == "Null" && strings.EqualFold(g.key.Name, c.key.Name) &&
				onlyValue(g.key, "false")
		})
		if !guarded {
			l.warn(c.key.Pos, `ForAllValues also holds for a request without %s: add "Null": {"%s": "false"}`, c.key.Name, c.key.Name)
		}
	}
}

// onlyValue tells whether the key is compared with the one value, in any case.
func onlyValue(k *policy.ConditionKey, text string) bool {
	return len(k.List) == 1 && strings.EqualFold(k.List[0].Text, text)
}

// mfaAbsent: requests with long-term access keys do not carry the key (id_credentials_mfa_configure-api-require), so that
// a Deny for "false" lets them pass.
func mfaAbsent(l *linter) {
	for _, c := range l.conditions() {
		if c.operator == "Bool" && !c.ifExists &&
			strings.EqualFold(c.key.Name, "aws:MultiFactorAuthPresent") && onlyValue(c.key, "false") {
			l.warn(c.key.Pos, "requests with long-term access keys do not carry %s, so that this never matches them: "+
				"use BoolIfExists", c.key.Name)
		}
	}
}

// exactOperators are those that compare strings to the letter, and the operator that knows wildcards instead.
var exactOperators = map[string]string{
	"StringEquals":              "StringLike",
	"StringEqualsIgnoreCase":    "StringLike",
	"StringNotEquals":           "StringNotLike",
	"StringNotEqualsIgnoreCase": "StringNotLike",
}

// literalWildcards: * and ? are themselves for the operators that compare to the letter.
func literalWildcards(l *linter) {
	for _, c := range l.conditions() {
		like, ok := exactOperators[c.operator]
		if !ok {
			continue
		}
		for _, v := range c.key.List {
			text := v.Text
			if l.variables() {
				text = withoutVariables(text)
			}
			if strings.ContainsAny(text, "*?") {
				l.warn(v.Pos, "%s compares to the letter, so that the wildcard in %q is none: use %s", c.operator, v.Text, like)
			}
		}
	}
}

// withoutVariables is text without its ${…}.
func withoutVariables(text string) string {
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			return text
		}
		_, after, closed := strings.Cut(rest, "}")
		if !closed {
			return text
		}
		text = before + after
	}
}

// issuerKeys: a key of an OIDC provider begins with the issuer's host and path, not with the provider's ARN or a scheme
// (reference_policies_iam-condition-keys, "Available keys for AWS OIDC federation").
func issuerKeys(l *linter) {
	for _, c := range l.conditions() {
		name := c.key.Name
		if _, rest, ok := strings.Cut(name, ":oidc-provider/"); ok && strings.HasPrefix(name, "arn:") {
			l.warn(c.key.Pos, "a condition key begins with the issuer and not with the provider's ARN: %s", rest)
		} else if rest, ok := strings.CutPrefix(name, "https://"); ok {
			l.warn(c.key.Pos, "a condition key begins with the issuer's host and not with a scheme: %s", rest)
		}
	}
}

// githubActions is the issuer whose tokens name git refs in full.
const githubActions = "token.actions.githubusercontent.com:"

// shortRefs: GitHub writes refs in full, refs/heads/main and not main, in the subject and in the claims that hold one
// (facts: irsa-and-pod-identity.md, "GitHub"). Pull requests and environments have subjects without a ref.
func shortRefs(l *linter) {
	for _, c := range l.conditions() {
		name := strings.ToLower(c.key.Name)
		if !strings.HasPrefix(name, githubActions) {
			continue
		}
		for _, v := range c.key.List {
			if ref, ok := gitRef(strings.TrimPrefix(name, githubActions), v.Text); ok && !fullRef(ref) {
				l.warn(v.Pos, "GitHub writes branches and tags in full: refs/heads/%s or refs/tags/%s instead of %s", ref, ref, ref)
			}
		}
	}
}

// gitRef is the part of a claim's value that is a git ref.
func gitRef(claim, value string) (string, bool) {
	switch claim {
	case "sub":
		_, ref, ok := strings.Cut(value, ":ref:")
		return ref, ok
	case "job_workflow_ref", "workflow_ref":
		_, ref, ok := strings.Cut(value, "@")
		return ref, ok
	case "ref":
		return value, true
	}
	return "", false
}

// fullRef tells whether a pattern can match a ref in full: what it has before its first wildcard must begin one.
func fullRef(pattern string) bool {
	const full = "refs/"
	literal := pattern
	if i := strings.IndexAny(pattern, "*?$"); i >= 0 {
		literal = pattern[:i]
		return strings.HasPrefix(literal, full) || strings.HasPrefix(full, literal)
	}
	return strings.HasPrefix(literal, full)
}
