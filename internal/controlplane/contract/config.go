package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"strings"
)

// Config is everything that one control plane process is told. All paths are absolute or relative to the process's
// working directory; the files must exist before the process starts, except those under RunDir, which it writes itself.
type Config struct {
	// ClusterID names the cluster in logs and status lines.
	ClusterID string `json:"clusterId"`
	// KubernetesVersion is what GET /version reports, such as v1.36.1-eks-0123abc. A minor version older than the one
	// that is linked makes the process emulate that version's APIs and feature gates.
	KubernetesVersion string `json:"kubernetesVersion"`
	// RunDir is a folder, 0700, for the files that the process derives from this configuration.
	RunDir string `json:"runDir"`
	// ServiceCIDR is the range of cluster IPs, such as 10.100.0.0/16.
	ServiceCIDR string `json:"serviceCidr"`
	// ClientCAFile holds the authorities whose client certificates are identities (CN = user, O = groups).
	ClientCAFile string `json:"clientCaFile"`

	Etcd            Etcd            `json:"etcd"`
	Serving         Serving         `json:"serving"`
	FrontProxy      FrontProxy      `json:"frontProxy"`
	ServiceAccounts ServiceAccounts `json:"serviceAccounts"`

	// Webhooks, when nil, leaves certificates and service account tokens as the only identities, and Node and RBAC as
	// the only authorizers.
	Webhooks *Webhooks `json:"webhooks,omitempty"`
	// KubeletClient, when nil, leaves logs, exec and port-forward without a credential.
	KubeletClient *KeyPair `json:"kubeletClient,omitempty"`
	// Controllers, when nil, starts no kube-controller-manager.
	Controllers *Controllers `json:"controllers,omitempty"`
	// Scheduler, when nil, starts no kube-scheduler.
	Scheduler *Scheduler `json:"scheduler,omitempty"`
	// Audit, when nil, writes no audit log.
	Audit *Audit `json:"audit,omitempty"`
}

// KeyPair is a certificate chain and its private key, as two PEM files.
type KeyPair struct {
	CertFile string `json:"certFile"`
	KeyFile  string `json:"keyFile"`
}

// Etcd is where the cluster's objects live.
type Etcd struct {
	// Endpoints are URLs; a unix socket is written unix:///path/etcd.sock:0, with the port that etcd's own parser wants.
	Endpoints []string `json:"endpoints"`
	// Prefix keeps clusters apart in one etcd, such as /kubernetes/<cluster id>. It starts with a slash and has no last one.
	Prefix string `json:"prefix"`
	// CAFile and Client are for an external etcd over TLS.
	CAFile string   `json:"caFile,omitempty"`
	Client *KeyPair `json:"client,omitempty"`
}

// Serving is the address on which the API is served.
type Serving struct {
	// BindAddress is an IP address; Port is never 0, since clients were told it before the process started.
	BindAddress string `json:"bindAddress"`
	Port        int    `json:"port"`
	// AdvertiseAddress becomes the endpoint of the service default/kubernetes. The API refuses loopback addresses there.
	// When it is empty the service has no endpoint.
	AdvertiseAddress string  `json:"advertiseAddress,omitempty"`
	Pair             KeyPair `json:"pair"`
}

// FrontProxy is the identity with which the API server calls aggregated API servers, and the authority behind it.
type FrontProxy struct {
	CAFile string  `json:"caFile"`
	Client KeyPair `json:"client"`
}

// FrontProxyName is the common name of FrontProxy.Client, by which aggregated API servers know the API server.
const FrontProxyName = "front-proxy-client"

// ServiceAccounts says how service account tokens are signed and recognised.
type ServiceAccounts struct {
	// Issuer is the iss claim: https://oidc.eks.<region>.amazonaws.com/id/<32 HEX>.
	Issuer string `json:"issuer"`
	// SigningKeyFile is the private key of new tokens. Its public half is always accepted; VerificationKeyFiles are
	// further public keys (a key that was rotated out).
	SigningKeyFile       string   `json:"signingKeyFile"`
	VerificationKeyFiles []string `json:"verificationKeyFiles,omitempty"`
	// Audiences are the API's own; they are also the aud claim of a token that was asked for without one.
	Audiences []string `json:"audiences"`
}

// Webhooks are kubeconfig files of the services that know the cloud's identities.
type Webhooks struct {
	// TokenReviewKubeconfig answers authentication.k8s.io/v1 TokenReview.
	TokenReviewKubeconfig string `json:"tokenReviewKubeconfig"`
	// AccessReviewKubeconfig answers authorization.k8s.io/v1 SubjectAccessReview. It is asked only about identities that
	// carry PrincipalIDKey.
	AccessReviewKubeconfig string `json:"accessReviewKubeconfig"`
}

// PrincipalIDKey is the extra key that marks a user as one that came through an AWS token
// (facts: eks-authentication.md §6; aws-iam-authenticator pkg/server/server.go).
const PrincipalIDKey = "sigs.k8s.io/aws-iam-authenticator/principalId"

// Controllers configures kube-controller-manager.
type Controllers struct {
	Kubeconfig string `json:"kubeconfig"`
	// RootCAFile is published in every namespace as the ConfigMap kube-root-ca.crt.
	RootCAFile string `json:"rootCaFile"`
	// Signing signs approved CertificateSigningRequests.
	Signing KeyPair `json:"signing"`
}

// Scheduler configures kube-scheduler.
type Scheduler struct {
	Kubeconfig string `json:"kubeconfig"`
}

// Audit writes one JSON event per request, at level Metadata.
type Audit struct {
	Path string `json:"path"`
}

// Load reads and checks a configuration file. A field that is not known is an error.
func Load(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	cfg, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cfg, nil
}

// Parse decodes and checks one JSON document.
func Parse(data []byte) (*Config, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var cfg Config
	if err := dec.Decode(&cfg); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("text after the configuration document")
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &cfg, nil
}

// Validate returns every reason, in field order, for which a process could not start from c.
func (c *Config) Validate() error {
	var errs []error
	require := func(field, value string) {
		if value == "" {
			errs = append(errs, fmt.Errorf("%s is missing", field))
		}
	}
	pair := func(field string, p KeyPair) {
		require(field+".certFile", p.CertFile)
		require(field+".keyFile", p.KeyFile)
	}

	require("clusterId", c.ClusterID)
	require("kubernetesVersion", c.KubernetesVersion)
	require("runDir", c.RunDir)
	if _, err := netip.ParsePrefix(c.ServiceCIDR); err != nil {
		errs = append(errs, fmt.Errorf("serviceCidr: %w", err))
	}
	require("clientCaFile", c.ClientCAFile)

	if len(c.Etcd.Endpoints) == 0 {
		errs = append(errs, errors.New("etcd.endpoints is empty"))
	}
	if !strings.HasPrefix(c.Etcd.Prefix, "/") || strings.HasSuffix(c.Etcd.Prefix, "/") {
		errs = append(errs, fmt.Errorf("etcd.prefix %q must start with a slash and not end with one", c.Etcd.Prefix))
	}
	if c.Etcd.Client != nil {
		pair("etcd.client", *c.Etcd.Client)
	}

	errs = append(errs, c.Serving.validate()...)
	pair("serving.pair", c.Serving.Pair)
	require("frontProxy.caFile", c.FrontProxy.CAFile)
	pair("frontProxy.client", c.FrontProxy.Client)

	if u, err := url.Parse(c.ServiceAccounts.Issuer); err != nil || u.Scheme != "https" || u.Host == "" {
		errs = append(errs, fmt.Errorf("serviceAccounts.issuer %q is not an https URL", c.ServiceAccounts.Issuer))
	}
	require("serviceAccounts.signingKeyFile", c.ServiceAccounts.SigningKeyFile)
	if len(c.ServiceAccounts.Audiences) == 0 {
		errs = append(errs, errors.New("serviceAccounts.audiences is empty"))
	}

	if w := c.Webhooks; w != nil {
		require("webhooks.tokenReviewKubeconfig", w.TokenReviewKubeconfig)
		require("webhooks.accessReviewKubeconfig", w.AccessReviewKubeconfig)
	}
	if c.KubeletClient != nil {
		pair("kubeletClient", *c.KubeletClient)
	}
	if k := c.Controllers; k != nil {
		require("controllers.kubeconfig", k.Kubeconfig)
		require("controllers.rootCaFile", k.RootCAFile)
		pair("controllers.signing", k.Signing)
	}
	if c.Scheduler != nil {
		require("scheduler.kubeconfig", c.Scheduler.Kubeconfig)
	}
	if c.Audit != nil {
		require("audit.path", c.Audit.Path)
	}
	return errors.Join(errs...)
}

func (s Serving) validate() []error {
	var errs []error
	if _, err := netip.ParseAddr(s.BindAddress); err != nil {
		errs = append(errs, fmt.Errorf("serving.bindAddress: %w", err))
	}
	if s.Port < 1 || s.Port > 65535 {
		errs = append(errs, fmt.Errorf("serving.port %d is not between 1 and 65535", s.Port))
	}
	if s.AdvertiseAddress == "" {
		return errs
	}
	addr, err := netip.ParseAddr(s.AdvertiseAddress)
	switch {
	case err != nil:
		errs = append(errs, fmt.Errorf("serving.advertiseAddress: %w", err))
	case addr.IsLoopback() || addr.IsUnspecified() || addr.IsLinkLocalUnicast() || addr.IsMulticast():
		errs = append(errs, fmt.Errorf("serving.advertiseAddress %s cannot be the endpoint of a service", addr))
	}
	return errs
}
