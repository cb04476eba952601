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
