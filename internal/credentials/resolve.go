package credentials

import (
	"errors"
	"sync"
	"time"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/world"
)

// Credential is what a request was signed with, resolved.
type Credential struct {
	AccessKeyID string
	Secret      string
	Principal   authz.Principal
	Session     *Session // nil for a long-term key
}

// Errors of Resolve.
var (
	// ErrUnknown: no such key, an inactive one, one whose principal is gone, or a token that does not fit the key.
	ErrUnknown = errors.New("the access key id or the session token is not valid")
	// ErrExpired: the session is over.
	ErrExpired = errors.New("the session has expired")
)

// Resolver resolves credentials. Opened sessions are kept, so that a request of a known session costs no decryption.
type Resolver struct {
	sealer *Sealer
	mu     sync.RWMutex
	opened map[string]*Session // by token
}

// maxOpened bounds the sessions that a Resolver keeps; past it, it starts afresh.
const maxOpened = 4096

// NewResolver resolves sessions that sealer sealed.
func NewResolver(sealer *Sealer) *Resolver {
	return &Resolver{sealer: sealer, opened: make(map[string]*Session)}
}

// Resolve tells what an access key id and, for temporary credentials, its session token stand for in w at a time.
func (r *Resolver) Resolve(w *world.World, accessKeyID, token string, now time.Time) (*Credential, error) {
	if token == "" {
		return longTerm(w, accessKeyID)
	}
	s, err := r.open(token)
	if err != nil || s.AccessKeyID != accessKeyID {
		return nil, ErrUnknown
	}
	p, ok := s.principal(w)
	if !ok {
		return nil, ErrUnknown
	}
	c := &Credential{AccessKeyID: accessKeyID, Secret: s.Secret, Principal: p, Session: s}
	if !now.Before(s.Expires) {
		return c, ErrExpired
	}
	return c, nil
}

func (r *Resolver) open(token string) (*Session, error) {
	r.mu.RLock()
	s := r.opened[token]
	r.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	s, err := r.sealer.Open(token)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.opened) >= maxOpened {
		clear(r.opened)
	}
	r.opened[token] = s
	return s, nil
}

func longTerm(w *world.World, id string) (*Credential, error) {
	key, ok := w.AccessKeys.Get(id)
	if !ok || !key.Active {
		return nil, ErrUnknown
	}
	secret, ok := w.Secrets.Get(key.SecretName())
	if !ok {
		return nil, ErrUnknown
	}
	c := &Credential{AccessKeyID: id, Secret: string(secret.Value)}
	if key.User == "" {
		c.Principal = w.RootPrincipal(key.Account)
		return c, nil
	}
	u, ok := w.Users.Get(world.IAMKey(key.Account, key.User))
	if !ok {
		return nil, ErrUnknown
	}
	c.Principal = w.UserPrincipal(u)
	return c, nil
}

// principal finds the session's principal as it is now. A role or user that was deleted takes its sessions with it.
func (s *Session) principal(w *world.World) (authz.Principal, bool) {
	var p authz.Principal
	switch s.Kind {
	case AssumedRole:
		r, ok := w.Roles.Find("id:" + s.PrincipalID)
		if !ok {
			return p, false
		}
		p = w.RoleSession(r, s.Name)
	case FederationToken, SessionToken:
		if s.PrincipalID == s.Account {
			p = w.RootPrincipal(s.Account)
		} else {
			u, ok := w.Users.Find("id:" + s.PrincipalID)
			if !ok {
				return p, false
			}
			p = w.UserPrincipal(u)
		}
		if s.Kind == FederationToken {
			p = world.Federated(p, s.Name)
		}
	default:
		return p, false
	}
	p.TokenIssued = s.Issued
	p.SourceIdentity = s.SourceIdentity
	p.Provider = s.Provider
	p.Claims = s.Claims
	// Only GetSessionToken carries MFA on; a role session does not (facts/iam-policy-evaluation.md section 10).
	p.MFA = authz.MFA{Known: true, Present: s.MFA && s.Kind == SessionToken, At: s.Issued}
	p.Tags = world.OverlayTags(p.Tags, s.Tags)
	return p, true
}

// Policies collects every policy that has a say on requests of the credential: identity policies, boundary, session
// policies. Resource policies and organizations are the request's own business.
func (c *Credential) Policies(w *world.World) authz.Policies {
	p := w.PoliciesOf(&c.Principal)
	// A federated user has what its session policies and its user's policies both allow; without session policies that is
	// nothing (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html).
	if c.Session != nil && (c.Session.HasPolicies() || c.Session.Kind == FederationToken) {
		p.HasSession = true
		p.Session = append(p.Session, c.Session.policies...)
		for _, arn := range c.Session.PolicyARNs {
			if s, ok := w.ManagedSource(arn); ok {
				p.Session = append(p.Session, s)
			}
		}
	}
	return p
}
