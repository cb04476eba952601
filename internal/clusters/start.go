package clusters

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"

	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/fleet"
	"github.com/airside-dev/airside/internal/pki"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// material is a cluster's secret keys, kept in the store as one Secret record: a lost run folder loses nothing.
type material struct {
	CA             pki.Pair `json:"ca"`
	ServiceAccount []byte   `json:"serviceAccount"` // PEM
}

func materialName(uid string) string { return "cluster/" + uid }

// etcdPrefix keeps the objects of clusters apart from each other and from Airside's own records.
func etcdPrefix(uid string) string { return "/kubernetes/" + uid }

func (c *Controller) runDir(uid string) string { return filepath.Join(c.RunDir, uid) }

func removeRunDir(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the cluster's run folder: %w", err)
	}
	return nil
}

// start gives a cluster what it needs to run, and runs it.
func (c *Controller) start(uid string) error {
	cl, ok := c.Store.World().Clusters.Find("uid:" + uid)
	if !ok || cl.Status == world.ClusterDeleting {
		return nil
	}
	m, err := c.material(uid)
	if err != nil {
		return err
	}
	if cl, err = c.place(uid, cl.Port, m); err != nil || cl == nil {
		return err
	}
	cidr, err := netip.ParsePrefix(cl.ServiceCIDR)
	if err != nil {
		return fmt.Errorf("cluster %s: %w", cl.Name, err)
	}
	return c.fleet.Start(fleet.Spec{
		ID: uid, RunDir: c.runDir(uid), KubernetesVersion: reportedVersion(cl.Version), Port: cl.Port, ServiceCIDR: cidr,
		Issuer: cl.Issuer(), ServiceAccountKey: m.ServiceAccount, CA: m.CA,
		Etcd:        contract.Etcd{Endpoints: []string{c.EtcdEndpoint}, Prefix: etcdPrefix(uid)},
		TokenReview: c.TokenReview(uid), AccessReview: c.AccessReview(uid),
	})
}

// material returns a cluster's keys; it makes them the first time.
func (c *Controller) material(uid string) (*material, error) {
	if s, ok := c.Store.World().Secrets.Get(materialName(uid)); ok {
		var m material
		if err := json.Unmarshal(s.Value, &m); err != nil {
			return nil, fmt.Errorf("the keys of cluster %s cannot be read", uid)
		}
		return &m, nil
	}
	ca, err := pki.NewCA("kubernetes", c.Now())
	if err != nil {
		return nil, err
	}
	pair, err := ca.Pair()
	if err != nil {
		return nil, err
	}
	key, err := pki.NewServiceAccountKey()
	if err != nil {
		return nil, err
	}
	m := &material{CA: pair, ServiceAccount: key}
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return m, c.Store.Update(c.ctx, func(tx *store.Tx) error {
		tx.Put(&world.Secret{Name: materialName(uid), Value: raw})
		return nil
	})
}

// place records the cluster's authority and port. A port stays for the cluster's life, because kubeconfig files name it,
// unless another program has taken it meanwhile. The result is nil where the cluster is gone.
func (c *Controller) place(uid string, port int, m *material) (*world.Cluster, error) {
	if port != 0 && !free(port) {
		c.Log.Warn("the port of a cluster is taken; the cluster moves to another one, so run aws eks update-kubeconfig again",
			"cluster", uid, "port", port)
		port = 0
	}
	if port == 0 {
		var err error
		if port, err = c.freePort(); err != nil {
			return nil, err
		}
	}
	err := c.update(uid, func(cl *world.Cluster) { cl.Port, cl.Certificate = port, m.CA.Cert })
	if err != nil {
		return nil, err
	}
	cl, ok := c.Store.World().Clusters.Find("uid:" + uid)
	if !ok || cl.Status == world.ClusterDeleting {
		return nil, nil
	}
	return cl, nil
}

func free(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// freePort finds a port that nobody listens on and no cluster is recorded with.
func (c *Controller) freePort() (int, error) {
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("find a port for a cluster: %w", err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		taken := false
		for cl := range c.Store.World().Clusters.All("") {
			taken = taken || cl.Port == port
		}
		if !taken {
			return port, nil
		}
	}
}
