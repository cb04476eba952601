package controlplane_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	authnv1 "k8s.io/api/authentication/v1"
	authzv1 "k8s.io/api/authorization/v1"

	"github.com/airside-dev/airside/internal/controlplane"
	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/fleet"
	"github.com/airside-dev/airside/internal/pki"
)

// childConfig, when set, makes the test binary a control plane process instead of a run of tests.
const childConfig = "AIRSIDE_TEST_CONTROL_PLANE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childConfig); path != "" {
		if err := controlplane.Main(context.Background(), path, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// childCommand is the test binary as a control plane process.
func childCommand(tb testing.TB) func(configPath string) *exec.Cmd {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return func(configPath string) *exec.Cmd {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), childConfig+"="+configPath)
		return cmd
	}
}

// startEtcd runs etcd on a unix socket in a folder whose path is short: the kernel allows 108 bytes for a socket's.
func startEtcd(tb testing.TB) contract.Etcd {
	tb.Helper()
	dir, err := os.MkdirTemp("", "as")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })

	socket := func(name string) url.URL { return url.URL{Scheme: "unix", Path: filepath.Join(dir, name+":0")} }
	config := embed.NewConfig()
	config.Dir = filepath.Join(dir, "data")
	config.ListenClientUrls = []url.URL{socket("c")}
	config.ListenPeerUrls = []url.URL{socket("p")}
	// Advertised URLs must be host:port; nobody follows them in a cluster of one.
	config.AdvertiseClientUrls = []url.URL{{Scheme: "http", Host: "localhost:2379"}}
	config.AdvertisePeerUrls = []url.URL{{Scheme: "http", Host: "localhost:2380"}}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.LogLevel = "fatal"
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(etcd.Close)
	select {
	case <-etcd.Server.ReadyNotify():
	case err := <-etcd.Err():
		tb.Fatal(err)
	case <-time.After(30 * time.Second):
		tb.Fatal("etcd did not become ready")
	}
	endpoint := config.ListenClientUrls[0]
	return contract.Etcd{Endpoints: []string{endpoint.String()}, Prefix: "/kubernetes/test"}
}

// freePort is a port that was free a moment ago.
func freePort(tb testing.TB) int {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// identities is a stand-in for the services that know AWS: who a token is, and what that principal may do. Its
// knowledge can be changed while it runs.
type identities struct {
	server *httptest.Server
	client pki.Pair

	mu sync.Mutex
	// users by token.
	users map[string]authnv1.UserInfo
	// allowed are the resources that AWS identities may do anything with.
	allowed map[string]bool
	// asked are all access reviews so far.
	asked []authzv1.SubjectAccessReviewSpec
}

// startIdentities serves the two webhooks to holders of a certificate of their own authority.
func startIdentities(tb testing.TB) *identities {
	tb.Helper()
	ca, err := pki.NewCA("webhook callers", time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	id := &identities{users: map[string]authnv1.UserInfo{}, allowed: map[string]bool{}}
	if id.client, err = ca.IssueClient("kube-apiserver", nil, time.Now(), time.Hour); err != nil {
		tb.Fatal(err)
	}
	callers := x509.NewCertPool()
	callers.AppendCertsFromPEM(ca.CertPEM())

	mux := http.NewServeMux()
	mux.HandleFunc("POST /token-review", id.tokenReview)
	mux.HandleFunc("POST /access-review", id.accessReview)
	id.server = httptest.NewUnstartedServer(mux)
	id.server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: callers}
	id.server.StartTLS()
	tb.Cleanup(id.server.Close)
	return id
}

func (id *identities) webhook(path string) fleet.Webhook {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.server.Certificate().Raw})
	return fleet.Webhook{URL: id.server.URL + path, CA: ca, Client: id.client}
}

func (id *identities) know(token string, user authnv1.UserInfo) {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.users[token] = user
}

func (id *identities) forget(token string) {
	id.mu.Lock()
	defer id.mu.Unlock()
	delete(id.users, token)
}

func (id *identities) allow(resource string, allowed bool) {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.allowed[resource] = allowed
}

func (id *identities) questions() []authzv1.SubjectAccessReviewSpec {
	id.mu.Lock()
	defer id.mu.Unlock()
	return append([]authzv1.SubjectAccessReviewSpec(nil), id.asked...)
}

func (id *identities) tokenReview(w http.ResponseWriter, r *http.Request) {
	var review authnv1.TokenReview
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id.mu.Lock()
	user, known := id.users[review.Spec.Token]
	id.mu.Unlock()
	review.Status = authnv1.TokenReviewStatus{Authenticated: known, User: user}
	answer(w, review)
}

func (id *identities) accessReview(w http.ResponseWriter, r *http.Request) {
	var review authzv1.SubjectAccessReview
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id.mu.Lock()
	id.asked = append(id.asked, review.Spec)
	attributes := review.Spec.ResourceAttributes
	review.Status.Allowed = attributes != nil && id.allowed[attributes.Resource]
	id.mu.Unlock()
	if !review.Status.Allowed {
		review.Status.Reason = "no access policy says so"
	}
	answer(w, review)
}

func answer(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(document)
}

// newSpec is a cluster that stores in etcd and asks id.
func newSpec(tb testing.TB, etcd contract.Etcd, id *identities) fleet.Spec {
	tb.Helper()
	ca, err := pki.NewCA("kubernetes", time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	pair, err := ca.Pair()
	if err != nil {
		tb.Fatal(err)
	}
	key, err := pki.NewServiceAccountKey()
	if err != nil {
		tb.Fatal(err)
	}
	return fleet.Spec{
		ID:                "test",
		RunDir:            tb.TempDir(),
		KubernetesVersion: "v1.36.1-eks-0123abc",
		Port:              freePort(tb),
		AdvertiseAddress:  netip.MustParseAddr("10.0.3.17"),
		ServiceCIDR:       netip.MustParsePrefix("10.100.0.0/16"),
		Issuer:            "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
		ServiceAccountKey: key,
		CA:                pair,
		Etcd:              etcd,
		TokenReview:       id.webhook("/token-review"),
		AccessReview:      id.webhook("/access-review"),
	}
}
