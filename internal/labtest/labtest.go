// Package labtest runs the program for tests and benchmarks that are about the whole of it, and calls its AWS APIs with
// requests that AWS's own SDK signs.
package labtest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
)

// Program makes a command of the program with arguments.
type Program func(args ...string) *exec.Cmd

// Lab is one run of the program.
type Lab struct {
	Cmd   *exec.Cmd
	State string
	Env   map[string]string // what `airside env` prints: endpoint, region, keys
}

// StateDir is a folder with a path short enough for unix sockets. It goes with the test.
func StateDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "as")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Up starts the program on a state folder and a free port, and waits until it says that it is ready. It is killed with
// the test.
func Up(t testing.TB, program Program, state string, flags ...string) *Lab {
	t.Helper()
	l := &Lab{Cmd: program(append([]string{"up", "--state", state, "--listen", "127.0.0.1:0"}, flags...)...), State: state}
	out, err := l.Cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	l.Cmd.Stderr = &errs
	if err := l.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Kill)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		l.Cmd.Wait()
		t.Fatalf("airside did not start: %s", errs.String())
	}
	raw, err := program("env", "--state", state, "--format", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &l.Env); err != nil {
		t.Fatal(err)
	}
	return l
}

// Kill ends the program as a power cut would.
func (l *Lab) Kill() {
	l.Cmd.Process.Kill()
	l.Cmd.Wait()
}

// Credentials are the lab's administrator's.
func (l *Lab) Credentials() aws.Credentials {
	return aws.Credentials{AccessKeyID: l.Env["AWS_ACCESS_KEY_ID"], SecretAccessKey: l.Env["AWS_SECRET_ACCESS_KEY"]}
}

// IAM makes a call of IAM's query API. Status 0 stands for no answer at all.
func (l *Lab) IAM(action string, pairs ...string) (status int, body string) {
	return l.form("iam", "2010-05-08", action, pairs)
}

// STS makes a call of STS's query API.
func (l *Lab) STS(action string, pairs ...string) (status int, body string) {
	return l.form("sts", "2011-06-15", action, pairs)
}

// EC2 makes a call of EC2's query API.
func (l *Lab) EC2(action string, pairs ...string) (status int, body string) {
	return l.form("ec2", "2016-11-15", action, pairs)
}

// EKS makes a call of EKS's REST API; body may be nil.
func (l *Lab) EKS(method, path string, body any) (status int, answer string) {
	text := ""
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, err.Error()
		}
		text = string(raw)
	}
	return l.send("eks", method, path, "application/json", text)
}

func (l *Lab) form(service, version, action string, pairs []string) (int, string) {
	form := url.Values{"Action": {action}, "Version": {version}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return l.send(service, http.MethodPost, "/", "application/x-www-form-urlencoded", form.Encode())
}

func (l *Lab) send(service, method, path, contentType, body string) (int, string) {
	r, err := http.NewRequest(method, l.Env["AWS_ENDPOINT_URL"]+path, strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	r.Header.Set("Content-Type", contentType)
	sum := sha256.Sum256([]byte(body))
	err = v4.NewSigner().SignHTTP(context.Background(), l.Credentials(), r, hex.EncodeToString(sum[:]), service, l.Env["AWS_REGION"], time.Now())
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
