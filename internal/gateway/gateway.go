package gateway

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/model"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/sigv4"
	"github.com/airside-dev/airside/internal/world"
)

// Service is one AWS service as the gateway serves it.
type Service struct {
	Model      *model.Service
	Protocol   awswire.Protocol
	Operations op.Table
	Family     sigv4.Family
	Denial     Denial
	// Forbid refuses an operation that a session may not call at all, whatever policies say; nil where they decide.
	Forbid func(s *credentials.Session, action string) error
}

// Options is what a gateway is made of. Every field is required.
type Options struct {
	Services []*Service
	World    func() *world.World
	Resolver *credentials.Resolver
	Sealer   *credentials.Sealer // for encoded authorization messages
	Trail    *audit.Trail
	Log      *slog.Logger
	Now      func() time.Time
	// Secure is what aws:SecureTransport says: true where nobody but this machine can reach the endpoint.
	Secure bool
}

// Gateway is the AWS endpoint. It is an http.Handler.
type Gateway struct {
	Options
	bySigning map[string]*Service
	byVersion map[string]*Service // query services by API version, for calls without a signature
	rest      []*Service
}

// New makes a gateway. It fails where a service's model and its operations do not fit together.
func New(o Options) (*Gateway, error) {
	g := &Gateway{Options: o, bySigning: map[string]*Service{}, byVersion: map[string]*Service{}}
	for _, s := range o.Services {
		for name := range s.Model.Operations {
			if _, ok := s.Operations[name]; !ok {
				return nil, errors.New("service " + s.Model.Name + " does not implement " + name)
			}
		}
		g.bySigning[s.Model.SigningName] = s
		switch s.Model.Protocol {
		case "query", "ec2":
			g.byVersion[s.Model.APIVersion] = s
		default:
			g.rest = append(g.rest, s)
		}
	}
	return g, nil
}

// exchange is one request on its way through the pipeline.
type exchange struct {
	w       http.ResponseWriter
	r       *http.Request
	body    []byte
	service *Service
	oper    *model.Operation
	call    op.Call
	cred    *credentials.Credential
	answer  []answer // of every check, in order
}

// ServeHTTP runs the pipeline.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: w, r: r}
	x.call = op.Call{
		Context: r.Context(), ID: awsid.UUID(), Time: g.Now(), World: g.World(),
		SourceIP: remoteIP(r), UserAgent: r.UserAgent(),
	}
	err := g.guarded(x)
	if err == nil {
		g.record(x, nil)
		return
	}
	fail := g.domain(x, err)
	if x.service == nil {
		x.service = g.fallback(r)
	}
	x.service.Protocol.Fail(w, x.service.Model, x.oper, r, fail, x.call.ID)
	g.record(x, fail)
}

// guarded turns a panic of the program's own into an error: the caller is answered, the log says where it happened.
func (g *Gateway) guarded(x *exchange) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return g.run(x)
}

func (g *Gateway) run(x *exchange) (err error) {
	if err := receive(x); err != nil {
		return err
	}
	// A body may take its time to arrive. What counts are the facts when the whole call is here.
	x.call.Time, x.call.World = g.Now(), g.World()
	signature, err := sigv4.Parse(x.r)
	unsigned := errors.Is(err, sigv4.ErrNone)
	if x.service = g.serviceOf(x, signature); x.service == nil {
		if err == nil || unsigned {
			return errNoService
		}
		return err
	}
	if err != nil {
		// No operation that exists so far may be called without a signature.
		return g.unsigned(x, err)
	}
	if err := g.authenticate(x, signature); err != nil {
		return err
	}
	if x.oper, err = x.service.Protocol.Route(x.service.Model, x.r, x.body); err != nil {
		return err
	}
	return g.perform(x)
}

// unsigned refuses a call that has no signature, or one that cannot be read. What is no call at all (no action, no such
// operation) is refused as that first, because it is what its sender has to know.
func (g *Gateway) unsigned(x *exchange, err error) error {
	if !errors.Is(err, sigv4.ErrNone) {
		return err
	}
	if o, routeErr := x.service.Protocol.Route(x.service.Model, x.r, x.body); routeErr == nil {
		x.oper = o
	} else {
		return routeErr
	}
	return err
}

// perform is the part of the pipeline that knows the operation.
func (g *Gateway) perform(x *exchange) error {
	entry := x.service.Operations[x.oper.Name]
	in := entry.New()
	absent, err := x.service.Protocol.Decode(x.service.Model, x.oper, x.r, x.body, in)
	if err != nil {
		return err
	}
	if err := g.authorize(x, entry, in); err != nil {
		return err
	}
	if x.oper.Input != nil {
		violations, err := model.Validate(x.oper.Input, in, absent)
		if err != nil {
			return err
		}
		if len(violations) > 0 {
			return x.service.Protocol.Refuse(x.service.Model, x.oper, violations)
		}
	}
	out, err := entry.Do(&x.call, in)
	if err != nil {
		return err
	}
	return x.service.Protocol.Encode(x.w, x.service.Model, x.oper, x.r, out, x.call.ID)
}

// authenticate finds out who calls and proves it.
func (g *Gateway) authenticate(x *exchange, s *sigv4.Signature) error {
	x.call.AccessKey, x.call.Region = s.AccessKeyID, s.Scope.Region
	at := sigv4.Endpoint{Service: x.service.Model.SigningName}
	if x.service.Family == sigv4.Query {
		at.PresignLifetime = sigv4.MaxSkew
	}
	if err := s.Check(x.call.Time, at); err != nil {
		return err
	}
	cred, err := g.Resolver.Resolve(x.call.World, s.AccessKeyID, s.SessionToken, x.call.Time)
	expired := errors.Is(err, credentials.ErrExpired)
	switch {
	case err == nil, expired:
	case s.SessionToken != "":
		return s.InvalidToken()
	default:
		return s.UnknownKey()
	}
	if err := s.Verify(x.r, sha256.Sum256(x.body), cred.Secret); err != nil {
		return err
	}
	if expired {
		return s.ExpiredToken()
	}
	x.cred = cred
	x.call.Caller, x.call.Session, x.call.Account = cred.Principal, cred.Session, cred.Principal.Account
	x.call.Partition = cred.Principal.Partition
	return nil
}

// domain turns any error into one that can be sent. What is not the caller's business goes to the log.
func (g *Gateway) domain(x *exchange, err error) *awserr.Error {
	var known *awserr.Error
	if errors.As(err, &known) {
		return known
	}
	var auth *sigv4.Error
	if errors.As(err, &auth) {
		family := sigv4.Query
		if x.service != nil {
			family = x.service.Family
		}
		return auth.AWS(family)
	}
	name := ""
	if x.oper != nil {
		name = x.oper.Name
	}
	g.Log.Error("a call failed for a reason of Airside's own", "request", x.call.ID, "operation", name, "error", err)
	return awserr.WithStatus(http.StatusInternalServerError, "InternalFailure",
		"The request processing has failed because of an unknown error, exception or failure.")
}

func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}
