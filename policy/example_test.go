package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/airside-dev/airside/policy"
)

// Everything in a parsed document has its place.
func ExampleParse() {
	d, err := policy.Parse(`{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "Read",
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:ListBucket"],
    "Resource": "*"
  }
}`)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range d.Statements {
		fmt.Printf("%s: %s %s\n", s.Pos, s.Name(), s.Effect.Text)
		for _, a := range s.Action.List {
			fmt.Printf("%s: %s\n", a.Pos, a.Text)
		}
	}
	// Output:
	// 3:16: Read Allow
	// 6:16: s3:GetObject
	// 6:32: s3:ListBucket
}

// A text that is no policy document: what is wrong, and where.
func ExampleParse_syntaxError() {
	_, err := policy.Parse(`{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Actions": "s3:GetObject",
    "Resource": "*"
  }
}`)
	var syntax *policy.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Printf("line %d, column %d: %s\n", syntax.Pos.Line, syntax.Pos.Column, syntax.Msg)
	}
	// Output:
	// line 5, column 5: unknown element "Actions" in a statement
}

// One canonical form, whatever the document looked like.
func ExampleDocument_String() {
	d, err := policy.Parse(`{"Statement":{"Resource":"*","Action":["s3:GetObject"],"Effect":"Allow"},"Version":"2012-10-17"}`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d)
	// Output:
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Effect": "Allow",
	//       "Action": "s3:GetObject",
	//       "Resource": "*"
	//     }
	//   ]
	// }
}

// The error is the one that IAM gives, and says in addition where the document is wrong.
func ExampleCheck() {
	_, err := policy.Check(`{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "GetObject", "Resource": "*"}
}`, policy.Identity, false)
	fmt.Println(err)
	var refused *policy.ValidationError
	if errors.As(err, &refused) {
		fmt.Println("at", refused.Pos)
	}
	// Output:
	// MalformedPolicyDocument: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.
	// at 3:46
}

// IAM says of every syntax error the same; behind its message is what is wrong.
func ExampleCheck_syntaxError() {
	_, err := policy.Check(`{"Version": "2012-10-17", "Statement": [}`, policy.Identity, false)
	fmt.Println(err)
	var syntax *policy.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Println(syntax)
	}
	// Output:
	// MalformedPolicyDocument: Syntax errors in policy.
	// 1:41: unexpected '}' where a value should stand
}

// Each user may read the folder that is named like the user.
func ExamplePolicy_Evaluate() {
	p, err := policy.Check(`{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "OwnFolder",
    "Effect": "Allow",
    "Action": "s3:Get*",
    "Resource": "arn:aws:s3:::home/${aws:username}/*"
  }
}`, policy.Identity, false)
	if err != nil {
		log.Fatal(err)
	}
	keys := policy.Keys{}
	keys.Set("aws:username", "alice")
	for _, resource := range []string{"arn:aws:s3:::home/alice/notes", "arn:aws:s3:::home/bob/notes"} {
		r := p.Evaluate(&policy.Query{Kind: policy.Identity, Action: "s3:GetObject", Resource: resource, Keys: keys}, nil)
		switch {
		case r.Deny != nil:
			fmt.Println(resource, "is denied by", r.Deny.Name())
		case r.Allow != nil:
			fmt.Println(resource, "is allowed by", r.Allow.Name())
		default:
			fmt.Println(resource, "is not spoken of")
		}
	}
	// Output:
	// arn:aws:s3:::home/alice/notes is allowed by OwnFolder
	// arn:aws:s3:::home/bob/notes is not spoken of
}

// A step receives everything that the evaluation looked at, in the order of the document.
func ExamplePolicy_Evaluate_trace() {
	p, err := policy.Check(`{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "eks:DescribeCluster",
    "Resource": "*",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
  }
}`, policy.Identity, false)
	if err != nil {
		log.Fatal(err)
	}
	var trace policy.Step
	p.Evaluate(&policy.Query{
		Kind:     policy.Identity,
		Action:   "eks:DescribeCluster",
		Resource: "arn:aws:eks:eu-west-1:111122223333:cluster/dev",
	}, &trace)
	printSteps(trace.Steps, "")
	// Output:
	// statement 1: no-match
	//   Action: match
	//   Resource: match
	//   Condition: no-match
	//     Bool aws:MultiFactorAuthPresent: no-match (the request has no such key, which Bool does not accept)
}

func printSteps(steps []*policy.Step, indent string) {
	for _, s := range steps {
		line := fmt.Sprintf("%s%s: %s", indent, s.Subject, s.Outcome)
		if s.Detail != "" {
			line += " (" + s.Detail + ")"
		}
		fmt.Println(line)
		printSteps(s.Steps, indent+"  ")
	}
}

// A step encodes as JSON.
func ExampleStep() {
	p, err := policy.Check(`{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}`,
		policy.Identity, false)
	if err != nil {
		log.Fatal(err)
	}
	var trace policy.Step
	p.Evaluate(&policy.Query{Kind: policy.Identity, Action: "s3:ListAllMyBuckets", Resource: "*"}, &trace)
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	if err := e.Encode(trace.Steps[0].Steps[0]); err != nil {
		log.Fatal(err)
	}
	// Output:
	// {
	//   "kind": "element",
	//   "subject": "Action",
	//   "outcome": "match",
	//   "want": [
	//     "*"
	//   ],
	//   "got": [
	//     "s3:ListAllMyBuckets"
	//   ],
	//   "pos": {
	//     "line": 1,
	//     "column": 69
	//   }
	// }
}
