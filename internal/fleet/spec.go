package fleet

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"

	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/pki"
)

// Spec is everything that distinguishes one cluster's control plane.
type Spec struct {
	// ID is unique in the fleet.
	ID string
	// RunDir is an absolute path; it is made, 0700, if it is not there.
	RunDir string
	// KubernetesVersion is what the API server reports, such as v1.36.1-eks-0123abc.
	KubernetesVersion string

	// Port on BindAddress (127.0.0.1 when not set) is where the API is served.
	BindAddress netip.Addr
	Port        int
	// AdvertiseAddress is the endpoint of the service default/kubernetes. When it is not set there is none; a loopback
	// address is not possible.
	AdvertiseAddress netip.Addr
	// ServerNames are further DNS names for the serving certificate, such as the host of the cluster's endpoint.
	ServerNames []string
	// ServiceCIDR is the range of cluster IPs; its first address is the API server's.
	ServiceCIDR netip.Prefix

	// Issuer is https://oidc.eks.<region>.amazonaws.com/id/<32 HEX>.
	Issuer string
	// ServiceAccountKey signs tokens (pki.NewServiceAccountKey); RetiredServiceAccountKeys are public keys, as PEM, whose
	// tokens are still accepted.
	ServiceAccountKey         []byte
	RetiredServiceAccountKeys [][]byte
	// CA is the cluster's authority: it is what kubeconfigs trust and what client certificates come from.
	CA pki.Pair

	Etcd contract.Etcd

	// TokenReview and AccessReview are asked who a token's bearer is, and what an AWS identity may do.
	TokenReview  Webhook
	AccessReview Webhook

	// Audit turns on the audit log, <RunDir>/audit.log.
	Audit bool
}

// Webhook is a service that the API server calls.
type Webhook struct {
	// URL is https.
	URL string
	// CA is what the service's certificate is checked against; Client is the identity that the API server shows.
	CA     []byte
	Client pki.Pair
}

// files are the paths of a run folder.
type files struct{ dir string }

func (f files) path(elem ...string) string { return filepath.Join(append([]string{f.dir}, elem...)...) }
func (f files) config() string             { return f.path("config.json") }
func (f files) log() string                { return f.path("control-plane.log") }
func (f files) audit() string              { return f.path("audit.log") }
func (f files) kubeconfig(user string) string {
	return f.path("kubeconfig", user+".json")
}
func (f files) pair(name string) contract.KeyPair {
	return contract.KeyPair{CertFile: f.path("pki", name+".crt"), KeyFile: f.path("pki", name+".key")}
}

// AdminKubeconfig is the path of a kubeconfig file that acts on the cluster of spec without limits (group
// system:masters). It exists once Start returned.
func AdminKubeconfig(spec Spec) string { return files{spec.RunDir}.kubeconfig("admin") }

// LogFile is the path of the process's log. It is rotated to the same name with .1 at its end.
func LogFile(spec Spec) string { return files{spec.RunDir}.log() }

// AuditLogFile is the path of the audit log, when Spec.Audit asks for one.
func AuditLogFile(spec Spec) string { return files{spec.RunDir}.audit() }

// validate finds what contract.Config.Validate cannot see.
func (s *Spec) validate() error {
	var errs []error
	if s.ID == "" {
		errs = append(errs, errors.New("the cluster has no id"))
	}
	if !filepath.IsAbs(s.RunDir) {
		errs = append(errs, fmt.Errorf("run folder %q is not an absolute path", s.RunDir))
	}
	if !s.ServiceCIDR.IsValid() {
		errs = append(errs, errors.New("the cluster has no service address range"))
	}
	for _, w := range []struct {
		name string
		hook Webhook
	}{{"token review", s.TokenReview}, {"access review", s.AccessReview}} {
		if u, err := url.Parse(w.hook.URL); err != nil || u.Scheme != "https" || u.Host == "" {
			errs = append(errs, fmt.Errorf("%s webhook %q is not an https URL", w.name, w.hook.URL))
		}
		if len(w.hook.CA) == 0 {
			errs = append(errs, fmt.Errorf("%s webhook has no certificate authority", w.name))
		}
	}
	return errors.Join(errs...)
}

// bindAddress is where the API is served.
func (s *Spec) bindAddress() netip.Addr {
	if s.BindAddress.IsValid() {
		return s.BindAddress
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// apiServerIP is the cluster IP of default/kubernetes: the first address of the range after the network's own.
func (s *Spec) apiServerIP() netip.Addr { return s.ServiceCIDR.Masked().Addr().Next() }
