package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/store/storetest"
	"github.com/airside-dev/airside/internal/world"
)

func alias(account, name string) *world.AccountAlias {
	return &world.AccountAlias{Account: account, Alias: name}
}

func TestWriterReadsItsOwnWrites(t *testing.T) {
	s := storetest.New(t)
	for i := range 50 {
		account := fmt.Sprintf("%012d", i)
		storetest.Put(t, s, alias(account, "a"))
		if _, ok := s.World().AccountAliases.Get(account); !ok {
			t.Fatalf("write %d cannot be read after Update returned", i)
		}
	}
}

func TestSnapshotsDoNotChange(t *testing.T) {
	s := storetest.New(t)
	storetest.Put(t, s, alias("1", "before"))
	old := s.World()
	storetest.Put(t, s, alias("1", "after"))
	if got, _ := old.AccountAliases.Get("1"); got.Alias != "before" {
		t.Errorf("the old snapshot says %s, want before", got.Alias)
	}
	if _, ok := s.World().AccountAliases.Find("alias:before"); ok {
		t.Error("the new snapshot finds the record by its old alias")
	}
}

// A limit that every writer checks must hold however many write at once, and through two stores on one etcd as two
// processes would.
func TestUpdatesAreSerializable(t *testing.T) {
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
	const limit, writers = 10, 24
	errFull := errors.New("full")
	var stores []*store.Store
	for range 2 {
		s, err := store.Open(t.Context(), etcd.Client, "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		stores = append(stores, s)
	}
	var all sync.WaitGroup
	refused := make(chan struct{}, writers)
	for i := range writers {
		all.Go(func() {
			err := stores[i%2].Update(t.Context(), func(tx *store.Tx) error {
				if tx.World.AccountAliases.Len() >= limit {
					return errFull
				}
				tx.Put(alias(fmt.Sprint(i), "a"))
				return nil
			})
			switch {
			case errors.Is(err, errFull):
				refused <- struct{}{}
			case err != nil:
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, s := range stores {
		storetest.Put(t, s, alias(fmt.Sprint("last", i), "a")) // makes the store catch up with the other one
	}
	if n := stores[1].World().AccountAliases.Len(); n != limit+2 || len(refused) != writers-limit {
		t.Errorf("%d records and %d refusals, want %d and %d", n-2, len(refused), limit, writers-limit)
	}
}

func TestFailedUpdateWritesNothing(t *testing.T) {
	s := storetest.New(t)
	boom := errors.New("boom")
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		tx.Put(alias("1", "a"))
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("got %v, want the function's own error", err)
	}
	if s.World().AccountAliases.Len() != 0 {
		t.Error("something was written")
	}
}

func TestRestartKeepsEverything(t *testing.T) {
	dir, err := os.MkdirTemp("", "as")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for round := range 3 {
		etcd, err := store.StartEmbedded(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), etcd.Client, "")
		if err != nil {
			t.Fatal(err)
		}
		if n := s.World().AccountAliases.Len(); n != round {
			t.Errorf("round %d starts with %d records", round, n)
		}
		storetest.Put(t, s, alias(fmt.Sprint(round), "a"))
		s.Close()
		etcd.Close()
	}
}

// Damaged files must be one clear error, not the end of the process.
func TestDamagedStoreIsOneError(t *testing.T) {
	for _, pattern := range []string{"data/member/wal/*.wal", "data/member/snap/db"} {
		t.Run(pattern, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "as")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(dir) })
			etcd, err := store.StartEmbedded(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			etcd.Close()
			files, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil || len(files) == 0 {
				t.Fatalf("no file %s: %v", pattern, err)
			}
			if err := os.WriteFile(files[0], []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
			etcd, err = store.StartEmbedded(context.Background(), dir)
			if err == nil {
				etcd.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), "airside reset") {
				t.Errorf("the error does not say what to do: %v", err)
			}
		})
	}
}

// A secret must not reach the JSON of a World, by which labs are shared.
func TestWorldJSONHasNoSecrets(t *testing.T) {
	s := storetest.New(t)
	storetest.Put(t, s, &world.Secret{Name: "access-key/AKIA", Value: []byte("hunter2hunter2")}, alias("1", "a"))
	raw, err := s.World().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "aHVudGVy") || strings.Contains(string(raw), "access-key/") {
		t.Errorf("the secret is in %s", raw)
	}
	again, err := world.Load(raw)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := again.AccountAliases.Get("1"); !ok || got.Alias != "a" {
		t.Error("the alias did not survive")
	}
}
