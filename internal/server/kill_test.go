package server_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/airside-dev/airside/internal/labtest"
)

// Whatever was acknowledged before a kill -9 must be there afterwards. Each round starts the program, writes from several
// clients at once, kills it after a random number of acknowledged writes while others are under way, and looks for all
// that was ever acknowledged.
func TestKilledAtAnyMomentLosesNothing(t *testing.T) {
	const rounds, writers = 6, 4
	dir := stateDir(t)
	var mu sync.Mutex
	acknowledged := map[string]bool{}
	for round := range rounds {
		p := up(t, dir)
		known := users(t, p)
		for name := range acknowledged {
			if !known[name] {
				t.Fatalf("round %d: user %s was acknowledged and is gone", round, name)
			}
		}
		enough := make(chan struct{})
		after, written := 1+rand.IntN(30), 0
		var all sync.WaitGroup
		for writer := range writers {
			all.Go(func() {
				for i := 0; ; i++ {
					name := fmt.Sprintf("user-%d-%d-%d", round, writer, i)
					status, _ := p.IAM("CreateUser", "UserName", name)
					if status == 0 {
						return // the program is dead
					}
					if status != 200 {
						t.Errorf("CreateUser answers %d", status)
						return
					}
					mu.Lock()
					acknowledged[name] = true
					if written++; written == after {
						close(enough)
					}
					mu.Unlock()
				}
			})
		}
		<-enough
		p.Kill()
		all.Wait()
		mu.Lock()
		t.Logf("round %d: %d acknowledged writes so far", round, len(acknowledged))
		mu.Unlock()
	}
}

// users lists every user of the lab.
func users(t *testing.T, p *labtest.Lab) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	marker := ""
	for {
		args := []string{"MaxItems", "1000"}
		if marker != "" {
			args = append(args, "Marker", marker)
		}
		status, body := p.IAM("ListUsers", args...)
		if status != 200 {
			t.Fatalf("ListUsers: %d %s", status, body)
		}
		for _, part := range strings.Split(body, "<UserName>")[1:] {
			name, _, _ := strings.Cut(part, "<")
			found[name] = true
		}
		_, rest, more := strings.Cut(body, "<Marker>")
		if !more {
			return found
		}
		marker, _, _ = strings.Cut(rest, "<")
	}
}
