// Package cli is the command line: flags in, one library call, a rendering and an exit code out.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/airside-dev/airside/internal/explain"
	"github.com/airside-dev/airside/internal/server"
)

// Version is the version of this build; released builds set it with a linker flag.
var Version = "0.1.0-dev"

// Child is the body of a control plane process: controlplane.Main.
type Child func(ctx context.Context, configPath string, status io.Writer) error

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// usageError is a command line, or a file that it names, that cannot be understood.
type usageError struct{ error }

// exitCode ends a command that has said itself what there is to say.
type exitCode int

// Error prints "exit code N".
func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// orNil is no error for success.
func (c exitCode) orNil() error {
	if c == exitOK {
		return nil
	}
	return c
}

// app is one run of the command line.
type app struct {
	in       io.Reader
	out, err io.Writer
	child    Child
	dir      string // --state
}

// Main runs a command line and returns its exit code.
func Main(args []string, in io.Reader, out, errs io.Writer, child Child) int {
	a := &app{in: in, out: out, err: errs, child: child}
	// Kubernetes registers a flag of its own on the process's flag set, which cobra would show as ours.
	pflag.CommandLine = pflag.NewFlagSet("airside", pflag.ContinueOnError)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	a.complain(err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailure
}

// complain prints what went wrong.
func (a *app) complain(err error) {
	fmt.Fprintln(a.err, explain.Printable("airside: "+err.Error()))
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "airside",
		Short:         "The access plane of Amazon EKS on one machine",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       Version,
		Args:          cobra.ArbitraryArgs, // so that an unknown command gets to RunE
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no command %q: see `airside --help`", args[0])}
			}
			return cmd.Help()
		},
	}
	root.SetVersionTemplate("airside {{.Version}}\n")
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().StringVar(&a.dir, "state", "", "state `folder` of the lab (default: airside in the XDG state folder)")
	root.AddCommand(a.up(), a.down(), a.status(), a.env(), a.reset(), a.trail(), a.policy(), a.version(), a.controlPlane())
	for _, cmd := range root.Commands() {
		wrapArgs(cmd)
	}
	return root
}

// wrapArgs makes a wrong number of arguments a usage error, in a command and those below it.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	for _, below := range cmd.Commands() {
		wrapArgs(below)
	}
}

// state is the chosen state folder.
func (a *app) state() (server.State, error) {
	dir := a.dir
	if dir == "" {
		base := os.Getenv("XDG_STATE_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return server.State{}, fmt.Errorf("there is no home folder to keep state in (%w): choose a folder with --state", err)
			}
			base = filepath.Join(home, ".local", "state")
		}
		dir = filepath.Join(base, "airside")
	}
	dir, err := filepath.Abs(dir)
	return server.State{Dir: dir}, err
}

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, "airside "+Version)
			return err
		},
	}
}

// controlPlane is what a control plane process runs. It is for Airside itself.
func (a *app) controlPlane() *cobra.Command {
	return &cobra.Command{
		Use: childCommand + " CONFIG", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.child(cmd.Context(), args[0], a.out) },
	}
}

const childCommand = "control-plane"
