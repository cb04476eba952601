package controlplane

import (
	"context"
	"strconv"
	"strings"
	"time"

	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

// readyPoll is how often the API server asks itself whether it is ready. There is no event for it: /readyz is a
// conjunction of checks, and asking costs microseconds.
const readyPoll = 20 * time.Millisecond

// apiServer is the running kube-apiserver.
type apiServer struct {
	*component
	// client acts with the server's own unlimited identity, over loopback.
	client kubernetes.Interface
}

// startAPIServer builds kube-apiserver from cfg and starts it.
func startAPIServer(cfg *contract.Config, exits chan<- error) (*apiServer, error) {
	// What is built here already watches its configuration files; it ends with the server.
	ctx, cancel := context.WithCancel(context.Background())
	prepared, client, err := buildAPIServer(ctx, cfg)
	if err != nil {
		cancel()
		return nil, err
	}
	ready := make(chan struct{})
	run := launch("kube-apiserver", ready, exits, func(ctx context.Context) error {
		defer cancel()
		go closeWhenServing(ctx, client.Discovery().RESTClient(), ready)
		return prepared.Run(ctx)
	})
	return &apiServer{component: run, client: client}, nil
}

// runnable is a server whose handlers and hooks are all installed.
type runnable interface {
	Run(ctx context.Context) error
}

// buildAPIServer assembles the server chain, and a client that acts with the server's own unlimited identity.
func buildAPIServer(ctx context.Context, cfg *contract.Config) (runnable, kubernetes.Interface, error) {
	config, err := apiServerConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	completed, err := config.Complete()
	if err != nil {
		return nil, nil, err
	}
	chain, err := app.CreateServerChain(completed)
	if err != nil {
		return nil, nil, err
	}
	prepared, err := chain.PrepareRun()
	if err != nil {
		return nil, nil, err
	}
	client, err := kubernetes.NewForConfig(unthrottled(config.KubeAPIs.ControlPlane.Generic.LoopbackClientConfig))
	if err != nil {
		return nil, nil, err
	}
	return prepared, client, nil
}

// closeWhenServing closes ready when /readyz answers ok.
func closeWhenServing(ctx context.Context, client rest.Interface, ready chan<- struct{}) {
	err := wait.PollUntilContextCancel(ctx, readyPoll, true, func(ctx context.Context) (bool, error) {
		return client.Get().AbsPath("/readyz").Do(ctx).Error() == nil, nil
	})
	if err == nil {
		close(ready)
	}
}

// unthrottled lets the process talk to itself as fast as it can answer.
func unthrottled(config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.QPS = -1
	return config
}

// apiServerConfig turns cfg into the configuration of the three servers (aggregator, Kubernetes, extensions) that make
// up kube-apiserver.
func apiServerConfig(ctx context.Context, cfg *contract.Config) (*app.Config, error) {
	version, err := parseReportedVersion(cfg.KubernetesVersion)
	if err != nil {
		return nil, err
	}
	files, err := writePolicies(cfg)
	if err != nil {
		return nil, err
	}
	opts := options.NewServerRunOptions()
	if err := parseFlags("kube-apiserver", opts.Flags(), apiServerFlags(cfg, files)); err != nil {
		return nil, err
	}
	tuneWebhooks(opts)

	done, err := opts.Complete(ctx)
	if err != nil {
		return nil, err
	}
	if errs := done.Validate(); len(errs) != 0 {
		return nil, utilerrors.NewAggregate(errs)
	}
	config, err := app.NewConfig(done)
	if err != nil {
		return nil, err
	}
	generic := config.KubeAPIs.ControlPlane.Generic
	claim := claimedVersion{EffectiveVersion: generic.EffectiveVersion, claim: version}
	generic.EffectiveVersion = claim
	config.Aggregator.GenericConfig.EffectiveVersion = claim
	config.ApiExtensions.GenericConfig.EffectiveVersion = claim
	return config, nil
}

// tuneWebhooks sets what has no flag.
func tuneWebhooks(opts *options.ServerRunOptions) {
	// Every verdict is fresh: an access entry that is deleted locks its principal out with the next request. The
	// webhook's own cache is off by flag; this is a second one in front of all token authenticators.
	opts.Authentication.TokenSuccessCacheTTL = 0
	// The webhooks live in the supervising process on the same machine: when it does not answer, waiting is of no use.
	retry := wait.Backoff{Duration: 50 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 3}
	opts.Authentication.WebHook.RetryBackoff = &retry
	opts.Authorization.WebhookRetryBackoff = &retry
}

// apiServerFlags are kube-apiserver's flags for cfg, in the order of its reference page.
func apiServerFlags(cfg *contract.Config, files policyFiles) []string {
	sa := cfg.ServiceAccounts
	args := []string{
		"--etcd-servers=" + strings.Join(cfg.Etcd.Endpoints, ","),
		"--etcd-prefix=" + cfg.Etcd.Prefix,

		"--bind-address=" + cfg.Serving.BindAddress,
		"--secure-port=" + strconv.Itoa(cfg.Serving.Port),
		"--tls-cert-file=" + cfg.Serving.Pair.CertFile,
		"--tls-private-key-file=" + cfg.Serving.Pair.KeyFile,

		"--client-ca-file=" + cfg.ClientCAFile,
		"--requestheader-client-ca-file=" + cfg.FrontProxy.CAFile,
		"--requestheader-allowed-names=" + contract.FrontProxyName,
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file=" + cfg.FrontProxy.Client.CertFile,
		"--proxy-client-key-file=" + cfg.FrontProxy.Client.KeyFile,

		"--service-cluster-ip-range=" + cfg.ServiceCIDR,

		"--service-account-issuer=" + sa.Issuer,
		"--service-account-jwks-uri=" + sa.Issuer + "/keys",
		"--service-account-signing-key-file=" + sa.SigningKeyFile,
		"--service-account-key-file=" + sa.SigningKeyFile,
		"--api-audiences=" + strings.Join(sa.Audiences, ","),
		// EKS shortens longer requests to a day (aws/containers-roadmap issue 1836 asks for more).
		"--service-account-max-token-expiration=24h",

		"--authentication-config=" + files.authentication,
		"--authorization-config=" + files.authorization,
		"--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true",
		"--event-ttl=60m",
		// Open watches, such as kubectl get -w, are told to end instead of being waited for.
		"--shutdown-watch-termination-grace-period=1s",
		"--profiling=false",
	}
	for _, file := range sa.VerificationKeyFiles {
		args = append(args, "--service-account-key-file="+file)
	}
	args = append(args, advertiseFlags(cfg.Serving)...)
	if cfg.Etcd.CAFile != "" {
		args = append(args, "--etcd-cafile="+cfg.Etcd.CAFile)
	}
	if pair := cfg.Etcd.Client; pair != nil {
		args = append(args, "--etcd-certfile="+pair.CertFile, "--etcd-keyfile="+pair.KeyFile)
	}
	if pair := cfg.KubeletClient; pair != nil {
		args = append(args,
			"--kubelet-client-certificate="+pair.CertFile,
			"--kubelet-client-key="+pair.KeyFile,
			"--kubelet-preferred-address-types=InternalIP,Hostname")
	}
	if cfg.Webhooks != nil {
		args = append(args,
			"--authentication-token-webhook-config-file="+cfg.Webhooks.TokenReviewKubeconfig,
			"--authentication-token-webhook-version=v1",
			"--authentication-token-webhook-cache-ttl=0")
	}
	if cfg.Audit != nil {
		args = append(args,
			"--audit-policy-file="+files.audit,
			"--audit-log-path="+cfg.Audit.Path,
			"--audit-log-maxsize=50",
			"--audit-log-maxbackup=2")
	}
	return args
}

// advertiseFlags keep the endpoints of default/kubernetes true: one address that nodes can reach, or none. A bound
// loopback address cannot be one, and left to itself the server would pick an interface of the machine, or fail without
// a network.
func advertiseFlags(serving contract.Serving) []string {
	if serving.AdvertiseAddress == "" {
		return []string{"--endpoint-reconciler-type=none", "--advertise-address=" + unroutable}
	}
	return []string{"--advertise-address=" + serving.AdvertiseAddress}
}

// unroutable is an address from TEST-NET-1 (RFC 5737), for a flag that must have a value that nothing uses.
const unroutable = "192.0.2.1"
