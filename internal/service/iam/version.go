package iam

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/world"
)

// listedVersion is a version of a policy without its document, which only GetPolicyVersion and
// GetAccountAuthorizationDetails tell.
func listedVersion(p managed, v world.PolicyVersion) iamapi.PolicyVersion {
	isDefault := v.ID == p.defaultVersion
	return iamapi.PolicyVersion{VersionId: &v.ID, IsDefaultVersion: &isDefault, CreateDate: &v.Created}
}

func showVersion(p managed, v world.PolicyVersion) *iamapi.PolicyVersion {
	out := listedVersion(p, v)
	document := encoded(v.Document)
	out.Document = &document
	return &out
}

// newestFirst is the key of versions in the order in which IAM lists them.
func newestFirst(v world.PolicyVersion) string {
	n, _ := strconv.Atoi(strings.TrimPrefix(v.ID, "v"))
	return fmt.Sprintf("%010d", 1<<31-n)
}

func mayCreatePolicyVersion(c *op.Call, in *iamapi.CreatePolicyVersionRequest) ([]op.Check, error) {
	return one(onPolicy(c, "CreatePolicyVersion", in.PolicyArn))
}

func (s *Service) createPolicyVersion(c *op.Call, in *iamapi.CreatePolicyVersionRequest) (*iamapi.CreatePolicyVersionResponse, error) {
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	var shown iamapi.PolicyVersion
	_, err := s.changePolicy(c, "CreatePolicyVersion", in.PolicyArn, func(p *world.ManagedPolicy) error {
		if len(p.Versions) >= versionsPerPolicy {
			return awserr.New(limitExceeded, "A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", versionsPerPolicy)
		}
		v := world.PolicyVersion{ID: "v" + strconv.Itoa(p.Next), Document: in.PolicyDocument, Created: now(c)}
		p.Versions = append(slices.Clone(p.Versions), v)
		p.Next++
		if in.SetAsDefault != nil && *in.SetAsDefault {
			p.Default = v.ID
		}
		p.Updated = v.Created
		shown = listedVersion(ofCustomer(p), v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreatePolicyVersionResponse{PolicyVersion: &shown}, nil
}

func mayGetPolicyVersion(c *op.Call, in *iamapi.GetPolicyVersionRequest) ([]op.Check, error) {
	return one(onPolicy(c, "GetPolicyVersion", in.PolicyArn))
}

func (s *Service) getPolicyVersion(c *op.Call, in *iamapi.GetPolicyVersionRequest) (*iamapi.GetPolicyVersionResponse, error) {
	p, err := readManaged(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	v, ok := p.version(in.VersionId)
	if !ok {
		return nil, missingVersion(in.PolicyArn, in.VersionId)
	}
	return &iamapi.GetPolicyVersionResponse{PolicyVersion: showVersion(p, v)}, nil
}

func mayListPolicyVersions(c *op.Call, in *iamapi.ListPolicyVersionsRequest) ([]op.Check, error) {
	return one(onPolicy(c, "ListPolicyVersions", in.PolicyArn))
}

func (s *Service) listPolicyVersions(c *op.Call, in *iamapi.ListPolicyVersionsRequest) (*iamapi.ListPolicyVersionsResponse, error) {
	p, err := readManaged(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	part, truncated, next, err := paginate(slices.Clone(p.versions), newestFirst, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListPolicyVersionsResponse{Versions: []iamapi.PolicyVersion{}, IsTruncated: truncated, Marker: next}
	for _, v := range part {
		out.Versions = append(out.Versions, listedVersion(p, v))
	}
	return out, nil
}

func maySetDefaultPolicyVersion(c *op.Call, in *iamapi.SetDefaultPolicyVersionRequest) ([]op.Check, error) {
	return one(onPolicy(c, "SetDefaultPolicyVersion", in.PolicyArn))
}

func (s *Service) setDefaultPolicyVersion(c *op.Call, in *iamapi.SetDefaultPolicyVersionRequest) (*op.Empty, error) {
	return s.changePolicy(c, "SetDefaultPolicyVersion", in.PolicyArn, func(p *world.ManagedPolicy) error {
		if _, ok := p.Version(in.VersionId); !ok {
			return missingVersion(in.PolicyArn, in.VersionId)
		}
		p.Default = in.VersionId
		return nil
	})
}

func mayDeletePolicyVersion(c *op.Call, in *iamapi.DeletePolicyVersionRequest) ([]op.Check, error) {
	return one(onPolicy(c, "DeletePolicyVersion", in.PolicyArn))
}

func (s *Service) deletePolicyVersion(c *op.Call, in *iamapi.DeletePolicyVersionRequest) (*op.Empty, error) {
	return s.changePolicy(c, "DeletePolicyVersion", in.PolicyArn, func(p *world.ManagedPolicy) error {
		i := slices.IndexFunc(p.Versions, func(v world.PolicyVersion) bool { return v.ID == in.VersionId })
		switch {
		case i < 0:
			return missingVersion(in.PolicyArn, in.VersionId)
		case p.Default == in.VersionId:
			return awserr.New(deleteConflict, "Cannot delete the default version of a policy.")
		}
		p.Versions = slices.Delete(slices.Clone(p.Versions), i, i+1)
		// The update date is that of the newest version that there is
		// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html).
		p.Updated = p.Versions[len(p.Versions)-1].Created
		return nil
	})
}
