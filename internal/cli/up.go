package cli

import (
	"bufio"
	"errors"
	"fmt"

	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/airside-dev/airside/internal/server"
)

func (a *app) up() *cobra.Command {
	o := server.Options{Version: Version, Now: time.Now, Command: controlPlaneCommand}
	var detach bool
	cmd := &cobra.Command{
		Use: "up", Short: "Start Airside, in the foreground unless --detach is given", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if runtime.GOOS == "windows" {
				return errors.New("airside does not run on Windows itself: use the Windows Subsystem for Linux")
			}
			if err := checkUp(&o); err != nil {
				return usageError{err}
			}
			if o.State, err = a.state(); err != nil {
				return err
			}
			if detach {
				return a.detach(o.State)
			}
			progress, done := a.progress()
			o.Progress = progress
			defer done()
			return server.Run(cmd.Context(), o, func(i server.Instance) {
				done()
				fmt.Fprintln(a.out, a.readyLine(i))
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Listen, "listen", server.DefaultListen, "`address` of the AWS endpoint; port 0 takes any free one")
	f.StringVar(&o.Account, "account", "", "`id` of the account of a new lab (default "+server.DefaultAccount+")")
	f.StringVar(&o.Region, "region", "", "default `region` (default "+server.DefaultRegion+")")
	f.StringVar(&o.AccessKey, "access-key", "", "access key `id` of a new lab's administrator (default: random)")
	f.StringVar(&o.SecretKey, "secret-key", "", "`secret` of that key (default: random)")
	f.BoolVar(&o.AllowRemote, "allow-remote", false, "allow an address that other machines can reach")
	f.BoolVar(&detach, "detach", false, "return when Airside is ready and leave it running")
	return cmd
}

var (
	accountID = regexp.MustCompile(`^\d{12}$`)
	regionID  = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$`)
	keyID     = regexp.MustCompile(`^\w{16,128}$`) // the model's accessKeyIdType
)

// checkUp refuses flags that no lab can be started with.
func checkUp(o *server.Options) error {
	switch {
	case o.Account != "" && !accountID.MatchString(o.Account):
		return fmt.Errorf("account %q is not 12 digits", o.Account)
	case o.Region != "" && !regionID.MatchString(o.Region):
		return fmt.Errorf("%q is not the name of a region, such as us-east-1", o.Region)
	case o.AccessKey != "" && !keyID.MatchString(o.AccessKey):
		return errors.New("an access key id has 16 to 128 letters and digits")
	case (o.AccessKey == "") != (o.SecretKey == ""):
		return errors.New("--access-key and --secret-key go together")
	}
	return nil
}

func controlPlaneCommand(configPath string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return exec.Command(self, childCommand, configPath)
}

func (a *app) readyLine(i server.Instance) string {
	flag := ""
	if a.dir != "" {
		flag = " --state " + shellQuote(a.dir)
	}
	return fmt.Sprintf("airside is ready at %s (account %s, %s): eval \"$(airside env%s)\"", i.Endpoint, i.Account, i.Region, flag)
}

// progress shows the steps of starting on a terminal, on one line that is gone in the end.
func (a *app) progress() (step func(string), done func()) {
	f, ok := a.err.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func(string) {}, func() {}
	}
	const clear = "\r\x1b[K"
	ended := false
	return func(s string) { fmt.Fprint(f, clear+s+" …") }, func() {
		if !ended {
			ended = true
			fmt.Fprint(f, clear)
		}
	}
}

// detach starts this same command line without --detach in the background, and waits until it is ready or has failed.
func (a *app) detach(state server.State) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var args []string
	for _, arg := range os.Args[1:] {
		if arg != "--detach" && !strings.HasPrefix(arg, "--detach=") {
			args = append(args, arg)
		}
	}
	cmd := exec.Command(self, args...)
	background(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	// A file and not a pipe: the program goes on when this one has ended, and may have more to say.
	errs, err := os.CreateTemp("", "airside-up-*")
	if err != nil {
		return err
	}
	defer os.Remove(errs.Name())
	defer errs.Close()
	cmd.Stderr = errs
	if err := cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		fmt.Fprint(a.out, line)
		return nil
	}
	failure := cmd.Wait()
	text, err := os.ReadFile(errs.Name())
	if err != nil || len(text) == 0 {
		return fmt.Errorf("airside did not start: %w; see %s", failure, state.Log())
	}
	return errors.New(strings.TrimPrefix(strings.TrimSpace(string(text)), "airside: "))
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
