package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
)

// State is a state folder: everything that one lab keeps, and nothing of any other.
type State struct{ Dir string }

// The folder's parts.
func (s State) etcd() string        { return filepath.Join(s.Dir, "etcd") }
func (s State) clusters() string    { return filepath.Join(s.Dir, "clusters") }
func (s State) lock() string        { return filepath.Join(s.Dir, "airside.lock") }
func (s State) instance() string    { return filepath.Join(s.Dir, "instance.json") }
func (s State) credentials() string { return filepath.Join(s.Dir, "credentials.json") }

// Trail is the folder of the trail.
func (s State) Trail() string { return filepath.Join(s.Dir, "trail") }

// Log is the program's log file.
func (s State) Log() string { return filepath.Join(s.Dir, "airside.log") }

// Instance is what runs on a state folder.
type Instance struct {
	PID      int       `json:"pid"`
	Endpoint string    `json:"endpoint"` // http://127.0.0.1:4566; empty while it is starting
	Account  string    `json:"account"`
	Region   string    `json:"region"`
	Version  string    `json:"version"`
	Started  time.Time `json:"started"`
}

// Keys are a pair of access key and secret.
type Keys struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
}

// Credentials are what a new lab starts with.
type Credentials struct {
	Root  Keys `json:"root"`  // the account's root user
	Admin Keys `json:"admin"` // the IAM user admin, with AdministratorAccess
}

// ErrNotRunning is returned for a state folder that no Airside runs on.
var ErrNotRunning = errors.New("no Airside is running on this state folder: start it with `airside up`")

// ErrBetween is returned for a state folder on which an Airside is just starting or stopping.
var ErrBetween = errors.New("an Airside is just starting or stopping on this state folder: try again in a moment")

// Running tells what runs on the folder now and can be used.
func (s State) Running() (*Instance, error) {
	i, err := s.Process()
	if err == nil && i.Endpoint == "" {
		return nil, ErrBetween
	}
	return i, err
}

// Process tells which process has the folder, also one that is still starting.
func (s State) Process() (*Instance, error) {
	held, err := s.held()
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, ErrNotRunning
	}
	var i Instance
	err = readJSON(s.instance(), &i)
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrBetween
	}
	if err != nil {
		return nil, err
	}
	return &i, nil
}

// Credentials reads the lab's first credentials.
func (s State) Credentials() (*Credentials, error) {
	var c Credentials
	if err := readJSON(s.credentials(), &c); err != nil {
		return nil, fmt.Errorf("the lab's credentials cannot be read: %w", err)
	}
	return &c, nil
}

// held tells whether some process holds the folder's lock.
func (s State) held() (bool, error) {
	l, err := fileutil.TryLockFile(s.lock(), os.O_RDWR, 0o600)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	case errors.Is(err, fileutil.ErrLocked):
		return true, nil
	case err != nil:
		return false, err
	}
	return false, l.Close()
}

// acquire makes the folder and takes its lock.
func (s State) acquire() (*fileutil.LockedFile, error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the state folder cannot be made: %w", err)
	}
	if err := os.Chmod(s.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the state folder cannot be kept private: %w", err)
	}
	l, err := s.tryLock()
	// `airside status` holds the lock for an instant, to see whether it can.
	for range 10 {
		if !errors.Is(err, fileutil.ErrLocked) {
			break
		}
		time.Sleep(20 * time.Millisecond)
		l, err = s.tryLock()
	}
	if errors.Is(err, fileutil.ErrLocked) {
		owner := ""
		var i Instance
		if readJSON(s.instance(), &i) == nil && i.PID != 0 {
			owner = fmt.Sprintf(" (process %d, %s)", i.PID, i.Endpoint)
		}
		return nil, fmt.Errorf("another Airside%s runs on the state folder %s: stop it with `airside down`, or choose another folder with --state", owner, s.Dir)
	}
	return l, err
}

// tryLock locks the lock file, and makes sure that what it locked is still the file of that name: a reset removes it.
func (s State) tryLock() (*fileutil.LockedFile, error) {
	l, err := fileutil.TryLockFile(s.lock(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	mine, err := l.Stat()
	if err == nil {
		var named os.FileInfo
		if named, err = os.Stat(s.lock()); err == nil && os.SameFile(mine, named) {
			return l, nil
		}
	}
	l.Close()
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return nil, fileutil.ErrLocked
}

// Reset removes everything in the folder. It refuses while an Airside runs on it, and on a folder that is not a lab's.
func (s State) Reset() error {
	if _, err := os.Stat(s.Dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(s.lock()); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is not a state folder of Airside: nothing was removed", s.Dir)
	}
	l, err := s.acquire()
	if err != nil {
		return err
	}
	defer l.Close()
	for _, part := range []string{s.etcd(), s.clusters(), s.Trail(), s.credentials(), s.instance(), s.Log(), s.lock()} {
		if err := os.RemoveAll(part); err != nil {
			return err
		}
	}
	return nil
}

func readJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// writeJSON replaces a file as a whole, so that no reader ever sees half of it.
func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(raw, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
