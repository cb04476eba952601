package world

import (
	"time"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/clusteraccess"
)

// Kinds of EKS records.
const (
	KindCluster     Kind = "eks/cluster"
	KindAccessEntry Kind = "eks/access-entry"
)

// ClusterKey is the key of a cluster. Cluster names are unique per account and region.
func ClusterKey(account, region, name string) string { return account + "/" + region + "/" + name }

// ClusterStatus is a cluster's status as DescribeCluster tells it.
type ClusterStatus string

// The statuses that Airside uses.
const (
	ClusterCreating ClusterStatus = "CREATING"
	ClusterActive   ClusterStatus = "ACTIVE"
	ClusterUpdating ClusterStatus = "UPDATING"
	ClusterDeleting ClusterStatus = "DELETING"
	ClusterFailed   ClusterStatus = "FAILED"
)

// Cluster is an EKS cluster.
type Cluster struct {
	Placement
	Name                 string        `json:"name"`
	UID                  string        `json:"uid"` // 32 hexadecimal digits; names the issuer, the etcd prefix, the run folder
	Created              time.Time     `json:"created"`
	Status               ClusterStatus `json:"status"`
	Health               []HealthIssue `json:"health,omitempty"`
	Version              string        `json:"version"` // "1.36"
	PlatformVersion      string        `json:"platformVersion"`
	Role                 string        `json:"role"` // ARN
	VPC                  string        `json:"vpc"`
	Subnets              []string      `json:"subnets"`
	SecurityGroups       []string      `json:"securityGroups,omitempty"`
	ClusterSecurityGroup string        `json:"clusterSecurityGroup"`
	EndpointPublic       bool          `json:"endpointPublic"`
	EndpointPrivate      bool          `json:"endpointPrivate"`
	PublicCIDRs          []string      `json:"publicCidrs,omitempty"`
	ServiceCIDR          string        `json:"serviceCidr"`
	Logging              []string      `json:"logging,omitempty"` // enabled log types
	AuthenticationMode   string        `json:"authenticationMode"`
	BootstrapAdmin       bool          `json:"bootstrapAdmin"`
	CreatorARN           string        `json:"creatorArn"` // the IAM principal that called CreateCluster: a role, not its session
	CreatorID            string        `json:"creatorId"`
	SupportType          string        `json:"supportType"` // STANDARD, EXTENDED
	DeletionProtection   bool          `json:"deletionProtection,omitempty"`
	SwitchedOff          []string      `json:"switchedOff,omitempty"` // computeConfig, storageConfig, zonalShiftConfig: named at creation, with enabled = false
	Tags                 []Tag         `json:"tags,omitempty"`
	ClientToken          string        `json:"clientToken,omitempty"`
	RequestDigest        string        `json:"requestDigest,omitempty"` // of the request that made it: tells a retry from a second try

	Port        int    `json:"port"`        // of the API server on loopback; kept for the cluster's life
	Certificate []byte `json:"certificate"` // PEM of the cluster's certificate authority
}

// HealthIssue is one entry of a cluster's health.
type HealthIssue struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (*Cluster) Kind() Kind            { return KindCluster }
func (c *Cluster) Key() string         { return ClusterKey(c.Account, c.Region, c.Name) }
func (c *Cluster) IndexKeys() []string { return []string{"uid:" + c.UID} }

// ARN is the cluster's ARN.
func (c *Cluster) ARN() string { return c.Placement.ARN("eks", "cluster", c.Name) }

// Issuer is the OIDC issuer of the cluster's ServiceAccount tokens.
// Source: facts/irsa-and-pod-identity.md section 3.
func (c *Cluster) Issuer() string {
	return "https://oidc.eks." + c.Region + "." + arn.DNSSuffix(c.Partition) + "/id/" + c.UID
}

// AccessEntry maps an IAM principal to a Kubernetes user of one cluster. It is bound to the principal's unique id.
type AccessEntry struct {
	Placement
	Cluster      string              `json:"cluster"`      // name
	PrincipalARN string              `json:"principalArn"` // as it was given
	PrincipalID  string              `json:"principalId"`  // AROA…, AIDA…: what the entry is really bound to
	UUID         string              `json:"uuid"`         // last part of the entry's ARN
	Type         string              `json:"type"`         // STANDARD, EC2_LINUX, …
	Username     string              `json:"username"`     // template
	Groups       []string            `json:"groups,omitempty"`
	Tags         []Tag               `json:"tags,omitempty"`
	Created      time.Time           `json:"created"`
	Modified     time.Time           `json:"modified"`
	Policies     []PolicyAssociation `json:"policies,omitempty"` // in the order of association
	ClientToken  string              `json:"clientToken,omitempty"`

	RequestDigest string `json:"requestDigest,omitempty"` // of the request that made it: tells a retry from a second try

	entry *clusteraccess.Entry
}

// PolicyAssociation gives an access entry the rights of an access policy within a scope.
type PolicyAssociation struct {
	PolicyARN  string    `json:"policyArn"`
	Scope      string    `json:"scope"` // cluster, namespace
	Namespaces []string  `json:"namespaces,omitempty"`
	Associated time.Time `json:"associated"`
	Modified   time.Time `json:"modified"`
}

// EntryKey is the key of an access entry. A cluster has one entry per principal ARN at the most.
func EntryKey(account, region, cluster, principalARN string) string {
	return ClusterKey(account, region, cluster) + "/" + principalARN
}

func (*AccessEntry) Kind() Kind    { return KindAccessEntry }
func (e *AccessEntry) Key() string { return EntryKey(e.Account, e.Region, e.Cluster, e.PrincipalARN) }

// IndexKeys finds an entry by what a token tells about its principal: the unique id, and the ARN without a role's path.
func (e *AccessEntry) IndexKeys() []string {
	cluster := ClusterKey(e.Account, e.Region, e.Cluster)
	keys := []string{entryARNKey(cluster, clusteraccess.MatchKey(e.PrincipalARN))}
	if e.PrincipalID != "" {
		keys = append(keys, entryIDKey(cluster, e.PrincipalID))
	}
	return keys
}

func (e *AccessEntry) prepare() error {
	e.entry = entryOf(e)
	return nil
}

func entryIDKey(clusterKey, principalID string) string { return "id:" + clusterKey + "/" + principalID }
func entryARNKey(clusterKey, matchKey string) string   { return "arn:" + clusterKey + "/" + matchKey }

// ARN is the entry's ARN. It names the principal without its path (facts/eks-access-semantics.md section 9).
func (e *AccessEntry) ARN() string {
	return e.Placement.ARN("eks", "access-entry", e.Cluster+"/"+principalSegments(e.PrincipalARN)+"/"+e.UUID)
}

// EntryARNPattern is the ARN of whichever entry a principal has or may get in a cluster: "*" stands for its UUID and,
// where the principal is not an ARN at all, for the principal too.
func EntryARNPattern(p Placement, cluster, principalARN string) string {
	return p.ARN("eks", "access-entry", cluster+"/"+principalSegments(principalARN)+"/*")
}

// principalSegments is the part of an entry's ARN that names its principal: role/111122223333/dev.
func principalSegments(principalARN string) string {
	a, err := arn.Parse(principalARN)
	if err != nil {
		return "*"
	}
	return a.Type() + "/" + a.Account + "/" + a.Name()
}

// EntriesOf lists the access entries of a cluster by principal ARN.
func (w *World) EntriesOf(c *Cluster) []*AccessEntry {
	var entries []*AccessEntry
	for e := range w.AccessEntries.All(c.Key() + "/") {
		entries = append(entries, e)
	}
	return entries
}

// Belongings lists the records that end with a cluster: its access entries, the security group that EKS made for it,
// and the cluster itself as the last. Its secrets are not among them.
func (w *World) Belongings(c *Cluster) []Record {
	var records []Record
	for _, e := range w.EntriesOf(c) {
		records = append(records, e)
	}
	if g, ok := w.SecurityGroups.Get(EC2Key(c.Account, c.Region, c.ClusterSecurityGroup)); ok {
		records = append(records, g)
	}
	return append(records, c)
}
