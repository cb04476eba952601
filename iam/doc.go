// Package iam answers the question that IAM answers: may this principal do this action on this resource, given every
// policy that has a say. Package policy is one document; here several of them make one decision.
//
//	p, err := policy.Check(text, policy.Identity, false)
//	…
//	v, err := iam.Decide(&iam.Request{
//		Principal: "arn:aws:iam::111122223333:user/alice",
//		Action:    "s3:GetObject",
//		Resource:  "arn:aws:s3:::reports/2026.csv",
//	}, &iam.Policies{Identity: []iam.Source{{Name: "ReadReports", Policy: p}}}, nil)
//	if v.Allowed() { … }
//
// The order of evaluation, the rules within one account and between two, those of the AssumeRole family and what
// organizations limit are those of the IAM User Guide (reference_policies_evaluation-logic and its pages); where the
// guide is silent, the choices of package policy hold.
//
// The package does no I/O, has no clock and keeps nothing: a Request carries everything that it depends on, its time
// included (aws:CurrentTime). It does not know which policies a principal has, nor whether a principal or a resource
// exists. Decide may be called from any number of goroutines with the same policies.
package iam
