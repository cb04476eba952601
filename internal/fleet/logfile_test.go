package fleet

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

func TestLogIsPutAsideAtItsLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := openLog(path, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"1234\n", "5678\n", "a line that is longer than the limit\n", "end\n"} {
		if n, err := log.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("write %q: %d, %v", line, n, err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{path: "end\n", path + ".1": "a line that is longer than the limit\n"} {
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s = %q, want %q", file, got, want)
		}
	}
	if n, err := log.Write([]byte("late")); n != 4 || err != nil {
		t.Errorf("write after close: %d, %v", n, err)
	}
}

func TestStatusLines(t *testing.T) {
	var rest bytes.Buffer
	var states []contract.State
	lines := &statusLines{report: func(s contract.Status) { states = append(states, s.State) }, rest: &rest}
	text := "noise\n" + `{"state":"apiserver-ready"}` + "\n" + `{"state":"unheard-of"}` + "\n" +
		`{"state":"ready","more":1}` + "\n" + `{"state":"ready"}` + "\n" + "unfinished"
	// However the text is cut, the lines are the same.
	for size := 1; size < 9; size++ {
		rest.Reset()
		states, lines.partial = nil, nil
		for chunk := []byte(text); len(chunk) > 0; {
			n := min(size, len(chunk))
			if _, err := lines.Write(chunk[:n]); err != nil {
				t.Fatal(err)
			}
			chunk = chunk[n:]
		}
		if len(states) != 2 || states[0] != contract.APIServerReady || states[1] != contract.Ready {
			t.Errorf("chunks of %d: states = %q", size, states)
		}
		if got := strings.Count(rest.String(), "\n"); got != 3 || !strings.HasPrefix(rest.String(), "noise\n") {
			t.Errorf("chunks of %d: rest = %q", size, rest.String())
		}
	}
}

func TestLineThatNeverEnds(t *testing.T) {
	var rest bytes.Buffer
	lines := &statusLines{report: func(contract.Status) { t.Error("a status") }, rest: &rest}
	for range 3 {
		if _, err := lines.Write(bytes.Repeat([]byte("x"), maxLine)); err != nil {
			t.Fatal(err)
		}
	}
	if len(lines.partial) > maxLine {
		t.Errorf("%d bytes are kept", len(lines.partial))
	}
	if rest.Len() == 0 {
		t.Error("nothing was passed on")
	}
}
