// Package iam is the operations of AWS Identity and Access Management that Airside implements: users, groups, roles,
// managed and inline policies, instance profiles, access keys, tags and the account itself.
//
// It owns what these operations mean: which records they change, which limits and conflicts hold, in which words they
// refuse, and what a caller must be allowed to do before any of it (the Access half of every operation). It does not
// own the records (package world), the policy language (package policy), the decision who may call what (package
// authz), nor any wire format. Constraints of the service model — lengths, patterns, enumerations — were enforced by
// the pipeline before an operation runs.
//
// The sources are the IAM API Reference and facts/wire-errors.md section 5; what these leave open is listed in
// docs/divergences.md.
package iam
