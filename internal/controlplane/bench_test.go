package controlplane_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/fleet"
)

// settle is how long a cluster is left alone before its memory is read: "idle" means that nobody has asked for anything
// for this long.
const settle = 10 * time.Second

// BenchmarkStart measures, in turns and each time on a new etcd, how long a bare kube-apiserver takes until /readyz
// answers ok, and how long a whole control plane with webhooks takes to that point and until all of it is ready. It
// reports medians in seconds, their ratio, and the resident memory of both processes when idle; anon-MiB leaves out the
// pages of the binary, which all clusters of a machine share.
//
//	go test -run '^$' -bench Start -benchtime 5x ./internal/controlplane
func BenchmarkStart(b *testing.B) {
	id := startIdentities(b)
	var bare, serving, whole, stop, bareRSS, wholeRSS, wholeAnon samples
	for range b.N {
		run := startProcess(b, id, bareConfig)
		bare.add(run.until(b, contract.APIServerReady).Seconds())
		<-time.After(settle)
		bareRSS.add(run.residentMiB(b, "VmRSS:"))
		run.stop(b)

		run = startProcess(b, id, nil)
		serving.add(run.until(b, contract.APIServerReady).Seconds())
		whole.add(run.until(b, contract.Ready).Seconds())
		<-time.After(settle)
		wholeRSS.add(run.residentMiB(b, "VmRSS:"))
		wholeAnon.add(run.residentMiB(b, "RssAnon:"))
		stop.add(run.stop(b).Seconds())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(bare.median(), "bare-s")
	b.ReportMetric(serving.median(), "readyz-s")
	b.ReportMetric(whole.median(), "ready-s")
	b.ReportMetric(serving.median()/bare.median(), "readyz/bare")
	b.ReportMetric(whole.median()/bare.median(), "ready/bare")
	b.ReportMetric(stop.median(), "stop-s")
	b.ReportMetric(bareRSS.median(), "bare-MiB")
	b.ReportMetric(wholeRSS.median(), "MiB")
	b.ReportMetric(wholeAnon.median(), "anon-MiB")
}

// bareConfig leaves an API server without webhooks, and nothing beside it.
func bareConfig(c *contract.Config) { c.Webhooks, c.Controllers, c.Scheduler = nil, nil, nil }

// process is one control plane process that is being measured.
type process struct {
	cmd      *exec.Cmd
	lifeLine io.Closer
	started  time.Time
	lines    *bufio.Scanner
	log      *bytes.Buffer
}

// startProcess starts a control plane on an etcd of its own, after edit, if any, changed its configuration.
func startProcess(b *testing.B, id *identities, edit func(*contract.Config)) *process {
	b.Helper()
	path, err := fleet.Prepare(newSpec(b, startEtcd(b), id), time.Now())
	if err != nil {
		b.Fatal(err)
	}
	config, err := contract.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	if edit != nil {
		edit(config)
	}
	data, err := json.Marshal(config)
	if err != nil {
		b.Fatal(err)
	}
	path = filepath.Join(config.RunDir, "edited.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}

	run := &process{cmd: childCommand(b)(path), log: &bytes.Buffer{}}
	run.cmd.Stderr = run.log
	if run.lifeLine, err = run.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	stdout, err := run.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	run.lines = bufio.NewScanner(stdout)
	run.started = time.Now()
	if err := run.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return run
}

// until is the time from the start of the process to state.
func (p *process) until(b *testing.B, state contract.State) time.Duration {
	b.Helper()
	for p.lines.Scan() {
		status, err := contract.ParseStatus(p.lines.Bytes())
		if err == nil && status.State == state {
			return time.Since(p.started)
		}
	}
	b.Fatalf("the process ended before it was %s:\n%s", state, p.log)
	return 0
}

// residentMiB is one of the memory figures of the process in Linux's /proc.
func (p *process) residentMiB(b *testing.B, figure string) float64 {
	b.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		b.Skipf("resident memory is read from /proc: %v", err)
	}
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == figure {
			kib, err := strconv.ParseFloat(string(fields[1]), 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	b.Fatalf("no %s in /proc", figure)
	return 0
}

// stop closes the life line and returns how long the process takes to end.
func (p *process) stop(b *testing.B) time.Duration {
	b.Helper()
	asked := time.Now()
	if err := p.lifeLine.Close(); err != nil {
		b.Fatal(err)
	}
	for p.lines.Scan() {
		// The rest of the output must be read before the process is waited for.
		continue
	}
	if err := p.cmd.Wait(); err != nil {
		b.Fatalf("%v\n%s", err, p.log)
	}
	return time.Since(asked)
}
