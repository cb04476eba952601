// Package clusters makes the control planes that run agree with the clusters that are recorded.
//
// The EKS service writes records and nothing else. This controller follows the World: a cluster that is recorded gets its
// keys, its port and its control plane, one that is DELETING loses all of it, and what becomes of the process is written
// back as the cluster's status and health. After a restart of Airside every recorded cluster comes back the same way.
//
// The package owns that reconciliation and a cluster's key material. Processes are package fleet's business.
package clusters

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/airside-dev/airside/internal/fleet"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// Options is what a Controller works with. Every field is required.
type Options struct {
	Store        *store.Store
	Etcd         *clientv3.Client
	EtcdEndpoint string                            // for control plane processes
	Command      func(configPath string) *exec.Cmd // starts one
	RunDir       string                            // one folder a cluster is made in it
	TokenReview  func(uid string) fleet.Webhook
	AccessReview func(uid string) fleet.Webhook
	Log          *slog.Logger
	Now          func() time.Time
}

// Controller reconciles. Start it once.
type Controller struct {
	Options
	fleet  *fleet.Fleet
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	busy    map[string]bool        // task → under way or done
	turn    map[string]*sync.Mutex // uid → one task at a time
	settled map[string]bool        // uid → was ready once, or failed to be
	changed chan struct{}          // closed and replaced whenever settled changes
}

// removeTimeout bounds how long a control plane may take to end by itself before it is killed.
const removeTimeout = 10 * time.Second

// revivePause is before a cluster that its fleet has given up on is started afresh, on another port if need be.
const revivePause = 30 * time.Second

// retryPause is between tries at what failed for a reason outside a cluster, such as a full disk.
const retryPause = 2 * time.Second

// Start begins to reconcile.
func Start(o Options) (*Controller, error) {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Controller{
		Options: o, ctx: ctx, cancel: cancel,
		busy: map[string]bool{}, turn: map[string]*sync.Mutex{}, settled: map[string]bool{}, changed: make(chan struct{}),
	}
	var err error
	c.fleet, err = fleet.New(fleet.Options{Command: o.Command, Logger: o.Log, OnState: c.observe, Now: o.Now})
	if err != nil {
		cancel()
		return nil, err
	}
	c.work.Go(c.follow)
	return c, nil
}

// Close ends every control plane. Their records stay.
func (c *Controller) Close(ctx context.Context) {
	c.cancel()
	c.fleet.Close(ctx)
	c.work.Wait()
}

// Settled waits until every cluster that is recorded now has become ready, or has failed to.
func (c *Controller) Settled(ctx context.Context) error {
	for {
		c.mu.Lock()
		changed, waiting := c.changed, false
		for cl := range c.Store.World().Clusters.All("") {
			waiting = waiting || cl.Status != world.ClusterDeleting && cl.Status != world.ClusterFailed && !c.settled[cl.UID]
		}
		c.mu.Unlock()
		if !waiting {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *Controller) settle(uid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.settled[uid] {
		c.settled[uid] = true
		close(c.changed)
		c.changed = make(chan struct{})
	}
}

func (c *Controller) follow() {
	for {
		moved := c.Store.Moved()
		for cl := range c.Store.World().Clusters.All("") {
			c.reconcile(cl)
		}
		select {
		case <-moved:
		case <-c.ctx.Done():
			return
		}
	}
}

func (c *Controller) reconcile(cl *world.Cluster) {
	switch cl.Status {
	case world.ClusterDeleting:
		c.begin("remove", cl.UID, c.remove)
	case world.ClusterFailed:
	default:
		c.begin("start", cl.UID, c.start)
	}
}

// begin does a task for a cluster once, in the background, and again after a pause for as long as it fails. The tasks of
// one cluster wait for each other.
func (c *Controller) begin(task, uid string, do func(uid string) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[task+uid] {
		return
	}
	c.busy[task+uid] = true
	turn := c.turn[uid]
	if turn == nil {
		turn = new(sync.Mutex)
		c.turn[uid] = turn
	}
	c.work.Go(func() {
		turn.Lock()
		defer turn.Unlock()
		for {
			err := do(uid)
			if err == nil || c.ctx.Err() != nil {
				return
			}
			c.Log.Error("a cluster cannot be brought to its recorded state; trying again",
				"task", task, "cluster", uid, "error", err)
			c.complain(uid, err)
			select {
			case <-time.After(retryPause):
			case <-c.ctx.Done():
				return
			}
		}
	})
}

// complain makes a cluster say in its health that Airside cannot do what it should, and lets nobody wait for it.
func (c *Controller) complain(uid string, reason error) {
	err := c.update(uid, func(cl *world.Cluster) {
		cl.Health = []world.HealthIssue{{Code: "InternalFailure", Message: "The cluster cannot be started yet: " + text(reason)}}
	})
	if err != nil && c.ctx.Err() == nil {
		c.Log.Error("a cluster's health cannot be written", "cluster", uid, "error", err)
	}
	c.settle(uid)
}

// observe writes what a control plane's process does into the cluster's record.
func (c *Controller) observe(uid string, state fleet.State, reason error) {
	if state != fleet.Ready && state != fleet.Restarting && state != fleet.Failed {
		return
	}
	err := c.update(uid, func(cl *world.Cluster) {
		switch state {
		case fleet.Ready:
			cl.Health = nil
			if cl.Status == world.ClusterCreating {
				cl.Status = world.ClusterActive
			}
		case fleet.Restarting:
			cl.Health = []world.HealthIssue{{Code: "ClusterUnreachable", Message: "The control plane ended and is being started again: " + text(reason)}}
		case fleet.Failed:
			cl.Health = []world.HealthIssue{{Code: "InternalFailure", Message: "The control plane does not start: " + text(reason)}}
			if cl.Status == world.ClusterCreating {
				cl.Status = world.ClusterFailed
			}
		}
	})
	if err != nil && c.ctx.Err() == nil {
		c.Log.Error("a cluster's status cannot be written", "cluster", uid, "error", err)
	}
	c.settle(uid)
	if state == fleet.Failed {
		c.revive(uid)
	}
}

// revive starts a cluster that was ACTIVE again after a pause. One that never was stays FAILED, as on AWS.
func (c *Controller) revive(uid string) {
	c.work.Go(func() {
		select {
		case <-time.After(revivePause):
		case <-c.ctx.Done():
			return
		}
		c.fleet.Stop(c.ctx, uid)
		c.mu.Lock()
		delete(c.busy, "start"+uid)
		c.mu.Unlock()
		if cl, ok := c.Store.World().Clusters.Find("uid:" + uid); ok {
			c.reconcile(cl)
		}
	})
}

func text(err error) string {
	if err == nil {
		return "no reason is known"
	}
	return err.Error()
}

var errGone = errors.New("the cluster is gone")

// update changes a cluster's record unless the cluster is gone or going.
func (c *Controller) update(uid string, change func(*world.Cluster)) error {
	err := c.Store.Update(c.ctx, func(tx *store.Tx) error {
		old, ok := tx.World.Clusters.Find("uid:" + uid)
		if !ok || old.Status == world.ClusterDeleting {
			return errGone
		}
		next := *old
		change(&next)
		tx.Put(&next)
		return nil
	})
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

// remove ends a cluster's control plane and takes everything of the cluster away: its objects, its files, its records.
func (c *Controller) remove(uid string) error {
	stopping, cancel := context.WithTimeout(c.ctx, removeTimeout)
	defer cancel()
	c.fleet.Stop(stopping, uid)
	if _, err := c.Etcd.Delete(c.ctx, etcdPrefix(uid)+"/", clientv3.WithPrefix()); err != nil {
		return fmt.Errorf("delete the objects of cluster %s: %w", uid, err)
	}
	if err := removeRunDir(c.runDir(uid)); err != nil {
		return err
	}
	return c.Store.Update(c.ctx, func(tx *store.Tx) error {
		w := tx.World
		cl, ok := w.Clusters.Find("uid:" + uid)
		if !ok {
			return nil
		}
		for _, r := range w.Belongings(cl) {
			tx.Delete(r)
		}
		if s, ok := w.Secrets.Get(materialName(uid)); ok {
			tx.Delete(s)
		}
		return nil
	})
}
