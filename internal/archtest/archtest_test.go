package archtest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestLayers is the rule of the project; TestBrokenRules shows that it can fail.
func TestLayers(t *testing.T) {
	packages, err := readPackages(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < len(layers) {
		t.Fatalf("read %d packages only: the tree is not the module", len(packages))
	}
	for _, b := range check(layers, packages) {
		t.Error(b)
	}
}

// TestFiles is the rule on files; TestBrokenFiles shows that it can fail.
func TestFiles(t *testing.T) {
	broken, err := checkFiles(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range broken {
		t.Error(b)
	}
}

// soundLayers and sound are a small module in which every rule holds.
var soundLayers = []place{
	{"policy", core}, {"policy/trace", core}, {"internal/arn", core}, {"internal/awsid", core},
	{"internal/store/...", state},
	{"internal/service/...", meaning},
	{"internal/sigv4", wire}, {"internal/gateway", wire},
	{"internal/webhook", kubernetes}, {"internal/controlplane/...", kubernetes},
	{"internal/server", composition}, {"internal/cli", composition}, {"cmd/airside", composition},
}

var sound = map[string]string{
	"policy/parse.go":                         goFile("", "strings", own("policy/trace")),
	"policy/parse_test.go":                    goFile("var now = time.Now()", "os", "time"),
	"policy/trace/trace.go":                   goFile(""),
	"internal/arn/arn.go":                     goFile("var zero time.Time", "time"),
	"internal/awsid/awsid.go":                 goFile("", "crypto/rand"),
	"internal/store/store.go":                 goFile("var now = time.Now()", "os", "time", own("internal/arn")),
	"internal/service/sts/sts.go":             goFile("", own("internal/store"), own("internal/service/sts/token")),
	"internal/service/sts/token/token.go":     goFile("", own("internal/arn")),
	"internal/service/iam/iam.go":             goFile("", own("internal/arn")),
	"internal/sigv4/verify.go":                goFile("", "net/http"),
	"internal/gateway/gateway.go":             goFile("", own("internal/sigv4"), own("internal/store")),
	"internal/gateway/gateway_test.go":        goFile("", own("internal/service/sts")),
	"internal/webhook/webhook.go":             goFile("", "k8s.io/api/authorization/v1", own("internal/sigv4")),
	"internal/controlplane/main.go":           goFile("", "k8s.io/kubernetes/cmd/kube-apiserver/app", own("internal/controlplane/contract")),
	"internal/controlplane/main_test.go":      goFile("", own("internal/controlplane")),
	"internal/controlplane/contract/files.go": goFile("", "os"),
	"internal/server/server.go":               goFile("", own("internal/service/iam"), own("internal/gateway")),
	"internal/cli/cli.go":                     goFile("", own("internal/server")),
	"cmd/airside/main.go":                     goFile("", own("internal/cli"), own("internal/controlplane")),
}

func own(path string) string { return module + "/" + path }

func goFile(body string, imports ...string) string {
	var b strings.Builder
	b.WriteString("package p\n\n")
	for _, i := range imports {
		fmt.Fprintf(&b, "import %q\n", i)
	}
	return b.String() + body + "\n"
}

func TestBrokenRules(t *testing.T) {
	for _, test := range []struct {
		name    string
		file    string // added to the sound module, or in the place of one of its files
		content string
		layers  []place // added to the sound module's
		want    []string
	}{
		{"nothing", "internal/arn/more.go", goFile(""), nil, nil},
		{"core imports state", "internal/arn/arn.go", goFile("", own("internal/store")), nil,
			[]string{"internal/arn (core) imports internal/store (state): imports point downwards only"}},
		{"a test imports upwards", "internal/arn/arn_test.go", goFile("", own("internal/store")), nil,
			[]string{"internal/arn (core) imports in a test internal/store (state): imports point downwards only"}},
		{"a file for another system counts", "internal/arn/arn_windows.go", goFile("", own("internal/store")), nil,
			[]string{"internal/arn (core) imports internal/store (state): imports point downwards only"}},
		{"a service knows the wire", "internal/service/iam/iam.go", goFile("", own("internal/sigv4")), nil,
			[]string{"internal/service/iam (meaning) imports internal/sigv4 (wire): imports point downwards only"}},
		{"a service imports a service", "internal/service/iam/iam.go", goFile("", own("internal/service/sts")), nil,
			[]string{"internal/service/iam imports internal/service/sts: a service never imports a service"}},
		{"a service tests with a service", "internal/service/iam/iam_test.go", goFile("", own("internal/service/sts")), nil,
			[]string{"internal/service/iam imports in a test internal/service/sts: a service never imports a service"}},
		{"a service speaks HTTP", "internal/service/iam/iam.go", goFile("", "net/http"), nil,
			[]string{"internal/service/iam is a service and imports net/http: it does not know how it is called"}},
		{"the wire knows a service", "internal/gateway/gateway.go", goFile("", own("internal/service/iam")), nil,
			[]string{"internal/gateway imports internal/service/iam: only internal/server may"}},
		{"the command line knows a service", "internal/cli/cli.go", goFile("", own("internal/service/iam")), nil,
			[]string{"internal/cli imports internal/service/iam: only internal/server may"}},
		{"policy knows the project", "policy/parse.go", goFile("", own("internal/arn")), nil,
			[]string{"policy is public and imports internal/arn: of this module it may use policy/trace only"}},
		{"core reads files", "policy/trace/trace.go", goFile("", "os"), nil,
			[]string{"policy/trace is core and imports os: the core is pure"}},
		{"core speaks HTTP", "policy/trace/trace.go", goFile("", "net/http"), nil,
			[]string{"policy/trace is core and imports net/http: the core is pure"}},
		{"core draws lots", "policy/trace/trace.go", goFile("", "crypto/rand"), nil,
			[]string{"policy/trace is core and imports crypto/rand: the core is pure"}},
		{"identifiers draw predictable lots", "internal/awsid/awsid.go", goFile("", "math/rand/v2"), nil,
			[]string{"internal/awsid is core and imports math/rand/v2: the core is pure"}},
		{"core reads the clock", "internal/arn/arn.go", goFile("var now = time.Now()", "time"), nil,
			[]string{"internal/arn is core and reads the clock: internal/arn/arn.go:4: time.Now"}},
		{"core reads the clock by another name", "internal/arn/arn.go", "package p\n\nimport clock \"time\"\n\nvar age = clock.Since\n", nil,
			[]string{"internal/arn is core and reads the clock: internal/arn/arn.go:5: time.Since"}},
		{"core hides the clock", "internal/arn/arn.go", "package p\n\nimport . \"time\"\n\nvar now = Now()\n", nil,
			[]string{"internal/arn is core and reads the clock: internal/arn/arn.go:3:8: a dot import of time"}},
		{"the wire knows Kubernetes", "internal/sigv4/verify.go", goFile("", "k8s.io/api/core/v1"), nil,
			[]string{"internal/sigv4 (wire) imports k8s.io/api/core/v1: only what runs clusters knows Kubernetes' types"}},
		{"the webhook links Kubernetes", "internal/webhook/webhook.go", goFile("", "k8s.io/kubernetes/pkg/apis/core"), nil,
			[]string{"internal/webhook imports k8s.io/kubernetes/pkg/apis/core: only internal/controlplane may, the rest must stay quick to build"}},
		{"the contract links Kubernetes", "internal/controlplane/contract/files.go", goFile("", "k8s.io/kubernetes/pkg/apis/core"), nil,
			[]string{"internal/controlplane/contract imports k8s.io/kubernetes/pkg/apis/core: only internal/controlplane may, the rest must stay quick to build"}},
		{"a test links Kubernetes", "internal/server/server_test.go", goFile("", own("internal/controlplane")), nil,
			[]string{"internal/server imports in a test internal/controlplane: only cmd/airside may"}},
		{"a package without a layer", "internal/new/new.go", goFile(""), nil,
			[]string{"internal/new has no layer: place it in internal/archtest/layers.go"}},
		{"a package in two layers", "internal/arn/more.go", goFile(""), []place{{"internal/arn/...", wire}},
			[]string{"internal/arn is placed more than once: as internal/arn and as internal/arn/..."}},
		{"a layer of a package that is gone", "internal/arn/more.go", goFile(""), []place{{"internal/gone", wire}},
			[]string{"the layers place internal/gone, which does not exist"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := fstest.MapFS{}
			for name, content := range sound {
				tree[name] = &fstest.MapFile{Data: []byte(content)}
			}
			tree[test.file] = &fstest.MapFile{Data: []byte(test.content)}
			packages, err := readPackages(tree)
			if err != nil {
				t.Fatal(err)
			}
			if got := check(slices.Concat(soundLayers, test.layers), packages); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestBrokenFiles(t *testing.T) {
	// The paths are put together here so that this file does not break the rule that it tests.
	home := func(dir, rest string) string { return "/" + dir + "/" + rest }
	long := "package p\n" + strings.Repeat("\n", maxLines)
	contents := map[string]string{
		"a/home.md":          "see\n" + home("home", "alice/file"),
		"a/root.sh":          "cat " + home("root", "x") + " y",
		"a/work.txt":         "\"" + home("work", "shared") + "\"",
		"a/mac.tf":           home("Users", "bob/x"),
		".ci/run":            "cd " + home("work", "main"),
		"b/sound.md":         "/usr/local https://example.com/home/alice/x $HOME/x teamwork/shared/ ./work/x /root",
		"b/long.go":          long,
		"b/generated.go":     "// Code generated by gen. DO NOT EDIT.\n" + long,
		"b/fits.go":          strings.TrimSuffix(long, "\n"),
		"b/long.txt":         long,
		"b/binary":           "\x00" + home("root", "x"),
		"b/.terraform/x.txt": home("root", "x"),
	}
	tree := fstest.MapFS{}
	for name, content := range contents {
		tree[name] = &fstest.MapFile{Data: []byte(content)}
	}
	got, err := checkFiles(tree)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		".ci/run:1: a path of one machine: " + home("work", ""),
		"a/home.md:2: a path of one machine: " + home("home", "alice/"),
		"a/mac.tf:1: a path of one machine: " + home("Users", "bob/"),
		"a/root.sh:1: a path of one machine: " + home("root", ""),
		"a/work.txt:1: a path of one machine: " + home("work", ""),
		fmt.Sprintf("b/long.go: %d lines: a file has one subject and at most %d lines", maxLines+1, maxLines),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
