package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// plain refuses the "!" prefix.
func plain(ts *testscript.TestScript, neg bool, command string) {
	if neg {
		ts.Fatalf("unsupported: ! %s", command)
	}
}

// lab starts a lab on the default state folder. stopLabs stops it.
func lab(ts *testscript.TestScript, neg bool, args []string) {
	plain(ts, neg, "lab")
	ts.Check(ts.Exec("airside", append([]string{"up", "--detach", "--listen", "127.0.0.1:0"}, args...)...))
	admin(ts, false, nil)
}

// admin takes the lab's credentials and endpoint into the environment.
func admin(ts *testscript.TestScript, neg bool, args []string) {
	plain(ts, neg, "admin")
	ts.Check(ts.Exec("airside", append([]string{"env", "--format", "json"}, args...)...))
	var vars map[string]string
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &vars))
	for name, value := range vars {
		ts.Setenv(name, value)
	}
}

// assume takes a role's credentials into the environment.
func assume(ts *testscript.TestScript, neg bool, args []string) {
	plain(ts, neg, "assume")
	if len(args) == 0 {
		ts.Fatalf("usage: assume ROLE_ARN [FLAGS]")
	}
	ts.Check(ts.Exec("aws", append([]string{
		"sts", "assume-role", "--role-arn", args[0], "--role-session-name", "dev-session", "--output", "json",
	}, args[1:]...)...))
	var answer struct {
		Credentials struct{ AccessKeyId, SecretAccessKey, SessionToken string }
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &answer))
	ts.Setenv("AWS_ACCESS_KEY_ID", answer.Credentials.AccessKeyId)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", answer.Credentials.SecretAccessKey)
	ts.Setenv("AWS_SESSION_TOKEN", answer.Credentials.SessionToken)
}

// cluster makes a cluster with what it needs, and the kubeconfig of whoever the environment's credentials belong to.
func cluster(ts *testscript.TestScript, neg bool, args []string) {
	plain(ts, neg, "cluster")
	if len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: cluster NAME [ROLE]")
	}
	program, err := filepath.Abs(filepath.Join("..", "..", "testdata", "tools", "cluster.py"))
	ts.Check(err)
	ts.Check(ts.Exec("python3", append([]string{program}, args...)...))
	ts.Check(ts.Exec("aws", "eks", "update-kubeconfig", "--name", args[0]))
}

// code runs a command that is to end with a certain exit code.
func code(ts *testscript.TestScript, neg bool, args []string) {
	plain(ts, neg, "code")
	if len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got, err := 0, ts.Exec(args[1], args[2:]...)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// address sets ADDRESS to where the lab listens.
func address(ts *testscript.TestScript, neg bool, args []string) {
	plain(ts, neg, "address")
	ts.Check(ts.Exec("airside", append([]string{"status", "--format", "json"}, args...)...))
	var is struct {
		Endpoint string `json:"endpoint"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &is))
	ts.Setenv("ADDRESS", strings.TrimPrefix(is.Endpoint, "http://"))
}

// waitPause is between two attempts of wait-for.
const waitPause = 200 * time.Millisecond

// waitFor repeats a command until it succeeds: for what happens on its own time, such as a controller's work.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	plain(ts, neg, "wait-for")
	flags := flag.NewFlagSet("wait-for", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	timeout := flags.Duration("timeout", time.Minute, "")
	pattern := flags.String("stdout", "", "")
	ts.Check(flags.Parse(args))
	if flags.NArg() == 0 {
		ts.Fatalf("usage: wait-for [--timeout D] [--stdout RE] COMMAND...")
	}
	want, err := regexp.Compile("(?m)" + *pattern)
	ts.Check(err)
	for end := time.Now().Add(*timeout); ; time.Sleep(waitPause) {
		err := ts.Exec(flags.Arg(0), flags.Args()[1:]...)
		if err == nil && want.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%q did not succeed with output that matches %q within %s", strings.Join(flags.Args(), " "), *pattern, *timeout)
		}
	}
}

// example copies a folder of examples, without what tools have left in it.
func example(ts *testscript.TestScript, neg bool, args []string) {
	plain(ts, neg, "example")
	if len(args) != 1 {
		ts.Fatalf("usage: example NAME")
	}
	from := filepath.Join("..", "..", "examples", args[0])
	ts.Check(filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch base := d.Name(); {
		case d.IsDir() && strings.HasPrefix(base, ".") && path != from:
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(ts.MkAbs(name), 0o777)
		case strings.HasPrefix(base, ".") || strings.Contains(base, ".tfstate"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(ts.MkAbs(name), text, 0o666)
	}))
}
