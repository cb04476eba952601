package gateway_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/awswire/model"
	"github.com/airside-dev/airside/internal/awswire/query"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/gateway"
	"github.com/airside-dev/airside/internal/service/sts"
	"github.com/airside-dev/airside/internal/sigv4"
	"github.com/airside-dev/airside/internal/world"
)

const (
	account = "123456789012"
	region  = "us-east-1"
	trust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"my-external-id"}}}]}`
	roleARN = "arn:aws:iam::" + account + ":role/dev"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// lab is a gateway with STS alone, over a World with the users alice (who may assume any role) and bob (who may nothing).
type lab struct {
	*gateway.Gateway
	sealer *credentials.Sealer
	trail  *audit.Trail
	dir    string
}

func newLab(t testing.TB) *lab {
	t.Helper()
	key := func(id, user string, active bool) []world.Record {
		return []world.Record{
			&world.AccessKey{ID: id, Account: account, User: user, Active: active},
			&world.Secret{Name: "access-key/" + id, Value: []byte("secret-of-" + id)},
		}
	}
	records := []world.Record{
		&world.Lab{Account: account, Region: region, Partition: "aws"},
		&world.User{Partition: "aws", Account: account, Path: "/", Name: "alice", ID: "AIDAALICE", Inline: []world.Inline{{Name: "assume",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"Assume","Effect":"Allow","Action":"sts:*","Resource":"*"}]}`}}},
		&world.User{Partition: "aws", Account: account, Path: "/", Name: "bob", ID: "AIDABOB"},
		&world.Role{Partition: "aws", Account: account, Path: "/", Name: "dev", ID: "AROADEV", Trust: trust, MaxSession: 3600},
	}
	records = append(records, key("AKIAALICE", "alice", true)...)
	records = append(records, key("AKIABOB", "bob", true)...)
	records = append(records, key("AKIAOFF", "alice", false)...)
	records = append(records, key("AKIAROOT", "", true)...)
	w, err := world.Of(records...)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := credentials.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	l := &lab{sealer: sealer, dir: t.TempDir()}
	if l.trail, err = audit.Open(l.dir, log); err != nil {
		t.Fatal(err)
	}
	m, err := model.Load("sts")
	if err != nil {
		t.Fatal(err)
	}
	l.Gateway, err = gateway.New(gateway.Options{
		Services: []*gateway.Service{{Model: m, Protocol: query.Protocol{}, Family: sigv4.Query, Denial: gateway.STSDenial,
			Operations: sts.New(sealer, nil).Operations().Table(), Forbid: sts.Forbidden}},
		World: func() *world.World { return w }, Resolver: credentials.NewResolver(sealer), Sealer: sealer, Trail: l.trail,
		Log: log, Now: func() time.Time { return now }, Secure: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// call is a form post, signed by key unless key is empty.
type call struct {
	form   url.Values
	key    string
	secret string // empty: the key's own
	token  string
	at     time.Time // zero: now
	scope  string    // service; empty: sts
	accept string
}

func form(pairs ...string) url.Values {
	v := url.Values{"Version": {"2011-06-15"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func (c call) request(t testing.TB) *http.Request {
	t.Helper()
	body := []byte(c.form.Encode())
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566/", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.accept != "" {
		r.Header.Set("Accept", c.accept)
	}
	if c.key == "" {
		return r
	}
	if c.secret == "" {
		c.secret = "secret-of-" + c.key
	}
	if c.at.IsZero() {
		c.at = now
	}
	if c.scope == "" {
		c.scope = "sts"
	}
	sum := sha256.Sum256(body)
	err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: c.key, SecretAccessKey: c.secret, SessionToken: c.token},
		r, hex.EncodeToString(sum[:]), c.scope, region, c.at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (l *lab) do(t testing.TB, r *http.Request) (status int, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestAuthenticationErrors(t *testing.T) {
	who := form("Action", "GetCallerIdentity")
	for name, c := range map[string]struct {
		call
		status int
		code   string
		text   string
	}{
		// facts/wire-errors.md section 3.1
		"no signature":                 {call{form: who}, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		"unknown key":                  {call{form: who, key: "AKIANOBODY"}, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		"inactive key":                 {call{form: who, key: "AKIAOFF"}, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		"wrong secret":                 {call{form: who, key: "AKIAALICE", secret: "no"}, 403, "SignatureDoesNotMatch", "The request signature we calculated does not match"},
		"token of nobody":              {call{form: who, key: "AKIAALICE", token: "abc"}, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		"signed long ago":              {call{form: who, key: "AKIAALICE", at: now.Add(-20 * time.Minute)}, 403, "SignatureDoesNotMatch", "Signature expired: 20261123T114000Z is now earlier than 20261123T114500Z (20261123T120000Z - 15 min.)"},
		"signed too early":             {call{form: who, key: "AKIAALICE", at: now.Add(20 * time.Minute)}, 403, "SignatureDoesNotMatch", "Signature not yet current: 20261123T122000Z is still later than 20261123T121500Z (20261123T120000Z + 15 min.)"},
		"unknown action":               {call{form: form("Action", "Nonsense"), key: "AKIAALICE"}, 400, "InvalidAction", "Could not find operation Nonsense for version 2011-06-15"},
		"real action that is not here": {call{form: form("Action", "AssumeRoleWithSAML"), key: "AKIAALICE"}, 400, "InvalidAction", "not available in Airside"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := newLab(t).do(t, c.request(t))
			if status != c.status || !strings.Contains(body, "<Code>"+c.code+"</Code>") || !strings.Contains(body, c.text) {
				t.Errorf("got %d %s\nwant %d %s: %s", status, body, c.status, c.code, c.text)
			}
		})
	}
}

func TestGetCallerIdentityIsForEverybodySigned(t *testing.T) {
	l := newLab(t)
	for key, want := range map[string]string{
		"AKIABOB":  "arn:aws:iam::" + account + ":user/bob",
		"AKIAROOT": "arn:aws:iam::" + account + ":root",
	} {
		status, body := l.do(t, call{form: form("Action", "GetCallerIdentity"), key: key}.request(t))
		if status != 200 || !strings.Contains(body, "<Arn>"+want+"</Arn>") {
			t.Errorf("%s: %d %s", key, status, body)
		}
	}
	_, body := l.do(t, call{form: form("Action", "GetCallerIdentity"), key: "AKIABOB", accept: "application/json"}.request(t))
	if !strings.HasPrefix(body, `{"GetCallerIdentityResponse":`) {
		t.Errorf("asked for JSON, got %s", body)
	}
}

func TestAssumeRoleGoesThroughTrustAndIdentity(t *testing.T) {
	assume := func(pairs ...string) url.Values {
		return form(append([]string{"Action", "AssumeRole", "RoleArn", roleARN, "RoleSessionName", "dev-session"}, pairs...)...)
	}
	const refusal = "is not authorized to perform: sts:AssumeRole on resource: " + roleARN
	for name, c := range map[string]struct {
		call
		status int
		text   string
	}{
		"allowed":             {call{form: assume("ExternalId", "my-external-id"), key: "AKIAALICE"}, 200, "assumed-role/dev/dev-session"},
		"no external id":      {call{form: assume(), key: "AKIAALICE"}, 403, "User: arn:aws:iam::" + account + ":user/alice " + refusal + "<"},
		"wrong external id":   {call{form: assume("ExternalId", "wrong"), key: "AKIAALICE"}, 403, refusal},
		"no identity policy":  {call{form: assume("ExternalId", "my-external-id"), key: "AKIABOB"}, 403, refusal},
		"root":                {call{form: assume("ExternalId", "my-external-id"), key: "AKIAROOT"}, 403, "Roles may not be assumed by root accounts."},
		"longer than allowed": {call{form: assume("ExternalId", "my-external-id", "DurationSeconds", "7200"), key: "AKIAALICE"}, 400, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"a role that is not":  {call{form: form("Action", "AssumeRole", "RoleArn", roleARN+"s", "RoleSessionName", "dev-session"), key: "AKIAALICE"}, 403, refusal + "s"},
		"bad session name":    {call{form: form("Action", "AssumeRole", "RoleArn", roleARN, "RoleSessionName", "a b", "ExternalId", "my-external-id"), key: "AKIAALICE"}, 400, "failed to satisfy constraint: Member must satisfy regular expression pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := newLab(t).do(t, c.request(t))
			if status != c.status || !strings.Contains(body, c.text) {
				t.Errorf("got %d %s\nwant %d %s", status, body, c.status, c.text)
			}
		})
	}
}

// The trail names who, what, the decision and the deciding statement, and holds the steps of a refusal down to the
// condition that failed.
func TestTrailExplains(t *testing.T) {
	l := newLab(t)
	l.do(t, call{form: form("Action", "AssumeRole", "RoleArn", roleARN, "RoleSessionName", "s1", "ExternalId", "wrong"), key: "AKIAALICE"}.request(t))
	l.do(t, call{form: form("Action", "AssumeRole", "RoleArn", roleARN, "RoleSessionName", "s1", "ExternalId", "my-external-id"), key: "AKIAALICE"}.request(t))
	l.trail.Close()
	var got []audit.Record
	if err := audit.Read(l.dir, func(r *audit.Record) error { got = append(got, *r); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("%d records, want 2", len(got))
	}
	if r := got[0]; r.Decision != audit.Denied || r.Action != "sts:AssumeRole" || r.Resource != roleARN ||
		r.Principal != "arn:aws:iam::"+account+":user/alice" || len(r.Verdicts) != 1 || !strings.Contains(r.Reason, "role trust policy") {
		t.Errorf("the refusal is recorded as %+v", r)
	}
	if r := got[1]; r.Decision != audit.Allowed || len(r.Verdicts) != 1 || r.Verdicts[0].Statement == "" || r.Verdicts[0].Steps == nil {
		t.Errorf("the success is recorded as %+v", r)
	}
}

func TestHugeBodyIsRefused(t *testing.T) {
	l := newLab(t)
	c := call{form: form("Action", "GetCallerIdentity", "Padding", strings.Repeat("x", 5<<20)), key: "AKIABOB"}
	status, body := l.do(t, c.request(t))
	if status != http.StatusRequestEntityTooLarge || !strings.Contains(body, "<Code>RequestEntityTooLarge</Code>") {
		t.Errorf("got %d %.300s", status, body)
	}
}

func TestBodyThatBreaksOff(t *testing.T) {
	l := newLab(t)
	r := call{form: form("Action", "GetCallerIdentity"), key: "AKIABOB"}.request(t)
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("Action=Get"), broken{}))
	r.ContentLength = -1
	if status, _ := l.do(t, r); status != http.StatusBadRequest {
		t.Errorf("got %d, want 400", status)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// One core: run with -cpu 1.
func BenchmarkGetCallerIdentity(b *testing.B) {
	l := newLab(b)
	defer l.trail.Close()
	s := httptest.NewServer(l)
	defer s.Close()
	at, err := url.Parse(s.URL)
	if err != nil {
		b.Fatal(err)
	}
	body := form("Action", "GetCallerIdentity").Encode()
	for b.Loop() {
		r, err := http.NewRequest(http.MethodPost, s.URL+"/", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Host = at.Host
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		sum := sha256.Sum256([]byte(body))
		err = v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: "AKIABOB", SecretAccessKey: "secret-of-AKIABOB"},
			r, hex.EncodeToString(sum[:]), "sts", region, now)
		if err != nil {
			b.Fatal(err)
		}
		w, err := s.Client().Do(r)
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, w.Body)
		w.Body.Close()
		if w.StatusCode != http.StatusOK {
			b.Fatalf("status %d", w.StatusCode)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
