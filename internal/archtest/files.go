package archtest

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
)

// maxLines is where a Go file has more than one subject. Most stay under 500.
const maxLines = 700

// generated is the line by which tools know generated Go files (go.dev/s/generatedcode).
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// machinePath is an absolute path in somebody's home folder or checkout. It is a path of its own: a longer path or a URL
// in which these words occur is none.
var machinePath = regexp.MustCompile(`(?:^|[^\w./-])(/(?:root|home/[a-z][\w.-]*|Users/\w+|work)/)`)

// checkFiles returns every file that breaks a rule on files.
func checkFiles(tree fs.FS) ([]string, error) {
	var broken []string
	err := walk(tree, func(name string) error {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			return nil // not text
		}
		broken = append(broken, checkFile(name, text)...)
		return nil
	})
	return broken, err
}

func checkFile(name string, text []byte) []string {
	var broken []string
	for i, line := range bytes.Split(text, []byte("\n")) {
		if m := machinePath.FindSubmatch(line); m != nil {
			broken = append(broken, fmt.Sprintf("%s:%d: a path of one machine: %s", name, i+1, m[1]))
		}
	}
	if path.Ext(name) == ".go" && !generated.Match(text) {
		if n := bytes.Count(text, []byte("\n")); n > maxLines {
			broken = append(broken, fmt.Sprintf("%s: %d lines: a file has one subject and at most %d lines", name, n, maxLines))
		}
	}
	return broken
}
