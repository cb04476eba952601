package eks

import (
	"slices"
	"time"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/op"
)

// version is one Kubernetes version that a cluster may be labelled with. The label is recorded and shown; which server
// runs behind it is for the control plane (docs/divergences.md).
type version struct {
	label    string
	patch    string // known for the one that Airside runs
	released string // "2006-01-02"; empty with the two below where AWS's dates are not known here
	standard string // end of standard support
	extended string // end of extended support
}

// versions is newest first, as DescribeClusterVersions answers them.
//
// Source of the dates: the release calendar in
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html. A release date is 14 months before the end
// of standard support, which that page states as the rule.
var versions = []version{
	{label: "1.36", patch: "1.36.1"},
	{label: "1.35", released: "2026-01-27", standard: "2027-03-27", extended: "2028-03-27"},
	{label: "1.34", released: "2025-10-02", standard: "2026-12-02", extended: "2027-12-02"},
	{label: "1.33", released: "2025-05-29", standard: "2026-07-29", extended: "2027-07-29"},
	{label: "1.32", released: "2025-01-23", standard: "2026-03-23", extended: "2027-03-23"},
	{label: "1.31", released: "2024-09-26", standard: "2025-11-26", extended: "2026-11-26"},
	{label: "1.30", released: "2024-05-23", standard: "2025-07-23", extended: "2026-07-23"},
	{label: "1.29", released: "2024-01-23", standard: "2025-03-23", extended: "2026-03-23"},
	{label: "1.28", released: "2023-09-26", standard: "2024-11-26", extended: "2025-11-26"},
}

const (
	defaultVersion  = "1.36"
	platformVersion = "eks.1"
	clusterType     = "eks"
)

// knownVersion tells whether a cluster may have this label. Labels whose support has ended stay available: guides and
// modules go on naming them for years.
func knownVersion(label string) bool {
	return slices.ContainsFunc(versions, func(v version) bool { return v.label == label })
}

// Support statuses, in the words of versionStatus and of the older status.
const (
	standardSupport = "STANDARD_SUPPORT"
	extendedSupport = "EXTENDED_SUPPORT"
	unsupported     = "UNSUPPORTED"
)

var olderStatus = map[string]string{
	standardSupport: "standard-support", extendedSupport: "extended-support", unsupported: "unsupported",
}

// status is the version's support on a day. A version without dates has just come out.
func (v version) status(at time.Time) string {
	day := at.UTC().Format(time.DateOnly)
	switch {
	case v.standard == "" || day < v.standard:
		return standardSupport
	case day < v.extended:
		return extendedSupport
	}
	return unsupported
}

func mayDescribeClusterVersions(*op.Call, *eksapi.DescribeClusterVersionsRequest) ([]op.Check, error) {
	return []op.Check{{Action: "eks:DescribeClusterVersions", Resource: "*"}}, nil
}

func (s *Service) describeClusterVersions(c *op.Call, in *eksapi.DescribeClusterVersionsRequest) (*eksapi.DescribeClusterVersionsResponse, error) {
	wanted := func(v version) bool {
		status := v.status(c.Time)
		asked := len(in.ClusterVersions) > 0 || in.VersionStatus != nil || in.Status != nil || deref(in.IncludeAll)
		return or(in.ClusterType, clusterType) == clusterType &&
			(len(in.ClusterVersions) == 0 || slices.Contains(in.ClusterVersions, v.label)) &&
			(in.VersionStatus == nil || *in.VersionStatus == status) &&
			(in.Status == nil || *in.Status == olderStatus[status]) &&
			(!deref(in.DefaultOnly) || v.label == defaultVersion) &&
			(asked || status != unsupported)
	}
	var found []version
	for _, v := range versions {
		if wanted(v) {
			found = append(found, v)
		}
	}
	// The key runs against the order of labels: newest first.
	cut, next, err := page(found, func(v version) string { return newestFirst(v.label) }, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &eksapi.DescribeClusterVersionsResponse{NextToken: next, ClusterVersions: []eksapi.ClusterVersionInformation{}}
	for _, v := range cut {
		status := v.status(c.Time)
		info := eksapi.ClusterVersionInformation{
			ClusterVersion: new(v.label), ClusterType: new(clusterType), DefaultPlatformVersion: new(platformVersion),
			DefaultVersion: new(v.label == defaultVersion), Status: new(olderStatus[status]), VersionStatus: new(status),
			ReleaseDate: date(v.released), EndOfStandardSupportDate: date(v.standard), EndOfExtendedSupportDate: date(v.extended),
		}
		if v.patch != "" {
			info.KubernetesPatchVersion = new(v.patch)
		}
		out.ClusterVersions = append(out.ClusterVersions, info)
	}
	return out, nil
}

// newestFirst maps labels to keys that sort the other way round.
func newestFirst(label string) string {
	key := []byte(label)
	for i := range key {
		key[i] = ^key[i]
	}
	return string(key)
}

// date reads a day of the table; nil where it is not known.
func date(day string) *time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil
	}
	return &t
}
