package controlplane

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

func TestParseReportedVersion(t *testing.T) {
	for _, tc := range []struct {
		text, minor, want string
	}{
		{"v1.36.1", "1.36", ""},
		{"v1.36.1-eks-0123abc", "1.36", ""},
		{"v1.33.0", "1.33", ""},
		{"v1.32.9", "", "not between 1.33 and 1.36"},
		{"v1.37.0", "", "not between 1.33 and 1.36"},
		{"v2.36.0", "", "not between"},
		{"1.36", "", "kubernetesVersion"},
		{"", "", "kubernetesVersion"},
	} {
		v, err := parseReportedVersion(tc.text)
		switch {
		case tc.want != "":
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q: err = %v, want %q", tc.text, err, tc.want)
			}
		case err != nil:
			t.Errorf("%q: %v", tc.text, err)
		case v.minor() != tc.minor:
			t.Errorf("%q: minor = %s, want %s", tc.text, v.minor(), tc.minor)
		}
	}
}

func testConfig(t *testing.T) *contract.Config {
	return &contract.Config{
		RunDir:  t.TempDir(),
		Etcd:    contract.Etcd{Endpoints: []string{"https://a:2379", "https://b:2379"}, Prefix: "/kubernetes/c1"},
		Serving: contract.Serving{BindAddress: "127.0.0.1", Port: 6443},
		ServiceAccounts: contract.ServiceAccounts{
			Issuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/0", SigningKeyFile: "sa.key",
			VerificationKeyFiles: []string{"old.pub"}, Audiences: []string{"https://kubernetes.default.svc"},
		},
	}
}

func TestAPIServerFlags(t *testing.T) {
	full := testConfig(t)
	full.Serving.AdvertiseAddress = "10.0.3.17"
	full.Etcd.CAFile, full.Etcd.Client = "etcd.crt", &contract.KeyPair{CertFile: "e.crt", KeyFile: "e.key"}
	full.Webhooks = &contract.Webhooks{TokenReviewKubeconfig: "t.json", AccessReviewKubeconfig: "a.json"}
	full.KubeletClient = &contract.KeyPair{CertFile: "k.crt", KeyFile: "k.key"}
	full.Audit = &contract.Audit{Path: "audit.log"}
	always := []string{
		"--etcd-servers=https://a:2379,https://b:2379",
		"--etcd-prefix=/kubernetes/c1",
		"--service-account-issuer=https://oidc.eks.eu-west-1.amazonaws.com/id/0",
		"--service-account-jwks-uri=https://oidc.eks.eu-west-1.amazonaws.com/id/0/keys",
		"--service-account-key-file=sa.key",
		"--service-account-key-file=old.pub",
		"--api-audiences=https://kubernetes.default.svc",
		"--event-ttl=60m",
	}
	onlyFull := []string{
		"--advertise-address=10.0.3.17",
		"--etcd-cafile=etcd.crt",
		"--etcd-certfile=e.crt",
		"--authentication-token-webhook-config-file=t.json",
		"--authentication-token-webhook-cache-ttl=0",
		"--kubelet-client-certificate=k.crt",
		"--audit-log-path=audit.log",
	}
	bareFlags := apiServerFlags(testConfig(t), policyFiles{})
	fullFlags := apiServerFlags(full, policyFiles{})
	for _, flag := range always {
		if !slices.Contains(bareFlags, flag) || !slices.Contains(fullFlags, flag) {
			t.Errorf("%s is missing", flag)
		}
	}
	for _, flag := range onlyFull {
		if slices.Contains(bareFlags, flag) || !slices.Contains(fullFlags, flag) {
			t.Errorf("%s: bare %t, full %t", flag, slices.Contains(bareFlags, flag), slices.Contains(fullFlags, flag))
		}
	}
	if !slices.Contains(bareFlags, "--endpoint-reconciler-type=none") {
		t.Error("an API server without an address to advertise keeps endpoints")
	}
}

func TestAuthorizersAreAskedInOrder(t *testing.T) {
	names := func(webhooks *contract.Webhooks) string {
		var list []string
		for _, a := range authorization(webhooks).Authorizers {
			list = append(list, a.Type)
		}
		return strings.Join(list, " ")
	}
	if got := names(&contract.Webhooks{}); got != "Node Webhook RBAC" {
		t.Errorf("with webhooks: %s", got)
	}
	if got := names(nil); got != "Node RBAC" {
		t.Errorf("without: %s", got)
	}
}

func TestPoliciesArePrivateFiles(t *testing.T) {
	cfg := testConfig(t)
	files, err := writePolicies(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{files.authentication, files.authorization, files.audit} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %s", path, info.Mode())
		}
		if filepath.Dir(path) != cfg.RunDir {
			t.Errorf("%s is not in the run folder", path)
		}
	}
	cfg.RunDir = filepath.Join(cfg.RunDir, "absent")
	if _, err := writePolicies(cfg); err == nil {
		t.Error("a run folder that is not there is no error")
	}
}
