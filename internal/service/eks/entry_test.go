package eks_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/store/storetest"
	"github.com/airside-dev/airside/internal/world"
)

const (
	view      = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
	edit      = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
	admin     = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
	noEntry   = "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'."
	wrongMode = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation."
	inUse     = "The specified access entry resource is already in use on this cluster."
	nowhere   = "The specified principalArn is invalid: invalid principal."
)

func TestCreateAccessEntry(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	for _, test := range []struct {
		name               string
		in                 *eksapi.CreateAccessEntryRequest
		id, username, kind string
		groups             []string
	}{
		{"role", &eksapi.CreateAccessEntryRequest{PrincipalArn: devRole, KubernetesGroups: []string{"dev", "ops"}},
			"AROADEV", "arn:aws:sts::123456789012:assumed-role/dev/{{SessionName}}", "STANDARD", []string{"dev", "ops"}},
		{"own username", &eksapi.CreateAccessEntryRequest{PrincipalArn: clusterRole, Username: new("c:{{SessionName}}"), Type: new("STANDARD")},
			"AROACLUSTER", "c:{{SessionName}}", "STANDARD", nil},
		{"nodes", &eksapi.CreateAccessEntryRequest{PrincipalArn: nodeRole, Type: new("EC2_LINUX")},
			"AROANODE", "system:node:{{EC2PrivateDNSName}}", "EC2_LINUX", []string{"system:nodes"}},
		{"another account", &eksapi.CreateAccessEntryRequest{PrincipalArn: "arn:aws:iam::999999999999:user/far"},
			"", "arn:aws:iam::999999999999:user/far", "STANDARD", nil},
		{"one more of another account", &eksapi.CreateAccessEntryRequest{PrincipalArn: "arn:aws:iam::999999999999:user/further"},
			"", "arn:aws:iam::999999999999:user/further", "STANDARD", nil},
		{"root", &eksapi.CreateAccessEntryRequest{PrincipalArn: "arn:aws:iam::123456789012:root"},
			account, "arn:aws:iam::123456789012:root", "STANDARD", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.in.ClusterName = "demo"
			test.in.Tags = map[string]string{"k": "v"}
			made := must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", test.in).AccessEntry
			got := must[eksapi.DescribeAccessEntryResponse](l, "DescribeAccessEntry", &eksapi.DescribeAccessEntryRequest{ClusterName: "demo", PrincipalArn: test.in.PrincipalArn}).AccessEntry
			if *got.Username != test.username || *got.Type != test.kind || !slices.Equal(got.KubernetesGroups, test.groups) || got.KubernetesGroups == nil || got.Tags["k"] != "v" {
				t.Errorf("entry is %s, %s, %v, %v", *got.Username, *got.Type, got.KubernetesGroups, got.Tags)
			}
			if *got.AccessEntryArn != *made.AccessEntryArn {
				t.Errorf("arn %s became %s", *made.AccessEntryArn, *got.AccessEntryArn)
			}
			record, _ := l.store.World().AccessEntries.Get(world.EntryKey(account, region, "demo", test.in.PrincipalArn))
			if record.PrincipalID != test.id {
				t.Errorf("bound to %q, want %q", record.PrincipalID, test.id)
			}
			_, err := do[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", test.in)
			refused(t, err, "ResourceInUseException", inUse)
		})
	}
}

// TestCreateAccessEntryOrder holds the order of validation: what the request alone says comes before the cluster.
func TestCreateAccessEntryOrder(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	l.create("old", nil)
	type in = eksapi.CreateAccessEntryRequest
	for _, test := range []struct {
		name, code, message string
		in                  in
	}{
		{"username before cluster", invalid, "The username must not begin with system:", in{ClusterName: "none", PrincipalArn: devRole, Username: new("system:x")}},
		{"group before cluster", invalid, "The kubernetes group name eks:x is invalid, it cannot start with eks:", in{ClusterName: "none", PrincipalArn: devRole, KubernetesGroups: []string{"eks:x"}}},
		{"service-linked role before cluster", invalid, "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role", in{ClusterName: "none", PrincipalArn: "arn:aws:iam::999999999999:role/aws-service-role/eks.amazonaws.com/x"}},
		{"node type before cluster", invalid, "AccessEntry principalArn must be IAM role when using types [EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, HYBRID_LINUX, EC2]", in{ClusterName: "none", PrincipalArn: alice, Type: new("EC2_LINUX")}},
		{"session", invalid, "The principalArn parameter format is not valid", in{ClusterName: "demo", PrincipalArn: "arn:aws:sts::123456789012:assumed-role/dev/s"}},
		{"no cluster", "ResourceNotFoundException", "No cluster found for name: none.", in{ClusterName: "none", PrincipalArn: devRole, Username: new("sts:foo"), KubernetesGroups: []string{"system"}}},
		{"mode before principal", "InvalidRequestException", wrongMode, in{ClusterName: "old", PrincipalArn: "arn:aws:iam::123456789012:role/none"}},
		{"unknown role", invalid, nowhere, in{ClusterName: "demo", PrincipalArn: "arn:aws:iam::123456789012:role/none"}},
		{"role without its path", invalid, nowhere, in{ClusterName: "demo", PrincipalArn: "arn:aws:iam::123456789012:role/dev"}},
		{"user as role", invalid, nowhere, in{ClusterName: "demo", PrincipalArn: "arn:aws:iam::123456789012:role/alice"}},
		{"another partition", invalid, nowhere, in{ClusterName: "demo", PrincipalArn: "arn:aws-cn:iam::123456789012:role/team/dev"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := do[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &test.in)
			refused(t, err, test.code, test.message)
		})
	}
}

func TestEveryEntryOperationWantsTheMode(t *testing.T) {
	l := newLab(t)
	l.create("old", nil)
	for name, in := range map[string]any{
		"DescribeAccessEntry":          &eksapi.DescribeAccessEntryRequest{ClusterName: "old", PrincipalArn: alice},
		"ListAccessEntries":            &eksapi.ListAccessEntriesRequest{ClusterName: "old"},
		"UpdateAccessEntry":            &eksapi.UpdateAccessEntryRequest{ClusterName: "old", PrincipalArn: alice},
		"DeleteAccessEntry":            &eksapi.DeleteAccessEntryRequest{ClusterName: "old", PrincipalArn: alice},
		"AssociateAccessPolicy":        &eksapi.AssociateAccessPolicyRequest{ClusterName: "old", PrincipalArn: alice, PolicyArn: view, AccessScope: &eksapi.AccessScope{Type: new("cluster")}},
		"ListAssociatedAccessPolicies": &eksapi.ListAssociatedAccessPoliciesRequest{ClusterName: "old", PrincipalArn: alice},
		"DisassociateAccessPolicy":     &eksapi.DisassociateAccessPolicyRequest{ClusterName: "old", PrincipalArn: alice, PolicyArn: view},
	} {
		_, err := l.table[name].Do(l.by(l.alice()), in)
		refused(t, err, "InvalidRequestException", wrongMode)
	}
}

// TestRecreatedRole: an entry stays bound to the role that was, and its principal's place is taken until it is deleted.
func TestRecreatedRole(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	in := &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole}
	must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", in)
	role, _ := l.store.World().RoleByARN(devRole)
	again := *role
	again.ID = "AROASECOND"
	l.put(&again)
	_, err := do[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", in)
	refused(t, err, "ResourceInUseException", inUse)
	must[eksapi.DeleteAccessEntryResponse](l, "DeleteAccessEntry", &eksapi.DeleteAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole})
	must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", in)
	e, _ := l.store.World().AccessEntries.Get(world.EntryKey(account, region, "demo", devRole))
	if e.PrincipalID != "AROASECOND" {
		t.Errorf("bound to %s", e.PrincipalID)
	}
}

func TestCreateAccessEntryRetry(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	in := &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole, ClientRequestToken: new("t")}
	first := must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", in)
	second := must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", in)
	if *first.AccessEntry.AccessEntryArn != *second.AccessEntry.AccessEntryArn {
		t.Error("the retry made another entry")
	}
	in.KubernetesGroups = []string{"other"}
	_, err := do[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", in)
	refused(t, err, "ResourceInUseException", inUse)
}

func TestUpdateAccessEntry(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole, Username: new("u"), KubernetesGroups: []string{"a"}})
	must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: nodeRole, Type: new("EC2_LINUX")})
	l.time = l.time.Add(time.Minute)

	for _, test := range []struct {
		in       *eksapi.UpdateAccessEntryRequest
		username string
		groups   []string
	}{
		{&eksapi.UpdateAccessEntryRequest{KubernetesGroups: []string{"b", "c"}}, "u", []string{"b", "c"}},
		{&eksapi.UpdateAccessEntryRequest{Username: new("v")}, "v", []string{"b", "c"}},
		{&eksapi.UpdateAccessEntryRequest{KubernetesGroups: []string{}}, "v", nil},
		{&eksapi.UpdateAccessEntryRequest{Username: new("")}, "arn:aws:sts::123456789012:assumed-role/dev/{{SessionName}}", nil},
	} {
		test.in.ClusterName, test.in.PrincipalArn = "demo", devRole
		e := must[eksapi.UpdateAccessEntryResponse](l, "UpdateAccessEntry", test.in).AccessEntry
		if *e.Username != test.username || !slices.Equal(e.KubernetesGroups, test.groups) {
			t.Errorf("after %+v: %s, %v", test.in, *e.Username, e.KubernetesGroups)
		}
		if e.ModifiedAt.Sub(*e.CreatedAt) != time.Minute {
			t.Errorf("modified %v after creation", e.ModifiedAt.Sub(*e.CreatedAt))
		}
	}

	update := func(in eksapi.UpdateAccessEntryRequest) error {
		_, err := do[eksapi.UpdateAccessEntryResponse](l, "UpdateAccessEntry", &in)
		return err
	}
	refused(t, update(eksapi.UpdateAccessEntryRequest{ClusterName: "none", PrincipalArn: devRole, Username: new("aws:x")}), invalid, "The username must not begin with aws:")
	refused(t, update(eksapi.UpdateAccessEntryRequest{ClusterName: "demo", PrincipalArn: clusterRole}), "ResourceNotFoundException", noEntry)
	refused(t, update(eksapi.UpdateAccessEntryRequest{ClusterName: "demo", PrincipalArn: nodeRole, KubernetesGroups: []string{"x"}}), invalid, `This operation can only be performed on Access Entries with a type of "STANDARD"`)
}

func TestListAndDeleteAccessEntries(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	l.create("demo-2", mode("API"))
	for _, arn := range []string{nodeRole, devRole, clusterRole} {
		must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: arn})
	}
	list := func(in *eksapi.ListAccessEntriesRequest) []string {
		var all []string
		for range maxPages {
			out := must[eksapi.ListAccessEntriesResponse](l, "ListAccessEntries", in)
			all = append(all, out.AccessEntries...)
			if out.NextToken == nil {
				break
			}
			in.NextToken = out.NextToken
		}
		return all
	}
	if got := list(&eksapi.ListAccessEntriesRequest{ClusterName: "demo", MaxResults: new(1)}); !slices.Equal(got, []string{clusterRole, nodeRole, devRole, alice}) {
		t.Errorf("entries are %v", got)
	}
	if got := list(&eksapi.ListAccessEntriesRequest{ClusterName: "demo", AssociatedPolicyArn: new(admin)}); !slices.Equal(got, []string{alice}) {
		t.Errorf("entries with the admin policy are %v", got)
	}
	if got := list(&eksapi.ListAccessEntriesRequest{ClusterName: "demo-2"}); !slices.Equal(got, []string{alice}) {
		t.Errorf("entries of the other cluster are %v", got)
	}
	del := &eksapi.DeleteAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole}
	must[eksapi.DeleteAccessEntryResponse](l, "DeleteAccessEntry", del)
	_, err := do[eksapi.DeleteAccessEntryResponse](l, "DeleteAccessEntry", del)
	if e := refused(t, err, "ResourceNotFoundException", noEntry); e.Fields["clusterName"] != "demo" {
		t.Errorf("fields are %v", e.Fields)
	}
}

func TestAccessEntryQuota(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	var records []world.Record
	for i := range 2999 { // and the creator's
		arn := fmt.Sprintf("arn:aws:iam::999999999999:user/u%d", i)
		records = append(records, &world.AccessEntry{Placement: here, Cluster: "demo", PrincipalARN: arn, UUID: "u", Type: "STANDARD"})
	}
	storetest.Put(t, l.store, records[1:]...)
	must[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: nodeRole})
	_, err := do[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole})
	refused(t, err, "ResourceLimitExceededException", "The maximum number of access entries for this cluster has been reached: 3000")
}

func TestTwoCreatorsOneEntry(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = do[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: devRole})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		refused(t, err, "ResourceInUseException", inUse)
	}
	if won != 1 {
		t.Errorf("%d creations succeeded, want 1", won)
	}
}

// TestRenamedUser: under a new name it is still the principal that has an entry already.
func TestRenamedUser(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	l.put(&world.User{Partition: "aws", Account: account, Path: "/", Name: "alicia", ID: "AIDAALICE"})
	_, err := do[eksapi.CreateAccessEntryResponse](l, "CreateAccessEntry", &eksapi.CreateAccessEntryRequest{ClusterName: "demo", PrincipalArn: "arn:aws:iam::123456789012:user/alicia"})
	refused(t, err, "ResourceInUseException", inUse)
}
