package fleet

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/pki"
)

// certificateLifetime is for what a run folder holds. Certificates are issued anew whenever a cluster is started.
const certificateLifetime = 365 * 24 * time.Hour

// Names under which the parts of a control plane know each other (Kubernetes, "PKI certificates and requirements").
const (
	kubeletClient = "kube-apiserver-kubelet-client"
	masters       = "system:masters"
)

// apiAudience is the audience of the API itself, and so the aud claim of a token that is made without asking for one.
const apiAudience = "https://kubernetes.default.svc"

// Prepare fills the run folder of spec, issuing its certificates at now, and returns the path of the configuration file
// that a control plane process takes. Start does this too.
func Prepare(spec Spec, now time.Time) (string, error) {
	if err := spec.validate(); err != nil {
		return "", err
	}
	f := files{spec.RunDir}
	cfg := f.configOf(spec)
	if err := cfg.Validate(); err != nil {
		return "", err
	}
	w := &folder{files: f, now: now}
	w.mkdir("")
	w.mkdir("pki")
	w.mkdir("kubeconfig")
	w.certificates(spec)
	w.serviceAccountKeys(spec)
	w.kubeconfigs(spec)
	w.json(f.config(), cfg)
	if w.err != nil {
		return "", fmt.Errorf("prepare run folder of cluster %s: %w", spec.ID, w.err)
	}
	return f.config(), nil
}

// configOf is the process's configuration for spec.
func (f files) configOf(spec Spec) contract.Config {
	cfg := contract.Config{
		ClusterID:         spec.ID,
		KubernetesVersion: spec.KubernetesVersion,
		RunDir:            f.dir,
		ServiceCIDR:       spec.ServiceCIDR.String(),
		ClientCAFile:      f.pair("ca").CertFile,
		Etcd:              spec.Etcd,
		Serving: contract.Serving{
			BindAddress: spec.bindAddress().String(),
			Port:        spec.Port,
			Pair:        f.pair("serving"),
		},
		FrontProxy: contract.FrontProxy{CAFile: f.pair("front-proxy-ca").CertFile, Client: f.pair("front-proxy")},
		ServiceAccounts: contract.ServiceAccounts{
			Issuer:         spec.Issuer,
			SigningKeyFile: f.path("pki", "service-account.key"),
			Audiences:      []string{apiAudience},
		},
		Webhooks: &contract.Webhooks{
			TokenReviewKubeconfig:  f.kubeconfig("token-review"),
			AccessReviewKubeconfig: f.kubeconfig("access-review"),
		},
		Controllers: &contract.Controllers{
			Kubeconfig: f.kubeconfig("controllers"),
			RootCAFile: f.pair("ca").CertFile,
			Signing:    f.pair("ca"),
		},
		Scheduler: &contract.Scheduler{Kubeconfig: f.kubeconfig("scheduler")},
	}
	kubelet := f.pair("kubelet-client")
	cfg.KubeletClient = &kubelet
	if spec.AdvertiseAddress.IsValid() {
		cfg.Serving.AdvertiseAddress = spec.AdvertiseAddress.String()
	}
	for i := range spec.RetiredServiceAccountKeys {
		cfg.ServiceAccounts.VerificationKeyFiles = append(cfg.ServiceAccounts.VerificationKeyFiles, f.retiredKey(i))
	}
	if spec.Audit {
		cfg.Audit = &contract.Audit{Path: f.audit()}
	}
	return cfg
}

func (f files) retiredKey(i int) string {
	return f.path("pki", "service-account-retired-"+strconv.Itoa(i)+".pub")
}

// folder writes a run folder. After the first failure it does nothing more, and err says what failed.
type folder struct {
	files
	now time.Time
	err error
}

func (w *folder) mkdir(name string) {
	if w.err == nil {
		w.err = os.MkdirAll(w.path(name), 0o700)
	}
	if w.err == nil {
		// A folder that was there before may be open to others.
		w.err = os.Chmod(w.path(name), 0o700)
	}
}

// write replaces the file at path as a whole, so that a process never reads half of it.
func (w *folder) write(path string, data []byte) {
	if w.err != nil {
		return
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		w.err = err
		return
	}
	_, err = temp.Write(data)
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	w.err = err
}

func (w *folder) json(path string, document any) {
	data, err := json.MarshalIndent(document, "", "  ")
	if err != nil && w.err == nil {
		w.err = err
	}
	w.write(path, data)
}

// issued writes a pair that may have failed to be made.
func (w *folder) issued(name string, pair pki.Pair, err error) {
	if err != nil && w.err == nil {
		w.err = err
	}
	at := w.pair(name)
	w.write(at.CertFile, pair.Cert)
	w.write(at.KeyFile, pair.Key)
}

func (w *folder) certificates(spec Spec) {
	if w.err != nil {
		return
	}
	ca, err := pki.LoadCA(spec.CA)
	if err != nil {
		w.err = fmt.Errorf("cluster authority: %w", err)
		return
	}
	w.issued("ca", spec.CA, nil)

	serving, err := ca.IssueServing(servingNames(spec), w.now, certificateLifetime)
	w.issued("serving", serving, err)
	kubelet, err := ca.IssueClient(kubeletClient, []string{masters}, w.now, certificateLifetime)
	w.issued("kubelet-client", kubelet, err)

	// Whoever holds a certificate of this authority may claim to be anyone, so it is not the cluster's and lasts no
	// longer than the run folder.
	frontCA, err := pki.NewCA("front-proxy-ca", w.now)
	if err != nil {
		w.err = err
		return
	}
	frontPair, err := frontCA.Pair()
	w.issued("front-proxy-ca", frontPair, err)
	front, err := frontCA.IssueClient(contract.FrontProxyName, nil, w.now, certificateLifetime)
	w.issued("front-proxy", front, err)
}

// servingNames are the names by which clients outside and inside of the cluster reach the API server.
func servingNames(spec Spec) pki.Serving {
	names := []string{
		"localhost",
		"kubernetes",
		"kubernetes.default",
		"kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local",
	}
	names = append(names, spec.ServerNames...)
	addresses := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback(), spec.apiServerIP()}
	for _, addr := range []netip.Addr{spec.bindAddress(), spec.AdvertiseAddress} {
		if addr.IsValid() && !addr.IsUnspecified() && !slices.Contains(addresses, addr) {
			addresses = append(addresses, addr)
		}
	}
	return pki.Serving{CommonName: "kube-apiserver", DNSNames: names, Addresses: addresses}
}

func (w *folder) serviceAccountKeys(spec Spec) {
	if w.err != nil {
		return
	}
	if _, err := pki.ParseServiceAccountKey(spec.ServiceAccountKey); err != nil {
		w.err = err
		return
	}
	w.write(w.path("pki", "service-account.key"), spec.ServiceAccountKey)
	for i, key := range spec.RetiredServiceAccountKeys {
		w.write(w.retiredKey(i), key)
	}
}

func (w *folder) kubeconfigs(spec Spec) {
	if w.err != nil {
		return
	}
	ca, err := pki.LoadCA(spec.CA)
	if err != nil {
		w.err = err
		return
	}
	server := "https://" + netip.AddrPortFrom(reachable(spec.bindAddress()), uint16(spec.Port)).String()
	for _, user := range []struct {
		file, name string
		groups     []string
	}{
		{"admin", "airside:admin", []string{masters}},
		{"controllers", "system:kube-controller-manager", nil},
		{"scheduler", "system:kube-scheduler", nil},
	} {
		pair, err := ca.IssueClient(user.name, user.groups, w.now, certificateLifetime)
		if err != nil {
			w.err = err
			return
		}
		w.json(w.kubeconfig(user.file), newKubeconfig(server, spec.CA.Cert, pair))
	}
	w.json(w.kubeconfig("token-review"), newKubeconfig(spec.TokenReview.URL, spec.TokenReview.CA, spec.TokenReview.Client))
	w.json(w.kubeconfig("access-review"), newKubeconfig(spec.AccessReview.URL, spec.AccessReview.CA, spec.AccessReview.Client))
}

// reachable is the address at which a server that listens on addr can be reached from this machine.
func reachable(addr netip.Addr) netip.Addr {
	switch {
	case addr == netip.IPv4Unspecified():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case addr == netip.IPv6Unspecified():
		return netip.IPv6Loopback()
	}
	return addr
}
