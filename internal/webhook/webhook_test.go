package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy/trace"
)

const (
	account  = "123456789012"
	region   = "us-east-1"
	endpoint = "http://127.0.0.1:4566"
	viewARN  = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// lab is a World with one cluster "demo", a role "dev" whose entry may view the namespaces dev and staging, and a session
// of that role.
type lab struct {
	*Handler
	world   *world.World
	session *credentials.Session
	token   string // session token
	dir     string
	trail   *audit.Trail
}

func newLab(t testing.TB, entryID string) *lab {
	t.Helper()
	sealer, err := credentials.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	place := world.Placement{Partition: "aws", Account: account, Region: region}
	w, err := world.Of(
		&world.Lab{Account: account, Region: region, Partition: "aws"},
		&world.Role{Partition: "aws", Account: account, Path: "/", Name: "dev", ID: "AROADEV",
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"sts:AssumeRole"}]}`},
		&world.Cluster{Placement: place, Name: "demo", UID: "0123", AuthenticationMode: "API", Status: world.ClusterActive},
		&world.AccessEntry{Placement: place, Cluster: "demo", PrincipalARN: "arn:aws:iam::" + account + ":role/dev", PrincipalID: entryID,
			Type: "STANDARD", Username: "arn:aws:sts::" + account + ":assumed-role/dev/{{SessionName}}",
			Policies: []world.PolicyAssociation{{PolicyARN: viewARN, Scope: "namespace", Namespaces: []string{"dev", "staging"}}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{world: w, dir: t.TempDir()}
	l.session = &credentials.Session{
		AccessKeyID: "ASIAEXAMPLE", Secret: "secret", Kind: credentials.AssumedRole, Partition: "aws", Account: account,
		PrincipalID: "AROADEV", Name: "alice@example.com", Issued: now, Expires: now.Add(time.Hour),
	}
	if l.token, err = sealer.Seal(l.session); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if l.trail, err = audit.Open(l.dir, log); err != nil {
		t.Fatal(err)
	}
	l.Handler = New(Options{
		World: func() *world.World { return w }, Resolver: credentials.NewResolver(sealer), Trail: l.trail, Log: log,
		Now: func() time.Time { return now }, Endpoints: []string{endpoint},
	})
	return l
}

// bearer signs a token as `aws eks get-token` does.
func (l *lab) bearer(t testing.TB, cluster, host string, at time.Time) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, host+"/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("x-k8s-aws-id", cluster)
	const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	url, _, err := v4.NewSigner().PresignHTTP(context.Background(), aws.Credentials{
		AccessKeyID: l.session.AccessKeyID, SecretAccessKey: l.session.Secret, SessionToken: l.token,
	}, r, emptySHA256, "sts", region, at)
	if err != nil {
		t.Fatal(err)
	}
	return "k8s-aws-v1." + base64.RawURLEncoding.EncodeToString([]byte(url))
}

func post[T any](t testing.TB, h http.Handler, path string, in T) (out T, status int) {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, bytes.NewReader(raw)))
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
	}
	return out, w.Code
}

func review(token string) authenticationv1.TokenReview {
	return authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: token}}
}

// last is the newest record of the trail.
func (l *lab) last(t *testing.T) audit.Record {
	t.Helper()
	l.trail.Close()
	var last audit.Record
	if err := audit.Read(l.dir, func(r *audit.Record) error { last = *r; return nil }); err != nil {
		t.Fatal(err)
	}
	return last
}

func TestTokenOfAnEntryIsLetIn(t *testing.T) {
	for _, host := range []string{"https://sts.us-east-1.amazonaws.com", "https://sts.amazonaws.com", endpoint} {
		l := newLab(t, "AROADEV")
		got, _ := post(t, l, TokenReviewPath("0123"), review(l.bearer(t, "demo", host, now)))
		u := got.Status.User
		switch {
		case !got.Status.Authenticated:
			t.Errorf("%s: refused: %s", host, l.last(t).Reason)
		case u.Username != "arn:aws:sts::"+account+":assumed-role/dev/alice-example.com",
			u.UID != "aws-iam-authenticator:"+account+":AROADEV",
			len(u.Extra["sessionName"]) != 1 || u.Extra["sessionName"][0] != "alice@example.com",
			len(u.Extra[principalIDKey]) != 1 || u.Extra[principalIDKey][0] != "AROADEV":
			t.Errorf("%s: user is %+v", host, u)
		}
	}
}

func TestTokensAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		token  func(*lab) string
		reason string
	}{
		"another cluster": {func(l *lab) string { return l.bearer(t, "other", "https://sts.amazonaws.com", now) }, "for another cluster"},
		"too old":         {func(l *lab) string { return l.bearer(t, "demo", "https://sts.amazonaws.com", now.Add(-16*time.Minute)) }, "expired"},
		"from the future": {func(l *lab) string { return l.bearer(t, "demo", "https://sts.amazonaws.com", now.Add(16*time.Minute)) }, "not yet current"},
		"another host":    {func(l *lab) string { return l.bearer(t, "demo", "https://sts.example.com", now) }, "unexpected hostname"},
		"plain http":      {func(l *lab) string { return l.bearer(t, "demo", "http://sts.amazonaws.com", now) }, "unexpected scheme"},
		"tampered": {func(l *lab) string {
			text := l.bearer(t, "demo", "https://sts.amazonaws.com", now)
			raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(text, "k8s-aws-v1."))
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(raw), "X-Amz-Expires=60", "X-Amz-Expires=61", 1)
			return "k8s-aws-v1." + base64.RawURLEncoding.EncodeToString([]byte(changed))
		}, "signature"},
		"no token": {func(*lab) string { return "" }, "prefix"},
		"session is over": {func(l *lab) string {
			l.session.Expires = now.Add(-time.Second)
			sealer, err := credentials.NewSealer(make([]byte, 32))
			if err != nil {
				t.Fatal(err)
			}
			if l.token, err = sealer.Seal(l.session); err != nil {
				t.Fatal(err)
			}
			return l.bearer(t, "demo", "https://sts.amazonaws.com", now)
		}, "expired"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, "AROADEV")
			token := c.token(l)
			got, _ := post(t, l, TokenReviewPath("0123"), review(token))
			if got.Status.Authenticated {
				t.Fatal("it was let in")
			}
			r := l.last(t)
			if r.Decision != audit.Denied || !strings.Contains(strings.ToLower(r.Reason), c.reason) {
				t.Errorf("the trail says %s because %s; want %q", r.Decision, r.Reason, c.reason)
			}
			raw, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if token != "" && strings.Contains(string(raw), token) || strings.Contains(string(raw), "X-Amz-Signature") {
				t.Error("the trail holds the token")
			}
		})
	}
}

// The entry of a role that was deleted and made again belongs to nobody any more.
func TestStaleEntryIsNamedInTheTrail(t *testing.T) {
	l := newLab(t, "AROAGONE")
	got, _ := post(t, l, TokenReviewPath("0123"), review(l.bearer(t, "demo", "https://sts.amazonaws.com", now)))
	if got.Status.Authenticated {
		t.Fatal("it was let in")
	}
	r := l.last(t)
	for _, want := range []string{"AROAGONE", "AROADEV", "deleted and made again"} {
		if !strings.Contains(r.Reason, want) {
			t.Errorf("the reason %q does not say %q", r.Reason, want)
		}
	}
	if len(r.Verdicts) != 1 || r.Verdicts[0].Steps == nil || !mentions(r.Verdicts[0].Steps, "AROAGONE") {
		t.Error("the steps do not show the id that the entry is bound to")
	}
}

func mentions(s *trace.Step, text string) bool {
	for _, v := range append(s.Want, s.Got...) {
		if strings.Contains(v, text) {
			return true
		}
	}
	for _, child := range s.Steps {
		if mentions(child, text) {
			return true
		}
	}
	return false
}

func access(verb, resource, namespace string) authorizationv1.SubjectAccessReview {
	return authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: "u", Extra: map[string]authorizationv1.ExtraValue{principalIDKey: {"AROADEV"}},
		ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: verb, Resource: resource, Namespace: namespace},
	}}
}

func TestAccessReviews(t *testing.T) {
	l := newLab(t, "AROADEV")
	for _, c := range []struct {
		verb, resource, namespace string
		want                      bool
	}{
		{"list", "pods", "dev", true},
		{"list", "pods", "staging", true},
		{"list", "pods", "production", false},
		{"list", "pods", "", false},
		{"delete", "pods", "dev", false},
		{"list", "secrets", "dev", false},
		{"get", "nodes", "", false},
	} {
		got, _ := post(t, l, AccessReviewPath("0123"), access(c.verb, c.resource, c.namespace))
		if got.Status.Allowed != c.want {
			t.Errorf("%s %s in %q: allowed is %v, want %v", c.verb, c.resource, c.namespace, got.Status.Allowed, c.want)
		}
		if got.Status.Denied {
			t.Errorf("%s %s in %q: denied; access policies have no denial, RBAC must still be asked", c.verb, c.resource, c.namespace)
		}
		if c.want && !strings.HasPrefix(got.Status.Reason, "EKS Access Policy: allowed by RoleBinding") {
			t.Errorf("reason is %q", got.Status.Reason)
		}
	}
	impersonated := access("list", "pods", "dev")
	impersonated.Spec.Extra = nil
	if got, _ := post(t, l, AccessReviewPath("0123"), impersonated); got.Status.Allowed {
		t.Error("a user without a principal id was given an access policy's rights")
	}
}

func TestBadReviews(t *testing.T) {
	l := newLab(t, "AROADEV")
	if _, status := post(t, l, TokenReviewPath("nope"), review("x")); status != http.StatusNotFound {
		t.Errorf("an unknown cluster gets %d, want 404", status)
	}
	for _, path := range []string{TokenReviewPath("0123"), AccessReviewPath("0123")} {
		w := httptest.NewRecorder()
		l.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader("{")))
		if w.Code != http.StatusBadRequest {
			t.Errorf("a broken body gets %d, want 400", w.Code)
		}
		w = httptest.NewRecorder()
		l.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET gets %d, want 405", w.Code)
		}
	}
}
