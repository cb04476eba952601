package authz_test

import (
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/policycase"
	"github.com/airside-dev/airside/policy/trace"
)

var (
	referenceCases = flag.Int("reference.cases", 50_000, "random cases to compare with the reference evaluator")
	// One seed for every build, so that a build fails for what it changed. Who looks for new disagreements says 0.
	referenceSeed = flag.Uint64("reference.seed", 1, "first seed of the random cases; 0: draw one")
)

func drawSeed() uint64 { return rand.Uint64() >> 16 }

// TestAgreesWithReference compares the engine with the reference on random cases. A case that fails is printed, made as
// small as it goes, in the form that policycase reads.
func TestAgreesWithReference(t *testing.T) {
	cases, seed := *referenceCases, *referenceSeed
	if testing.Short() {
		cases = min(cases, 5_000)
	}
	if seed == 0 {
		seed = drawSeed()
	}
	t.Logf("%d cases from seed %d on", cases, seed)

	var (
		next, allowed, implicit, explicit atomic.Int64
		wait                              sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for failures := 0; failures < 4; { // a few show whether they are one disagreement or several
				i := next.Add(1) - 1
				if i >= int64(cases) {
					return
				}
				c := newCase(seed + uint64(i))
				want, ok := agree(t, c)
				if !ok {
					report(t, shrink(c))
					failures++
				}
				switch want {
				case authz.Allowed:
					allowed.Add(1)
				case authz.ImplicitlyDenied:
					implicit.Add(1)
				case authz.ExplicitlyDenied:
					explicit.Add(1)
				}
			}
		})
	}
	wait.Wait()

	t.Logf("%d allowed, %d implicitly denied, %d explicitly denied", allowed.Load(), implicit.Load(), explicit.Load())
	for name, n := range map[string]int64{"allowed": allowed.Load(), "implicit": implicit.Load(), "explicit": explicit.Load()} {
		if !t.Failed() && n*10 < int64(cases) {
			t.Errorf("only %d of %d cases are %s: the generator is too narrow to show anything", n, cases, name)
		}
	}
}

// agree decides a case with both, and with the engine twice: an explanation must not change a verdict.
func agree(t *testing.T, c *policycase.Case) (authz.Outcome, bool) {
	want := reference(c)
	request, err := c.AuthzRequest()
	if err != nil {
		t.Errorf("the generator made a request that cannot be: %v", err)
		return want, false
	}
	policies, err := c.Policies()
	if err != nil {
		t.Errorf("the generator made a policy that cannot be: %v", err)
		return want, false
	}
	quick := authz.Decide(request, policies, nil)
	explained := authz.Decide(request, policies, &trace.Step{})
	return want, quick.Outcome == want && reflect.DeepEqual(quick, explained)
}

// report prints a case that the two do not agree on.
func report(t *testing.T, c *policycase.Case) {
	quick, err := c.Decide(nil)
	var step trace.Step
	explained, _ := c.Decide(&step)
	text, _ := json.MarshalIndent(c, "", "  ")
	t.Errorf("engine %s by %q (explained: %s; error: %v), reference %s\n%s", quick.Outcome, quick.By, explained.Outcome, err,
		reference(c), text)
}

// shrink leaves out what the disagreement does not need.
func shrink(c *policycase.Case) *policycase.Case {
	for {
		smaller := without(c)
		if smaller == nil {
			return c
		}
		c = smaller
	}
}

// without is the first case with one thing less that the two still disagree on; nil where there is none.
func without(c *policycase.Case) *policycase.Case {
	data, err := json.Marshal(c)
	if err != nil {
		return nil
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil
	}
	for n := 0; ; n++ {
		left := n
		tried, done := remove(tree, &left)
		if !done {
			return nil
		}
		text, err := json.Marshal(tried)
		if err != nil {
			return nil
		}
		smaller := new(policycase.Case)
		if json.Unmarshal(text, smaller) != nil {
			continue
		}
		if text, err = json.Marshal(smaller); err != nil || len(text) >= len(data) {
			continue // what was left out came back as an empty value
		}
		v, err := smaller.Decide(nil)
		if err == nil && v.Outcome != reference(smaller) {
			return smaller
		}
	}
}

// remove copies a JSON tree without its nth member or item; done tells whether there was one.
func remove(tree any, n *int) (result any, done bool) {
	switch node := tree.(type) {
	case map[string]any:
		m := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(node)) {
			if !done {
				if *n == 0 {
					*n, done = -1, true
					continue
				}
				*n--
				m[key], done = remove(node[key], n)
				continue
			}
			m[key] = node[key]
		}
		return m, done
	case []any:
		list := []any{}
		for _, item := range node {
			if !done {
				if *n == 0 {
					*n, done = -1, true
					continue
				}
				*n--
				item, done = remove(item, n)
			}
			list = append(list, item)
		}
		return list, done
	}
	return tree, false
}
