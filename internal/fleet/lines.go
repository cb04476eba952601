package fleet

import (
	"bytes"
	"io"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

// maxLine bounds what is kept of a line that does not end.
const maxLine = 64 << 10

// statusLines is the standard output of a process: status lines go to report, all other text to rest.
type statusLines struct {
	report  func(contract.Status)
	rest    io.Writer
	partial []byte
}

// Write is called by one goroutine.
func (s *statusLines) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		s.line(append(s.partial, p[:i]...))
		s.partial = s.partial[:0]
		p = p[i+1:]
	}
	s.partial = append(s.partial, p...)
	if len(s.partial) > maxLine {
		s.line(s.partial)
		s.partial = s.partial[:0]
	}
	return n, nil
}

func (s *statusLines) line(text []byte) {
	status, err := contract.ParseStatus(text)
	if err != nil {
		_, _ = s.rest.Write(append(bytes.Clone(text), '\n'))
		return
	}
	s.report(status)
}
