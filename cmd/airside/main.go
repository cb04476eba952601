// Command airside is the access plane of Amazon EKS on one machine.
package main

import (
	"os"

	"github.com/airside-dev/airside/internal/cli"
	"github.com/airside-dev/airside/internal/controlplane"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, controlplane.Main))
}
