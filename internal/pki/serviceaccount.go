package pki

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// serviceAccountKeyBits is the size of EKS's token keys: the JWKS of a cluster's issuer holds RSA keys for RS256.
const serviceAccountKeyBits = 2048

// NewServiceAccountKey makes the RSA key that signs service account tokens, as PEM.
func NewServiceAccountKey() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, serviceAccountKeyBits)
	if err != nil {
		return nil, err
	}
	return encodePrivateKey(key)
}

// ParseServiceAccountKey reads a key that NewServiceAccountKey made.
func ParseServiceAccountKey(text []byte) (*rsa.PrivateKey, error) {
	key, err := parseKey(text)
	if err != nil {
		return nil, err
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("service account key is a %T, not an RSA key", key)
	}
	return rsaKey, nil
}

// ServiceAccountPublicKey returns the public half of such a key as PEM, for whoever only verifies tokens.
func ServiceAccountPublicKey(text []byte) ([]byte, error) {
	key, err := ParseServiceAccountKey(text)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: blockPublicKey, Bytes: der}), nil
}
