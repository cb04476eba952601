// Package policy is the IAM policy language: it parses a policy document with the position of everything in it, checks
// it with the messages that AWS gives, compiles it, and answers whether its statements allow or deny a request.
//
// It owns the grammar, matching of actions, resources and principals, condition operators, policy variables, and the
// explanation of one policy's answer. It does not own how several policies make one decision (the caller combines the
// results of Evaluate), where condition keys come from, whether a principal exists, quotas, or any wire format. It has
// no clock and does no I/O: a request carries its own time in its condition keys.
//
// The usual way through the package:
//
//	p, err := policy.Check(text, policy.Identity, false) // parse, validate, compile
//	r := p.Evaluate(&policy.Query{Kind: policy.Identity, Action: "s3:GetObject", Resource: arn, Keys: keys}, nil)
//	if r.Deny == nil && r.Allow != nil { … }
//
// A *Document and a *Policy are immutable and safe for concurrent use. Evaluate with a nil step allocates nothing for
// ordinary policies and stops at the first Deny; with a step it looks at everything and records what it saw.
//
// The rules are those of the IAM User Guide, pages reference_policies_*. Where that guide is silent or contradicts
// itself, the choice made is a documented constant in choices.go.
package policy
