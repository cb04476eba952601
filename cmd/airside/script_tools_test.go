package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// need skips the script where a tool is missing, and fails it where CI is set: there, nothing is left out silently.
func need(ts *testscript.TestScript, neg bool, tools []string) {
	plain(ts, neg, "need")
	for _, tool := range tools {
		if err := missing(ts, tool); err != nil {
			if os.Getenv("CI") != "" {
				ts.Fatalf("%v, and CI is set", err)
			}
			ts.Value(testKey{}).(testscript.T).Skip(err.Error())
		}
	}
}

// missing says what of a tool is missing, nil for nothing.
func missing(ts *testscript.TestScript, tool string) error {
	program, _, _ := strings.Cut(tool, "-")
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Errorf("%s is not on PATH", program)
	}
	switch tool {
	case program:
	case "python3-boto3":
		if out, err := exec.Command("python3", "-c", "import boto3").CombinedOutput(); err != nil {
			return fmt.Errorf("python3 has no boto3: %s", strings.TrimSpace(tail(string(out), 2)))
		}
	default:
		ts.Fatalf("need does not know %s", tool)
	}
	if tool == "terraform" {
		return terraformProvider(ts)
	}
	return nil
}

// terraformProvider points terraform at a plugin folder of this machine, so that init needs no network.
func terraformProvider(ts *testscript.TestScript) error {
	mirror, err := providerMirror()
	if err != nil {
		return err
	}
	config := ts.MkAbs("terraform.rc")
	ts.Setenv("TF_CLI_CONFIG_FILE", config)
	return os.WriteFile(config, fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror), 0o666)
}

// awsProvider is the folder of the AWS provider in a plugin folder.
var awsProvider = filepath.Join("registry.terraform.io", "hashicorp", "aws")

// mirrorDepth is how far below the folders in which software is usually installed a plugin folder is looked for.
const mirrorDepth = 4

// providerMirror finds a plugin folder that holds version 5 of the AWS provider for this machine.
var providerMirror = sync.OnceValues(func() (string, error) {
	roots := []string{os.Getenv("TF_PLUGIN_CACHE_DIR")}
	if home, err := os.UserHomeDir(); err == nil {
		roots = append(roots, filepath.Join(home, ".terraform.d"), filepath.Join(home, ".local", "share", "terraform"))
	}
	roots = append(roots, "/usr/local/share", "/usr/share", "/opt")
	for _, root := range roots {
		if root == "" {
			continue
		}
		if mirror := mirrorBelow(root); mirror != "" {
			return mirror, nil
		}
	}
	return "", errors.New("no plugin folder has the hashicorp/aws provider 5.x (put one into TF_PLUGIN_CACHE_DIR)")
})

// mirrorBelow looks for a plugin folder in root and a few levels of folders below it; "" if there is none.
func mirrorBelow(root string) string {
	found := ""
	// What cannot be read is passed over: these are other people's folders.
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		if holdsProvider(path) {
			found = path
			return fs.SkipAll
		}
		if below, err := filepath.Rel(root, path); err == nil && strings.Count(below, string(filepath.Separator)) >= mirrorDepth {
			return fs.SkipDir
		}
		return nil
	})
	return found
}

// holdsProvider tells whether dir is a plugin folder with the AWS provider, unpacked or packed.
func holdsProvider(dir string) bool {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	for _, pattern := range []string{
		filepath.Join("5.*", platform),
		"terraform-provider-aws_5.*_" + platform + ".zip",
	} {
		if found, err := filepath.Glob(filepath.Join(dir, awsProvider, pattern)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}
