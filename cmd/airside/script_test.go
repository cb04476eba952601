package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/airside-dev/airside/internal/awswire/model"
	"github.com/airside-dev/airside/internal/cli"
	"github.com/airside-dev/airside/internal/controlplane"
)

// TestMain makes this test binary the program as well: the scripts run a copy of it that is named airside, and that copy
// starts itself again for `up --detach` and for control planes as the program does.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"airside": func() {
			os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, controlplane.Main))
		},
	})
}

// TestScript runs the end-to-end scripts. They use the real terraform, aws, kubectl and python3 with boto3; a script
// whose tools are missing is skipped, and fails where CI is set.
//
// Beside testscript's own, the scripts know these commands:
//
//	need TOOL...                    go on only if the tools are there: a program, python3-boto3, or terraform with its AWS provider
//	lab [FLAGS]                     airside up --detach on a free port, then admin
//	admin [--root]                  take the lab's administrator's (root user's) credentials and its endpoint into the environment
//	assume ROLE_ARN [FLAGS]         take the credentials of aws sts assume-role as session dev-session into the environment
//	cluster NAME [ROLE]             make a cluster, and a role that may look at its namespace dev; write the kubeconfig
//	wait-for [--timeout D] [--stdout RE] COMMAND...
//	                                repeat the command until it succeeds and its output matches
//	code N COMMAND...               run the command and compare its exit code
//	address                         set ADDRESS to the host:port of the lab's endpoint
//	example NAME                    copy a folder of examples into the current folder
//
// and these variables: OPERATIONS, a file that lists every implemented operation by service as JSON; STATE, a folder with a short path for state folders (a unix socket's path has at most 103 bytes),
// where the default state folder is too.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.FromSlash("../../testdata/script"),
		Setup:               setup,
		RequireUniqueNames:  true,
		RequireExplicitExec: false,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"address":  address,
			"admin":    admin,
			"assume":   assume,
			"cluster":  cluster,
			"code":     code,
			"example":  example,
			"lab":      lab,
			"need":     need,
			"wait-for": waitFor,
		},
	})
}

// testKey is where setup keeps the running test for commands.
type testKey struct{}

// setup gives a script an environment of its own: nothing of the user's configuration, credentials or labs is seen.
func setup(env *testscript.Env) error {
	state, err := os.MkdirTemp("", "as")
	if err != nil {
		return err
	}
	env.Defer(func() { stopLabs(env, state) })
	env.Values[testKey{}] = env.T()
	operations := filepath.Join(env.WorkDir, ".operations.json")
	if err := writeOperations(operations); err != nil {
		return err
	}
	for _, v := range [][2]string{
		{"STATE", state},
		{"OPERATIONS", operations},
		{"XDG_STATE_HOME", state},
		{"HOME", env.WorkDir},
		{"KUBECONFIG", filepath.Join(env.WorkDir, "kubeconfig")},
		{"KUBECACHEDIR", filepath.Join(env.WorkDir, ".kubecache")},
		{"AWS_CONFIG_FILE", filepath.Join(env.WorkDir, ".aws", "config")},
		{"AWS_SHARED_CREDENTIALS_FILE", filepath.Join(env.WorkDir, ".aws", "credentials")},
		{"AWS_EC2_METADATA_DISABLED", "true"},
		{"AWS_PAGER", ""},
		{"CHECKPOINT_DISABLE", "1"},
		{"TF_IN_AUTOMATION", "1"},
		{"TF_INPUT", "0"},
		{"PYTHONDONTWRITEBYTECODE", "1"},
		{"LC_ALL", "C.UTF-8"},
	} {
		env.Setenv(v[0], v[1])
	}
	return nil
}

// writeOperations writes the names of every implemented operation by service, for scripts that try them all.
func writeOperations(path string) error {
	operations := map[string][]string{}
	for _, name := range model.Names() {
		service, err := model.Load(name)
		if err != nil {
			return err
		}
		operations[name] = slices.Sorted(maps.Keys(service.Operations))
	}
	raw, err := json.Marshal(operations)
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o600)
}

// stopLabs stops every lab of a script, however the script ended, and removes their folders. Where the script failed it
// prints what the labs had logged.
func stopLabs(env *testscript.Env, dir string) {
	t := env.T()
	locks, err := filepath.Glob(filepath.Join(dir, "*", "airside.lock"))
	if err != nil {
		t.Fatal(err) // a bad pattern only
	}
	for _, lock := range locks {
		state := filepath.Dir(lock)
		if out, err := exec.Command("airside", "down", "--state", state).CombinedOutput(); err != nil {
			t.Log(fmt.Sprintf("the lab in %s was not stopped: %v\n%s", filepath.Base(state), err, out))
		}
		if f, ok := t.(interface{ Failed() bool }); ok && f.Failed() {
			if log, err := os.ReadFile(filepath.Join(state, "airside.log")); err == nil && len(log) > 0 {
				t.Log("log of the lab in " + filepath.Base(state) + ":\n" + tail(string(log), 30))
			}
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Log(err)
	}
}

// tail is the last lines of a text.
func tail(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "")
}
