// Package archtest keeps the architecture true: its tests fail when a package imports what its layer may not, when a
// package has no place in the layers, and when a file breaks the rules on files (length, no path of one machine).
//
// It owns the table of the layers (layers.go) and the rules (rules.go, files.go). It reads source files only, so that
// it needs neither a compiler nor a built Kubernetes. What a package may do beyond its imports is not its business.
package archtest
