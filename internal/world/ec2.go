package world

// Kinds of EC2 records.
const (
	KindVPC           Kind = "ec2/vpc"
	KindSubnet        Kind = "ec2/subnet"
	KindSecurityGroup Kind = "ec2/security-group"
	KindNetworkACL    Kind = "ec2/network-acl"
	KindRouteTable    Kind = "ec2/route-table"
)

// EC2Key is the key of a regional EC2 resource.
func EC2Key(account, region, id string) string { return account + "/" + region + "/" + id }

// Placement is where a regional resource is.
type Placement struct {
	Partition string `json:"partition"`
	Account   string `json:"account"`
	Region    string `json:"region"`
}

// ARN is the ARN of a resource of an EC2 type ("vpc", "subnet", …) with this id.
func (p Placement) ARN(service, kind, id string) string {
	return "arn:" + p.Partition + ":" + service + ":" + p.Region + ":" + p.Account + ":" + kind + "/" + id
}

// Place is the placement itself: it lets a record that embeds one say where it is.
func (p Placement) Place() Placement { return p }

// VPC is a virtual private cloud.
type VPC struct {
	Placement
	ID                  string `json:"id"` // vpc-…
	CIDR                string `json:"cidr"`
	AssociationID       string `json:"associationId"` // vpc-cidr-assoc-…
	Tenancy             string `json:"tenancy"`
	DHCPOptions         string `json:"dhcpOptions"` // dopt-…
	EnableDNSSupport    bool   `json:"enableDnsSupport"`
	EnableDNSHostnames  bool   `json:"enableDnsHostnames"`
	NetworkUsageMetrics bool   `json:"networkUsageMetrics"`
	Default             bool   `json:"default,omitempty"`
	Tags                []Tag  `json:"tags,omitempty"`
}

func (*VPC) Kind() Kind    { return KindVPC }
func (v *VPC) Key() string { return EC2Key(v.Account, v.Region, v.ID) }

// ResourceID is the id that EC2 calls the resource by.
func (v *VPC) ResourceID() string { return v.ID }

// ResourceTags are the resource's tags.
func (v *VPC) ResourceTags() []Tag { return v.Tags }

// WithTags is a copy of the record with other tags.
func (v *VPC) WithTags(tags []Tag) Record {
	c := *v
	c.Tags = tags
	return &c
}

// Subnet is a range of a VPC's addresses in one availability zone.
type Subnet struct {
	Placement
	ID               string `json:"id"` // subnet-…
	VPC              string `json:"vpc"`
	CIDR             string `json:"cidr"`
	Zone             string `json:"zone"`   // us-east-1a
	ZoneID           string `json:"zoneId"` // use1-az1
	MapPublicIP      bool   `json:"mapPublicIp"`
	DNS64            bool   `json:"dns64"`
	AssignIPv6       bool   `json:"assignIpv6"`
	HostnameType     string `json:"hostnameType"` // ip-name, resource-name
	ResourceNameA    bool   `json:"resourceNameA"`
	ResourceNameAAAA bool   `json:"resourceNameAaaa"`
	Tags             []Tag  `json:"tags,omitempty"`
}

func (*Subnet) Kind() Kind    { return KindSubnet }
func (s *Subnet) Key() string { return EC2Key(s.Account, s.Region, s.ID) }

// ResourceID is the id that EC2 calls the resource by.
func (s *Subnet) ResourceID() string { return s.ID }

// ResourceTags are the resource's tags.
func (s *Subnet) ResourceTags() []Tag { return s.Tags }

// WithTags is a copy of the record with other tags.
func (s *Subnet) WithTags(tags []Tag) Record {
	c := *s
	c.Tags = tags
	return &c
}

// SecurityGroup is a set of rules for the traffic of network interfaces.
type SecurityGroup struct {
	Placement
	ID          string              `json:"id"` // sg-…
	VPC         string              `json:"vpc"`
	Name        string              `json:"name"`
	Description string              `json:"description"`
	Rules       []SecurityGroupRule `json:"rules,omitempty"`
	Tags        []Tag               `json:"tags,omitempty"`
}

// SecurityGroupRule is one rule: either a CIDR or another group.
type SecurityGroupRule struct {
	ID          string `json:"id"` // sgr-…
	Egress      bool   `json:"egress"`
	Protocol    string `json:"protocol"` // "-1" = all
	FromPort    int    `json:"fromPort"`
	ToPort      int    `json:"toPort"`
	CIDR        string `json:"cidr,omitempty"`
	Group       string `json:"group,omitempty"` // sg-…
	Description string `json:"description,omitempty"`
}

func (*SecurityGroup) Kind() Kind    { return KindSecurityGroup }
func (g *SecurityGroup) Key() string { return EC2Key(g.Account, g.Region, g.ID) }

// ResourceID is the id that EC2 calls the resource by.
func (g *SecurityGroup) ResourceID() string { return g.ID }

// ResourceTags are the resource's tags.
func (g *SecurityGroup) ResourceTags() []Tag { return g.Tags }

// WithTags is a copy of the record with other tags.
func (g *SecurityGroup) WithTags(tags []Tag) Record {
	c := *g
	c.Tags = tags
	return &c
}

// NetworkACL is a stateless filter of subnets. Only the default one of each VPC exists so far.
type NetworkACL struct {
	Placement
	ID           string           `json:"id"` // acl-…
	VPC          string           `json:"vpc"`
	Default      bool             `json:"default"`
	Associations []ACLAssociation `json:"associations,omitempty"`
	Tags         []Tag            `json:"tags,omitempty"`
}

// ACLAssociation ties a subnet to a network ACL.
type ACLAssociation struct {
	ID     string `json:"id"` // aclassoc-…
	Subnet string `json:"subnet"`
}

func (*NetworkACL) Kind() Kind    { return KindNetworkACL }
func (a *NetworkACL) Key() string { return EC2Key(a.Account, a.Region, a.ID) }

// ResourceID is the id that EC2 calls the resource by.
func (a *NetworkACL) ResourceID() string { return a.ID }

// ResourceTags are the resource's tags.
func (a *NetworkACL) ResourceTags() []Tag { return a.Tags }

// WithTags is a copy of the record with other tags.
func (a *NetworkACL) WithTags(tags []Tag) Record {
	c := *a
	c.Tags = tags
	return &c
}

// RouteTable is a table of routes. Only the main one of each VPC exists so far.
type RouteTable struct {
	Placement
	ID            string `json:"id"` // rtb-…
	VPC           string `json:"vpc"`
	Main          bool   `json:"main"`
	AssociationID string `json:"associationId"` // rtbassoc-… of the main association
	Tags          []Tag  `json:"tags,omitempty"`
}

func (*RouteTable) Kind() Kind    { return KindRouteTable }
func (r *RouteTable) Key() string { return EC2Key(r.Account, r.Region, r.ID) }

// ResourceID is the id that EC2 calls the resource by.
func (r *RouteTable) ResourceID() string { return r.ID }

// ResourceTags are the resource's tags.
func (r *RouteTable) ResourceTags() []Tag { return r.Tags }

// WithTags is a copy of the record with other tags.
func (r *RouteTable) WithTags(tags []Tag) Record {
	c := *r
	c.Tags = tags
	return &c
}
