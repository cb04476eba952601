// Package server puts the parts together: it is the only place that knows all of them, and it owns the order in which
// they start and stop.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"time"

	"google.golang.org/grpc/grpclog"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/clusters"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/gateway"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// Defaults of a new lab.
const (
	DefaultListen  = "127.0.0.1:4566"
	DefaultAccount = "123456789012"
	DefaultRegion  = "us-east-1"
)

// HealthPath answers 200 while the endpoint serves.
const HealthPath = "/_airside/health"

// Options is what a lab is started with.
type Options struct {
	State       State
	Listen      string // host:port
	Account     string // empty: the recorded one, or DefaultAccount
	Region      string // empty: the recorded one, or DefaultRegion
	AccessKey   string // of the administrator of a new lab; empty: random
	SecretKey   string
	AllowRemote bool
	Version     string
	// Command makes the command of a control plane process.
	Command func(configPath string) *exec.Cmd
	// Progress is told each step of starting.
	Progress func(step string)
	Now      func() time.Time
}

func (o *Options) account() string {
	if o.Account == "" {
		return DefaultAccount
	}
	return o.Account
}

func (o *Options) region() string {
	if o.Region == "" {
		return DefaultRegion
	}
	return o.Region
}

// lab is everything that runs, in the order in which it was started.
type lab struct {
	ctx      context.Context
	options  Options
	instance Instance
	log      *slog.Logger
	stop     []func() // in the order of starting; called backwards
	listener net.Listener
	etcd     *store.Embedded
	store    *store.Store
	sealer   *credentials.Sealer
	resolver *credentials.Resolver
	trail    *audit.Trail
	hooks    *hooks
	control  *clusters.Controller
	failed   chan error
}

// Run starts a lab, calls ready when it can be used, and runs until ctx ends.
func Run(ctx context.Context, o Options, ready func(Instance)) error {
	// Kubernetes' packages, which are linked for the control planes, send gRPC's log to standard error. etcd is spoken to
	// through gRPC in this process, and what it has to say about connections that close is for nobody.
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
	l := &lab{ctx: ctx, options: o, failed: make(chan error, 2)}
	defer l.close()
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"taking the state folder", l.takeState},
		{"taking the address", l.listen},
		{"opening the store", l.openStore},
		{"reading the lab", l.bootstrap},
		{"opening the trail", l.openTrail},
		{"starting the webhooks", l.startHooks},
		{"bringing clusters back", l.startClusters},
		{"starting the endpoint", l.serve},
	} {
		o.Progress(step.name)
		if err := step.do(); err != nil {
			return err
		}
	}
	is, _ := l.store.World().Labs.Get(world.LabKey)
	l.instance.Endpoint, l.instance.Account, l.instance.Region = l.endpoint(), is.Account, is.Region
	if o.Region != "" {
		l.instance.Region = o.Region
	}
	if err := writeJSON(o.State.instance(), l.instance); err != nil {
		return err
	}
	ready(l.instance)
	select {
	case <-ctx.Done():
		return nil
	case err := <-l.failed:
		return err
	case <-l.store.Failed():
		return l.store.Err()
	}
}

func (l *lab) onStop(f func()) { l.stop = append(l.stop, f) }

func (l *lab) close() {
	for i := len(l.stop) - 1; i >= 0; i-- {
		l.stop[i]()
	}
}

func (l *lab) takeState() error {
	lock, err := l.options.State.acquire()
	if err != nil {
		return err
	}
	l.onStop(func() { lock.Close() })
	// Without an endpoint it says: starting. One that was killed leaves its own behind, which this replaces.
	l.instance = Instance{PID: os.Getpid(), Version: l.options.Version, Started: l.options.Now()}
	if err := writeJSON(l.options.State.instance(), l.instance); err != nil {
		return err
	}
	l.onStop(func() { os.Remove(l.options.State.instance()) })
	file, err := os.OpenFile(l.options.State.Log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	l.log = slog.New(slog.NewJSONHandler(file, nil))
	l.onStop(func() { file.Close() })
	return nil
}

// listen takes the endpoint's address before anything slow happens, so that a port in use is said at once.
func (l *lab) listen() error {
	listener, err := Listen(l.options.Listen, l.options.AllowRemote)
	if err != nil {
		return err
	}
	l.listener = listener
	l.onStop(func() { listener.Close() })
	return nil
}

// Listen opens an address, and refuses one that others than this machine can reach unless that is allowed.
func Listen(address string, allowRemote bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the listen address %q is not host:port", address)
	}
	if !allowRemote && !loopback(host) {
		return nil, fmt.Errorf("%s can be reached from other machines, and Airside hands out credentials there: listen on 127.0.0.1, or say --allow-remote", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be listened on: %w; choose another address with --listen", address, errors.Unwrap(err))
	}
	return listener, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// endpoint is the URL to hand out: an address and never a name, so that every SDK addresses S3 by path.
func (l *lab) endpoint() string {
	at := l.listener.Addr().(*net.TCPAddr)
	if at.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", at.Port)
	}
	return "http://" + at.String()
}

func (l *lab) openStore() (err error) {
	if l.etcd, err = store.StartEmbedded(l.ctx, l.options.State.etcd()); err != nil {
		return err
	}
	l.onStop(l.etcd.Close)
	if l.store, err = store.Open(l.ctx, l.etcd.Client, ""); err != nil {
		return err
	}
	l.onStop(l.store.Close)
	return nil
}

func (l *lab) openTrail() (err error) {
	if l.trail, err = audit.Open(l.options.State.Trail(), l.log); err != nil {
		return err
	}
	l.onStop(l.trail.Close)
	l.resolver = credentials.NewResolver(l.sealer)
	return nil
}

// closeTimeout bounds how long control planes may take to end.
const closeTimeout = 15 * time.Second

func (l *lab) startClusters() error {
	control, err := clusters.Start(clusters.Options{
		Store: l.store, Etcd: l.etcd.Client, EtcdEndpoint: l.etcd.Endpoint, Command: l.options.Command,
		RunDir: l.options.State.clusters(), TokenReview: l.hooks.tokenReview, AccessReview: l.hooks.accessReview,
		Log: l.log, Now: l.options.Now,
	})
	if err != nil {
		return err
	}
	l.control = control
	l.onStop(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		control.Close(ctx)
	})
	return control.Settled(l.ctx)
}

// Limits on clients of the endpoint. A client that sends slower than this is told so and let go.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
	drainTimeout  = 5 * time.Second
)

func (l *lab) serve() error {
	services, err := l.services()
	if err != nil {
		return err
	}
	g, err := gateway.New(gateway.Options{
		Services: services, World: l.store.World, Resolver: l.resolver, Sealer: l.sealer, Trail: l.trail, Log: l.log,
		Now: l.options.Now, Secure: loopback(l.listener.Addr().(*net.TCPAddr).IP.String()),
	})
	if err != nil {
		return err
	}
	s := &http.Server{
		Handler: l.route(g), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(l.log.Handler(), slog.LevelWarn),
	}
	l.onStop(func() { drain(s) })
	l.start(s.Serve, l.listener)
	return nil
}

// drain ends a server when what it is doing is done, or after drainTimeout.
func drain(s *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		s.Close()
	}
}

// start serves in the background; a server that ends by itself ends the lab.
func (l *lab) start(serve func(net.Listener) error, on net.Listener) {
	go func() {
		if err := serve(on); !errors.Is(err, http.ErrServerClosed) {
			l.failed <- err
		}
	}()
}

// route puts Airside's own paths beside AWS's. No AWS path begins with an underscore.
func (l *lab) route(g http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == HealthPath {
			w.WriteHeader(http.StatusOK)
			return
		}
		g.ServeHTTP(w, r)
	})
}
