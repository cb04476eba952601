package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestStateIsPrivateAndSecretsStayOutOfLogs(t *testing.T) {
	dir := stateDir(t)
	p := up(t, dir)
	if status, body := p.STS("GetCallerIdentity"); status != 200 || !strings.Contains(body, ":user/admin<") {
		t.Fatalf("the administrator cannot call: %d %s", status, body)
	}
	_, body := p.IAM("CreateAccessKey", "UserName", "admin")
	_, rest, _ := strings.Cut(body, "<SecretAccessKey>")
	made, _, _ := strings.Cut(rest, "<")
	if len(made) != 40 {
		t.Fatalf("CreateAccessKey: %s", body)
	}
	out, err := program("down", "--state", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("down: %v: %s", err, out)
	}
	for _, file := range []string{"airside.log", "trail/trail.jsonl", "etcd/etcd.log", "instance.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil && file != "instance.json" {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte(p.Env["AWS_SECRET_ACCESS_KEY"])) || bytes.Contains(raw, []byte(made)) {
			t.Errorf("%s holds a secret access key", file)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	for file, want := range map[string]os.FileMode{".": 0o700, "credentials.json": 0o600, "airside.log": 0o600, "trail/trail.jsonl": 0o600} {
		info, err := os.Stat(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", file, info.Mode().Perm(), want)
		}
	}
}

func TestFixedKeysAndAccount(t *testing.T) {
	p := up(t, stateDir(t), "--account", "210987654321", "--region", "eu-west-1", "--access-key", "AKIAFIXEDFIXEDFIXED1", "--secret-key", "fixed")
	if p.Env["AWS_ACCESS_KEY_ID"] != "AKIAFIXEDFIXEDFIXED1" || p.Env["AWS_SECRET_ACCESS_KEY"] != "fixed" || p.Env["AWS_REGION"] != "eu-west-1" {
		t.Errorf("env is %v", p.Env)
	}
	if _, body := p.STS("GetCallerIdentity"); !strings.Contains(body, "<Account>210987654321</Account>") {
		t.Errorf("caller is %s", body)
	}
}

func TestRefusalsToStart(t *testing.T) {
	dir := stateDir(t)
	p := up(t, dir)
	taken := strings.TrimPrefix(p.Env["AWS_ENDPOINT_URL"], "http://")
	for name, c := range map[string]struct {
		args []string
		code int
		text string
	}{
		"folder in use":    {[]string{"up", "--state", dir, "--listen", "127.0.0.1:0"}, 1, "another Airside (process "},
		"port in use":      {[]string{"up", "--state", stateDir(t), "--listen", taken}, 1, "address already in use; choose another address with --listen"},
		"remote address":   {[]string{"up", "--state", stateDir(t), "--listen", "0.0.0.0:0"}, 1, "--allow-remote"},
		"no account":       {[]string{"up", "--state", stateDir(t), "--account", "12"}, 2, "12 digits"},
		"half of the keys": {[]string{"up", "--state", stateDir(t), "--access-key", "AKIAFIXEDFIXEDFIXED1"}, 2, "go together"},
		"unknown flag":     {[]string{"up", "--nonsense"}, 2, "unknown flag"},
		"reset in use":     {[]string{"reset", "--state", dir}, 1, "airside down"},
		"env of nothing":   {[]string{"env", "--state", stateDir(t)}, 1, "airside up"},
	} {
		t.Run(name, func(t *testing.T) {
			code, text := fails(t, c.args...)
			if code != c.code || !strings.Contains(text, c.text) || strings.Count(strings.TrimSpace(text), "\n") != 0 {
				t.Errorf("exit %d: %s\nwant %d and one line with %q", code, text, c.code, c.text)
			}
		})
	}
	if status, _ := p.STS("GetCallerIdentity"); status != 200 {
		t.Error("the lab that was there first does not answer any more")
	}
	p.Kill()
	if code, text := fails(t, "up", "--state", dir, "--account", "210987654321"); code != 1 || !strings.Contains(text, "belongs to account 123456789012") {
		t.Errorf("another account: exit %d: %s", code, text)
	}
}

func TestResetRemovesLabsOnly(t *testing.T) {
	dir := stateDir(t)
	up(t, dir).Kill()
	keep := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(keep, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := program("reset", "--state", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "notes.txt" {
		t.Errorf("left are %v, %v; want notes.txt alone", left, err)
	}
	if code, text := fails(t, "reset", "--state", dir); code != 1 || !strings.Contains(text, "not a state folder") {
		t.Errorf("a folder that is no lab: exit %d: %s", code, text)
	}
}

func TestEnvPrintsNothingButExports(t *testing.T) {
	dir := stateDir(t)
	up(t, dir)
	out, err := program("env", "--state", dir).CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if !strings.HasPrefix(line, "export AWS_") {
			t.Errorf("env prints %q", line)
		}
	}
}

func TestTrailCommand(t *testing.T) {
	dir := stateDir(t)
	p := up(t, dir)
	p.IAM("GetRole", "RoleName", "nobody")
	var id string
	for deadline := time.Now().Add(10 * time.Second); id == "" && time.Now().Before(deadline); {
		out, err := program("trail", "--state", dir, "--format", "json").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			var r struct{ ID, Action, Decision, Error string }
			if line != "" && json.Unmarshal([]byte(line), &r) == nil && r.Action == "iam:GetRole" && r.Error == "NoSuchEntity" {
				id = r.ID
			}
		}
	}
	if id == "" {
		t.Fatal("the call does not appear in the trail")
	}
	out, err := program("trail", "--state", dir, id[:8]).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"iam:GetRole", "statement 1", "AdministratorAccess", "decision iam:GetRole"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the steps do not mention %q:\n%s", want, out)
		}
	}
	if code, _ := fails(t, "trail", "--state", dir, "no-such-id"); code != 1 {
		t.Errorf("an unknown id: exit %d, want 1", code)
	}
}

// A client that never finishes its request is let go, and costs nothing meanwhile: others are served.
func TestSlowClientDoesNotHoldOthers(t *testing.T) {
	p := up(t, stateDir(t))
	address := strings.TrimPrefix(p.Env["AWS_ENDPOINT_URL"], "http://")
	for range 50 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nAction="); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := p.STS("GetCallerIdentity"); status != 200 {
		t.Errorf("another client gets %d", status)
	}
}

func TestBadRequestsAreAnsweredAsAWSDoes(t *testing.T) {
	p := up(t, stateDir(t))
	post := func(contentType, body string) (int, string) {
		r, err := http.Post(p.Env["AWS_ENDPOINT_URL"]+"/", contentType, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(raw)
	}
	const form = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		contentType, body string
		status            int
		text              string
	}{
		"unsigned call":     {form, "Action=ListUsers&Version=2010-05-08", 403, "MissingAuthenticationToken"},
		"unsigned nonsense": {form, "Action=Nonsense&Version=2010-05-08", 400, "InvalidAction"},
		"5 MiB":             {form, "Action=ListUsers&Version=2010-05-08&x=" + strings.Repeat("x", 5<<20), 413, "RequestEntityTooLarge"},
		"nothing":           {form, "", 404, "UnknownOperationException"},
		"JSON for nobody":   {"application/json", "{", 404, "no service for this request"},
		"binary":            {"application/octet-stream", "\x00\xff\xfe", 404, "UnknownOperationException"},
		"broken percent":    {form, "Action=%zz&Version=2010-05-08", 404, "UnknownOperationException"},
	} {
		t.Run(name, func(t *testing.T) {
			if status, body := post(c.contentType, c.body); status != c.status || !strings.Contains(body, c.text) {
				t.Errorf("got %d %.300s; want %d %s", status, body, c.status, c.text)
			}
		})
	}
}
