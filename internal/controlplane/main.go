package controlplane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

// Garbage is collected rarely while the API server builds its schemas, which nearly all stay, and often afterwards,
// when the process is idle most of the time and its size on a laptop matters more than its speed.
const (
	gcPercentStarting = 400
	gcPercentServing  = 50
)

// errParentGone ends the process when its supervisor closes the pipe, deliberately or by dying.
var errParentGone = errors.New("standard input was closed")

// Main is the body of a control plane process. It runs what the file at configPath describes (contract.Config) until
// ctx ends or standard input reaches its end, and writes one contract.Status line per change of state to status.
//
// Standard input is the life line: the supervisor holds the other end of the pipe and never writes to it, so that
// however the supervisor ends, no control plane is left behind. A return because of ctx or of the life line is not an
// error.
func Main(ctx context.Context, configPath string, status io.Writer) error {
	report := &reporter{out: status}
	cfg, err := contract.Load(configPath)
	if err != nil {
		report.failed(err)
		return err
	}

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		// The content is of no interest, only the end is.
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel(errParentGone)
	}()

	debug.SetGCPercent(gcPercentStarting)
	err = run(ctx, cfg, report)
	if err != nil && ctx.Err() == nil {
		report.failed(err)
		return err
	}
	return nil
}

// run starts the components in the order in which each can be used by the next, and stops them in reverse.
func run(ctx context.Context, cfg *contract.Config, report *reporter) error {
	if err := setupProcess(cfg); err != nil {
		return err
	}

	// Each component ends the process when it ends by itself: a cluster without one of them would look alive.
	exits := make(chan error, 3)
	api, err := startAPIServer(cfg, exits)
	if err != nil {
		return fmt.Errorf("kube-apiserver: %w", err)
	}
	defer api.stop()
	if err := await(ctx, exits, api.ready); err != nil {
		return err
	}
	report.state(contract.APIServerReady)

	// Controllers and scheduler fill their caches at the same time; only the order of the reports is fixed.
	var controllers, scheduler *component
	if cfg.Controllers != nil {
		controllers, err = startControllers(cfg, api.client, exits)
		if err != nil {
			return fmt.Errorf("kube-controller-manager: %w", err)
		}
		defer controllers.stop()
	}
	if cfg.Scheduler != nil {
		scheduler, err = startScheduler(cfg, exits)
		if err != nil {
			return fmt.Errorf("kube-scheduler: %w", err)
		}
		defer scheduler.stop()
	}
	if controllers != nil {
		if err := await(ctx, exits, controllers.ready); err != nil {
			return err
		}
		report.state(contract.ControllersReady)
	}
	if scheduler != nil {
		if err := await(ctx, exits, scheduler.ready); err != nil {
			return err
		}
		report.state(contract.SchedulerReady)
	}
	report.state(contract.Ready)

	debug.SetGCPercent(gcPercentServing)
	debug.FreeOSMemory()

	err = await(ctx, exits, nil)
	if ctx.Err() != nil {
		report.state(contract.Stopping)
	}
	return err
}

// await waits for ready to be closed; an ended context or a component that exited come first.
func await(ctx context.Context, exits <-chan error, ready <-chan struct{}) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case err := <-exits:
		return err
	case <-ready:
		return nil
	}
}

// component is one part of the control plane that runs until it is stopped.
type component struct {
	// ready is closed once the component does its work.
	ready <-chan struct{}
	// cancel asks it to end; done is closed when it has.
	cancel context.CancelFunc
	done   <-chan struct{}
}

// stop ends the component and waits until it has ended.
func (c *component) stop() {
	c.cancel()
	<-c.done
}

// launch runs body until the component is stopped. A body that ends without having been asked to sends why to exits.
func launch(name string, ready <-chan struct{}, exits chan<- error, body func(context.Context) error) *component {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := body(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("ended by itself")
		}
		exits <- fmt.Errorf("%s: %w", name, err)
	}()
	return &component{ready: ready, cancel: cancel, done: done}
}

// reporter writes status lines, whole and in order. A supervisor that no longer reads is noticed through the life line.
type reporter struct {
	mu  sync.Mutex
	out io.Writer
}

func (r *reporter) state(s contract.State) { r.write(contract.Status{State: s}) }

func (r *reporter) failed(err error) {
	r.write(contract.Status{State: contract.Failed, Error: err.Error()})
}

func (r *reporter) write(s contract.Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = contract.WriteStatus(r.out, s)
}
