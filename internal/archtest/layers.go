package archtest

import "strings"

// A layer is a height in the building. A package imports packages of its own layer and of those below it.
type layer int

const (
	core        layer = iota // decides: no I/O, no clock, no globals, no logging
	state                    // keeps facts, secrets and the record of what happened
	meaning                  // what the operations of each AWS service do
	wire                     // what they look like to a client; knows no service
	kubernetes               // the clusters
	composition              // puts everything together, and what is only there for people and builds
)

var layerNames = [...]string{"core", "state", "meaning", "wire", "kubernetes", "composition"}

func (l layer) String() string { return layerNames[l] }

// place is one line of the table: a package, or with a trailing "/..." a folder of packages, the folder itself
// included. Paths are relative to the module.
type place struct {
	path  string
	layer layer
}

// layers places every package of the module. A new package is added here, in exactly one line.
var layers = []place{
	{"policy", core},
	{"iam", core},
	{"internal/api/...", core},
	{"internal/arn", core},
	{"internal/authz", core},
	{"internal/awserr", core},
	{"internal/awsid", core},
	{"internal/catalog", core},
	{"internal/clusteraccess", core},
	{"internal/credentials", core},
	{"internal/mfa", core},
	{"internal/op", core},
	{"internal/policycase", core},
	{"internal/policylint", core},
	{"policy/trace", core},
	{"internal/world", core},

	{"internal/audit", state},
	{"internal/pki", state},
	{"internal/store/...", state},

	{"internal/service/...", meaning},

	{"internal/awswire/...", wire},
	{"internal/gateway", wire},
	{"internal/sigv4", wire},

	{"internal/clusters", kubernetes},
	{"internal/controlplane/...", kubernetes},
	{"internal/fleet", kubernetes},
	{"internal/webhook", kubernetes},

	{"cmd/airside", composition},
	{"internal/archtest", composition},
	{"internal/cli", composition},
	{"internal/explain", composition},
	{"internal/labtest", composition},
	{"internal/server", composition},
	{"internal/tools/...", composition},
}

// holds tells whether the line is about a package.
func (p place) holds(path string) bool {
	if folder, ok := strings.CutSuffix(p.path, "/..."); ok {
		return under(path, folder)
	}
	return path == p.path
}

// placesOf returns the lines of the table that are about a package.
func placesOf(table []place, path string) []place {
	var found []place
	for _, p := range table {
		if p.holds(path) {
			found = append(found, p)
		}
	}
	return found
}

// under tells whether path is folder or lies in it.
func under(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }
