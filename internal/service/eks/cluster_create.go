package eks

import (
	"iter"
	"slices"
	"strconv"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/clusteraccess"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// maxClusters is the quota of clusters in one account and region (facts/eks-access-semantics.md section 7).
const maxClusters = 100

// mayCreateCluster asks for the creation, for tagging where tags are given, and for passing the cluster's role. A role of
// another account cannot be passed at all, which createCluster says.
func mayCreateCluster(c *op.Call, in *eksapi.CreateClusterRequest) ([]op.Check, error) {
	resource := placement(c).ARN("eks", "cluster", in.Name)
	checks := []op.Check{{Action: "eks:CreateCluster", Resource: resource, Keys: createClusterKeys(in), RequestTags: in.Tags}}
	checks = append(checks, mayTagAtCreation(resource, in.Tags)...)
	return append(checks, mayPass(c, in.RoleArn)...), nil
}

// mayTagAtCreation asks for eks:TagResource where a creation brings tags. The Service Authorization Reference does not
// list it; real refusals do (https://github.com/aws/aws-cdk/issues/7163).
func mayTagAtCreation(resource string, tags map[string]string) []op.Check {
	if len(tags) == 0 {
		return nil
	}
	return []op.Check{{Action: "eks:TagResource", Resource: resource, RequestTags: tags}}
}

// mayPass asks for iam:PassRole on a role of the caller's account.
func mayPass(c *op.Call, roleARN string) []op.Check {
	a, err := arn.Parse(roleARN)
	if err != nil || a.Service != "iam" || a.Account != c.Account {
		return nil
	}
	check := op.Check{Action: "iam:PassRole", Resource: roleARN, Keys: policy.Keys{}}
	check.Keys.Set("iam:PassedToService", serviceName)
	if role, ok := c.World.RoleByARN(roleARN); ok {
		check.ResourceTags = world.TagMap(role.Tags)
		for _, t := range role.Tags {
			check.Keys.Set("iam:ResourceTag/"+t.Key, t.Value)
		}
	}
	return []op.Check{check}
}

// createClusterKeys is the condition keys of a CreateCluster. Each carries a value that is "present in the request", as
// the Service Authorization Reference words them all: a setting that the request leaves out has no key.
func createClusterKeys(in *eksapi.CreateClusterRequest) policy.Keys {
	k := policy.Keys{}
	text := func(key string, v *string) {
		if v != nil {
			k.Set(key, *v)
		}
	}
	truth := func(key string, v *bool) {
		if v != nil {
			k.Set(key, strconv.FormatBool(*v))
		}
	}
	text("eks:kubernetesVersion", in.Version)
	truth("eks:bootstrapSelfManagedAddons", in.BootstrapSelfManagedAddons)
	truth("eks:deletionProtection", in.DeletionProtection)
	if a := in.AccessConfig; a != nil {
		text("eks:authenticationMode", a.AuthenticationMode)
		truth("eks:bootstrapClusterCreatorAdminPermissions", a.BootstrapClusterCreatorAdminPermissions)
	}
	if v := in.ResourcesVpcConfig; v != nil {
		truth("eks:endpointPublicAccess", v.EndpointPublicAccess)
		truth("eks:endpointPrivateAccess", v.EndpointPrivateAccess)
		text("eks:controlPlaneEgressMode", v.ControlPlaneEgressMode)
	}
	if n := in.KubernetesNetworkConfig; n != nil && n.ElasticLoadBalancing != nil {
		truth("eks:elasticLoadBalancingEnabled", n.ElasticLoadBalancing.Enabled)
	}
	if p := in.ComputeConfig; p != nil {
		truth("eks:computeConfigEnabled", p.Enabled)
	}
	if p := in.StorageConfig; p != nil && p.BlockStorage != nil {
		truth("eks:blockStorageEnabled", p.BlockStorage.Enabled)
	}
	if p := in.ZonalShiftConfig; p != nil {
		truth("eks:zonalShiftEnabled", p.Enabled)
	}
	if p := in.UpgradePolicy; p != nil {
		text("eks:supportType", p.SupportType)
	}
	if p := in.ControlPlaneScalingConfig; p != nil {
		text("eks:controlPlaneScalingTier", p.Tier)
	}
	if l := in.Logging; l != nil {
		for _, setup := range l.ClusterLogging {
			for _, t := range setup.Types {
				truth("eks:loggingType/"+t, setup.Enabled)
			}
		}
	}
	var keyARNs []string
	for _, e := range in.EncryptionConfig {
		if e.Provider != nil && e.Provider.KeyArn != nil {
			keyARNs = append(keyARNs, *e.Provider.KeyArn)
		}
	}
	k.Set("eks:encryptionConfigProviderKeyArns", keyARNs...)
	return k
}

func (s *Service) createCluster(c *op.Call, in *eksapi.CreateClusterRequest) (*eksapi.CreateClusterResponse, error) {
	cluster, err := newCluster(c, in)
	if err != nil {
		return nil, named(err, in.Name)
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		if old, ok := tx.World.Clusters.Get(cluster.Key()); ok {
			if retried(in.ClientRequestToken, cluster.RequestDigest, old.ClientToken, old.RequestDigest) {
				cluster = old
				return nil
			}
			return awserr.New("ResourceInUseException", "Cluster already exists with name: %s", in.Name)
		}
		if count(tx.World.Clusters.All(world.ClusterKey(c.Account, c.Region, ""))) >= maxClusters {
			// Airside's words.
			return awserr.New("ResourceLimitExceededException", "Cluster limit exceeded for account.")
		}
		// The transaction may run again: what it finds goes into a copy.
		placed := *cluster
		if err := checkClusterRole(tx.World, c, &placed); err != nil {
			return err
		}
		if err := place(tx.World, c, &placed, in.ResourcesVpcConfig.SubnetIds, in.ResourcesVpcConfig.SecurityGroupIds); err != nil {
			return err
		}
		group := clusterSecurityGroup(&placed)
		placed.ClusterSecurityGroup = group.ID
		tx.Put(group)
		tx.Put(&placed)
		if entry := bootstrapEntry(&placed); entry != nil {
			tx.Put(entry)
		}
		cluster = &placed
		return nil
	})
	if err != nil {
		return nil, named(err, in.Name)
	}
	return &eksapi.CreateClusterResponse{Cluster: clusterView(cluster)}, nil
}

// newCluster is the record of a request, as far as the request decides it.
func newCluster(c *op.Call, in *eksapi.CreateClusterRequest) (*world.Cluster, error) {
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	same := *in
	same.ClientRequestToken = nil
	sum, err := digest(same)
	if err != nil {
		return nil, err
	}
	creatorARN, creatorID := creator(c.Caller)
	cluster := &world.Cluster{
		Placement: placement(c), Name: in.Name, UID: awsid.Hex32(), Created: now(c), Status: world.ClusterCreating,
		Role: in.RoleArn, CreatorARN: creatorARN, CreatorID: creatorID, Tags: tags,
		ClientToken: deref(in.ClientRequestToken), RequestDigest: sum,
	}
	return cluster, settle(cluster, in)
}

// creator is the IAM principal that a caller acts for, with the id that a token of the caller carries. A role session
// stands for its role (facts/eks-access-semantics.md section 3). A federated user has no entity of its own, so it stays
// what STS calls it.
func creator(p authz.Principal) (arn, id string) {
	if p.Kind == authz.FederatedUser {
		return p.EntityARN, p.UserID
	}
	return p.EntityARN, p.ID
}

// serviceName is EKS as roles trust it and as iam:PassedToService names it.
const serviceName = "eks.amazonaws.com"

// checkClusterRole wants a role of the caller's own account that exists and that EKS may assume for this cluster.
func checkClusterRole(w *world.World, c *op.Call, cluster *world.Cluster) error {
	if a, err := arn.Parse(cluster.Role); err == nil && a.Service == "iam" && a.Account != c.Account {
		return awserr.WithStatus(403, "AccessDeniedException", "Cross-account pass role is not allowed.")
	}
	role, ok := w.RoleByARN(cluster.Role)
	if !ok || !trusts(role, cluster, c) {
		return invalidParameter("Role with arn: %s, could not be assumed because it does not exist or the trusted entity is not correct", cluster.Role)
	}
	return nil
}

// trusts tells whether EKS may assume a role on behalf of a cluster. It says whom it acts for, so that trust policies can
// ask (https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html).
func trusts(role *world.Role, cluster *world.Cluster, c *op.Call) bool {
	eks := authz.Principal{Kind: authz.Service, Name: serviceName, Partition: role.Partition}
	own := policy.Keys{}
	own.Set("aws:SourceArn", cluster.ARN())
	own.Set("aws:SourceAccount", cluster.Account)
	where := authz.Environment{Time: c.Time, Region: cluster.Region, Secure: true}
	return authz.Decide(&authz.Request{
		Principal: eks, Action: "sts:AssumeRole", Resource: role.ARN(), ResourceAccount: role.Account,
		Keys: authz.RequestKeys(&eks, where, role.Account, own),
	}, &authz.Policies{
		Resource: &authz.Source{Name: "trust policy of role " + role.Name, Policy: role.TrustPolicy()}, ResourceTrust: true,
	}, nil).Allowed()
}

// adminPolicy is what the creator of a cluster gets.
const adminPolicy = "AmazonEKSClusterAdminPolicy"

// bootstrapEntry is the access entry that EKS makes for a cluster's creator; nil where it makes none. In the mode
// CONFIG_MAP the creator is a hidden administrator instead (facts/eks-access-semantics.md section 3).
func bootstrapEntry(cluster *world.Cluster) *world.AccessEntry {
	if !cluster.BootstrapAdmin || cluster.AuthenticationMode == string(clusteraccess.ConfigMapMode) {
		return nil
	}
	admin, ok := clusteraccess.PolicyByName(adminPolicy)
	if !ok {
		return nil
	}
	return &world.AccessEntry{
		Placement: cluster.Placement, Cluster: cluster.Name, UUID: awsid.UUID(),
		PrincipalARN: cluster.CreatorARN, PrincipalID: cluster.CreatorID,
		Type:     string(clusteraccess.Standard),
		Username: clusteraccess.DefaultUsername(clusteraccess.Standard, cluster.CreatorARN),
		Created:  cluster.Created, Modified: cluster.Created,
		Policies: []world.PolicyAssociation{{
			PolicyARN: admin.ARNIn(cluster.Partition), Scope: string(clusteraccess.ClusterScope),
			Associated: cluster.Created, Modified: cluster.Created,
		}},
	}
}

// count is the length of a sequence.
func count[T any](seq iter.Seq[T]) int { return len(slices.Collect(seq)) }
