package pki_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/pki"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newCA(t *testing.T) *pki.CA {
	t.Helper()
	ca, err := pki.NewCA("kubernetes", now)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func parse(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("not PEM: %s", text)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func roots(ca *pki.CA) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca.CertPEM())
	return pool
}

func TestServingCertificateIsTrustedForItsNamesOnly(t *testing.T) {
	ca := newCA(t)
	pair, err := ca.IssueServing(pki.Serving{
		CommonName: "kube-apiserver",
		DNSNames:   []string{"localhost", "kubernetes.default.svc"},
		Addresses:  []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("10.100.0.1")},
	}, now, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	cert := parse(t, pair.Cert)
	for _, tc := range []struct {
		name string
		at   time.Time
		ok   bool
	}{
		{"localhost", now, true},
		{"kubernetes.default.svc", now, true},
		{"127.0.0.1", now, true},
		{"10.100.0.1", now, true},
		{"10.100.0.2", now, false},
		{"example.com", now, false},
		{"localhost", now.Add(-time.Minute), true},
		{"localhost", now.Add(25 * time.Hour), false},
	} {
		_, err := cert.Verify(x509.VerifyOptions{Roots: roots(ca), DNSName: tc.name, CurrentTime: tc.at})
		if (err == nil) != tc.ok {
			t.Errorf("%s at %s: err = %v, want ok = %t", tc.name, tc.at, err, tc.ok)
		}
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots(ca), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err == nil {
		t.Error("serving certificate is good for a client")
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots(newCA(t)), CurrentTime: now}); err == nil {
		t.Error("certificate is trusted by another authority of the same name")
	}
}

func TestClientCertificateCarriesTheUser(t *testing.T) {
	ca := newCA(t)
	pair, err := ca.IssueClient("system:kube-scheduler", []string{"a", "b"}, now, 20*pki.CALifetime)
	if err != nil {
		t.Fatal(err)
	}
	cert := parse(t, pair.Cert)
	if cert.Subject.CommonName != "system:kube-scheduler" || !slices.Equal(cert.Subject.Organization, []string{"a", "b"}) {
		t.Errorf("subject = %s", cert.Subject)
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots(ca), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Error(err)
	}
	if end := parse(t, ca.CertPEM()).NotAfter; cert.NotAfter.After(end) {
		t.Errorf("certificate ends %s, after its authority at %s", cert.NotAfter, end)
	}
}

func TestAuthorityLoadsFromItsOwnPair(t *testing.T) {
	ca := newCA(t)
	pair, err := ca.Pair()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := pki.LoadCA(pair)
	if err != nil {
		t.Fatal(err)
	}
	client, err := loaded.IssueClient("user", nil, now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse(t, client.Cert).Verify(x509.VerifyOptions{Roots: roots(ca), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		t.Error(err)
	}
}

func TestLoadCARejects(t *testing.T) {
	ca := newCA(t)
	good, err := ca.Pair()
	if err != nil {
		t.Fatal(err)
	}
	other, err := newCA(t).Pair()
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.IssueClient("user", nil, now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		pair pki.Pair
		want string
	}{
		{"empty", pki.Pair{}, "not a PEM text"},
		{"swapped", pki.Pair{Cert: good.Key, Key: good.Cert}, `PEM block is "PRIVATE KEY"`},
		{"foreign key", pki.Pair{Cert: good.Cert, Key: other.Key}, "does not belong"},
		{"leaf", leaf, "is not a certificate authority's"},
		{"two certificates", pki.Pair{Cert: append(slices.Clone(good.Cert), other.Cert...), Key: good.Key}, "more than one PEM block"},
	} {
		if _, err := pki.LoadCA(tc.pair); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: err = %v, want %q", tc.name, err, tc.want)
		}
	}
}

func TestIssueRejects(t *testing.T) {
	ca := newCA(t)
	if _, err := ca.IssueServing(pki.Serving{CommonName: "x"}, now, time.Hour); err == nil {
		t.Error("serving certificate without a name was issued")
	}
	if _, err := ca.IssueClient("", nil, now, time.Hour); err == nil {
		t.Error("client certificate without a name was issued")
	}
	if _, err := ca.IssueClient("x", nil, now, 0); err == nil {
		t.Error("certificate without a lifetime was issued")
	}
	if _, err := pki.NewCA("", now); err == nil {
		t.Error("authority without a name was made")
	}
}

func TestServiceAccountKey(t *testing.T) {
	text, err := pki.NewServiceAccountKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := pki.ParseServiceAccountKey(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := key.N.BitLen(); got != 2048 {
		t.Errorf("key has %d bits", got)
	}
	public, err := pki.ServiceAccountPublicKey(text)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(public)
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if !key.PublicKey.Equal(parsed.(*rsa.PublicKey)) {
		t.Error("the public key is another key's")
	}
	ca, err := newCA(t).Pair()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pki.ParseServiceAccountKey(ca.Key); err == nil {
		t.Error("an ECDSA key was taken for a service account key")
	}
}
