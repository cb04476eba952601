package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Embedded is an etcd server inside this process.
type Embedded struct {
	Client   *clientv3.Client // talks to the server without a socket
	Endpoint string           // for other processes: unix:///…/etcd.sock:0
	server   *embed.Etcd
	log      *os.File
}

// startTimeout bounds etcd's start, replaying its log included.
const startTimeout = 60 * time.Second

// maxUnixPath is what a unix socket's path may measure on Linux (108) and macOS (104), less a terminating zero.
const maxUnixPath = 103

// StartEmbedded runs etcd with its data and log in dir, listening on a unix socket there and on nothing else.
func StartEmbedded(ctx context.Context, dir string) (*Embedded, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	client, peer := filepath.Join(dir, "c.sock:0"), filepath.Join(dir, "p.sock:0")
	if len(client) > maxUnixPath {
		return nil, fmt.Errorf("the state folder's path is too long for a unix socket (%d bytes, at most %d): choose a shorter one with --state", len(client), maxUnixPath)
	}
	for _, stale := range []string{client, peer} {
		if err := os.Remove(stale); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	log, err := os.OpenFile(filepath.Join(dir, "etcd.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	cfg := embed.NewConfig()
	cfg.Name = "airside"
	cfg.Dir = filepath.Join(dir, "data")
	cfg.ListenClientUrls = []url.URL{{Scheme: "unix", Path: client}}
	cfg.ListenPeerUrls = []url.URL{{Scheme: "unix", Path: peer}}
	// etcd wants its advertised addresses to look like host:port. Nobody dials them: there is one member.
	cfg.AdvertiseClientUrls = []url.URL{{Scheme: "http", Host: "localhost:2379"}}
	cfg.AdvertisePeerUrls = []url.URL{{Scheme: "http", Host: "localhost:2380"}}
	cfg.InitialCluster = cfg.Name + "=http://localhost:2380"
	cfg.AutoCompactionMode = embed.CompactorModePeriodic
	cfg.AutoCompactionRetention = "10m"
	cfg.QuotaBackendBytes = 4 << 30
	cfg.MaxTxnOps = 20_000 // a cluster's deletion takes its 3000 access entries along
	cfg.MaxRequestBytes = 8 << 20
	cfg.SnapshotCount = 10_000
	// Without it etcd takes every request for an expensive one and writes it to the log.
	cfg.WarningUnaryRequestDuration = embed.DefaultWarningUnaryRequestDuration
	cfg.ZapLoggerBuilder = embed.NewZapLoggerBuilder(etcdLogger(log))

	e, err := startEtcd(cfg)
	if err != nil {
		log.Close()
		return nil, fmt.Errorf("the store in %s cannot be opened (%w); details are in %s; `airside reset` starts afresh", dir, err, log.Name())
	}
	x := &Embedded{Endpoint: "unix://" + client, server: e, log: log}
	select {
	case <-e.Server.ReadyNotify():
		x.Client = v3client.New(e.Server)
		return x, nil
	case err = <-e.Err():
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(startTimeout):
		err = errors.New("it did not become ready in time")
	}
	x.Close()
	return nil, fmt.Errorf("the store in %s cannot be opened: %w", dir, err)
}

// Close stops the server.
func (x *Embedded) Close() {
	if x.Client != nil {
		x.Client.Close()
	}
	x.server.Close()
	x.log.Close()
}

// fatal is what etcd's logger panics with where it would end the process.
type fatal struct{ message string }

// startEtcd turns etcd's habit of ending the process on damaged files into an error.
func startEtcd(cfg *embed.Config) (e *embed.Etcd, err error) {
	if err := checkDatabase(filepath.Join(cfg.Dir, "member", "snap", "db")); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it is damaged: %v", panicText(r))
		}
	}()
	return embed.StartEtcd(cfg)
}

// checkDatabase opens the database once for reading: etcd opens it in a goroutine of its own, whose panic nobody could
// turn into an error.
func checkDatabase(path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: startTimeout})
	if err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	return db.Close()
}

func panicText(r any) string {
	if f, ok := r.(fatal); ok {
		return f.message
	}
	text := fmt.Sprint(r)
	if line, _, more := strings.Cut(text, "\n"); more {
		return line
	}
	return text
}

type panicOnFatal struct{}

func (panicOnFatal) OnWrite(e *zapcore.CheckedEntry, _ []zapcore.Field) { panic(fatal{e.Message}) }

func etcdLogger(to *os.File) *zap.Logger {
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(to), zap.WarnLevel)
	return zap.New(core, zap.WithFatalHook(panicOnFatal{}))
}
