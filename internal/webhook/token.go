package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/clusteraccess"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/sigv4"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy/trace"
)

// tokenReview answers who a token belongs to. The API server tells its client Unauthorized and no more; why goes to the
// trail.
func (h *Handler) tokenReview(w http.ResponseWriter, r *http.Request) {
	now := h.Now()
	facts := h.World()
	c := h.cluster(w, r, facts)
	if c == nil {
		return
	}
	var review authenticationv1.TokenReview
	if !read(w, r, &review) {
		return
	}
	answer := authenticationv1.TokenReview{TypeMeta: metav1.TypeMeta{APIVersion: "authentication.k8s.io/v1", Kind: "TokenReview"}}
	a := h.authenticate(facts, c, review.Spec.Token, now)
	if a.err == nil {
		answer.Status = authenticationv1.TokenReviewStatus{Authenticated: true, Audiences: review.Spec.Audiences, User: userInfo(a.user)}
	}
	h.write(w, answer)
	h.Trail.Record(a.record(c, now))
}

func userInfo(u clusteraccess.User) authenticationv1.UserInfo {
	extra := make(map[string]authenticationv1.ExtraValue, len(u.Extra))
	for k, v := range u.Extra {
		extra[k] = v
	}
	return authenticationv1.UserInfo{Username: u.Username, UID: u.UID, Groups: u.Groups, Extra: extra}
}

// authentication is one token's way through.
type authentication struct {
	facts    clusteraccess.Facts
	identity clusteraccess.Identity
	known    bool   // identity is proven
	key      string // access key id that the token claims
	user     clusteraccess.User
	err      error
}

// authenticate checks a token: its form, its signature for this cluster, its session, and then whom it is mapped to.
// Tokens are not sent anywhere: AWS's authenticator has STS check the signature, and STS is here.
func (h *Handler) authenticate(w *world.World, c *world.Cluster, text string, now time.Time) authentication {
	a := authentication{facts: w.FactsOf(c)}
	var cred *credentials.Credential
	if cred, a.key, a.err = h.verify(w, c, text, now); a.err != nil {
		return a
	}
	p := &cred.Principal
	if a.identity, a.err = clusteraccess.NewIdentity(p.ARN, p.UserID, cred.AccessKeyID); a.err != nil {
		return a
	}
	a.known = true
	a.user, a.err = clusteraccess.Authenticate(a.identity, a.facts, nil)
	return a
}

// verify proves who signed a token.
func (h *Handler) verify(w *world.World, c *world.Cluster, text string, now time.Time) (*credentials.Credential, string, error) {
	server := clusteraccess.Server{Partition: c.Partition, Region: c.Region, Endpoints: h.Endpoints}
	t, err := server.ParseToken(text, now)
	if err != nil {
		return nil, "", err
	}
	// The header's value is this cluster's name and not the client's word: a token for another cluster was signed with
	// another value and does not verify.
	header := http.Header{}
	header.Set(clusteraccess.ClusterIDHeader, c.Name)
	request := &http.Request{Method: http.MethodGet, URL: t.URL, Host: t.URL.Host, Header: header}
	s, err := sigv4.Parse(request)
	if err != nil {
		return nil, t.AccessKeyID, err
	}
	at := sigv4.Endpoint{Service: "sts", PresignLifetime: sigv4.MaxSkew}
	if t.Region != "global" && strings.HasPrefix(t.URL.Host, "sts") {
		at.Region = t.Region // a regional endpoint of STS takes no scope of another region
	}
	if err := s.Check(now, at); err != nil {
		return nil, t.AccessKeyID, err
	}
	if v := t.URL.Query().Get("Version"); v != stsVersion {
		return nil, t.AccessKeyID, fmt.Errorf("STS has no GetCallerIdentity for version %q", v)
	}
	cred, err := h.Resolver.Resolve(w, s.AccessKeyID, s.SessionToken, now)
	if err != nil && !errors.Is(err, credentials.ErrExpired) {
		return nil, t.AccessKeyID, err
	}
	if bad := sigv4.VerifyPresignedURL(t.URL, header, http.MethodGet, cred.Secret); bad != nil {
		return nil, t.AccessKeyID, errSignature
	}
	return cred, t.AccessKeyID, err
}

// stsVersion is the one API version of STS.
const stsVersion = "2011-06-15"

var errSignature = errors.New("the signature is not that of this access key for this cluster: the token is for another cluster, was changed, or was signed with another secret")

// record describes the authentication for the trail.
func (a authentication) record(c *world.Cluster, now time.Time) audit.Record {
	r := audit.Record{
		ID: awsid.UUID(), Time: now, Source: audit.TokenCheck, Action: "authenticate", Cluster: c.Name, Resource: c.ARN(),
		Region: c.Region, AccessKey: a.key, Decision: audit.Allowed,
	}
	if a.known {
		r.Principal = a.identity.ARN
	}
	if a.err != nil {
		r.Decision, r.Reason = audit.Denied, a.err.Error()
	} else {
		r.Username, r.Groups = a.user.Username, a.user.Groups
		r.Reason = "mapped by the access entry of " + a.identity.CanonicalARN
		if a.user.Entry == nil {
			r.Reason = "mapped without an access entry"
		}
	}
	r.Explain = func() []audit.Verdict {
		step := &trace.Step{Kind: trace.Decision, Subject: "authenticate to cluster " + c.Name}
		if a.known {
			token := step.Add(trace.Step{Kind: trace.Layer, Subject: "token", Outcome: trace.Match})
			token.End(trace.Match, "signed for this cluster by "+a.identity.ARN)
			_, _ = clusteraccess.Authenticate(a.identity, a.facts, step)
		} else {
			step.Add(trace.Step{Kind: trace.Layer, Subject: "token", Outcome: trace.NoMatch, Detail: r.Reason})
			step.End(trace.NoAllow, r.Reason)
		}
		return []audit.Verdict{{Action: "authenticate", Resource: c.ARN(), Decision: r.Decision, By: "access entry", Reason: r.Reason, Steps: step}}
	}
	return r
}
