package main

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// target is one fuzz target.
type target struct {
	pkg  string // import path
	name string // FuzzParse
}

// parseList reads what `go test -json -list` prints, one event a line. It returns the targets sorted by package, in the
// order of their sources within one.
func parseList(r io.Reader) ([]target, error) {
	var found []target
	events := json.NewDecoder(r)
	for {
		var e struct{ Action, Package, Output string }
		if err := events.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if name := strings.TrimSpace(e.Output); e.Action == "output" && strings.HasPrefix(name, "Fuzz") {
			found = append(found, target{pkg: e.Package, name: name})
		}
	}
	slices.SortStableFunc(found, func(a, b target) int { return strings.Compare(a.pkg, b.pkg) })
	return found, nil
}

// progress is a line that the fuzzer prints every three seconds and at its end, such as
// "fuzz: elapsed: 3s, execs: 325017 (108336/sec), new interesting: 11 (total: 202)".
var progress = regexp.MustCompile(`(?m)^fuzz: elapsed: \S+, execs: (\d+) `)

// executions tells how often a target was run beyond its seeds, according to the fuzzer's last line of progress. It is 0
// where there is none: the target matched nothing, or never got past its seeds.
func executions(output []byte) int {
	lines := progress.FindAllSubmatch(output, -1)
	if len(lines) == 0 {
		return 0
	}
	n, err := strconv.Atoi(string(lines[len(lines)-1][1]))
	if err != nil {
		return 0 // more than an int holds is no count of a fuzzer
	}
	return n
}
