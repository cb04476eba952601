package fleet

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

// drain is how long the output of a process is read after it has ended, should something else hold its pipes.
const drain = 2 * time.Second

// member is one cluster of the fleet.
type member struct {
	id      string
	config  string
	log     *logFile
	options *Options

	// stopping is closed when the process is to end, killing when it is to end at once, done when it has ended for good.
	stopping, killing, done chan struct{}
	stopOnce, killOnce      sync.Once

	mu     sync.Mutex
	state  State
	reason error
}

func newMember(id, config string, log *logFile, options *Options) *member {
	return &member{
		id: id, config: config, log: log, options: options,
		stopping: make(chan struct{}), killing: make(chan struct{}), done: make(chan struct{}),
		state: Starting,
	}
}

// stop ends the member and waits until it has ended.
func (m *member) stop(ctx context.Context) {
	m.stopOnce.Do(func() { close(m.stopping) })
	select {
	case <-m.done:
	case <-ctx.Done():
		m.killOnce.Do(func() { close(m.killing) })
		<-m.done
	}
}

func (m *member) current() (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, m.reason
}

func (m *member) set(state State, reason error) {
	m.mu.Lock()
	m.state, m.reason = state, reason
	m.mu.Unlock()
	if reason != nil {
		m.options.Logger.Warn("control plane", "cluster", m.id, "state", state, "reason", reason)
	} else {
		m.options.Logger.Info("control plane", "cluster", m.id, "state", state)
	}
	m.options.OnState(m.id, state, reason)
}

// run starts the process until it is to end or is given up.
func (m *member) run() {
	defer close(m.done)
	defer func() { _ = m.log.Close() }()
	// On Linux the kernel kills the child when the thread that started it ends, not the process; this goroutine keeps its
	// thread for as long as there is a child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	restart := m.options.Restart
	pause, deaths := restart.Min, 0
	m.set(Starting, nil)
	for {
		readyFor, err := m.runOnce()
		if m.asked(m.stopping) {
			m.set(Stopped, nil)
			return
		}
		if readyFor > 0 {
			deaths = 0
		}
		if readyFor >= restart.Max {
			pause = restart.Min
		}
		deaths++
		if deaths >= restart.GiveUp && readyFor == 0 {
			m.set(Failed, fmt.Errorf("gave up after %d attempts: %w", deaths, err))
			<-m.stopping
			m.set(Stopped, nil)
			return
		}
		m.set(Restarting, err)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-m.stopping:
			timer.Stop()
			m.set(Stopped, nil)
			return
		}
		pause = min(2*pause, restart.Max)
	}
}

func (m *member) asked(signal <-chan struct{}) bool {
	select {
	case <-signal:
		return true
	default:
		return false
	}
}

// runOnce is the life of one process. It returns for how long the process was ready, and why it ended.
func (m *member) runOnce() (readyFor time.Duration, err error) {
	statuses := make(chan contract.Status)
	cmd := m.options.Command(m.config)
	cmd.Stdout = &statusLines{report: func(s contract.Status) { statuses <- s }, rest: m.log}
	cmd.Stderr = m.log
	cmd.WaitDelay = drain
	setProcessAttributes(cmd)
	lifeLine, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	m.log.Printf("--- starting %s", m.config)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()

	timeout := time.NewTimer(m.options.Restart.ReadyTimeout)
	defer timeout.Stop()
	stopping, killing := m.stopping, m.killing
	var readySince time.Time
	var reason error
	for {
		select {
		case status := <-statuses:
			switch status.State {
			case contract.Ready:
				timeout.Stop()
				readySince = time.Now()
				m.set(Ready, nil)
			case contract.Failed:
				reason = errors.New(status.Error)
			default:
				m.options.Logger.Debug("control plane", "cluster", m.id, "progress", status.State)
			}
		case <-timeout.C:
			reason = fmt.Errorf("not ready after %s", m.options.Restart.ReadyTimeout)
			_ = cmd.Process.Kill()
		case <-stopping:
			stopping = nil
			_ = lifeLine.Close()
		case <-killing:
			killing = nil
			_ = cmd.Process.Kill()
		case err := <-exited:
			if !readySince.IsZero() {
				readyFor = max(time.Since(readySince), 1)
			}
			return readyFor, deathReason(reason, err)
		}
	}
}

// deathReason prefers what the process said over how it ended.
func deathReason(said, ended error) error {
	if said != nil {
		return said
	}
	if exit := (*exec.ExitError)(nil); errors.As(ended, &exit) {
		return fmt.Errorf("the process ended: %s", exit.ProcessState)
	}
	if ended != nil {
		return ended
	}
	return errors.New("the process ended by itself")
}
