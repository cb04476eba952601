package clusteraccess

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/arn"
)

// globalRegion is the region label of the one STS host that names no region.
const globalRegion = "global"

// Server is who a token is presented to.
type Server struct {
	Partition string
	Region    string
	// Endpoints are origins, such as "http://127.0.0.1:4566", that answer for STS beside AWS's own hosts: a client whose
	// AWS_ENDPOINT_URL names one signs its token for it. AWS has no such thing; without them the checks are AWS's.
	Endpoints []string
}

// checkOrigin makes checks 5 and 6 and returns the region label.
func (s Server) checkOrigin(u *url.URL) (string, error) {
	if slices.Contains(s.Endpoints, u.Scheme+"://"+u.Host) {
		return s.Region, nil
	}
	if u.Scheme != "https" {
		return "", FormatError{fmt.Sprintf("unexpected scheme %q in pre-signed URL", u.Scheme)}
	}
	return checkHost(u.Host, s.Partition, s.Region)
}

// checkHost returns the region label of an STS host, or why the host is not one that a server in this partition and
// region accepts. The order of the checks and their texts: facts/eks-authentication.md section 3.
func checkHost(host, partition, region string) (string, error) {
	label, err := hostRegion(host)
	switch {
	case err != nil:
		return "", FormatError{fmt.Sprintf("could not parse region for pre-signed URL %s, %v", host, err)}
	case label == globalRegion && partition == "aws":
		return label, nil
	case label == globalRegion:
		return "", FormatError{"global endpoint unsupported in partition " + partition}
	case !validRegionLabel(label):
		return "", FormatError{"invalid region identifier format provided: " + label}
	}
	home := arn.PartitionOf(label)
	if !isEndpoint(host, label, home, true) {
		// A server in a region that is newer than the endpoint tables still knows its own host.
		if isEndpoint(host, region, partition, false) {
			return label, nil
		}
		return "", FormatError{fmt.Sprintf("unexpected hostname %q in pre-signed URL", host)}
	}
	// aws and aws-us-gov share their domains, so this alone does not tell those two apart; the keys do.
	if arn.DNSSuffix(home) != arn.DNSSuffix(partition) || dualStackSuffix(home) != dualStackSuffix(partition) {
		return "", FormatError{fmt.Sprintf("partition {%s} does not support hostname %s", partition, host)}
	}
	return label, nil
}

// hostRegion is the second label of a host, or globalRegion for the host without one.
func hostRegion(host string) (string, error) {
	if host == "" {
		return "", fmt.Errorf("host is empty")
	}
	_, rest, ok := strings.Cut(host, ".")
	label, _, more := strings.Cut(rest, ".")
	if !ok || !more {
		return "", fmt.Errorf("invalid host format: %v", host)
	}
	if host == "sts.amazonaws.com" {
		return globalRegion, nil
	}
	return label, nil
}

// validRegionLabel tells whether s is letters, digits and inner hyphens.
func validRegionLabel(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

// isEndpoint tells whether host is an STS endpoint of a region: single or dual stack and, where asked for, their FIPS
// forms.
func isEndpoint(host, region, partition string, fips bool) bool {
	rest, ok := strings.CutPrefix(host, "sts.")
	if !ok && fips {
		rest, ok = strings.CutPrefix(host, "sts-fips.")
	}
	if !ok || region == "" {
		return false
	}
	domain, ok := strings.CutPrefix(rest, region+".")
	if !ok {
		return false
	}
	return domain == arn.DNSSuffix(partition) || domain == dualStackSuffix(partition) && domain != ""
}

// dualStackSuffix is the domain of a partition's dual-stack endpoints; empty where the partition has none.
func dualStackSuffix(partition string) string {
	switch partition {
	case "aws", "aws-us-gov":
		return "api.aws"
	case "aws-cn":
		return "api.amazonwebservices.com.cn"
	case "aws-eusc":
		return "api.amazonwebservices.eu"
	}
	return ""
}
