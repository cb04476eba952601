package server_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/airside-dev/airside/internal/cli"
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

// process is one run of the program.
type process struct {
	cmd   *exec.Cmd
	state string
	env   map[string]string
}

// stateDir is a folder with a path short enough for unix sockets.
func stateDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "as")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

// up starts the program on a state folder and waits until it says that it is ready.
func up(t testing.TB, state string, flags ...string) *process {
	t.Helper()
	p := &process{cmd: program(append([]string{"up", "--state", state, "--listen", "127.0.0.1:0"}, flags...)...), state: state}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	p.cmd.Stderr = &errs
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		p.cmd.Wait()
		t.Fatalf("airside did not start: %s", errs.String())
	}
	raw, err := program("env", "--state", state, "--format", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &p.env); err != nil {
		t.Fatal(err)
	}
	return p
}

// kill ends the program as a power cut would.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// call makes a signed query call and returns status and body; status 0 stands for no answer.
func (p *process) call(service, version, action string, pairs ...string) (status int, body string) {
	form := url.Values{"Action": {action}, "Version": {version}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	text := form.Encode()
	r, err := http.NewRequest(http.MethodPost, p.env["AWS_ENDPOINT_URL"]+"/", strings.NewReader(text))
	if err != nil {
		return 0, err.Error()
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(text))
	err = v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{
		AccessKeyID: p.env["AWS_ACCESS_KEY_ID"], SecretAccessKey: p.env["AWS_SECRET_ACCESS_KEY"],
	}, r, hex.EncodeToString(sum[:]), service, p.env["AWS_REGION"], time.Now())
	if err != nil {
		return 0, err.Error()
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	if err != nil {
		return 0, err.Error()
	}
	return w.StatusCode, string(raw)
}

const iamVersion = "2010-05-08"

func (p *process) iam(action string, pairs ...string) (int, string) {
	return p.call("iam", iamVersion, action, pairs...)
}

func (p *process) sts(action string, pairs ...string) (int, string) {
	return p.call("sts", "2011-06-15", action, pairs...)
}

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
