package fleet_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/fleet"
	"github.com/airside-dev/airside/internal/pki"
)

func prepared(t *testing.T, spec fleet.Spec) *contract.Config {
	t.Helper()
	path, err := fleet.Prepare(spec, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := contract.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestRunFolderIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are not Windows'")
	}
	spec := testSpec(t)
	if err := os.MkdirAll(spec.RunDir, 0o755); err != nil {
		t.Fatal(err)
	}
	prepared(t, spec)
	seen := 0
	err := filepath.WalkDir(spec.RunDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		seen++
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %s", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 15 {
		t.Errorf("only %d files", seen)
	}
}

func TestEveryFileOfTheConfigurationExists(t *testing.T) {
	cfg := prepared(t, testSpec(t))
	paths := []string{
		cfg.ClientCAFile, cfg.FrontProxy.CAFile,
		cfg.ServiceAccounts.SigningKeyFile, cfg.ServiceAccounts.VerificationKeyFiles[0],
		cfg.Webhooks.TokenReviewKubeconfig, cfg.Webhooks.AccessReviewKubeconfig,
		cfg.Controllers.Kubeconfig, cfg.Controllers.RootCAFile, cfg.Scheduler.Kubeconfig,
	}
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	for _, pair := range []contract.KeyPair{
		cfg.Serving.Pair, cfg.FrontProxy.Client, *cfg.KubeletClient, cfg.Controllers.Signing,
	} {
		if _, err := tls.LoadX509KeyPair(pair.CertFile, pair.KeyFile); err != nil {
			t.Error(err)
		}
	}
}

func TestServingCertificateHasEveryName(t *testing.T) {
	spec := testSpec(t)
	spec.BindAddress = netip.MustParseAddr("0.0.0.0")
	cfg := prepared(t, spec)
	pair, err := tls.LoadX509KeyPair(cfg.Serving.Pair.CertFile, cfg.Serving.Pair.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(spec.CA.Cert)
	for _, name := range []string{
		"127.0.0.1", "::1", "localhost", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
		"10.100.0.1", "10.0.3.17", spec.ServerNames[0],
	} {
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKubeconfigs(t *testing.T) {
	spec := testSpec(t)
	spec.TokenReview.Client = spec.CA
	cfg := prepared(t, spec)
	for _, tc := range []struct {
		path, server, user, group string
	}{
		{fleet.AdminKubeconfig(spec), "https://127.0.0.1:16443", "airside:admin", "system:masters"},
		{cfg.Controllers.Kubeconfig, "https://127.0.0.1:16443", "system:kube-controller-manager", ""},
		{cfg.Scheduler.Kubeconfig, "https://127.0.0.1:16443", "system:kube-scheduler", ""},
		{cfg.Webhooks.TokenReviewKubeconfig, spec.TokenReview.URL, "kubernetes", ""},
		{cfg.Webhooks.AccessReviewKubeconfig, spec.AccessReview.URL, "", ""},
	} {
		data, err := os.ReadFile(tc.path)
		if err != nil {
			t.Fatal(err)
		}
		var config struct {
			Clusters []struct {
				Cluster struct {
					Server string
					CA     []byte `json:"certificate-authority-data"`
				}
			}
			Users []struct {
				User struct {
					Cert []byte `json:"client-certificate-data"`
					Key  []byte `json:"client-key-data"`
				}
			}
		}
		if err := json.Unmarshal(data, &config); err != nil {
			t.Fatal(err)
		}
		if got := config.Clusters[0].Cluster.Server; got != tc.server {
			t.Errorf("%s: server %s, want %s", tc.path, got, tc.server)
		}
		user := config.Users[0].User
		if tc.user == "" {
			if len(user.Cert) != 0 {
				t.Errorf("%s shows a certificate", tc.path)
			}
			continue
		}
		pair, err := tls.X509KeyPair(user.Cert, user.Key)
		if err != nil {
			t.Fatalf("%s: %v", tc.path, err)
		}
		subject := pair.Leaf.Subject
		if subject.CommonName != tc.user || strings.Join(subject.Organization, ",") != tc.group {
			t.Errorf("%s: user %s", tc.path, subject)
		}
	}
}

func TestSpecsThatCannotStart(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*fleet.Spec)
		want string
	}{
		{"id", func(s *fleet.Spec) { s.ID = "" }, "has no id"},
		{"folder", func(s *fleet.Spec) { s.RunDir = "run" }, "not an absolute path"},
		{"port", func(s *fleet.Spec) { s.Port = 0 }, "serving.port 0"},
		{"loopback endpoint", func(s *fleet.Spec) { s.AdvertiseAddress = netip.MustParseAddr("127.0.0.1") }, "cannot be the endpoint"},
		{"range", func(s *fleet.Spec) { s.ServiceCIDR = netip.Prefix{} }, "no service address range"},
		{"issuer", func(s *fleet.Spec) { s.Issuer = "http://oidc" }, "not an https URL"},
		{"webhook", func(s *fleet.Spec) { s.AccessReview.URL = "http://127.0.0.1/" }, "access review webhook"},
		{"webhook authority", func(s *fleet.Spec) { s.TokenReview.CA = nil }, "no certificate authority"},
		{"authority", func(s *fleet.Spec) { s.CA = pki.Pair{} }, "cluster authority: "},
		{"token key", func(s *fleet.Spec) { s.ServiceAccountKey = s.CA.Key }, "not an RSA key"},
		{"prefix", func(s *fleet.Spec) { s.Etcd.Prefix = "registry" }, "etcd.prefix"},
		{"etcd", func(s *fleet.Spec) { s.Etcd.Endpoints = nil }, "etcd.endpoints"},
		{"version", func(s *fleet.Spec) { s.KubernetesVersion = "" }, "kubernetesVersion"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			spec := testSpec(t)
			tc.edit(&spec)
			if _, err := fleet.Prepare(spec, time.Now()); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want %q", err, tc.want)
			}
		})
	}
}
