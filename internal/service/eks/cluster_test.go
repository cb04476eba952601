package eks_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/store/storetest"
	"github.com/airside-dev/airside/internal/world"
)

const invalid = "InvalidParameterException"

func TestCreateCluster(t *testing.T) {
	l := newLab(t)
	c := l.create("demo", func(in *eksapi.CreateClusterRequest) { in.Tags = map[string]string{"b": "2", "a": "1"} })

	if *c.Status != "CREATING" || *c.Version != "1.36" || *c.Arn != "arn:aws:eks:us-east-1:123456789012:cluster/demo" {
		t.Errorf("cluster is %s, version %s, arn %s", *c.Status, *c.Version, *c.Arn)
	}
	if want := time.Date(2026, 3, 1, 12, 0, 0, 123_000_000, time.UTC); !c.CreatedAt.Equal(want) {
		t.Errorf("created %v, want %v", c.CreatedAt, want)
	}
	if *c.AccessConfig.AuthenticationMode != "CONFIG_MAP" || !*c.AccessConfig.BootstrapClusterCreatorAdminPermissions {
		t.Errorf("access config is %v", c.AccessConfig)
	}
	if c.Endpoint != nil || c.CertificateAuthority.Data != nil || c.Identity != nil {
		t.Error("a cluster in creation shows where it is")
	}
	vpc := c.ResourcesVpcConfig
	if *vpc.VpcId != "vpc-ten" || !*vpc.EndpointPublicAccess || *vpc.EndpointPrivateAccess || !slices.Equal(vpc.PublicAccessCidrs, []string{"0.0.0.0/0"}) || vpc.SecurityGroupIds == nil {
		t.Errorf("vpc config is %+v", vpc)
	}
	if got := *c.KubernetesNetworkConfig.ServiceIpv4Cidr; got != "172.20.0.0/16" {
		t.Errorf("services of a cluster in 10.0.0.0/16 are in %s", got)
	}
	if len(c.Logging.ClusterLogging) != 1 || *c.Logging.ClusterLogging[0].Enabled || len(c.Logging.ClusterLogging[0].Types) != 5 {
		t.Errorf("logging is %v", c.Logging.ClusterLogging)
	}
	if *c.UpgradePolicy.SupportType != "EXTENDED" || *c.DeletionProtection || c.ComputeConfig != nil || c.StorageConfig != nil || c.ZonalShiftConfig != nil {
		t.Errorf("defaults: %+v", c)
	}

	w := l.store.World()
	group, ok := w.SecurityGroups.Get(world.EC2Key(account, region, *vpc.ClusterSecurityGroupId))
	if !ok || !strings.HasPrefix(group.Name, "eks-cluster-sg-demo-") || group.VPC != "vpc-ten" {
		t.Fatalf("cluster security group is %+v", group)
	}
	tags := world.TagMap(group.Tags)
	if tags["aws:eks:cluster-name"] != "demo" || tags["kubernetes.io/cluster/demo"] != "owned" || tags["Name"] != group.Name {
		t.Errorf("its tags are %v", tags)
	}
	record, _ := w.Clusters.Get(world.ClusterKey(account, region, "demo"))
	if record.CreatorARN != alice || record.CreatorID != "AIDAALICE" || len(record.UID) != 32 {
		t.Errorf("record is %+v", record)
	}
	if got := len(w.EntriesOf(record)); got != 0 {
		t.Errorf("%d entries in mode CONFIG_MAP", got)
	}
	other := l.create("elsewhere", func(in *eksapi.CreateClusterRequest) {
		in.ResourcesVpcConfig.SubnetIds = []string{"subnet-x", "subnet-y"}
	})
	if got := *other.KubernetesNetworkConfig.ServiceIpv4Cidr; got != "10.100.0.0/16" {
		t.Errorf("services of a cluster in 192.168.0.0/16 are in %s", got)
	}
}

func TestCreateClusterRefusals(t *testing.T) {
	l := newLab(t)
	l.create("taken", nil)
	type in = *eksapi.CreateClusterRequest
	service := func(cidr string) func(in) {
		return func(in in) {
			in.KubernetesNetworkConfig = &eksapi.KubernetesNetworkConfigRequest{ServiceIpv4Cidr: &cidr}
		}
	}
	for _, test := range []struct {
		name, code, message string
		edit                func(in)
	}{
		{"name", "ResourceInUseException", "Cluster already exists with name: taken", func(in in) { in.Name = "taken" }},
		{"version", invalid, "unsupported Kubernetes version 1.12", func(in in) { in.Version = new("1.12") }},
		{"bootstrap", invalid, "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP", func(in in) {
			in.AccessConfig = &eksapi.CreateAccessConfigRequest{BootstrapClusterCreatorAdminPermissions: new(false)}
		}},
		{"foreign role", "AccessDeniedException", "Cross-account pass role is not allowed.", func(in in) { in.RoleArn = "arn:aws:iam::999999999999:role/r" }},
		{"no role", invalid, "Role with arn: arn:aws:iam::123456789012:role/none, could not be assumed because it does not exist or the trusted entity is not correct", func(in in) { in.RoleArn = "arn:aws:iam::123456789012:role/none" }},
		{"role that trusts another", invalid, "Role with arn: " + nodeRole + ", could not be assumed because it does not exist or the trusted entity is not correct", func(in in) { in.RoleArn = nodeRole }},
		{"no subnet", invalid, "Subnet Id is required", func(in in) { in.ResourcesVpcConfig.SubnetIds = nil }},
		{"unknown subnet", invalid, "The subnet ID 'subnet-z' does not exist (Service: AmazonEC2; Status Code: 400; Error Code: InvalidSubnetID.NotFound; Request ID: request-1; Proxy: null)", func(in in) { in.ResourcesVpcConfig.SubnetIds = []string{"subnet-z"} }},
		{"one zone", invalid, "Subnets specified must be in at least two different AZs", func(in in) { in.ResourcesVpcConfig.SubnetIds = []string{"subnet-a", "subnet-a2"} }},
		{"two networks", invalid, "Subnets specified must belong to the same VPC", func(in in) { in.ResourcesVpcConfig.SubnetIds = []string{"subnet-a", "subnet-y"} }},
		{"foreign group", invalid, "Security group(s) [sg-other] are not in the same VPC as the subnets. Please specify only security groups that are associated with vpc: vpc-ten.", func(in in) { in.ResourcesVpcConfig.SecurityGroupIds = []string{"sg-ten", "sg-other"} }},
		{"no endpoint", invalid, "Private and public endpoint access cannot be false", func(in in) { in.ResourcesVpcConfig.EndpointPublicAccess = new(false) }},
		{"public cidr", invalid, "The following CIDRs are invalid in publicAccessCidrs: [1.2.3.4/8]", func(in in) { in.ResourcesVpcConfig.PublicAccessCidrs = []string{"1.2.3.4/8"} }},
		{"public service range", invalid, "The specified serviceIpv4Cidr 8.0.0.0/16 is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", service("8.0.0.0/16")},
		{"service range too small", invalid, "The netmask of the specified serviceIpv4Cidr 10.9.0.0/25 must be between /12 and /24", service("10.9.0.0/25")},
		{"service range too large", invalid, "The netmask of the specified serviceIpv4Cidr 10.0.0.0/8 must be between /12 and /24", service("10.0.0.0/8")},
		{"service range beyond its block", invalid, "The specified serviceIpv4Cidr 192.0.0.0/12 is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", service("192.0.0.0/12")},
		{"service range with host bits", invalid, "The specified serviceIpv4Cidr is not a valid IPv4 network: 10.9.0.1/16", service("10.9.0.1/16")},
		{"service range of the vpc", invalid, "The specified serviceIpv4Cidr 10.0.0.0/12 overlaps with the CIDR 10.0.0.0/16 of the VPC", service("10.0.0.0/12")},
		{"ipv6", invalid, "kubernetesNetworkConfig.ipFamily ipv6 is not available in Airside", func(in in) {
			in.KubernetesNetworkConfig = &eksapi.KubernetesNetworkConfigRequest{IpFamily: new("ipv6")}
		}},
		{"auto mode", invalid, "EKS Auto Mode (computeConfig) is not available in Airside", func(in in) { in.ComputeConfig = &eksapi.ComputeConfigRequest{Enabled: new(true)} }},
		{"encryption", invalid, "encryptionConfig is not available in Airside", func(in in) { in.EncryptionConfig = []eksapi.EncryptionConfig{{}} }},
		{"zonal shift", invalid, "zonalShiftConfig is not available in Airside", func(in in) { in.ZonalShiftConfig = &eksapi.ZonalShiftConfigRequest{Enabled: new(true)} }},
		{"tier", invalid, "controlPlaneScalingConfig.tier tier-xl is not available in Airside", func(in in) { in.ControlPlaneScalingConfig = &eksapi.ControlPlaneScalingConfig{Tier: new("tier-xl")} }},
		{"reserved tag", invalid, "Tag keys that begin with aws: are reserved for AWS: AWS:x", func(in in) { in.Tags = map[string]string{"AWS:x": "1"} }},
		{"log type on and off", invalid, "The log type api is both enabled and disabled", func(in in) {
			in.Logging = &eksapi.Logging{ClusterLogging: []eksapi.LogSetup{{Types: []string{"api"}, Enabled: new(true)}, {Types: []string{"api"}}}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := do[eksapi.CreateClusterResponse](l, "CreateCluster", request("new", test.edit))
			e := refused(t, err, test.code, test.message)
			if e.Fields["clusterName"] == "" {
				t.Error("the body does not name the cluster")
			}
			if e.Code == "AccessDeniedException" && e.Status != 403 {
				t.Errorf("status %d", e.Status)
			}
		})
	}
	if n := l.store.World().SecurityGroups.Len(); n != 3 {
		t.Errorf("%d security groups after refusals, want 3", n)
	}
}

// TestTerraformReadsBackWhatItWrote covers the settings that the provider compares.
func TestTerraformReadsBackWhatItWrote(t *testing.T) {
	l := newLab(t)
	c := l.create("demo", func(in *eksapi.CreateClusterRequest) {
		in.Logging = &eksapi.Logging{ClusterLogging: []eksapi.LogSetup{
			{Types: []string{"authenticator", "api"}, Enabled: new(true)}, {Types: []string{"audit", "scheduler", "controllerManager"}, Enabled: new(false)},
		}}
		in.ComputeConfig = &eksapi.ComputeConfigRequest{Enabled: new(false)}
		in.ZonalShiftConfig = &eksapi.ZonalShiftConfigRequest{Enabled: new(false)}
		in.UpgradePolicy = &eksapi.UpgradePolicyRequest{SupportType: new("STANDARD")}
		in.ResourcesVpcConfig.EndpointPublicAccess, in.ResourcesVpcConfig.EndpointPrivateAccess = new(false), new(true)
		in.ResourcesVpcConfig.SecurityGroupIds = []string{"sg-ten"}
		in.Version, in.BootstrapSelfManagedAddons = new("1.29"), new(true)
	})
	if got := c.Logging.ClusterLogging[0].Types; !slices.Equal(got, []string{"api", "authenticator"}) {
		t.Errorf("enabled log types are %v", got)
	}
	if got := c.Logging.ClusterLogging[1].Types; !slices.Equal(got, []string{"audit", "controllerManager", "scheduler"}) {
		t.Errorf("disabled log types are %v", got)
	}
	if c.ComputeConfig == nil || *c.ComputeConfig.Enabled || c.ZonalShiftConfig == nil || *c.ZonalShiftConfig.Enabled || c.StorageConfig != nil {
		t.Errorf("switched off: %+v %+v %+v", c.ComputeConfig, c.ZonalShiftConfig, c.StorageConfig)
	}
	if *c.UpgradePolicy.SupportType != "STANDARD" || *c.Version != "1.29" || len(c.ResourcesVpcConfig.PublicAccessCidrs) != 0 || !slices.Equal(c.ResourcesVpcConfig.SecurityGroupIds, []string{"sg-ten"}) {
		t.Errorf("cluster is %+v", c)
	}
}

func TestCreatorGetsAnEntry(t *testing.T) {
	l := newLab(t)
	l.create("api", mode("API"))
	dev, _ := l.store.World().RoleByARN(devRole)
	session := l.store.World().RoleSession(dev, "alice@example.com")
	if _, err := doAs[eksapi.CreateClusterResponse](l, session, "CreateCluster", request("both", mode("API_AND_CONFIG_MAP"))); err != nil {
		t.Fatal(err)
	}
	l.create("none", func(in *eksapi.CreateClusterRequest) {
		mode("API")(in)
		in.AccessConfig.BootstrapClusterCreatorAdminPermissions = new(false)
	})
	for _, test := range []struct{ cluster, principal, id, username string }{
		{"api", alice, "AIDAALICE", alice},
		{"both", devRole, "AROADEV", "arn:aws:sts::123456789012:assumed-role/dev/{{SessionName}}"},
	} {
		e, ok := l.store.World().AccessEntries.Get(world.EntryKey(account, region, test.cluster, test.principal))
		if !ok {
			t.Errorf("%s: no entry for %s", test.cluster, test.principal)
			continue
		}
		if e.PrincipalID != test.id || e.Username != test.username || e.Type != "STANDARD" || len(e.Groups) != 0 {
			t.Errorf("%s: entry is %+v", test.cluster, e)
		}
		if len(e.Policies) != 1 || e.Policies[0].PolicyARN != "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" || e.Policies[0].Scope != "cluster" {
			t.Errorf("%s: policies are %v", test.cluster, e.Policies)
		}
	}
	none, _ := l.store.World().Clusters.Get(world.ClusterKey(account, region, "none"))
	if n := len(l.store.World().EntriesOf(none)); n != 0 {
		t.Errorf("%d entries without bootstrap", n)
	}
}

func TestCreateClusterTwice(t *testing.T) {
	l := newLab(t)
	token := func(in *eksapi.CreateClusterRequest) { in.ClientRequestToken = new("token-1") }
	l.create("demo", token)
	before, _ := l.store.World().Clusters.Get(world.ClusterKey(account, region, "demo"))
	l.create("demo", token)
	after, _ := l.store.World().Clusters.Get(world.ClusterKey(account, region, "demo"))
	if before.UID != after.UID || l.store.World().SecurityGroups.Len() != 3 {
		t.Error("the retry made something new")
	}
	_, err := do[eksapi.CreateClusterResponse](l, "CreateCluster", request("demo", func(in *eksapi.CreateClusterRequest) {
		token(in)
		in.Version = new("1.35")
	}))
	refused(t, err, "ResourceInUseException", "Cluster already exists with name: demo")
}

func TestTwoCreatorsOneName(t *testing.T) {
	l := newLab(t)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = do[eksapi.CreateClusterResponse](l, "CreateCluster", request("demo", nil)) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		refused(t, err, "ResourceInUseException", "Cluster already exists with name: demo")
	}
	if won != 1 {
		t.Errorf("%d creations succeeded, want 1", won)
	}
}

func TestDescribeActiveCluster(t *testing.T) {
	l := newLab(t)
	l.create("demo", nil)
	l.change("demo", func(c *world.Cluster) {
		c.Status, c.Port, c.Certificate = world.ClusterActive, 6443, []byte("PEM")
		c.Health = []world.HealthIssue{{Code: "Other", Message: "slow"}}
	})
	c := must[eksapi.DescribeClusterResponse](l, "DescribeCluster", &eksapi.DescribeClusterRequest{Name: "demo"}).Cluster
	record, _ := l.store.World().Clusters.Get(world.ClusterKey(account, region, "demo"))
	if *c.Endpoint != "https://127.0.0.1:6443" || *c.CertificateAuthority.Data != base64.StdEncoding.EncodeToString([]byte("PEM")) || *c.Identity.Oidc.Issuer != record.Issuer() {
		t.Errorf("cluster is at %s, %s, %s", *c.Endpoint, *c.CertificateAuthority.Data, *c.Identity.Oidc.Issuer)
	}
	if len(c.Health.Issues) != 1 || *c.Health.Issues[0].Message != "slow" {
		t.Errorf("health is %v", c.Health.Issues)
	}
	_, err := do[eksapi.DescribeClusterResponse](l, "DescribeCluster", &eksapi.DescribeClusterRequest{Name: "nope"})
	if e := refused(t, err, "ResourceNotFoundException", "No cluster found for name: nope."); e.Fields["clusterName"] != "nope" {
		t.Errorf("fields are %v", e.Fields)
	}
}

func TestDeleteCluster(t *testing.T) {
	l := newLab(t)
	l.create("demo", func(in *eksapi.CreateClusterRequest) {
		mode("API")(in)
		in.DeletionProtection = new(true)
	})
	del := func() (*eksapi.DeleteClusterResponse, error) {
		return do[eksapi.DeleteClusterResponse](l, "DeleteCluster", &eksapi.DeleteClusterRequest{Name: "demo"})
	}
	l.change("demo", func(c *world.Cluster) { c.Status = world.ClusterActive })
	_, err := del()
	refused(t, err, "InvalidRequestException", "Cluster demo cannot be deleted because deletion protection is enabled")
	l.change("demo", func(c *world.Cluster) { c.Status, c.DeletionProtection = world.ClusterUpdating, false })
	_, err = del()
	refused(t, err, "ResourceInUseException", "Cannot delete because cluster demo currently has an update in progress")
	l.change("demo", func(c *world.Cluster) { c.Status, c.DeletionProtection = world.ClusterFailed, true })
	for range 2 {
		out, err := del()
		if err != nil || *out.Cluster.Status != "DELETING" {
			t.Fatalf("delete: %v, %v", out, err)
		}
	}
	record, _ := l.store.World().Clusters.Get(world.ClusterKey(account, region, "demo"))
	var kinds []world.Kind
	for _, r := range l.store.World().Belongings(record) {
		kinds = append(kinds, r.Kind())
	}
	if !slices.Equal(kinds, []world.Kind{world.KindAccessEntry, world.KindSecurityGroup, world.KindCluster}) {
		t.Errorf("a cluster's belongings are %v", kinds)
	}
}

func TestListClusters(t *testing.T) {
	l := newLab(t)
	for i := range 5 {
		storetest.Put(t, l.store, &world.Cluster{Placement: here, Name: fmt.Sprintf("c%d", i), UID: fmt.Sprint(i)})
	}
	storetest.Put(t, l.store, &world.Cluster{Placement: world.Placement{Partition: "aws", Account: account, Region: "eu-west-1"}, Name: "far", UID: "far"})
	var names []string
	in := &eksapi.ListClustersRequest{MaxResults: new(2)}
	for range maxPages {
		out := must[eksapi.ListClustersResponse](l, "ListClusters", in)
		names = append(names, out.Clusters...)
		if out.NextToken == nil {
			break
		}
		if len(names) == 2 { // what a token points at may go
			c, _ := l.store.World().Clusters.Get(world.ClusterKey(account, region, "c1"))
			l.remove(c)
		}
		in.NextToken = out.NextToken
	}
	if !slices.Equal(names, []string{"c0", "c1", "c2", "c3", "c4"}) {
		t.Errorf("clusters are %v", names)
	}
	_, err := do[eksapi.ListClustersResponse](l, "ListClusters", &eksapi.ListClustersRequest{NextToken: new("!")})
	refused(t, err, invalid, "The nextToken parameter is not valid")
}

func TestClusterQuota(t *testing.T) {
	l := newLab(t)
	var records []world.Record
	for i := range 99 {
		records = append(records, &world.Cluster{Placement: here, Name: fmt.Sprintf("c%d", i), UID: fmt.Sprint(i)})
	}
	storetest.Put(t, l.store, records...)
	l.create("the-last", nil)
	_, err := do[eksapi.CreateClusterResponse](l, "CreateCluster", request("one-more", nil))
	refused(t, err, "ResourceLimitExceededException", "Cluster limit exceeded for account.")
}

func TestDescribeClusterVersions(t *testing.T) {
	l := newLab(t)
	labels := func(in *eksapi.DescribeClusterVersionsRequest) string {
		var s []string
		for range maxPages {
			out := must[eksapi.DescribeClusterVersionsResponse](l, "DescribeClusterVersions", in)
			for _, v := range out.ClusterVersions {
				s = append(s, *v.ClusterVersion)
			}
			if out.NextToken == nil {
				break
			}
			in.NextToken = out.NextToken
		}
		return strings.Join(s, " ")
	}
	for _, test := range []struct {
		name string
		in   *eksapi.DescribeClusterVersionsRequest
		want string
	}{
		{"supported, on 1 March 2026", &eksapi.DescribeClusterVersionsRequest{}, "1.36 1.35 1.34 1.33 1.32 1.31 1.30 1.29"},
		{"in pages", &eksapi.DescribeClusterVersionsRequest{MaxResults: new(3)}, "1.36 1.35 1.34 1.33 1.32 1.31 1.30 1.29"},
		{"all", &eksapi.DescribeClusterVersionsRequest{IncludeAll: new(true)}, "1.36 1.35 1.34 1.33 1.32 1.31 1.30 1.29 1.28"},
		{"default", &eksapi.DescribeClusterVersionsRequest{DefaultOnly: new(true)}, "1.36"},
		{"named", &eksapi.DescribeClusterVersionsRequest{ClusterVersions: []string{"1.28", "1.33"}}, "1.33 1.28"},
		{"extended", &eksapi.DescribeClusterVersionsRequest{VersionStatus: new("EXTENDED_SUPPORT")}, "1.31 1.30 1.29"},
		{"by the older status", &eksapi.DescribeClusterVersionsRequest{Status: new("unsupported")}, "1.28"},
		{"outposts", &eksapi.DescribeClusterVersionsRequest{ClusterType: new("eks-local-outposts")}, ""},
	} {
		if got := labels(test.in); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
