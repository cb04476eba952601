package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/airside-dev/airside/internal/fleet"
	"github.com/airside-dev/airside/internal/pki"
	"github.com/airside-dev/airside/internal/webhook"
)

// hooks is the webhook listener: loopback, TLS, and only for clients with a certificate of its own authority. The
// authority lives as long as the process: control planes start after it and are told it then.
type hooks struct {
	url    string
	ca     []byte
	client pki.Pair
}

// hookLifetime is how long the webhook's certificates are good for: longer than a process runs.
const hookLifetime = 10 * 365 * 24 * time.Hour

func (h *hooks) tokenReview(uid string) fleet.Webhook { return h.at(webhook.TokenReviewPath(uid)) }

func (h *hooks) accessReview(uid string) fleet.Webhook { return h.at(webhook.AccessReviewPath(uid)) }

func (h *hooks) at(path string) fleet.Webhook {
	return fleet.Webhook{URL: h.url + path, CA: h.ca, Client: h.client}
}

func (l *lab) startHooks() error {
	now := l.options.Now()
	ca, err := pki.NewCA("airside-webhook", now)
	if err != nil {
		return err
	}
	loopbackIP := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	serving, err := ca.IssueServing(pki.Serving{CommonName: "airside-webhook", Addresses: []netip.Addr{loopbackIP}}, now, hookLifetime)
	if err != nil {
		return err
	}
	client, err := ca.IssueClient("kube-apiserver", nil, now, hookLifetime)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(serving.Cert, serving.Key)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca.CertPEM()) {
		return errors.New("the webhook's authority cannot be read back")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l.hooks = &hooks{url: "https://" + listener.Addr().String(), ca: ca.CertPEM(), client: client}
	s := &http.Server{
		Handler: webhook.New(webhook.Options{
			World: l.store.World, Resolver: l.resolver, Trail: l.trail, Log: l.log, Now: l.options.Now,
			Endpoints: l.origins(),
		}),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13},
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(l.log.Handler(), slog.LevelWarn),
	}
	l.onStop(func() { drain(s) })
	l.start(func(on net.Listener) error { return s.ServeTLS(on, "", "") }, listener)
	return nil
}

// origins are the origins under which clients may know the endpoint.
func (l *lab) origins() []string {
	_, port, err := net.SplitHostPort(l.listener.Addr().String())
	if err != nil {
		return []string{l.endpoint()}
	}
	return []string{l.endpoint(), "http://localhost:" + port}
}
