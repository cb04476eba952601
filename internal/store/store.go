package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/airside-dev/airside/internal/world"
)

// Key layout: <prefix>head moves with every transaction, <prefix>r/<kind>//<key> holds a record. Kinds contain single
// slashes only, so the first double slash ends the kind.
const (
	defaultPrefix = "/airside/"
	headKey       = "head"
	recordKey     = "r/"
)

// Store is the records of one lab. It is safe for concurrent use.
type Store struct {
	client *clientv3.Client
	prefix string
	turn   chan struct{} // holds one token: one writer at a time in this process; the head key keeps other processes out

	current atomic.Pointer[world.World]
	mu      sync.Mutex
	moved   chan struct{} // closed and replaced whenever current moves
	failed  error         // why the watch ended for good; under mu
	ended   chan struct{} // closed when it did

	stop context.CancelFunc
	done chan struct{}
}

// Open loads every record under prefix ("" for the default) and follows them until Close.
func Open(ctx context.Context, client *clientv3.Client, prefix string) (*Store, error) {
	if prefix == "" {
		prefix = defaultPrefix
	}
	s := &Store{client: client, prefix: prefix, turn: make(chan struct{}, 1), moved: make(chan struct{}), ended: make(chan struct{}), done: make(chan struct{})}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	watching, stop := context.WithCancel(context.Background())
	s.stop = stop
	go s.follow(watching)
	return s, nil
}

// Close stops following. The client stays open: it belongs to the caller.
func (s *Store) Close() {
	s.stop()
	<-s.done
}

// World is the current snapshot. It never blocks.
func (s *Store) World() *world.World { return s.current.Load() }

// Moved returns a channel that is closed at the next change of the World. Take it before reading World, so that no
// change falls in between.
func (s *Store) Moved() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.moved
}

func (s *Store) load(ctx context.Context) error {
	r, err := s.client.Get(ctx, s.prefix, clientv3.WithPrefix())
	if err != nil {
		return fmt.Errorf("read the store: %w", err)
	}
	w := new(world.World)
	for _, kv := range r.Kvs {
		c, ok := s.change(string(kv.Key), kv.Value)
		if !ok {
			continue
		}
		if w, err = w.Apply(kv.ModRevision, []world.Change{c}); err != nil {
			return fmt.Errorf("read the store: %w", err)
		}
	}
	if w, err = w.Apply(r.Header.Revision, nil); err != nil {
		return err
	}
	s.publish(w)
	return nil
}

// change reads an etcd key as a record's place; false for keys that hold no record.
func (s *Store) change(key string, value []byte) (world.Change, bool) {
	rest, ok := strings.CutPrefix(key, s.prefix+recordKey)
	if !ok {
		return world.Change{}, false
	}
	kind, id, ok := strings.Cut(rest, "//")
	return world.Change{Kind: world.Kind(kind), Key: id, Value: value}, ok
}

func (s *Store) etcdKey(r world.Record) string {
	return s.prefix + recordKey + string(r.Kind()) + "//" + r.Key()
}

func (s *Store) publish(w *world.World) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.Store(w)
	close(s.moved)
	s.moved = make(chan struct{})
}

// follow applies every change until ctx ends. A watch that breaks or falls behind compaction starts again from a fresh
// load.
func (s *Store) follow(ctx context.Context) {
	defer close(s.done)
	for ctx.Err() == nil {
		err := s.watch(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !errors.Is(err, rpctypes.ErrCompacted) {
			s.fail(err)
			return
		}
		if err := s.load(ctx); err != nil && ctx.Err() == nil {
			s.fail(err)
			return
		}
	}
}

func (s *Store) watch(ctx context.Context) error {
	from := s.World().Revision + 1
	for r := range s.client.Watch(clientv3.WithRequireLeader(ctx), s.prefix, clientv3.WithPrefix(), clientv3.WithRev(from)) {
		if r.CompactRevision > 0 {
			return rpctypes.ErrCompacted
		}
		if err := r.Err(); err != nil {
			return err
		}
		if len(r.Events) == 0 {
			continue
		}
		w, err := s.apply(r.Events)
		if err != nil {
			return err
		}
		s.publish(w)
	}
	return nil
}

func (s *Store) apply(events []*clientv3.Event) (w *world.World, err error) {
	w = s.World()
	for _, e := range events {
		c, ok := s.change(string(e.Kv.Key), e.Kv.Value)
		if ok && e.Type == clientv3.EventTypeDelete {
			c.Value = nil
		}
		var changes []world.Change
		if ok {
			changes = []world.Change{c}
		}
		if w, err = w.Apply(e.Kv.ModRevision, changes); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Failed is closed when the store can no longer be followed: from then on the World is the past, and nobody should go on
// deciding by it. Err says why.
func (s *Store) Failed() <-chan struct{} { return s.ended }

// Err is why the store can no longer be followed; nil while it is.
func (s *Store) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// fail ends following for good.
func (s *Store) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = fmt.Errorf("the store can no longer be followed: %w", err)
	close(s.ended)
	close(s.moved)
	s.moved = make(chan struct{})
}

// Tx is one transaction: a snapshot to read and changes to make.
type Tx struct {
	World  *world.World // the newest snapshot; it does not show what the transaction itself stages
	order  []string
	staged map[string]world.Record // nil record: delete
	keys   func(world.Record) string
}

// Put stages a record, new or changed. The record must not be changed afterwards.
func (t *Tx) Put(r world.Record) { t.stage(t.keys(r), r) }

// Delete stages the removal of a record.
func (t *Tx) Delete(r world.Record) { t.stage(t.keys(r), nil) }

func (t *Tx) stage(key string, r world.Record) {
	if _, again := t.staged[key]; !again {
		t.order = append(t.order, key)
	}
	t.staged[key] = r
}

// writeTimeout bounds one commit. etcd on one machine answers in milliseconds; past this it is not coming back.
const writeTimeout = 30 * time.Second

// Update runs f against the newest World and commits what it stages, all or nothing. Where another writer got in
// between, f runs again. An error of f is returned as it is and nothing is written.
//
// The caller's context bounds waiting for its turn, not the commit: a write that was begun is seen through, so that a
// caller who hangs up cannot leave it unknown whether it happened.
func (s *Store) Update(ctx context.Context, f func(*Tx) error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	committing, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	for {
		done, err := s.try(committing, f)
		if done || err != nil {
			return err
		}
	}
}

func (s *Store) try(ctx context.Context, f func(*Tx) error) (done bool, err error) {
	if err := s.Err(); err != nil {
		return false, err // nothing is committed that cannot be seen afterwards
	}
	w := s.World()
	t := &Tx{World: w, staged: map[string]world.Record{}, keys: s.etcdKey}
	if err := f(t); err != nil {
		return false, err
	}
	if len(t.order) == 0 {
		return true, nil
	}
	head := s.prefix + headKey
	ops := []clientv3.Op{clientv3.OpPut(head, "")}
	for _, key := range t.order {
		r := t.staged[key]
		if r == nil {
			ops = append(ops, clientv3.OpDelete(key))
			continue
		}
		raw, err := json.Marshal(r)
		if err != nil {
			return false, fmt.Errorf("write %s: %w", r.Kind(), err)
		}
		ops = append(ops, clientv3.OpPut(key, string(raw)))
	}
	unmoved := clientv3.Compare(clientv3.ModRevision(head), "<", w.Revision+1)
	r, err := s.client.Txn(ctx).If(unmoved).Then(ops...).Commit()
	if err != nil {
		return false, fmt.Errorf("write to the store: %w", err)
	}
	if !r.Succeeded {
		// Another process moved the head. etcd's own revision also counts keys that are not ours, so the next try waits
		// for anything newer than what this one saw.
		return false, s.await(ctx, w.Revision+1)
	}
	return true, s.await(ctx, r.Header.Revision)
}

// await waits until World shows a revision.
func (s *Store) await(ctx context.Context, revision int64) error {
	for {
		moved := s.Moved()
		if s.World().Revision >= revision {
			return nil
		}
		if err := s.Err(); err != nil {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("wait for the store: %w", ctx.Err())
		}
	}
}
