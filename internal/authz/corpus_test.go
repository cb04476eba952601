package authz_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/policycase"
	"github.com/airside-dev/airside/policy/trace"
)

// minCorpus is how many decisions the corpus has at least: a folder that was not found must not pass.
const minCorpus = 300

// TestCorpus decides the golden corpus with the engine and with the reference. Each expected decision was thought out
// by hand from the page that its source names; none was made by running either of them.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.json")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, name := range files {
		for _, c := range loadCorpus(t, name) {
			if seen[c.ID] {
				t.Errorf("%s: two cases have the id %s", name, c.ID)
			}
			seen[c.ID] = true
			t.Run(c.ID, func(t *testing.T) { checkCase(t, c) })
		}
	}
	if len(seen) < minCorpus {
		t.Errorf("the corpus has %d cases, want %d or more", len(seen), minCorpus)
	}
}

func loadCorpus(t *testing.T, name string) []*policycase.Case {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cases, err := policycase.Load(file)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return cases
}

func checkCase(t *testing.T, c *policycase.Case) {
	if c.ID == "" || c.Why == "" || c.Decision == "" {
		t.Fatal("a case of the corpus has an id, a decision, and says why")
	}
	if !strings.Contains(c.Source, "https://docs.aws.amazon.com/") && !strings.Contains(c.Source, "https://aws.amazon.com/") ||
		!strings.HasSuffix(c.Source, "observed") && !strings.HasSuffix(c.Source, "inferred") {
		t.Errorf("source %q: want a page, and whether the decision was observed or inferred", c.Source)
	}
	v, err := c.Decide(nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.Outcome != c.Decision {
		t.Errorf("the engine decides %s by %q, want %s: %s", v.Outcome, v.By, c.Decision, c.Why)
	}
	explained, err := c.Decide(&trace.Step{})
	if err != nil {
		t.Fatal(err)
	}
	if explained.Outcome != c.Decision {
		t.Errorf("explained, the engine decides %s by %q, want %s", explained.Outcome, explained.By, c.Decision)
	}
	if got := reference(c); got != c.Decision {
		t.Errorf("the reference decides %s, want %s: %s", got, c.Decision, c.Why)
	}
}
