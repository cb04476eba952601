package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"sync"
	"time"
)

// State is what the fleet knows about one cluster's process.
type State string

const (
	// Starting: the process runs and is not ready yet.
	Starting State = "starting"
	// Ready: the API, the controllers and the scheduler do their work.
	Ready State = "ready"
	// Restarting: the process died and will be started again.
	Restarting State = "restarting"
	// Stopped: the process was ended on request.
	Stopped State = "stopped"
	// Failed: the process died again and again without becoming ready, and is not started any more.
	Failed State = "failed"
)

// Options configure a fleet.
type Options struct {
	// Command makes the command that becomes a control plane process with the configuration file at configPath: the same
	// binary with an argument that leads to controlplane.Main. The fleet sets its standard streams and process attributes.
	Command func(configPath string) *exec.Cmd
	// Logger gets one line per change of state.
	Logger *slog.Logger
	// OnState, when set, is told every change of state, in order per cluster. err says why with Restarting and Failed. It
	// must not wait for the fleet (Stop, Close), which waits for it.
	OnState func(id string, state State, err error)
	// Restart says how dead processes are started again. The zero value means DefaultRestart.
	Restart Restart
	// Now is the clock of certificates; time.Now when not set.
	Now func() time.Time
}

// Restart is the patience with processes that die.
type Restart struct {
	// Min is the pause after the first death; it doubles with each further one up to Max. A process that was ready for at
	// least Max starts over at Min.
	Min, Max time.Duration
	// GiveUp is after how many deaths in a row without ever having been ready a cluster is Failed.
	GiveUp int
	// ReadyTimeout is how long a process may take to become ready before it is killed, which counts as a death.
	ReadyTimeout time.Duration
}

// DefaultRestart suits a control plane, which takes seconds to start.
var DefaultRestart = Restart{Min: 500 * time.Millisecond, Max: 30 * time.Second, GiveUp: 5, ReadyTimeout: 2 * time.Minute}

var errClosed = errors.New("the fleet is closed")

// Fleet supervises the processes of all clusters. Its methods may be called from any goroutine.
type Fleet struct {
	options Options

	mu      sync.Mutex
	closed  bool
	members map[string]*member
}

// New makes an empty fleet.
func New(options Options) (*Fleet, error) {
	if options.Command == nil {
		return nil, errors.New("a fleet needs a command to start")
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.OnState == nil {
		options.OnState = func(string, State, error) {}
	}
	if options.Restart == (Restart{}) {
		options.Restart = DefaultRestart
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Fleet{options: options, members: map[string]*member{}}, nil
}

// Start prepares the run folder of spec and begins to supervise its process. It returns before the process is ready;
// OnState tells when it is. An error means that nothing was started.
func (f *Fleet) Start(spec Spec) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return errClosed
	}
	if _, exists := f.members[spec.ID]; exists {
		return fmt.Errorf("cluster %s is already started", spec.ID)
	}
	config, err := Prepare(spec, f.options.Now())
	if err != nil {
		return err
	}
	log, err := openLog(LogFile(spec), logLimit)
	if err != nil {
		return err
	}
	m := newMember(spec.ID, config, log, &f.options)
	f.members[spec.ID] = m
	go m.run()
	return nil
}

// Stop ends the process of a cluster and forgets the cluster; the run folder stays. The process is asked to end, and
// killed when ctx ends first. Stopping a cluster that is not there does nothing.
func (f *Fleet) Stop(ctx context.Context, id string) {
	f.mu.Lock()
	m := f.members[id]
	f.mu.Unlock()
	if m == nil {
		return
	}
	m.stop(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.members[id] == m {
		delete(f.members, id)
	}
}

// Close stops all clusters at the same time, as Stop does, and refuses new ones.
func (f *Fleet) Close(ctx context.Context) {
	f.mu.Lock()
	f.closed = true
	members := make([]*member, 0, len(f.members))
	for _, m := range f.members {
		members = append(members, m)
	}
	f.mu.Unlock()

	var all sync.WaitGroup
	for _, m := range members {
		all.Go(func() { m.stop(ctx) })
	}
	all.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.members)
}

// State returns the latest state of a cluster, and the error that came with it. known is false for a cluster that was
// never started or was stopped.
func (f *Fleet) State(id string) (state State, reason error, known bool) {
	f.mu.Lock()
	m := f.members[id]
	f.mu.Unlock()
	if m == nil {
		return "", nil, false
	}
	state, reason = m.current()
	return state, reason, true
}
