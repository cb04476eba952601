// Package credentials knows what an access key id and a session token stand for: which principal, with which secret, and
// under which session.
//
// A session is not stored anywhere: its token is the session itself, sealed under a key that only this Airside holds, so
// that sessions survive a restart and cost no write. The package owns that sealing and the resolution of both kinds of
// credentials against a World. It does not verify signatures (package sigv4) and does not issue anything (service sts).
package credentials

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// Kind says which call issued a session.
type Kind string

// The kinds of session.
const (
	AssumedRole     Kind = "role"
	FederationToken Kind = "federated"
	SessionToken    Kind = "user" // GetSessionToken: the user itself, for a while
)

// Session is what temporary credentials stand for. Field names are short because the sealed session travels in every
// request, and in every Kubernetes token, which may not be longer than 4096 bytes.
type Session struct {
	AccessKeyID    string      `json:"k"`
	Secret         string      `json:"s"`
	Kind           Kind        `json:"t"`
	Partition      string      `json:"p"`
	Account        string      `json:"a"`
	PrincipalID    string      `json:"i"`           // AROA… of the role, AIDA… of the user, the account of its root user
	Name           string      `json:"n,omitempty"` // role session name, federated name
	Issued         time.Time   `json:"f"`
	Expires        time.Time   `json:"e"`
	Policies       []string    `json:"o,omitempty"` // inline session policy
	PolicyARNs     []string    `json:"r,omitempty"` // managed session policies
	Tags           []world.Tag `json:"g,omitempty"`
	Transitive     []string    `json:"v,omitempty"` // keys of the tags that role chaining carries on
	SourceIdentity string      `json:"y,omitempty"`
	MFA            bool        `json:"m,omitempty"`
	Provider       string      `json:"w,omitempty"` // identity provider of a web identity session
	Claims         policy.Keys `json:"c,omitempty"`

	policies []authz.Source
}

// HasPolicies tells whether session policies were passed.
func (s *Session) HasPolicies() bool { return len(s.Policies)+len(s.PolicyARNs) > 0 }

// ErrToken is returned for a text that is no session token of this Airside.
var ErrToken = errors.New("not a session token of this Airside")

// maxSession bounds what a token may unpack to.
const maxSession = 64 << 10

// Sealer turns sessions into tokens and back. It is safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

// NewSealer uses a key of 32 bytes.
func NewSealer(key []byte) (*Sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead}, nil
}

// Seal returns the session's token.
func (x *Sealer) Seal(s *Session) (string, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return x.seal(raw, nil), nil
}

// Open reads a token. The session may have expired; whether it has is for the caller to say.
func (x *Sealer) Open(token string) (*Session, error) {
	raw, err := x.open(token, nil, maxSession)
	if err != nil {
		return nil, ErrToken
	}
	var s Session
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, ErrToken
	}
	for i, text := range s.Policies {
		d, err := policy.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("session policy: %w", err)
		}
		s.policies = append(s.policies, authz.Source{Name: fmt.Sprintf("session policy %d", i+1), Policy: policy.Compile(d)})
	}
	return &s, nil
}
