// Package policy is the IAM policy language: it parses a policy document with the position of everything in it, checks
// it with the messages that AWS gives, compiles it, and answers whether its statements allow or deny a request.
//
// It owns the grammar, matching of actions, resources and principals, condition operators, policy variables, and the
// explanation of one policy's answer. It does not own how several policies make one decision (that is package iam, in
// this module), where condition keys come from, whether a principal exists, quotas, or any wire format. It has no clock
// and does no I/O: a request carries its own time in its condition keys.
//
// # From text to answer
//
// [Check] parses, validates and compiles in one go. It is what a service does with a document that it is asked to
// store:
//
//	p, err := policy.Check(text, policy.Identity, false)
//	if err != nil { … }
//	r := p.Evaluate(&policy.Query{Kind: policy.Identity, Action: "s3:GetObject", Resource: arn, Keys: keys}, nil)
//	if r.Deny == nil && r.Allow != nil { … }
//
// [Parse], [Document.Validate] and [Compile] are its three parts. A tool that reads documents needs Parse alone: every
// statement, element and value has its [Pos], and [Document.String] prints the document in one canonical form.
//
// What a document may have, and what a missing element means, depends on what it is used as: its [Kind]. A [Query] says
// the kind again, because one document may be attached as an identity-based policy here and as a boundary there.
//
// # Errors
//
// A text that is no policy document is a [*SyntaxError] with its place. A document that AWS refuses is a
// [*ValidationError] with AWS's code and message, and the place that AWS does not tell; AWS's message for a syntax error
// says next to nothing, so that errors.As finds the *SyntaxError behind it.
//
// # Explanations
//
// With a nil [Step], [Policy.Evaluate] allocates nothing for ordinary policies and stops at the first Deny. With one it
// looks at everything and records below the step each statement, each of its elements and each condition: what was
// wanted, what the request brought, where it stands, and how it ended. A Step is data, and encodes as JSON.
//
// # Concurrency
//
// A [*Document] and a [*Policy] are immutable and safe for concurrent use. A [Step] belongs to one evaluation.
//
// # Where AWS is silent
//
// The rules are those of the IAM User Guide, pages reference_policies_*. Where that guide is silent or contradicts
// itself, the choice made is a documented constant: see [MultivaluedNeedsSetOperator] and its neighbours.
package policy
