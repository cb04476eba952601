// Package storetest gives tests a store of their own: a real embedded etcd in a temporary folder.
package storetest

import (
	"os"
	"testing"

	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// Account and Region are those of every test lab.
const (
	Account = "123456789012"
	Region  = "us-east-1"
)

// New starts a store that ends with the test. It holds the lab record and nothing else.
func New(t testing.TB) *store.Store {
	t.Helper()
	// Not t.TempDir: its path, which contains the test's name, can be too long for a unix socket.
	dir, err := os.MkdirTemp("", "as")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	etcd, err := store.StartEmbedded(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(etcd.Close)
	s, err := store.Open(t.Context(), etcd.Client, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	Put(t, s, &world.Lab{Account: Account, Region: Region, Partition: "aws"})
	return s
}

// Put writes records.
func Put(t testing.TB, s *store.Store, records ...world.Record) {
	t.Helper()
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		for _, r := range records {
			tx.Put(r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
