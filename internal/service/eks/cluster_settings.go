package eks

import (
	"slices"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/clusteraccess"
	"github.com/airside-dev/airside/internal/world"
)

// Parts of a cluster that can be named in a request only to switch them off.
const (
	computeConfig    = "computeConfig"
	storageConfig    = "storageConfig"
	zonalShiftConfig = "zonalShiftConfig"
)

// logTypes is every control plane log type, in the order in which EKS prints them.
var logTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

// settle fills in what a CreateCluster request alone decides, and refuses what needs no look at the account.
func settle(cluster *world.Cluster, in *eksapi.CreateClusterRequest) error {
	for _, step := range []func(*world.Cluster, *eksapi.CreateClusterRequest) error{
		settleVersion, settleAccess, settleLogging, settleEndpoint, settleServiceRange, settleSwitchedOff,
	} {
		if err := step(cluster, in); err != nil {
			return err
		}
	}
	return nil
}

func settleVersion(cluster *world.Cluster, in *eksapi.CreateClusterRequest) error {
	cluster.Version = or(in.Version, defaultVersion)
	if !knownVersion(cluster.Version) {
		return invalidParameter("unsupported Kubernetes version %s", cluster.Version)
	}
	cluster.PlatformVersion = platformVersion
	cluster.SupportType = "EXTENDED"
	if p := in.UpgradePolicy; p != nil {
		cluster.SupportType = or(p.SupportType, cluster.SupportType)
	}
	cluster.DeletionProtection = deref(in.DeletionProtection)
	return nil
}

// settleAccess applies facts/eks-access-semantics.md sections 1 and 3.
func settleAccess(cluster *world.Cluster, in *eksapi.CreateClusterRequest) error {
	cluster.AuthenticationMode, cluster.BootstrapAdmin = string(clusteraccess.ConfigMapMode), true
	if a := in.AccessConfig; a != nil {
		cluster.AuthenticationMode = or(a.AuthenticationMode, cluster.AuthenticationMode)
		cluster.BootstrapAdmin = or(a.BootstrapClusterCreatorAdminPermissions, true)
	}
	if !cluster.BootstrapAdmin && cluster.AuthenticationMode == string(clusteraccess.ConfigMapMode) {
		return invalidParameter("bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP")
	}
	return nil
}

// settleLogging takes the enabled log types. Terraform names every type once, either enabled or disabled.
func settleLogging(cluster *world.Cluster, in *eksapi.CreateClusterRequest) error {
	if in.Logging == nil {
		return nil
	}
	state := map[string]bool{}
	for _, setup := range in.Logging.ClusterLogging {
		for _, t := range setup.Types {
			on := deref(setup.Enabled)
			if was, again := state[t]; again && was != on {
				// Airside's words.
				return invalidParameter("The log type %s is both enabled and disabled", t)
			}
			state[t] = on
		}
	}
	for _, t := range logTypes {
		if state[t] {
			cluster.Logging = append(cluster.Logging, t)
		}
	}
	return nil
}

// settleEndpoint applies the defaults of the API reference, VpcConfigRequest: public and open to everybody.
func settleEndpoint(cluster *world.Cluster, in *eksapi.CreateClusterRequest) error {
	vpc := in.ResourcesVpcConfig
	cluster.EndpointPublic = or(vpc.EndpointPublicAccess, true)
	cluster.EndpointPrivate = or(vpc.EndpointPrivateAccess, false)
	if !cluster.EndpointPublic && !cluster.EndpointPrivate {
		return invalidParameter("Private and public endpoint access cannot be false")
	}
	for _, s := range vpc.PublicAccessCidrs {
		if !network(s) {
			return invalidParameter("The following CIDRs are invalid in publicAccessCidrs: [%s]", s)
		}
	}
	if !cluster.EndpointPublic {
		return nil
	}
	cluster.PublicCIDRs = slices.Clone(vpc.PublicAccessCidrs)
	if len(cluster.PublicCIDRs) == 0 {
		cluster.PublicCIDRs = []string{"0.0.0.0/0"}
	}
	return nil
}

// settleServiceRange takes the range of Service addresses where the request names one.
func settleServiceRange(cluster *world.Cluster, in *eksapi.CreateClusterRequest) error {
	n := in.KubernetesNetworkConfig
	if n == nil {
		return nil
	}
	if family := or(n.IpFamily, "ipv4"); family != "ipv4" {
		return notAvailable("kubernetesNetworkConfig.ipFamily " + family)
	}
	if e := n.ElasticLoadBalancing; e != nil && deref(e.Enabled) {
		return notAvailable("EKS Auto Mode (kubernetesNetworkConfig.elasticLoadBalancing)")
	}
	if n.ServiceIpv4Cidr == nil {
		return nil
	}
	cluster.ServiceCIDR = *n.ServiceIpv4Cidr
	return checkServiceRange(cluster.ServiceCIDR)
}

// settleSwitchedOff refuses what Airside does not have. A request that names such a part only to switch it off is
// remembered: DescribeCluster shows the part then and only then, which is what Terraform's plan compares.
func settleSwitchedOff(cluster *world.Cluster, in *eksapi.CreateClusterRequest) error {
	if part := in.ComputeConfig; part != nil {
		if deref(part.Enabled) {
			return notAvailable("EKS Auto Mode (computeConfig)")
		}
		cluster.SwitchedOff = append(cluster.SwitchedOff, computeConfig)
	}
	if part := in.StorageConfig; part != nil {
		if part.BlockStorage != nil && deref(part.BlockStorage.Enabled) {
			return notAvailable("EKS Auto Mode (storageConfig.blockStorage)")
		}
		cluster.SwitchedOff = append(cluster.SwitchedOff, storageConfig)
	}
	if part := in.ZonalShiftConfig; part != nil {
		if deref(part.Enabled) {
			return notAvailable("zonalShiftConfig")
		}
		cluster.SwitchedOff = append(cluster.SwitchedOff, zonalShiftConfig)
	}
	switch {
	case len(in.EncryptionConfig) > 0:
		return notAvailable("encryptionConfig")
	case in.OutpostConfig != nil:
		return notAvailable("outpostConfig")
	case in.RemoteNetworkConfig != nil:
		return notAvailable("remoteNetworkConfig")
	case in.ControlPlaneScalingConfig != nil && or(in.ControlPlaneScalingConfig.Tier, standardTier) != standardTier:
		return notAvailable("controlPlaneScalingConfig.tier " + *in.ControlPlaneScalingConfig.Tier)
	}
	if mode := or(in.ResourcesVpcConfig.ControlPlaneEgressMode, managedEgress); mode != managedEgress {
		return notAvailable("resourcesVpcConfig.controlPlaneEgressMode " + mode)
	}
	return nil
}

// The only values that Airside has of two settings about where a control plane runs.
const (
	standardTier  = "standard"
	managedEgress = "AWS_MANAGED"
)

// notAvailable refuses a part of EKS that Airside does not have, rather than accept it and do nothing.
func notAvailable(part string) error {
	return invalidParameter("%s is not available in Airside", part)
}
