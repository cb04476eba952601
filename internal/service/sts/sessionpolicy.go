package sts

import (
	"encoding/json"
	"errors"

	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

const (
	// maxPolicyARNs is how many managed session policies one call may pass (API_AssumeRole, PolicyArns).
	maxPolicyARNs = 10
	// packedLimit is what policies and tags may take of a session token, packed, in bytes. AWS does not publish its own
	// limit, only the percentage used. With this one the token of every session fits into an EKS token, which is at most
	// 4096 bytes long and holds the session token twice encoded.
	packedLimit = 1536
)

// restriction is what narrows a session down: session policies and tags, checked.
type restriction struct {
	policies []string
	arns     []string
	percent  *int // PackedPolicySize; nil where nothing was passed
}

// restrict checks the session policies of a request. Managed ones must belong to account, or be AWS's own.
func restrict(w *world.World, account string, document *string, managed []stsapi.PolicyDescriptorType, tags []world.Tag) (restriction, error) {
	var r restriction
	if document != nil {
		if err := checkDocument(*document); err != nil {
			return r, err
		}
		r.policies = []string{*document}
	}
	if len(managed) > maxPolicyARNs {
		return r, invalid("1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to %d", maxPolicyARNs)
	}
	for _, d := range managed {
		if d.Arn == nil {
			return r, invalid("1 validation error detected: Value null at 'policyArns' failed to satisfy constraint: Member must not be null")
		}
		a, err := arn.Parse(*d.Arn)
		if err != nil || a.Service != "iam" || a.Type() != "policy" {
			return r, invalid("%s is invalid", *d.Arn)
		}
		if _, ok := w.ManagedSource(*d.Arn); !ok || a.Account != account && a.Account != "aws" {
			return r, invalid("Policy %s does not exist or is not attachable.", *d.Arn)
		}
		r.arns = append(r.arns, *d.Arn)
	}
	return r, r.pack(tags)
}

func checkDocument(text string) error {
	_, err := policy.Check(text, policy.Session, false)
	var refused *policy.ValidationError
	switch {
	case errors.As(err, &refused):
		return awserr.New("MalformedPolicyDocumentException", "%s", refused.Message)
	default:
		return err
	}
}

// pack measures the packed size. AWS counts policies and tags together.
func (r *restriction) pack(tags []world.Tag) error {
	if len(r.policies)+len(r.arns)+len(tags) == 0 {
		return nil
	}
	raw, err := json.Marshal([]any{r.policies, r.arns, tags})
	if err != nil {
		return err
	}
	percent := (100*credentials.PackedSize(raw) + packedLimit - 1) / packedLimit
	if percent > 100 && len(r.policies)+len(r.arns) == 0 {
		return awserr.New("PackedPolicyTooLargeException", "Packed size of session tags consumes %d%% of allotted space.", percent)
	}
	if percent > 100 {
		return awserr.New("PackedPolicyTooLargeException", "Packed policy consumes %d%% of allotted space, please use smaller policy.", percent)
	}
	r.percent = &percent
	return nil
}
