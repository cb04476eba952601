package eks

import (
	"encoding/base64"
	"slices"
	"strconv"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/world"
)

// clusterView is a cluster as the API shows it. Parts that Airside does not have are shown as EKS shows them on a
// cluster without them: absent, or disabled where the creator said so.
func clusterView(c *world.Cluster) *eksapi.Cluster {
	v := &eksapi.Cluster{
		Name: &c.Name, Arn: new(c.ARN()), CreatedAt: &c.Created, Version: &c.Version, RoleArn: &c.Role,
		Status: new(string(c.Status)), PlatformVersion: &c.PlatformVersion, Tags: tagsView(c.Tags),
		CertificateAuthority: &eksapi.Certificate{},
		ResourcesVpcConfig: &eksapi.VpcConfigResponse{
			SubnetIds: listed(c.Subnets), SecurityGroupIds: listed(c.SecurityGroups),
			ClusterSecurityGroupId: &c.ClusterSecurityGroup, VpcId: &c.VPC,
			EndpointPublicAccess: &c.EndpointPublic, EndpointPrivateAccess: &c.EndpointPrivate,
			PublicAccessCidrs: listed(c.PublicCIDRs), ControlPlaneEgressMode: new(managedEgress),
		},
		KubernetesNetworkConfig: &eksapi.KubernetesNetworkConfigResponse{
			ServiceIpv4Cidr: &c.ServiceCIDR, IpFamily: new("ipv4"),
			ElasticLoadBalancing: &eksapi.ElasticLoadBalancing{Enabled: new(false)},
		},
		Logging: loggingView(c.Logging),
		Health:  &eksapi.ClusterHealth{Issues: []eksapi.ClusterIssue{}},
		AccessConfig: &eksapi.AccessConfigResponse{
			AuthenticationMode: &c.AuthenticationMode, BootstrapClusterCreatorAdminPermissions: &c.BootstrapAdmin,
		},
		UpgradePolicy:             &eksapi.UpgradePolicyResponse{SupportType: &c.SupportType},
		DeletionProtection:        &c.DeletionProtection,
		ControlPlaneScalingConfig: &eksapi.ControlPlaneScalingConfig{Tier: new(standardTier)},
	}
	for _, i := range c.Health {
		v.Health.Issues = append(v.Health.Issues, eksapi.ClusterIssue{Code: &i.Code, Message: &i.Message, ResourceIds: []string{}})
	}
	if slices.Contains(c.SwitchedOff, computeConfig) {
		v.ComputeConfig = &eksapi.ComputeConfigResponse{Enabled: new(false), NodePools: []string{}}
	}
	if slices.Contains(c.SwitchedOff, storageConfig) {
		v.StorageConfig = &eksapi.StorageConfigResponse{BlockStorage: &eksapi.BlockStorage{Enabled: new(false)}}
	}
	if slices.Contains(c.SwitchedOff, zonalShiftConfig) {
		v.ZonalShiftConfig = &eksapi.ZonalShiftConfigResponse{Enabled: new(false)}
	}
	// Neither the endpoint nor the authority is available before a cluster is active (API reference, DescribeCluster).
	if c.Status != world.ClusterCreating && c.Port != 0 && len(c.Certificate) > 0 {
		v.Endpoint = new("https://127.0.0.1:" + strconv.Itoa(c.Port))
		v.CertificateAuthority.Data = new(base64.StdEncoding.EncodeToString(c.Certificate))
		v.Identity = &eksapi.Identity{Oidc: &eksapi.OIDC{Issuer: new(c.Issuer())}}
	}
	return v
}

// loggingView names every log type once: the enabled ones first, then the rest.
func loggingView(enabled []string) *eksapi.Logging {
	var off []string
	for _, t := range logTypes {
		if !slices.Contains(enabled, t) {
			off = append(off, t)
		}
	}
	out := &eksapi.Logging{}
	if len(enabled) > 0 {
		out.ClusterLogging = append(out.ClusterLogging, eksapi.LogSetup{Types: slices.Clone(enabled), Enabled: new(true)})
	}
	if len(off) > 0 {
		out.ClusterLogging = append(out.ClusterLogging, eksapi.LogSetup{Types: off, Enabled: new(false)})
	}
	return out
}
