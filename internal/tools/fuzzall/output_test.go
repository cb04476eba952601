package main

import (
	"slices"
	"strings"
	"testing"
)

func TestExecutions(t *testing.T) {
	for _, test := range []struct {
		name   string
		output string
		want   int
	}{
		{"the last line counts", `fuzz: elapsed: 0s, gathering baseline coverage: 0/192 completed
fuzz: elapsed: 0s, gathering baseline coverage: 192/192 completed, now fuzzing with 2 workers
fuzz: elapsed: 3s, execs: 325017 (108336/sec), new interesting: 11 (total: 202)
fuzz: elapsed: 5s, execs: 601203 (100002/sec), new interesting: 12 (total: 203)
PASS
ok  	example.com/p	5.1s
`, 601203},
		{"no such target", "testing: warning: no fuzz tests to fuzz\nPASS\nok  	example.com/p	0.002s\n", 0},
		{"seeds only", `fuzz: elapsed: 0s, gathering baseline coverage: 0/1 completed
fuzz: elapsed: 3s, gathering baseline coverage: 0/1 completed
PASS
`, 0},
		{"executed nothing", "fuzz: elapsed: 5s, execs: 0 (0/sec), new interesting: 0 (total: 4)\nPASS\n", 0},
		{"what a target prints is not progress", "saw fuzz: elapsed: 5s, execs: 7 (1/sec)\nPASS\n", 0},
		{"nothing printed", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := executions([]byte(test.output)); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestParseList(t *testing.T) {
	got, err := parseList(strings.NewReader(`{"Action":"start","Package":"m/b"}
{"Action":"output","Package":"m/b","Output":"FuzzOne\n"}
{"Action":"output","Package":"m/a","Output":"FuzzZ\n"}
{"Action":"output","Package":"m/b","Output":"ok  \tm/b\t0.004s\n"}
{"Action":"output","Package":"m/a","Output":"FuzzB\n"}
{"Action":"pass","Package":"m/b"}
`))
	if err != nil {
		t.Fatal(err)
	}
	if want := []target{{"m/a", "FuzzZ"}, {"m/a", "FuzzB"}, {"m/b", "FuzzOne"}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := parseList(strings.NewReader("not events")); err == nil {
		t.Error("text that is no list of events was read as an empty one")
	}
}

func TestParseLight(t *testing.T) {
	got := parseLight([]byte("\tfmt os\n" + // a package, not its tests
		"m/b\tfmt os\n" +
		"m/a\tfmt k8s.io/api/core/v1\n" +
		"m/a\tfmt m/a\n" + // its external tests
		"m/heavy\tfmt\n" +
		"m/heavy\tfmt k8s.io/kubernetes/cmd/kube-apiserver/app\n"))
	if want := []string{"m/a", "m/b"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
