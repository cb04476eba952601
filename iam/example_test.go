package iam_test

import (
	"fmt"
	"log"

	"github.com/airside-dev/airside/iam"
	"github.com/airside-dev/airside/policy"
)

// A user's policy allows more than its boundary: what both allow is allowed.
func ExampleDecide() {
	identity, err := policy.Check(`{
	  "Version": "2012-10-17",
	  "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
	}`, policy.Identity, false)
	if err != nil {
		log.Fatal(err)
	}
	boundary, err := policy.Check(`{
	  "Version": "2012-10-17",
	  "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
	}`, policy.Boundary, false)
	if err != nil {
		log.Fatal(err)
	}
	policies := &iam.Policies{
		Identity: []iam.Source{{Name: "Storage", Policy: identity}},
		Boundary: &iam.Source{Name: "ReadOnly", Policy: boundary},
	}
	for _, action := range []string{"s3:GetObject", "s3:DeleteObject"} {
		v, err := iam.Decide(&iam.Request{
			Principal: "arn:aws:iam::111122223333:user/alice",
			Action:    action,
			Resource:  "arn:aws:s3:::reports/2026.csv",
		}, policies, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s by the %s\n", v.Decision, v.By)
		if !v.Allowed() {
			fmt.Println(v.Message())
		}
	}
	// Output:
	// Allowed by the identity-based policy
	// ImplicitlyDenied by the permissions boundary
	// User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::reports/2026.csv because no permissions boundary allows the s3:DeleteObject action
}

// A pod's service account assumes a role through an OIDC provider. The trust policy alone decides, by the claims that
// the request carries as condition keys.
func ExampleDecide_webIdentity() {
	trust, err := policy.Check(`{
	  "Version": "2012-10-17",
	  "Statement": {
	    "Effect": "Allow",
	    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"},
	    "Action": "sts:AssumeRoleWithWebIdentity",
	    "Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub": "system:serviceaccount:dev:app"}}
	  }
	}`, policy.Trust, false)
	if err != nil {
		log.Fatal(err)
	}
	for _, account := range []string{"app", "other"} {
		v, err := iam.Decide(&iam.Request{
			Principal: "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE",
			Action:    "sts:AssumeRoleWithWebIdentity",
			Resource:  "arn:aws:iam::111122223333:role/app",
			Context: map[string][]string{
				"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub": {"system:serviceaccount:dev:" + account},
			},
		}, &iam.Policies{Resource: &iam.Source{Name: "trust of app", Policy: trust}}, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(account, v.Decision)
	}
	// Output:
	// app Allowed
	// other ImplicitlyDenied
}
