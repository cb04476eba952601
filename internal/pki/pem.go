package pki

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// The PEM block types that this package writes. Private keys are PKCS #8 whatever their kind.
const (
	blockCertificate = "CERTIFICATE"
	blockPrivateKey  = "PRIVATE KEY"
	blockPublicKey   = "PUBLIC KEY"
)

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: der})
}

func encodePrivateKey(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: blockPrivateKey, Bytes: der}), nil
}

func encodePair(certDER []byte, key crypto.Signer) (Pair, error) {
	keyPEM, err := encodePrivateKey(key)
	if err != nil {
		return Pair{}, err
	}
	return Pair{Cert: encodeCertificate(certDER), Key: keyPEM}, nil
}

// decodeOnly returns the content of the one block of the given type that text must consist of.
func decodeOnly(text []byte, blockType string) ([]byte, error) {
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, errors.New("not a PEM text")
	case block.Type != blockType:
		return nil, fmt.Errorf("PEM block is %q, not %q", block.Type, blockType)
	}
	if more, _ := pem.Decode(rest); more != nil {
		return nil, fmt.Errorf("more than one PEM block where one %q belongs", blockType)
	}
	return block.Bytes, nil
}

func parseCertificate(text []byte) (*x509.Certificate, error) {
	der, err := decodeOnly(text, blockCertificate)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

func parseKey(text []byte) (crypto.Signer, error) {
	der, err := decodeOnly(text, blockPrivateKey)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("private key of type %T cannot sign", key)
	}
	return signer, nil
}
