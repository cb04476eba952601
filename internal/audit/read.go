package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Read calls f with every record in dir, oldest first, until it returns an error. A line that cannot be read, which only
// a killed process leaves, is passed over.
func Read(dir string, f func(*Record) error) error {
	for i := keptFiles - 1; i >= 0; i-- {
		file, err := os.Open(nameIn(dir, i))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = lines(file, f)
		file.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// pollInterval is how often Follow looks for new lines: the trail is a file, and files send no word.
const pollInterval = 100 * time.Millisecond

// Follow calls f with every record that is written after from (see End), until ctx ends or f returns an error. It keeps
// the file open, and so reads one that is rotated away to its end.
func Follow(ctx context.Context, dir string, from int64, f func(*Record) error) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	var file *os.File
	defer func() {
		if file != nil {
			file.Close()
		}
	}()
	for {
		rotated := file != nil && !current(file, dir)
		if file == nil {
			var err error
			if file, err = os.Open(nameIn(dir, 0)); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			} else if err != nil {
				file = nil
			}
		}
		if file != nil {
			if _, err := file.Seek(from, io.SeekStart); err != nil {
				return err
			}
			n, err := lines(file, f)
			from += n
			if err != nil {
				return err
			}
		}
		if rotated {
			file.Close()
			file, from = nil, 0
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// current tells whether file is still the one that is written to.
func current(file *os.File, dir string) bool {
	mine, err := file.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(nameIn(dir, 0))
	return err == nil && os.SameFile(mine, now)
}

// End is where the trail in dir ends now.
func End(dir string) (int64, error) {
	info, err := os.Stat(nameIn(dir, 0))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the trail: %w", err)
	}
	return info.Size(), nil
}

// lines reads whole lines and tells how many bytes they took.
func lines(r io.Reader, f func(*Record) error) (read int64, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return read, nil // a last line without an end is still being written
		}
		if err != nil {
			return read, err
		}
		read += int64(len(line))
		var rec Record
		if json.Unmarshal(bytes.TrimSpace(line), &rec) != nil {
			continue
		}
		if err := f(&rec); err != nil {
			return read, err
		}
	}
}
