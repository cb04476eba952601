// Package audit keeps what happened: every AWS call with every IAM verdict in it, and every Kubernetes authentication and
// authorization verdict that Airside gave.
//
// A record is written as one JSON line. It carries the typed steps of its verdicts, and never a secret, a token or a
// signature: who builds a record puts only names, ARNs and conditions in.
//
// The package owns the records, their file and reading it back. Rendering them is the command line's business.
package audit

import (
	"time"

	"github.com/airside-dev/airside/policy/trace"
)

// Source says which door a record is about.
type Source string

// The sources.
const (
	AWS        Source = "aws"        // a call of the AWS API
	TokenCheck Source = "token"      // a Kubernetes token was authenticated or refused
	Self       Source = "airside"    // something about the trail itself
	Access     Source = "kubernetes" // a Kubernetes request was authorized by access policies, or they had no opinion
)

// Record is one call or one verdict.
type Record struct {
	ID        string    `json:"id"` // the request id that the caller was told; a UUID for Kubernetes verdicts
	Time      time.Time `json:"time"`
	Source    Source    `json:"source"`
	Principal string    `json:"principal,omitempty"` // ARN of the caller; empty where nobody is known
	AccessKey string    `json:"accessKey,omitempty"` // id
	Action    string    `json:"action"`              // "iam:CreateRole"; "authenticate"; "get pods/log"
	Resource  string    `json:"resource,omitempty"`  // ARN, or what a Kubernetes request is about
	Cluster   string    `json:"cluster,omitempty"`
	Username  string    `json:"username,omitempty"` // Kubernetes user
	Groups    []string  `json:"groups,omitempty"`
	Region    string    `json:"region,omitempty"`
	SourceIP  string    `json:"sourceIp,omitempty"`
	UserAgent string    `json:"userAgent,omitempty"`

	Decision string    `json:"decision"`           // Allowed, Denied, NoOpinion, Failed
	Reason   string    `json:"reason,omitempty"`   // one sentence: the deciding statement, entry or fault
	Status   int       `json:"status,omitempty"`   // HTTP status of an AWS call
	Error    string    `json:"error,omitempty"`    // AWS error code
	Message  string    `json:"message,omitempty"`  // AWS error message
	Verdicts []Verdict `json:"verdicts,omitempty"` // in the order in which they were reached

	// Explain, where it is set, makes the verdicts with their steps. It is called once, off the caller's path, and must
	// only use facts that no longer change.
	Explain func() []Verdict `json:"-"`
}

// Decisions of a record.
const (
	Allowed   = "Allowed"
	Denied    = "Denied"
	NoOpinion = "NoOpinion" // access policies do not allow it; RBAC may
	Failed    = "Failed"    // allowed, or nothing to allow, but refused for another reason
)

// Verdict is one question and its answer.
type Verdict struct {
	Action    string      `json:"action"`
	Resource  string      `json:"resource,omitempty"`
	Decision  string      `json:"decision"`
	By        string      `json:"by,omitempty"`        // the type of policy that decided
	Policy    string      `json:"policy,omitempty"`    // which one
	Statement string      `json:"statement,omitempty"` // which statement in it
	Pos       *trace.Pos  `json:"pos,omitempty"`
	Reason    string      `json:"reason,omitempty"`
	Steps     *trace.Step `json:"steps,omitempty"`
}
