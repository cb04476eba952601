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
	once sync.Once

	file *os.File
	out  *bufio.Writer
	size int64
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

// Record takes a record. It returns before the record is on disk.
func (t *Trail) Record(r Record) { t.in <- r }

// Close writes what is waiting. Nothing may be recorded afterwards.
func (t *Trail) Close() {
	t.once.Do(func() { close(t.in) })
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

// endLine makes a file end with a whole line: a process that was killed may have left half of one.
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
	defer func() { t.out.Flush(); t.file.Close() }()
	failing := false
	for r := range t.in {
		err := t.append(&r)
		if err == nil && len(t.in) == 0 {
			err = t.out.Flush()
		}
		if (err != nil) != failing {
			failing = err != nil
			t.log.Error("the trail cannot be written", "error", err)
		}
	}
}

func (t *Trail) append(r *Record) error {
	if r.Explain != nil {
		r.Verdicts = r.Explain()
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if t.size+int64(len(line)) > fileLimit {
		if err := t.rotate(); err != nil {
			return err
		}
	}
	n, err := t.out.Write(append(line, '\n'))
	t.size += int64(n)
	return err
}

func (t *Trail) rotate() error {
	if err := errors.Join(t.out.Flush(), t.file.Close()); err != nil {
		return err
	}
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
