// Package policycase is one authorization decision written down as data: a request, every policy that has a say, and
// optionally the decision that is expected.
//
// It owns the JSON form of such a case, how a principal that is written as one string becomes an authz.Principal, and
// which condition keys follow from it. It does not own the decision (package authz) nor the policy language (package
// policy): grammar errors are refused with the message of IAM; what IAM merely would not store is evaluated as it stands.
//
// A case:
//
//	{
//	  "id": "boundary-limits-identity",
//	  "source": "where the expected decision comes from",
//	  "request": {
//	    "action": "s3:GetObject",
//	    "resource": "arn:aws:s3:::demo/a",
//	    "resourceAccount": "111122223333",
//	    "principal": "arn:aws:iam::111122223333:user/alice",
//	    "parent": "the user of a federated-user session; for no other principal",
//	    "context": {"aws:SourceIp": ["203.0.113.7"]}
//	  },
//	  "identityPolicies": [ {document}, … ],
//	  "resourcePolicy": {document},
//	  "permissionsBoundary": {document},
//	  "sessionPolicy": {document},
//	  "scps": [ {"level": "root", "policies": [ {document}, … ]}, … ],
//	  "rcps": [ {document}, … ],
//	  "decision": "Allowed",
//	  "why": "one sentence"
//	}
//
// The context of the request is what the principal brings (aws:PrincipalArn, aws:username, …) with the given context
// over it; a key that is given an empty list is absent. scps begin with the organization's root and end with the
// account; rcps take the same levels or the documents alone. The policy of a role that is being assumed is a
// resourcePolicy without Resource elements, and the resource is the role.
package policycase
