package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// The packages that rules name.
const (
	command      = "cmd/airside"
	controlplane = "internal/controlplane"
	server       = "internal/server"
	services     = "internal/service"
	policyPkg    = "policy"
	tracePkg     = "policy/trace"
	kubernetesIO = "k8s.io/kubernetes"
)

// impure are the imports that would let the core do I/O, log or draw lots.
var impure = []string{
	"crypto/rand", "io/ioutil", "log", "log/slog", "math/rand", "math/rand/v2", "net", "net/http", "os", "os/exec",
	"os/signal", "syscall",
}

// drawsLots are the core packages that may use crypto/rand: identifiers and seals are made of random bytes.
var drawsLots = []string{"internal/awsid", "internal/credentials"}

// check returns every broken rule, one sentence each, in the order of the packages.
func check(table []place, packages []goPackage) []string {
	var broken []string
	for _, line := range table {
		if !slices.ContainsFunc(packages, func(p goPackage) bool { return line.holds(p.path) }) {
			broken = append(broken, fmt.Sprintf("the layers place %s, which does not exist", line.path))
		}
	}
	for _, p := range packages {
		c := checker{table: table, pkg: p}
		c.check()
		broken = append(broken, c.broken...)
	}
	return broken
}

// checker checks one package.
type checker struct {
	table  []place
	pkg    goPackage
	layer  layer
	broken []string
}

func (c *checker) fail(format string, args ...any) {
	c.broken = append(c.broken, c.pkg.path+" "+fmt.Sprintf(format, args...))
}

func (c *checker) check() {
	switch places := placesOf(c.table, c.pkg.path); len(places) {
	case 0:
		c.fail("has no layer: place it in internal/archtest/layers.go")
		return
	case 1:
		c.layer = places[0].layer
	default:
		c.fail("is placed more than once: as %s and as %s", places[0].path, places[1].path)
		return
	}
	for _, imported := range c.pkg.imports {
		c.downwards(imported, "imports")
		c.reserved(imported, "imports")
		c.ofServices(imported, "imports")
		c.onlyServer(imported)
		c.byLayer(imported)
	}
	// Tests may read files, listen, look at the clock, and try the wire on a real service. They do not turn the building
	// upside down either.
	for _, imported := range c.pkg.testImports {
		c.downwards(imported, "imports in a test")
		c.reserved(imported, "imports in a test")
		c.ofServices(imported, "imports in a test")
	}
	if c.layer == core {
		for _, at := range c.pkg.clock {
			c.fail("is core and reads the clock: %s", at)
		}
	}
}

// downwards: a package imports nothing above itself.
func (c *checker) downwards(imported, how string) {
	places := placesOf(c.table, imported)
	if len(places) != 1 {
		return // another module's, or reported where it is checked itself
	}
	if places[0].layer > c.layer {
		c.fail("(%s) %s %s (%s): imports point downwards only", c.layer, how, imported, places[0].layer)
	}
}

// reserved: packages that few may import.
func (c *checker) reserved(imported, how string) {
	self := c.pkg.path
	if under(imported, kubernetesIO) && self != controlplane {
		c.fail("%s %s: only %s may, the rest must stay quick to build", how, imported, controlplane)
	}
	if imported == controlplane && self != controlplane && self != command {
		c.fail("%s %s: only %s may", how, imported, command)
	}
}

// ofServices: a service never imports a service. What lies in the folder of a service is part of it.
func (c *checker) ofServices(imported, how string) {
	self := c.pkg.path
	if under(self, services) && under(imported, services) && !under(imported, self) && !under(self, imported) {
		c.fail("%s %s: a service never imports a service", how, imported)
	}
}

// onlyServer: services meet the wire in one place.
func (c *checker) onlyServer(imported string) {
	if under(imported, services) && !under(c.pkg.path, services) && c.pkg.path != server {
		c.fail("imports %s: only %s may", imported, server)
	}
}

// byLayer: what a layer does not import whatever its height.
func (c *checker) byLayer(imported string) {
	switch c.layer {
	case core:
		if slices.Contains(impure, imported) && !(imported == "crypto/rand" && slices.Contains(drawsLots, c.pkg.path)) {
			c.fail("is core and imports %s: the core is pure", imported)
		}
		if c.pkg.path == policyPkg && strings.HasPrefix(imported, "internal/") {
			c.fail("is public and imports %s: of this module it may use %s only", imported, tracePkg)
		}
	case meaning:
		if imported == "net/http" {
			c.fail("is a service and imports net/http: it does not know how it is called")
		}
	}
	if c.layer < kubernetes && strings.HasPrefix(imported, "k8s.io/") {
		c.fail("(%s) imports %s: only what runs clusters knows Kubernetes' types", c.layer, imported)
	}
}
