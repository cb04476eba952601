package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/airside-dev/airside/internal/awsid"
)

const (
	fileName = "trail.jsonl"
	// keptFiles and fileLimit bound the trail on disk.
	keptFiles = 4
	fileLimit = 64 << 20
	// backlog is how many records may wait to be written. Past it, callers wait: a trail with gaps would be worse.
	backlog = 4096
)

// Trail writes records to a folder. It is safe for concurrent use.
type Trail struct {
	dir  string
	log  *slog.Logger
	in   chan Record
	done chan struct{}

	mu     sync.RWMutex // held for reading while a record is handed over, for writing to close
	closed bool

	// Of the writing goroutine alone.
	file *os.File // nil after a failure, until it can be opened again
	out  *bufio.Writer
	size int64
	lost int // records that could not be written since the last one that could
}

// Open continues the trail in dir.
func Open(dir string, log *slog.Logger) (*Trail, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	t := &Trail{dir: dir, log: log, in: make(chan Record, backlog), done: make(chan struct{})}
	if err := t.openFile(); err != nil {
		return nil, err
	}
	go t.write()
	return t, nil
}

// Record takes a record. It returns before the record is on disk. After Close it drops the record: what is recorded then
// are calls that a stop cut off.
func (t *Trail) Record(r Record) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if !t.closed {
		t.in <- r
	}
}

// Close writes what is waiting.
func (t *Trail) Close() {
	t.mu.Lock()
	if !t.closed {
		t.closed = true
		close(t.in)
	}
	t.mu.Unlock()
	<-t.done
}

func (t *Trail) openFile() error {
	f, err := os.OpenFile(filepath.Join(t.dir, fileName), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	size, err := endLine(f)
	if err != nil {
		f.Close()
		return err
	}
	t.file, t.out, t.size = f, bufio.NewWriterSize(f, 1<<16), size
	return nil
}

// endLine makes a file end with a whole line: a process that was killed, or a full disk, may have left half of one.
func endLine(f *os.File) (int64, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return size, err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, size-1); err != nil {
		return size, err
	}
	if last[0] == '\n' {
		return size, nil
	}
	n, err := f.Write([]byte{'\n'})
	return size + int64(n), err
}

// write is the one goroutine that touches the file. It flushes whenever it has caught up.
func (t *Trail) write() {
	defer close(t.done)
	defer t.closeFile()
	for r := range t.in {
		line, err := t.line(&r)
		if err != nil {
			t.log.Error("a record of the trail cannot be written down", "record", r.ID, "error", err)
			continue
		}
		if err := t.put(line); err != nil {
			if t.lost == 0 {
				t.log.Error("the trail cannot be written; records are lost until it can", "error", err)
			}
			t.lost++
			t.closeFile()
		}
	}
}

// line is a record as it is written, with its explanation. An explanation that fails costs itself and not the record,
// let alone the program.
func (t *Trail) line(r *Record) ([]byte, error) {
	if r.Explain != nil {
		func() {
			defer func() {
				if failure := recover(); failure != nil {
					t.log.Error("a verdict could not be explained", "record", r.ID, "panic", failure)
				}
			}()
			r.Verdicts = r.Explain()
		}()
	}
	line, err := json.Marshal(r)
	return append(line, '\n'), err
}

// put writes a line, and whatever is buffered once nothing else waits.
func (t *Trail) put(line []byte) error {
	if t.file == nil {
		if err := t.openFile(); err != nil {
			return err
		}
	}
	if t.lost > 0 {
		gap, err := json.Marshal(Record{ID: awsid.UUID(), Time: time.Now().UTC(), Source: Self, Action: "record", Decision: Failed,
			Reason: fmt.Sprintf("%d records before this one could not be written", t.lost)})
		if err != nil {
			return err
		}
		line = append(append(gap, '\n'), line...)
	}
	if t.size+int64(len(line)) > fileLimit {
		if err := t.rotate(); err != nil {
			return err
		}
	}
	n, err := t.out.Write(line)
	t.size += int64(n)
	if err == nil && (len(t.in) == 0 || t.lost > 0) {
		err = t.out.Flush()
	}
	if err == nil {
		t.lost = 0
	}
	return err
}

// closeFile writes what is buffered, if it can be, and lets the file go: a buffered writer that failed once would fail
// for ever.
func (t *Trail) closeFile() {
	if t.file == nil {
		return
	}
	if err := errors.Join(t.out.Flush(), t.file.Close()); err != nil && t.lost == 0 {
		t.log.Error("the trail cannot be written", "error", err)
	}
	t.file, t.out = nil, nil
}

func (t *Trail) rotate() error {
	if err := errors.Join(t.out.Flush(), t.file.Close()); err != nil {
		t.file, t.out = nil, nil
		return err
	}
	t.file, t.out = nil, nil
	for i := keptFiles - 1; i > 0; i-- {
		err := os.Rename(t.name(i-1), t.name(i))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return t.openFile()
}

func (t *Trail) name(i int) string { return nameIn(t.dir, i) }

func nameIn(dir string, i int) string {
	if i == 0 {
		return filepath.Join(dir, fileName)
	}
	return filepath.Join(dir, fmt.Sprintf("%s.%d", fileName, i))
}
