package iam

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

// managed is a managed policy, the customer's or AWS's own.
type managed struct {
	arn, name, path, id string
	defaultVersion      string
	description         *string
	created, updated    time.Time
	versions            []world.PolicyVersion // oldest first; of AWS's own only the default one is known
	tags                []world.Tag
	aws                 bool
}

// key orders policies by name. A customer may give a policy the name of one of AWS's.
func (p managed) key() string {
	if p.aws {
		return strings.ToLower(p.name) + "/aws"
	}
	return strings.ToLower(p.name) + "/"
}

func (p managed) version(id string) (world.PolicyVersion, bool) {
	for _, v := range p.versions {
		if v.ID == id {
			return v, true
		}
	}
	return world.PolicyVersion{}, false
}

// findManaged looks a policy up that an account can use: its own, or one of AWS's.
func findManaged(w *world.World, account, policyARN string) (managed, bool) {
	if m, ok := catalog.ManagedPolicy(policyARN); ok {
		return ofAWS(m), true
	}
	if p, ok := w.PolicyByARN(policyARN); ok && p.Account == account {
		return ofCustomer(p), true
	}
	return managed{}, false
}

func ofCustomer(p *world.ManagedPolicy) managed {
	return managed{
		arn: p.ARN(), name: p.Name, path: p.Path, id: p.ID, defaultVersion: p.Default, description: p.Description,
		created: p.Created, updated: p.Updated, versions: p.Versions, tags: p.Tags,
	}
}

func ofAWS(m *catalog.Managed) managed {
	return managed{
		arn: m.ARN, name: m.Name, path: m.Path, id: idOfAWS(m.ARN), defaultVersion: m.DefaultVersion,
		created: m.Created, updated: m.VersionCreated, aws: true,
		versions: []world.PolicyVersion{{ID: m.DefaultVersion, Document: string(m.Document), Created: m.VersionCreated}},
	}
}

// idOfAWS makes the unique id of an AWS managed policy. The real ones are not published; this one follows from the
// ARN, so that it is the same in every lab.
func idOfAWS(policyARN string) string {
	sum := sha256.Sum256([]byte(policyARN))
	return awsid.Policy + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// checkPolicyARN refuses what is not the ARN of a policy of this partition
// (https://github.com/pulumi/pulumi-aws-apigateway/issues/347 shows the text about the partition).
func checkPolicyARN(c *op.Call, policyARN string) error {
	a, err := arn.Parse(policyARN)
	switch {
	case err != nil:
		return invalid("Invalid ARN:  Could not be parsed!")
	case a.Partition != c.Partition:
		return invalid("Invalid ARN partition")
	case a.Service != "iam" || a.Region != "" || a.Type() != "policy" || a.Name() == "":
		return awserr.New(invalidInput, "ARN %s is not valid.", policyARN)
	}
	return nil
}

func missingPolicy(policyARN string) error {
	return awserr.New(noSuchEntity, "Policy %s does not exist or is not attachable.", policyARN)
}

func missingVersion(policyARN, version string) error {
	return awserr.New(noSuchEntity, "Policy %s version %s does not exist or is not attachable.", policyARN, version)
}

// readManaged finds a policy for an operation that shows it.
func readManaged(c *op.Call, policyARN string) (managed, error) {
	if err := checkPolicyARN(c, policyARN); err != nil {
		return managed{}, err
	}
	if p, ok := findManaged(c.World, c.Account, policyARN); ok {
		return p, nil
	}
	return managed{}, missingPolicy(policyARN)
}

// ownPolicy finds a customer managed policy for an operation that changes it. AWS managed policies cannot be changed by
// anybody: they belong to another account, which has allowed nothing. The real text is not published.
func ownPolicy(c *op.Call, w *world.World, action, policyARN string) (*world.ManagedPolicy, error) {
	if err := checkPolicyARN(c, policyARN); err != nil {
		return nil, err
	}
	if _, ok := catalog.ManagedPolicy(policyARN); ok {
		return nil, awserr.WithStatus(forbidden, "AccessDenied",
			"User: %s is not authorized to perform: iam:%s on resource: policy %s", c.Caller.ARN, action, policyARN)
	}
	if p, ok := w.PolicyByARN(policyARN); ok && p.Account == c.Account {
		return p, nil
	}
	return nil, missingPolicy(policyARN)
}
