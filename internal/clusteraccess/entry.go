package clusteraccess

import (
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/arn"
)

// Mode says where a cluster looks for identities. A cluster's mode only ever moves down this list.
type Mode string

// The authentication modes (facts/eks-access-semantics.md section 1).
const (
	ConfigMapMode Mode = "CONFIG_MAP"         // aws-auth, and the hidden creator
	BothMode      Mode = "API_AND_CONFIG_MAP" // access entries first, then aws-auth
	APIMode       Mode = "API"                // access entries
)

// EntryType is the type of an access entry.
type EntryType string

// The entry types (facts/eks-access-semantics.md section 4).
const (
	Standard      EntryType = "STANDARD"
	EC2Linux      EntryType = "EC2_LINUX"
	EC2Windows    EntryType = "EC2_WINDOWS"
	FargateLinux  EntryType = "FARGATE_LINUX"
	HybridLinux   EntryType = "HYBRID_LINUX"
	EC2           EntryType = "EC2" // nodes of Auto Mode with a NodeClass of the user's own
	HyperPodLinux EntryType = "HYPERPOD_LINUX"
)

// entryTypes lists every type, in the order of the user guide.
var entryTypes = [...]EntryType{Standard, EC2Linux, EC2Windows, FargateLinux, HybridLinux, EC2, HyperPodLinux}

// Known tells whether t is one of the types.
func (t EntryType) Known() bool { return slices.Contains(entryTypes[:], t) }

// Node tells whether entries of this type are for nodes: their names and groups are EKS's to choose.
func (t EntryType) Node() bool { return t != Standard }

// Entry is what decisions need of an access entry.
type Entry struct {
	PrincipalARN string // as the entry was created, path included
	PrincipalID  string // AROA…, AIDA… or, for root, the account: looked up once, when the entry was created
	Type         EntryType
	Username     string // template; empty: the default of the type
	Groups       []string
	Associations []Association
}

// Scope is how far an association reaches.
type Scope string

// The scopes.
const (
	ClusterScope   Scope = "cluster"
	NamespaceScope Scope = "namespace"
)

// Association gives an entry the rights of one access policy.
type Association struct {
	PolicyARN  string
	Scope      Scope
	Namespaces []string // of NamespaceScope; names, or patterns in which "*" stands for any text
}

// DefaultUsername is the username template that an entry gets when its creator names none.
//
// Source: facts/eks-access-semantics.md section 4. The user guide prints no name for EC2 and HYPERPOD_LINUX: theirs
// follow from what a session of such a node is called.
func DefaultUsername(t EntryType, principalARN string) string {
	switch t {
	case EC2Linux, EC2Windows, EC2:
		return "system:node:{{EC2PrivateDNSName}}"
	case FargateLinux, HybridLinux, HyperPodLinux:
		return "system:node:{{SessionName}}"
	}
	a, err := arn.Parse(principalARN)
	if err != nil || a.Type() != "role" {
		return principalARN
	}
	return "arn:" + a.Partition + ":sts::" + a.Account + ":assumed-role/" + a.Name() + "/{{SessionName}}"
}

// DefaultGroups is what a new entry of a node type shows as its groups; nil for STANDARD.
//
// Only EC2_LINUX was observed. The others are INFERENCE: the groups that the user guide has people write into aws-auth
// for the same nodes, less system:bootstrappers, which EC2_LINUX entries do not have either.
func DefaultGroups(t EntryType) []string {
	switch t {
	case Standard:
		return nil
	case EC2Windows:
		return []string{"system:nodes", "eks:kube-proxy-windows"}
	case FargateLinux:
		return []string{"system:nodes", "system:node-proxier"}
	}
	return []string{"system:nodes"}
}

// reservedPrefixes may begin no username of a STANDARD entry and no group name. The order is that of the authenticator's
// message (facts/eks-authentication.md section 5).
var reservedPrefixes = [...]string{"aws:", "iam:", "amazon:", "system:", "eks:"}

// reservedPrefix returns the reserved prefix that s begins with; empty where it begins with none.
func reservedPrefix(s string) string {
	for _, p := range reservedPrefixes {
		if strings.HasPrefix(s, p) {
			return p
		}
	}
	return ""
}
