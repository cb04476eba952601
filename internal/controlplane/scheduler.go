package controlplane

import (
	"context"

	"k8s.io/kubernetes/cmd/kube-scheduler/app"
	"k8s.io/kubernetes/cmd/kube-scheduler/app/options"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

// startScheduler starts kube-scheduler with its default profile. The API server must be ready.
func startScheduler(cfg *contract.Config, exits chan<- error) (*component, error) {
	opts := options.NewOptions()
	if err := parseFlags("kube-scheduler", *opts.Flags, schedulerFlags(cfg)); err != nil {
		return nil, err
	}

	ready := make(chan struct{})
	return launch("kube-scheduler", ready, exits, func(ctx context.Context) error {
		config, scheduler, err := app.Setup(ctx, opts)
		if err != nil {
			return err
		}
		go func() {
			if scheduler.WaitForHandlersSync(ctx) == nil {
				close(ready)
			}
		}()
		return app.Run(ctx, config, scheduler)
	}), nil
}

// schedulerFlags are kube-scheduler's flags for cfg. Like the controllers it has no rival and no port.
func schedulerFlags(cfg *contract.Config) []string {
	return []string{
		"--kubeconfig=" + cfg.Scheduler.Kubeconfig,
		"--leader-elect=false",
		"--secure-port=0",
		"--kube-api-qps=200",
		"--kube-api-burst=400",
		"--profiling=false",
	}
}
