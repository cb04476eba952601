// Package pki makes the keys and certificates of one cluster with crypto/x509: a certificate authority, the serving and
// client certificates that it issues, and the key that signs service account tokens. Everything goes in and out as PEM.
//
// It owns the shape of those certificates (key types, usages, how long they last). It stores nothing and knows neither
// the clock nor Kubernetes' file layout: callers pass the time and keep the bytes.
package pki
