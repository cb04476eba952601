package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"time"
)

// CALifetime is how long a cluster's authority lasts: ten years, as the certificateAuthority of an EKS cluster does.
const CALifetime = 10 * 365 * 24 * time.Hour

// skew is how far back a certificate's validity starts, for clients whose clock is a little behind.
const skew = 5 * time.Minute

// CA is a certificate authority with its private key.
type CA struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// Pair is a certificate and its private key, each as PEM.
type Pair struct {
	Cert []byte
	Key  []byte
}

// NewCA makes a self-signed authority with an ECDSA P-256 key that is valid from now for CALifetime.
func NewCA(commonName string, now time.Time) (*CA, error) {
	if commonName == "" {
		return nil, errors.New("a certificate authority needs a common name")
	}
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	template, err := newTemplate(pkix.Name{CommonName: commonName}, now, CALifetime)
	if err != nil {
		return nil, err
	}
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature
	template.IsCA = true
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign certificate authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &CA{cert: cert, key: key}, nil
}

// LoadCA reads an authority that Pair gave. The certificate must be an authority's and belong to the key.
func LoadCA(p Pair) (*CA, error) {
	cert, err := parseCertificate(p.Cert)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(p.Key)
	if err != nil {
		return nil, err
	}
	if !cert.IsCA {
		return nil, fmt.Errorf("certificate of %q is not a certificate authority's", cert.Subject.CommonName)
	}
	public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(key.Public()) {
		return nil, fmt.Errorf("certificate of %q does not belong to the private key", cert.Subject.CommonName)
	}
	return &CA{cert: cert, key: key}, nil
}

// Pair returns the authority as PEM.
func (ca *CA) Pair() (Pair, error) { return encodePair(ca.cert.Raw, ca.key) }

// CertPEM returns the authority's certificate, which is what clients trust.
func (ca *CA) CertPEM() []byte { return encodeCertificate(ca.cert.Raw) }

// Serving is what a server's certificate says.
type Serving struct {
	CommonName string
	DNSNames   []string
	Addresses  []netip.Addr
}

// IssueServing makes a server's certificate and key.
func (ca *CA) IssueServing(s Serving, now time.Time, lifetime time.Duration) (Pair, error) {
	if len(s.DNSNames) == 0 && len(s.Addresses) == 0 {
		return Pair{}, errors.New("a serving certificate needs a name or an address")
	}
	template, err := newTemplate(pkix.Name{CommonName: s.CommonName}, now, lifetime)
	if err != nil {
		return Pair{}, err
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = s.DNSNames
	for _, addr := range s.Addresses {
		template.IPAddresses = append(template.IPAddresses, net.IP(addr.Unmap().AsSlice()))
	}
	return ca.issue(template)
}

// IssueClient makes a client's certificate and key. Kubernetes reads the user's name from the common name and its
// groups from the organizations.
func (ca *CA) IssueClient(commonName string, organizations []string, now time.Time, lifetime time.Duration) (Pair, error) {
	if commonName == "" {
		return Pair{}, errors.New("a client certificate needs a common name")
	}
	template, err := newTemplate(pkix.Name{CommonName: commonName, Organization: organizations}, now, lifetime)
	if err != nil {
		return Pair{}, err
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return ca.issue(template)
}

// issue signs template for a new key. A certificate never outlives its authority.
func (ca *CA) issue(template *x509.Certificate) (Pair, error) {
	key, err := newKey()
	if err != nil {
		return Pair{}, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	if template.NotAfter.After(ca.cert.NotAfter) {
		template.NotAfter = ca.cert.NotAfter
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return Pair{}, fmt.Errorf("issue certificate for %q: %w", template.Subject.CommonName, err)
	}
	return encodePair(der, key)
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func newTemplate(subject pkix.Name, now time.Time, lifetime time.Duration) (*x509.Certificate, error) {
	if lifetime <= 0 {
		return nil, fmt.Errorf("certificate lifetime %s is not positive", lifetime)
	}
	// 127 random bits: positive, and within the 20 octets of RFC 5280 §4.1.2.2.
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               subject,
		NotBefore:             now.Add(-skew).UTC(),
		NotAfter:              now.Add(lifetime).UTC(),
		BasicConstraintsValid: true,
	}, nil
}
