package world

import (
	"encoding/json"
	"fmt"
	"iter"

	iradix "github.com/hashicorp/go-immutable-radix/v2"
)

// Record is one fact that is stored and watched as a unit. Records in a World are shared by every reader: whoever wants
// to change one copies it first.
type Record interface {
	Kind() Kind  // the table it belongs to
	Key() string // unique in its table
}

// Kind names a table, "service/record".
type Kind string

// indexed is a record that can be found by more than its key. Index keys carry a prefix that says what they are, such
// as "id:AROA…", and are unique in their table.
type indexed interface{ IndexKeys() []string }

// prepared is a record that compiles something when it enters a World.
type prepared interface{ prepare() error }

// Table is an immutable map from key to record, in key order.
type Table[T Record] struct {
	rows  *iradix.Tree[row[T]]
	index *iradix.Tree[string] // index key → key
}

type row[T Record] struct {
	revision int64
	record   T
}

// Get returns the record under key.
func (t *Table[T]) Get(key string) (T, bool) {
	if t.rows == nil {
		var none T
		return none, false
	}
	r, ok := t.rows.Get([]byte(key))
	return r.record, ok
}

// Find returns the record under one of its index keys.
func (t *Table[T]) Find(indexKey string) (T, bool) {
	if t.index != nil {
		if key, ok := t.index.Get([]byte(indexKey)); ok {
			return t.Get(key)
		}
	}
	var none T
	return none, false
}

// All walks the records whose keys begin with prefix, in key order.
func (t *Table[T]) All(prefix string) iter.Seq[T] {
	return func(yield func(T) bool) {
		if t.rows == nil {
			return
		}
		it := t.rows.Root().Iterator()
		it.SeekPrefix([]byte(prefix))
		for _, r, ok := it.Next(); ok; _, r, ok = it.Next() {
			if !yield(r.record) {
				return
			}
		}
	}
}

// Len is the number of records.
func (t *Table[T]) Len() int {
	if t.rows == nil {
		return 0
	}
	return t.rows.Len()
}

// anyTable is a table with its type erased, for a World that follows a log of changes.
type anyTable interface {
	put(key string, raw []byte, revision int64) error
	remove(key string)
	each(func(key string, record Record))
}

func (t *Table[T]) put(key string, raw []byte, revision int64) error {
	var rec T
	if err := json.Unmarshal(raw, &rec); err != nil {
		return fmt.Errorf("record %s: %w", key, err)
	}
	if got := rec.Key(); got != key {
		return fmt.Errorf("record %s says its key is %s", key, got)
	}
	if p, ok := any(rec).(prepared); ok {
		if err := p.prepare(); err != nil {
			return fmt.Errorf("record %s: %w", key, err)
		}
	}
	if t.rows == nil {
		t.rows, t.index = iradix.New[row[T]](), iradix.New[string]()
	}
	t.unindex(key)
	t.rows, _, _ = t.rows.Insert([]byte(key), row[T]{revision, rec})
	if x, ok := any(rec).(indexed); ok {
		for _, k := range x.IndexKeys() {
			t.index, _, _ = t.index.Insert([]byte(k), key)
		}
	}
	return nil
}

func (t *Table[T]) remove(key string) {
	if t.rows == nil {
		return
	}
	t.unindex(key)
	t.rows, _, _ = t.rows.Delete([]byte(key))
}

// unindex drops the index keys of the record under key, those that still point to it.
func (t *Table[T]) unindex(key string) {
	old, ok := t.Get(key)
	if !ok {
		return
	}
	x, ok := any(old).(indexed)
	if !ok {
		return
	}
	for _, k := range x.IndexKeys() {
		if at, ok := t.index.Get([]byte(k)); ok && at == key {
			t.index, _, _ = t.index.Delete([]byte(k))
		}
	}
}

func (t *Table[T]) each(f func(string, Record)) {
	if t.rows == nil {
		return
	}
	it := t.rows.Root().Iterator()
	for k, r, ok := it.Next(); ok; k, r, ok = it.Next() {
		f(string(k), r.record)
	}
}
