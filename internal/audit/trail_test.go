package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"testing"
)

func records(t *testing.T, dir string) []string {
	t.Helper()
	var ids []string
	if err := Read(dir, func(r *Record) error { ids = append(ids, r.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	return ids
}

func open(t *testing.T, dir string) *Trail {
	t.Helper()
	trail, err := Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return trail
}

func TestTrailKeepsOrderAndSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	for round := range 2 {
		trail := open(t, dir)
		for i := range 100 {
			trail.Record(Record{ID: fmt.Sprint(round*100 + i), Explain: func() []Verdict { return []Verdict{{Action: "x"}} }})
		}
		trail.Close()
	}
	ids := records(t, dir)
	if len(ids) != 200 {
		t.Fatalf("%d records, want 200", len(ids))
	}
	for i, id := range ids {
		if id != fmt.Sprint(i) {
			t.Fatalf("record %d is %s", i, id)
		}
	}
}

// A process that was killed leaves half a line; the records before and after it must still be read.
func TestTrailPassesOverHalfALine(t *testing.T) {
	dir := t.TempDir()
	trail := open(t, dir)
	trail.Record(Record{ID: "before"})
	trail.Close()
	f, err := os.OpenFile(nameIn(dir, 0), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"id":"ha`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	trail = open(t, dir)
	trail.Record(Record{ID: "after"})
	trail.Close()
	if got := fmt.Sprint(records(t, dir)); got != "[before after]" {
		t.Errorf("read %s, want [before after]", got)
	}
}

func TestFollowSeesOnlyWhatComesAfter(t *testing.T) {
	dir := t.TempDir()
	trail := open(t, dir)
	trail.Record(Record{ID: "old"})
	trail.Close()
	from, err := End(dir)
	if err != nil {
		t.Fatal(err)
	}
	trail = open(t, dir)
	defer trail.Close()
	trail.Record(Record{ID: "new"})
	stop := errors.New("seen")
	err = Follow(context.Background(), dir, from, func(r *Record) error {
		if r.ID != "new" {
			t.Errorf("followed %s, want new", r.ID)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
}

// After a write that failed, such as on a full disk, the trail goes on as soon as it can, and says what is missing.
func TestTrailGoesOnAfterAFailure(t *testing.T) {
	dir := t.TempDir()
	trail := &Trail{dir: dir, log: slog.New(slog.DiscardHandler), in: make(chan Record)}
	if err := trail.openFile(); err != nil {
		t.Fatal(err)
	}
	line := func(id string) []byte {
		l, err := trail.line(&Record{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if err := trail.put(line("before")); err != nil {
		t.Fatal(err)
	}
	trail.file.Close() // what is written from here on fails
	if err := trail.put(line("lost")); err == nil {
		t.Fatal("writing to a closed file succeeded")
	}
	trail.lost++
	trail.closeFile()
	if err := trail.put(line("after")); err != nil {
		t.Fatal(err)
	}
	trail.closeFile()
	ids := records(t, dir)
	if len(ids) != 3 || ids[0] != "before" || ids[2] != "after" {
		t.Errorf("read %v, want before, a record about the gap, after", ids)
	}
}

func TestExplanationThatFailsCostsOnlyItself(t *testing.T) {
	dir := t.TempDir()
	trail := open(t, dir)
	trail.Record(Record{ID: "1", Explain: func() []Verdict { panic("no explanation") }})
	trail.Record(Record{ID: "2"})
	trail.Close()
	trail.Record(Record{ID: "3"}) // dropped, not a panic
	if got := fmt.Sprint(records(t, dir)); got != "[1 2]" {
		t.Errorf("read %s, want [1 2]", got)
	}
}

func TestFollowReadsARotatedFileToItsEnd(t *testing.T) {
	dir := t.TempDir()
	trail := &Trail{dir: dir, log: slog.New(slog.DiscardHandler), in: make(chan Record)}
	if err := trail.openFile(); err != nil {
		t.Fatal(err)
	}
	put := func(id string) {
		t.Helper()
		l, err := trail.line(&Record{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		if err := trail.put(l); err != nil {
			t.Fatal(err)
		}
	}
	put("1")
	var seen []string
	stop := errors.New("all seen")
	err := Follow(t.Context(), dir, 0, func(r *Record) error {
		seen = append(seen, r.ID)
		if r.ID == "1" { // Follow has the file open: rotate it away under its feet
			put("2")
			if err := trail.rotate(); err != nil {
				t.Fatal(err)
			}
			put("3")
		}
		if r.ID == "3" {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || fmt.Sprint(seen) != "[1 2 3]" {
		t.Errorf("followed %v, %v; want 1 2 3", seen, err)
	}
	trail.closeFile()
}
