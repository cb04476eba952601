// Package clusteraccess decides who an AWS identity is inside a cluster and what its access policies let it do there.
//
// It owns four questions, each asked by the cluster's webhooks and by every command that explains them:
//
//   - what a bearer token says: ParseToken takes an EKS token apart and applies the checks that the authenticator makes
//     before anybody looks at a signature;
//   - who the caller is: NewIdentity turns what STS answers into the names that mappings are written in, Authenticate
//     turns those names into a Kubernetes user through access entries, the aws-auth ConfigMap, or both;
//   - what access policies allow: Authorize evaluates the published rules of the policies associated with an entry;
//   - what may be stored: the Validate functions are the rules of the access entry API that need no other state.
//
// It does not own signatures (package sigv4), IAM decisions (package authz), where entries are stored, the wire formats
// of the webhooks, nor Kubernetes' own RBAC. It is pure: no I/O, no clock; the only data it holds is the table of access
// policies that AWS publishes.
//
// The specification is facts/eks-authentication.md and facts/eks-access-semantics.md; comments cite them by section.
package clusteraccess
