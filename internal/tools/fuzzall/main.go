// Command fuzzall runs every fuzz target of the module for a while each, in the package that it is in, and fails when
// one fails or executed nothing.
//
//	go run ./internal/tools/fuzzall [-fuzztime 5s] [packages]
//
// Targets are found by asking the test binaries, so that none can be forgotten. Packages whose tests link Kubernetes are
// left out: they take minutes to build and hold no parser of ours.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// heavy is the import path prefix of what fuzzed packages do not link.
const heavy = "k8s.io/kubernetes/"

func main() {
	fuzztime := flag.Duration("fuzztime", 5*time.Second, "how long to run each target")
	flag.Parse()
	patterns := flag.Args()
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	if err := run(patterns, *fuzztime, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fuzzall:", err)
		os.Exit(1)
	}
}

func run(patterns []string, fuzztime time.Duration, out io.Writer) error {
	packages, err := light(patterns)
	if err != nil {
		return err
	}
	targets, err := find(packages)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("there is no fuzz target")
	}
	failed := 0
	for _, t := range targets {
		output, err := goTool("test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", fuzztime.String(), t.pkg)
		n := executions(output)
		switch {
		case err != nil:
			failed++
			fmt.Fprintf(out, "FAIL  %s %s\n%s", t.pkg, t.name, output)
		case n == 0:
			failed++
			fmt.Fprintf(out, "FAIL  %s %s: executed nothing\n%s", t.pkg, t.name, output)
		default:
			fmt.Fprintf(out, "ok    %s %s: %d executions\n", t.pkg, t.name, n)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d targets failed", failed, len(targets))
	}
	return nil
}

// light returns the packages with tests that do not link Kubernetes, sorted.
func light(patterns []string) ([]string, error) {
	args := append([]string{"list", "-test", "-f", `{{.ForTest}}{{"\t"}}{{join .Deps " "}}`}, patterns...)
	listing, err := goTool(args...)
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, listing)
	}
	return parseLight(listing), nil
}

// parseLight reads lines of a tested package, a tab and the import paths of what its tests link. A package without tests
// has no name there; one with external tests has several lines.
func parseLight(listing []byte) []string {
	var packages, dropped []string
	for line := range strings.Lines(string(listing)) {
		pkg, deps, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if pkg == "" {
			continue
		}
		if slices.ContainsFunc(strings.Fields(deps), func(d string) bool { return strings.HasPrefix(d, heavy) }) {
			dropped = append(dropped, pkg)
		}
		packages = append(packages, pkg)
	}
	slices.Sort(packages)
	packages = slices.Compact(packages)
	return slices.DeleteFunc(packages, func(p string) bool { return slices.Contains(dropped, p) })
}

// find lists the fuzz targets of the packages.
func find(packages []string) ([]target, error) {
	if len(packages) == 0 {
		return nil, nil
	}
	output, err := goTool(append([]string{"test", "-json", "-list", "^Fuzz"}, packages...)...)
	if err != nil {
		return nil, fmt.Errorf("the targets cannot be listed: %w\n%s", err, output)
	}
	return parseList(bytes.NewReader(output))
}

func goTool(args ...string) ([]byte, error) { return exec.Command("go", args...).CombinedOutput() }
