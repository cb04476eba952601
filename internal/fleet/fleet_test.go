package fleet_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/fleet"
	"github.com/airside-dev/airside/internal/pki"
)

// The test binary plays other parts when it is told so: a control plane process that behaves in a certain way, or a
// supervisor that will be killed.
const (
	playChild      = "AIRSIDE_TEST_CHILD"
	playSupervisor = "AIRSIDE_TEST_SUPERVISOR"
	// supervisedBehaviour is that of the supervisor's child.
	supervisedBehaviour = "AIRSIDE_TEST_SUPERVISED"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(playChild) != "":
		os.Exit(child(os.Getenv(playChild), os.Args[len(os.Args)-1]))
	case os.Getenv(playSupervisor) != "":
		supervise(os.Getenv(playSupervisor))
	default:
		os.Exit(m.Run())
	}
}

// child is a control plane process without a control plane. Its behaviours:
//
//	good       becomes ready and ends when standard input does
//	crash      becomes ready and crashes the first time, is good from then on
//	broken     says why it cannot start, and ends
//	mute       never becomes ready
//	deaf       becomes ready and does not end when asked
func child(behaviour, configPath string) int {
	cfg, err := contract.Load(configPath)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	say := func(s contract.Status) { _ = contract.WriteStatus(os.Stdout, s) }
	fmt.Fprintln(os.Stdout, "a library that writes to standard output")
	fmt.Fprintln(os.Stderr, "log of", cfg.ClusterID)
	ready := func() {
		say(contract.Status{State: contract.APIServerReady})
		say(contract.Status{State: contract.Ready})
	}
	switch behaviour {
	case "crash":
		marker := filepath.Join(cfg.RunDir, "crashed")
		ready()
		if _, err := os.Stat(marker); err != nil {
			_ = os.WriteFile(marker, nil, 0o600)
			return 3
		}
	case "broken":
		say(contract.Status{State: contract.Failed, Error: "etcd is not there"})
		return 1
	case "mute":
	case "deaf":
		ready()
		select {}
	default:
		ready()
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	say(contract.Status{State: contract.Stopping})
	return 0
}

// command makes child processes of the given behaviour.
func command(behaviour string) func(string) *exec.Cmd {
	return func(configPath string) *exec.Cmd {
		self, err := os.Executable()
		if err != nil {
			panic(err)
		}
		cmd := exec.Command(self, configPath)
		cmd.Env = append(os.Environ(), playChild+"="+behaviour)
		return cmd
	}
}

// change is one call of OnState.
type change struct {
	id    string
	state fleet.State
	err   error
}

// newFleet is a fleet of children of the given behaviour, and what it reports.
func newFleet(t *testing.T, behaviour string, restart fleet.Restart) (*fleet.Fleet, <-chan change) {
	t.Helper()
	changes := make(chan change, 64)
	f, err := fleet.New(fleet.Options{
		Command: command(behaviour),
		OnState: func(id string, state fleet.State, err error) { changes <- change{id, state, err} },
		Restart: restart,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		f.Close(ctx)
	})
	return f, changes
}

var patient = fleet.Restart{Min: time.Millisecond, Max: 10 * time.Millisecond, GiveUp: 3, ReadyTimeout: 20 * time.Second}

// expect reads changes and fails unless they are the given states.
func expect(t *testing.T, changes <-chan change, states ...fleet.State) change {
	t.Helper()
	var last change
	for _, want := range states {
		select {
		case last = <-changes:
			if last.state != want {
				t.Fatalf("state = %s (%v), want %s", last.state, last.err, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("no change to %s", want)
		}
	}
	return last
}

func testSpec(t *testing.T) fleet.Spec {
	t.Helper()
	spec, err := newSpec(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func newSpec(dir string) (fleet.Spec, error) {
	ca, err := pki.NewCA("kubernetes", time.Now())
	if err != nil {
		return fleet.Spec{}, err
	}
	pair, err := ca.Pair()
	if err != nil {
		return fleet.Spec{}, err
	}
	key, err := pki.NewServiceAccountKey()
	if err != nil {
		return fleet.Spec{}, err
	}
	retired, err := pki.ServiceAccountPublicKey(key)
	if err != nil {
		return fleet.Spec{}, err
	}
	hook := func(path string) fleet.Webhook {
		return fleet.Webhook{URL: "https://127.0.0.1:4567/clusters/c1/" + path, CA: pair.Cert}
	}
	return fleet.Spec{
		ID:                        "c1",
		RunDir:                    filepath.Join(dir, "run"),
		KubernetesVersion:         "v1.36.1-eks-0123abc",
		Port:                      16443,
		AdvertiseAddress:          netip.MustParseAddr("10.0.3.17"),
		ServiceCIDR:               netip.MustParsePrefix("10.100.0.0/16"),
		ServerNames:               []string{"0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com"},
		Issuer:                    "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
		ServiceAccountKey:         key,
		RetiredServiceAccountKeys: [][]byte{retired},
		CA:                        pair,
		Etcd:                      contract.Etcd{Endpoints: []string{"unix:///tmp/e:0"}, Prefix: "/kubernetes/c1"},
		TokenReview:               hook("token-review"),
		AccessReview:              hook("access-review"),
	}, nil
}

func TestStartReadyStop(t *testing.T) {
	f, changes := newFleet(t, "good", patient)
	spec := testSpec(t)
	if err := f.Start(spec); err != nil {
		t.Fatal(err)
	}
	if err := f.Start(spec); err == nil || !strings.Contains(err.Error(), "already started") {
		t.Errorf("second start: err = %v", err)
	}
	expect(t, changes, fleet.Starting, fleet.Ready)
	if state, _, known := f.State("c1"); state != fleet.Ready || !known {
		t.Errorf("state = %s, %t", state, known)
	}
	f.Stop(t.Context(), "c1")
	expect(t, changes, fleet.Stopped)
	if _, _, known := f.State("c1"); known {
		t.Error("a stopped cluster is still known")
	}
	f.Stop(t.Context(), "c1")

	log, err := os.ReadFile(fleet.LogFile(spec))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"log of c1", "a library that writes to standard output"} {
		if !strings.Contains(string(log), want) {
			t.Errorf("log lacks %q:\n%s", want, log)
		}
	}
	if strings.Contains(string(log), string(contract.APIServerReady)) {
		t.Errorf("log holds status lines:\n%s", log)
	}

	// The same folder serves the next start.
	if err := f.Start(spec); err != nil {
		t.Fatal(err)
	}
	expect(t, changes, fleet.Starting, fleet.Ready)
}

func TestCrashIsFollowedByRestart(t *testing.T) {
	f, changes := newFleet(t, "crash", patient)
	if err := f.Start(testSpec(t)); err != nil {
		t.Fatal(err)
	}
	died := expect(t, changes, fleet.Starting, fleet.Ready, fleet.Restarting)
	if died.err == nil || !strings.Contains(died.err.Error(), "exit status 3") {
		t.Errorf("reason = %v, want the exit status", died.err)
	}
	expect(t, changes, fleet.Ready)
}

func TestGivesUp(t *testing.T) {
	f, changes := newFleet(t, "broken", patient)
	if err := f.Start(testSpec(t)); err != nil {
		t.Fatal(err)
	}
	failed := expect(t, changes, fleet.Starting, fleet.Restarting, fleet.Restarting, fleet.Failed)
	if want := "gave up after 3 attempts: etcd is not there"; failed.err == nil || failed.err.Error() != want {
		t.Errorf("reason = %v, want %s", failed.err, want)
	}
	if _, reason, _ := f.State("c1"); reason == nil {
		t.Error("the reason is not kept")
	}
	f.Stop(t.Context(), "c1")
	expect(t, changes, fleet.Stopped)
}

func TestNeverReady(t *testing.T) {
	restart := patient
	restart.ReadyTimeout, restart.GiveUp = 300*time.Millisecond, 1
	f, changes := newFleet(t, "mute", restart)
	if err := f.Start(testSpec(t)); err != nil {
		t.Fatal(err)
	}
	failed := expect(t, changes, fleet.Starting, fleet.Failed)
	if !strings.Contains(failed.err.Error(), "not ready after 300ms") {
		t.Errorf("reason = %v", failed.err)
	}
}

func TestCommandThatIsNotThere(t *testing.T) {
	changes := make(chan change, 16)
	f, err := fleet.New(fleet.Options{
		Command: func(string) *exec.Cmd { return exec.Command(filepath.Join(t.TempDir(), "absent")) },
		OnState: func(id string, state fleet.State, err error) { changes <- change{id, state, err} },
		Restart: fleet.Restart{Min: time.Millisecond, Max: time.Millisecond, GiveUp: 1, ReadyTimeout: time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Start(testSpec(t)); err != nil {
		t.Fatal(err)
	}
	if failed := expect(t, changes, fleet.Starting, fleet.Failed); !errors.Is(failed.err, os.ErrNotExist) {
		t.Errorf("reason = %v", failed.err)
	}
	f.Close(t.Context())
}

func TestDeafProcessIsKilled(t *testing.T) {
	f, changes := newFleet(t, "deaf", patient)
	if err := f.Start(testSpec(t)); err != nil {
		t.Fatal(err)
	}
	expect(t, changes, fleet.Starting, fleet.Ready)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.Stop(ctx, "c1")
	expect(t, changes, fleet.Stopped)
}

func TestCloseStopsAllAndRefusesMore(t *testing.T) {
	f, changes := newFleet(t, "good", patient)
	for i := range 3 {
		spec := testSpec(t)
		spec.ID = fmt.Sprintf("c%d", i)
		if err := f.Start(spec); err != nil {
			t.Fatal(err)
		}
	}
	count := map[fleet.State]int{}
	for count[fleet.Ready] < 3 {
		count[(<-changes).state]++
	}
	f.Close(t.Context())
	for range 3 {
		expect(t, changes, fleet.Stopped)
	}
	if err := f.Start(testSpec(t)); err == nil {
		t.Error("a closed fleet started a cluster")
	}
}

// witness is the file descriptor that a supervisor and its child both hold open.
const witness = 3

// supervise runs a fleet in the folder dir until it is killed.
func supervise(dir string) {
	spec, err := newSpec(dir)
	if err != nil {
		panic(err)
	}
	held := os.NewFile(witness, "witness")
	f, err := fleet.New(fleet.Options{
		Command: func(configPath string) *exec.Cmd {
			cmd := command(os.Getenv(supervisedBehaviour))(configPath)
			cmd.ExtraFiles = []*os.File{held}
			return cmd
		},
		OnState: func(_ string, state fleet.State, err error) { fmt.Println(state, err) },
	})
	if err != nil {
		panic(err)
	}
	if err := f.Start(spec); err != nil {
		panic(err)
	}
	select {}
}

// TestKilledSupervisorLeavesNobody kills a supervisor, which cannot clean up then, and waits until its child has ended
// too: the witness pipe ends when nobody holds it any more.
func TestKilledSupervisorLeavesNobody(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a file that child processes inherit")
	}
	behaviours := []string{"good"}
	if runtime.GOOS == "linux" {
		// The kernel ends even a process that no longer looks at its life line.
		behaviours = append(behaviours, "deaf")
	}
	for _, behaviour := range behaviours {
		t.Run(behaviour, func(t *testing.T) { killSupervisorOf(t, behaviour) })
	}
}

func killSupervisorOf(t *testing.T, behaviour string) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), playSupervisor+"="+t.TempDir(), supervisedBehaviour+"="+behaviour)
	cmd.ExtraFiles = []*os.File{write}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	lines := bufio.NewScanner(stdout)
	isReady := false
	for !isReady && lines.Scan() {
		isReady = strings.HasPrefix(lines.Text(), string(fleet.Ready))
	}
	if !isReady {
		t.Fatal("the supervisor ended before its child was ready")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()

	if err := read.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := read.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the child is still there: %v", err)
	}
}
