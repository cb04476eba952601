// Package sts is the AWS Security Token Service: who a caller is, and temporary credentials for a role, a user or a
// federated user.
//
// It owns the rules of each call of the AssumeRole family (durations, role chaining, session tags, source identity,
// session policies), and what the credentials that it issues may not call. It does not own the decision whether a
// caller may assume a role (package authz evaluates the trust policy that Access hands over), the form of a session and
// its token (package credentials), which codes of an MFA device are good (package mfa), nor any wire format. It keeps no
// records of its own: a session is its sealed token. It only marks the codes of MFA devices that were used.
//
// The rules are those of facts/iam-policy-evaluation.md section 5 and facts/wire-errors.md section 4.
package sts
