package server_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/cli"
	"github.com/airside-dev/airside/internal/labtest"
)

// asProgram makes this test binary act as airside. It has no control plane: clusters stay CREATING in it.
const asProgram = "AIRSIDE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		noControlPlane := func(context.Context, string, io.Writer) error {
			return errors.New("this test program has no control plane")
		}
		os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, noControlPlane))
	}
	os.Exit(m.Run())
}

func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

func up(t testing.TB, state string, flags ...string) *labtest.Lab {
	t.Helper()
	return labtest.Up(t, program, state, flags...)
}

func stateDir(t testing.TB) string { return labtest.StateDir(t) }

// fails runs the program and returns what it says on the way out.
func fails(t *testing.T, args ...string) (code int, text string) {
	t.Helper()
	cmd := program(args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("airside %s: %v", strings.Join(args, " "), err)
	}
	return exit.ExitCode(), errs.String()
}
