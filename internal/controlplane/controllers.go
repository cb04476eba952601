package controlplane

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/kubernetes/cmd/kube-controller-manager/app"
	"k8s.io/kubernetes/cmd/kube-controller-manager/app/options"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

// startControllers starts kube-controller-manager. The API server behind client must be ready.
func startControllers(cfg *contract.Config, client kubernetes.Interface, exits chan<- error) (*component, error) {
	opts, err := options.NewKubeControllerManagerOptions()
	if err != nil {
		return nil, err
	}
	known, off, aliases := app.KnownControllers(), app.ControllersDisabledByDefault(), app.ControllerAliases()
	if err := parseFlags("kube-controller-manager", opts.Flags(known, off, aliases), controllerFlags(cfg)); err != nil {
		return nil, err
	}
	// The event pipeline outlives the controllers' context and is shut down by Run.
	config, err := opts.Config(context.Background(), known, off, aliases)
	if err != nil {
		return nil, err
	}

	ready := make(chan struct{})
	return launch("kube-controller-manager", ready, exits, func(ctx context.Context) error {
		go closeWhenPodsAreWelcome(ctx, client, ready)
		return app.Run(ctx, config.Complete())
	}), nil
}

// controllerFlags are kube-controller-manager's flags for cfg.
func controllerFlags(cfg *contract.Config) []string {
	return []string{
		"--kubeconfig=" + cfg.Controllers.Kubeconfig,
		// One process holds the only control plane of the cluster: there is nobody to be elected against, and nothing
		// outside of the process that would ask for its metrics.
		"--leader-elect=false",
		"--secure-port=0",
		// Controllers act as their own service accounts, as the audit log and RBAC of a real cluster have it.
		"--use-service-account-credentials=true",
		"--service-account-private-key-file=" + cfg.ServiceAccounts.SigningKeyFile,
		"--root-ca-file=" + cfg.Controllers.RootCAFile,
		"--cluster-signing-cert-file=" + cfg.Controllers.Signing.CertFile,
		"--cluster-signing-key-file=" + cfg.Controllers.Signing.KeyFile,
		// Pod addresses are the network plugin's business on EKS.
		"--allocate-node-cidrs=false",
		"--configure-cloud-routes=false",
		"--controllers=*,-node-ipam-controller",
		"--controller-shutdown-timeout=5s",
		"--kube-api-qps=200",
		"--kube-api-burst=400",
		"--profiling=false",
	}
}

// closeWhenPodsAreWelcome closes ready once the default namespace holds what the admission of a pod and its volumes
// need. Both objects are made by controllers that use their own service account credentials, so their presence in a new
// cluster shows the whole path at work; in a cluster that is started again they are there at once, and so is the use.
func closeWhenPodsAreWelcome(ctx context.Context, client kubernetes.Interface, ready chan<- struct{}) {
	core := client.CoreV1()
	err := wait.PollUntilContextCancel(ctx, readyPoll, true, func(ctx context.Context) (bool, error) {
		if _, err := core.ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{}); err != nil {
			return false, nil
		}
		_, err := core.ConfigMaps(metav1.NamespaceDefault).Get(ctx, "kube-root-ca.crt", metav1.GetOptions{})
		return err == nil, nil
	})
	if err == nil {
		close(ready)
	}
}
