package eks_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/catalog"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/service/eks"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/store/storetest"
	"github.com/airside-dev/airside/internal/world"
)

const (
	account     = storetest.Account
	region      = storetest.Region
	clusterRole = "arn:aws:iam::123456789012:role/eks-cluster"
	devRole     = "arn:aws:iam::123456789012:role/team/dev"
	nodeRole    = "arn:aws:iam::123456789012:role/node"
	alice       = "arn:aws:iam::123456789012:user/alice"
	trustEKS    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	trustEC2    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
)

var here = world.Placement{Partition: "aws", Account: account, Region: region}

// lab is a store with an account that is ready for clusters, and the operations on it.
type lab struct {
	t     *testing.T
	store *store.Store
	table op.Table
	time  time.Time
}

func newLab(t *testing.T) *lab {
	t.Helper()
	s := storetest.New(t)
	subnet := func(id, vpc, zone string) *world.Subnet {
		return &world.Subnet{Placement: here, ID: id, VPC: vpc, Zone: zone}
	}
	role := func(path, name, id, trust string) *world.Role {
		return &world.Role{Partition: "aws", Account: account, Path: path, Name: name, ID: id, Trust: trust, Tags: []world.Tag{{Key: "team", Value: name}}}
	}
	storetest.Put(t, s,
		&world.VPC{Placement: here, ID: "vpc-ten", CIDR: "10.0.0.0/16"},
		&world.VPC{Placement: here, ID: "vpc-other", CIDR: "192.168.0.0/16"},
		subnet("subnet-a", "vpc-ten", "us-east-1a"), subnet("subnet-a2", "vpc-ten", "us-east-1a"), subnet("subnet-b", "vpc-ten", "us-east-1b"),
		subnet("subnet-x", "vpc-other", "us-east-1a"), subnet("subnet-y", "vpc-other", "us-east-1b"),
		&world.SecurityGroup{Placement: here, ID: "sg-ten", VPC: "vpc-ten", Name: "ten"},
		&world.SecurityGroup{Placement: here, ID: "sg-other", VPC: "vpc-other", Name: "other"},
		role("/", "eks-cluster", "AROACLUSTER", trustEKS), role("/team/", "dev", "AROADEV", trustEC2), role("/", "node", "AROANODE", trustEC2),
		&world.User{Partition: "aws", Account: account, Path: "/", Name: "alice", ID: "AIDAALICE"},
	)
	return &lab{t, s, eks.New(s).Operations().Table(), time.Date(2026, 3, 1, 12, 0, 0, 123_456_789, time.UTC)}
}

// by is a call of a caller as the pipeline would hand it on.
func (l *lab) by(p authz.Principal) *op.Call {
	w := l.store.World()
	return &op.Call{Context: l.t.Context(), ID: "request-1", Time: l.time, World: w, Caller: p, Account: account, Region: region, Partition: "aws"}
}

func (l *lab) alice() authz.Principal {
	u, _ := l.store.World().UserByARN(alice)
	return l.store.World().UserPrincipal(u)
}

// do runs an operation as alice.
func do[O any](l *lab, operation string, in any) (*O, error) {
	return doAs[O](l, l.alice(), operation, in)
}

func doAs[O any](l *lab, p authz.Principal, operation string, in any) (*O, error) {
	out, err := l.table[operation].Do(l.by(p), in)
	if err != nil {
		return nil, err
	}
	return out.(*O), nil
}

// must runs an operation that has to succeed.
func must[O any](l *lab, operation string, in any) *O {
	l.t.Helper()
	out, err := do[O](l, operation, in)
	if err != nil {
		l.t.Fatalf("%s: %v", operation, err)
	}
	return out
}

// maxPages bounds the lists that tests walk: a token that does not move on is a wrong list, not an endless test.
const maxPages = 20

// refused wants an error with this code and message, and returns it.
func refused(t *testing.T, err error, code, message string) *awserr.Error {
	t.Helper()
	var e *awserr.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want %s: %s", err, code, message)
	}
	if e.Code != code || e.Message != message {
		t.Fatalf("error is\n%s\nwant\n%s: %s", e, code, message)
	}
	return e
}

// request is the smallest CreateCluster that succeeds, changed by edit.
func request(name string, edit func(*eksapi.CreateClusterRequest)) *eksapi.CreateClusterRequest {
	in := &eksapi.CreateClusterRequest{
		Name: name, RoleArn: clusterRole,
		ResourcesVpcConfig: &eksapi.VpcConfigRequest{SubnetIds: []string{"subnet-a", "subnet-b"}},
	}
	if edit != nil {
		edit(in)
	}
	return in
}

func mode(mode string) func(*eksapi.CreateClusterRequest) {
	return func(in *eksapi.CreateClusterRequest) {
		in.AccessConfig = &eksapi.CreateAccessConfigRequest{AuthenticationMode: &mode}
	}
}

// create makes a cluster as alice.
func (l *lab) create(name string, edit func(*eksapi.CreateClusterRequest)) *eksapi.Cluster {
	l.t.Helper()
	return must[eksapi.CreateClusterResponse](l, "CreateCluster", request(name, edit)).Cluster
}

// change stores a changed copy of a cluster's record, as the control plane's keeper does.
func (l *lab) change(name string, edit func(*world.Cluster)) {
	l.t.Helper()
	c, ok := l.store.World().Clusters.Get(world.ClusterKey(account, region, name))
	if !ok {
		l.t.Fatalf("no cluster %s", name)
	}
	next := *c
	edit(&next)
	storetest.Put(l.t, l.store, &next)
}

// TestEveryOperationNamesKnownActions runs every Access with an empty request: it must name an action that the Service
// Authorization Reference has, on a resource.
func TestEveryOperationNamesKnownActions(t *testing.T) {
	l := newLab(t)
	for _, name := range l.table.Names() {
		checks, err := l.table[name].Access(l.by(l.alice()), l.table[name].New())
		if err != nil || len(checks) == 0 {
			t.Errorf("%s: checks %v, error %v", name, checks, err)
			continue
		}
		if checks[0].Action != "eks:"+name {
			t.Errorf("%s asks for %s first", name, checks[0].Action)
		}
		for _, c := range checks {
			if _, ok := catalog.LookupAction(c.Action); !ok {
				t.Errorf("%s asks for %s, which does not exist", name, c.Action)
			}
		}
	}
}

// TestConditionKeysAreListed holds every key that a check brings against the catalog.
func TestConditionKeysAreListed(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	entryKeys := []string{"eks:accessentrytype", "eks:clustername", "eks:kubernetesgroups", "eks:principalarn", "eks:username"}
	for name, in := range map[string]any{
		"CreateCluster": request("x", func(in *eksapi.CreateClusterRequest) {
			in.Version, in.DeletionProtection, in.BootstrapSelfManagedAddons = new("1.36"), new(true), new(true)
			in.AccessConfig = &eksapi.CreateAccessConfigRequest{AuthenticationMode: new("API"), BootstrapClusterCreatorAdminPermissions: new(false)}
			in.Logging = &eksapi.Logging{ClusterLogging: []eksapi.LogSetup{{Types: []string{"audit"}, Enabled: new(true)}}}
			in.ResourcesVpcConfig.EndpointPublicAccess, in.ResourcesVpcConfig.EndpointPrivateAccess = new(true), new(true)
			in.ComputeConfig = &eksapi.ComputeConfigRequest{Enabled: new(false)}
			in.StorageConfig = &eksapi.StorageConfigRequest{BlockStorage: &eksapi.BlockStorage{Enabled: new(false)}}
			in.ZonalShiftConfig = &eksapi.ZonalShiftConfigRequest{Enabled: new(false)}
			in.UpgradePolicy = &eksapi.UpgradePolicyRequest{SupportType: new("STANDARD")}
			in.EncryptionConfig = []eksapi.EncryptionConfig{{Provider: &eksapi.Provider{KeyArn: new("arn:aws:kms:us-east-1:123456789012:key/k")}}}
		}),
		"CreateAccessEntry":     &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: nodeRole, Type: new("EC2_LINUX"), Username: new("u"), KubernetesGroups: []string{"g"}},
		"AssociateAccessPolicy": &eksapi.AssociateAccessPolicyRequest{ClusterName: "demo", PrincipalArn: alice, PolicyArn: view, AccessScope: &eksapi.AccessScope{Type: new("namespace"), Namespaces: []string{"a"}}},
		"DescribeAccessEntry":   &eksapi.DescribeAccessEntryRequest{ClusterName: "demo", PrincipalArn: alice},
	} {
		checks, err := l.table[name].Access(l.by(l.alice()), in)
		if err != nil {
			t.Fatal(err)
		}
		action, _ := catalog.LookupAction(checks[0].Action)
		var known []string
		for _, k := range action.ConditionKeys {
			known = append(known, strings.ToLower(k))
		}
		if name != "CreateCluster" && name != "CreateAccessEntry" {
			known = append(known, entryKeys...)
		}
		if len(checks[0].Keys) == 0 {
			t.Errorf("%s brings no keys", name)
		}
		for _, k := range slices.Sorted(maps.Keys(checks[0].Keys)) {
			if strings.HasPrefix(k, "eks:loggingtype/") {
				k = "eks:loggingtype/${type}"
			}
			if !slices.Contains(known, k) {
				t.Errorf("%s brings %s, which its action does not know", name, k)
			}
		}
	}
}

func TestPassRole(t *testing.T) {
	l := newLab(t)
	for _, test := range []struct {
		name      string
		operation string
		in        any
		passed    string
	}{
		{"cluster role", "CreateCluster", request("x", nil), clusterRole},
		{"foreign cluster role", "CreateCluster", request("x", func(in *eksapi.CreateClusterRequest) { in.RoleArn = "arn:aws:iam::999999999999:role/r" }), ""},
		{"standard entry", "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "x", PrincipalArn: nodeRole}, ""},
		{"linux nodes", "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "x", PrincipalArn: nodeRole, Type: new("EC2_LINUX")}, nodeRole},
		{"windows nodes", "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "x", PrincipalArn: nodeRole, Type: new("EC2_WINDOWS")}, nodeRole},
		{"fargate", "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "x", PrincipalArn: nodeRole, Type: new("FARGATE_LINUX")}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			checks, err := l.table[test.operation].Access(l.by(l.alice()), test.in)
			if err != nil {
				t.Fatal(err)
			}
			passed := ""
			for _, c := range checks {
				if c.Action == "iam:PassRole" {
					passed = c.Resource
					if got := c.Keys.Get("iam:PassedToService"); !slices.Equal(got, []string{"eks.amazonaws.com"}) {
						t.Errorf("iam:PassedToService is %v", got)
					}
				}
			}
			if passed != test.passed {
				t.Errorf("passes %q, want %q", passed, test.passed)
			}
		})
	}
}

func TestAccessResources(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	w := l.store.World()
	entry, ok := w.AccessEntries.Get(world.EntryKey(account, region, "demo", alice))
	if !ok {
		t.Fatal("no entry for the creator")
	}
	const prefix = "arn:aws:eks:us-east-1:123456789012:"
	for _, test := range []struct {
		operation string
		in        any
		want      string
	}{
		{"ListClusters", &eksapi.ListClustersRequest{}, prefix + "cluster/*"},
		{"CreateCluster", request("new", nil), prefix + "cluster/new"},
		{"DeleteCluster", &eksapi.DeleteClusterRequest{Name: "gone"}, prefix + "cluster/gone"},
		{"CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole}, prefix + "cluster/demo"},
		{"DescribeAccessEntry", &eksapi.DescribeAccessEntryRequest{ClusterName: "demo", PrincipalArn: alice}, prefix + "access-entry/demo/user/123456789012/alice/" + entry.UUID},
		{"DeleteAccessEntry", &eksapi.DeleteAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole}, prefix + "access-entry/demo/role/123456789012/dev/*"},
		{"DeleteAccessEntry", &eksapi.DeleteAccessEntryRequest{ClusterName: "demo", PrincipalArn: "rubbish"}, prefix + "access-entry/demo/*/*"},
		{"TagResource", &eksapi.TagResourceRequest{ResourceArn: "rubbish"}, "rubbish"},
	} {
		checks, err := l.table[test.operation].Access(l.by(l.alice()), test.in)
		if err != nil || len(checks) == 0 || checks[0].Resource != test.want {
			t.Errorf("%s: %v, %v, want %s", test.operation, checks, err, test.want)
		}
	}
}

// remove deletes a record behind the service's back.
func (l *lab) remove(r world.Record) {
	l.t.Helper()
	err := l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		tx.Delete(r)
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// put writes a record behind the service's back.
func (l *lab) put(r world.Record) {
	l.t.Helper()
	storetest.Put(l.t, l.store, r)
}
