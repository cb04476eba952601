package gateway

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/sigv4"
)

// MaxBody bounds the body of a call. The largest that the services' models allow is a policy document of 131072
// characters, percent-encoded.
const MaxBody = 1 << 20

// maxDrain is how much of a body that is too large is read and thrown away, so that its sender gets to see why.
const maxDrain = 16 << 20

var errTooLarge = awserr.WithStatus(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
	"The request body is larger than the %d bytes that are accepted.", MaxBody)

// errNoService answers a request that names no service that Airside has.
var errNoService = awserr.WithStatus(http.StatusNotFound, "UnknownOperationException",
	"Airside has no service for this request: its signature names none that exists here, and neither does its Action.")

// receive reads the body, at most MaxBody of it.
func receive(x *exchange) error {
	body, err := io.ReadAll(io.LimitReader(x.r.Body, MaxBody+1))
	switch {
	case err == nil && len(body) > MaxBody:
		// Many clients read no answer before they have sent everything.
		_, _ = io.CopyN(io.Discard, x.r.Body, maxDrain)
		return errTooLarge
	case err != nil:
		return awserr.WithStatus(http.StatusBadRequest, "RequestTimeout", "The request body could not be read in time.")
	}
	x.body = body
	return nil
}

// serviceOf finds the service of a request: by the scope of its signature, else by what it asks for.
func (g *Gateway) serviceOf(x *exchange, s *sigv4.Signature) *Service {
	if s != nil {
		if service, ok := g.bySigning[s.Scope.Service]; ok {
			return service
		}
	}
	if service, ok := g.byHost(x.r.Host); ok {
		return service
	}
	if service, ok := g.byVersion[version(x)]; ok {
		return service
	}
	for _, service := range g.rest {
		if _, _, ok := service.Model.Match(x.r.Method, x.r.URL.EscapedPath()); ok {
			return service
		}
	}
	return nil
}

// byHost knows the names that AWS's endpoints begin with, "eks.us-east-1.amazonaws.com", for clients that resolve them
// to this address.
func (g *Gateway) byHost(host string) (*Service, bool) {
	label, rest, ok := strings.Cut(host, ".")
	if !ok || !strings.Contains(rest, "amazonaws.com") {
		return nil, false
	}
	s, ok := g.bySigning[label]
	return s, ok
}

// version is the API version that a query call names.
func version(x *exchange) string {
	if v := x.r.URL.Query().Get("Version"); v != "" {
		return v
	}
	if !strings.HasPrefix(x.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return ""
	}
	form, err := url.ParseQuery(string(x.body))
	if err != nil {
		return ""
	}
	return form.Get("Version")
}

// fallback chooses the protocol in which to refuse a request that belongs to no service.
func (g *Gateway) fallback(r *http.Request) *Service {
	if strings.Contains(r.Header.Get("Content-Type"), "json") && len(g.rest) > 0 {
		return g.rest[0]
	}
	return g.Services[0]
}
