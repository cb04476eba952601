package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// State is how far a control plane process has come. A process passes through the states in the order below; those of
// a component that its configuration leaves out are not reported.
type State string

const (
	// APIServerReady: /readyz answers ok.
	APIServerReady State = "apiserver-ready"
	// ControllersReady: the controllers have made what a pod needs (the default ServiceAccount and kube-root-ca.crt).
	ControllersReady State = "controllers-ready"
	// SchedulerReady: the scheduler's caches are filled.
	SchedulerReady State = "scheduler-ready"
	// Ready: everything that was configured is.
	Ready State = "ready"
	// Stopping: the process was asked to end.
	Stopping State = "stopping"
	// Failed: the process is about to end; Status.Error says why.
	Failed State = "failed"
)

func (s State) known() bool {
	switch s {
	case APIServerReady, ControllersReady, SchedulerReady, Ready, Stopping, Failed:
		return true
	}
	return false
}

// Status is one change of state.
type Status struct {
	State State `json:"state"`
	// Error is set with Failed only.
	Error string `json:"error,omitempty"`
}

// WriteStatus writes s as one line.
func WriteStatus(w io.Writer, s Status) error {
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// ParseStatus reads one line. A line that is not a status is an error; a reader may treat it as ordinary output, since
// a library can write to the process's standard output too.
func ParseStatus(line []byte) (Status, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	var s Status
	if err := dec.Decode(&s); err != nil {
		return Status{}, err
	}
	if !s.State.known() {
		return Status{}, fmt.Errorf("unknown state %q", s.State)
	}
	return s, nil
}
