package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/airside-dev/airside/internal/explain"
	"github.com/airside-dev/airside/internal/policylint"
	"github.com/airside-dev/airside/policy"
)

// policyKinds are the values of --kind.
var policyKinds = []struct {
	name string
	kind policy.Kind
}{
	{"identity", policy.Identity},
	{"boundary", policy.Boundary},
	{"session", policy.Session},
	{"resource", policy.Resource},
	{"trust", policy.Trust},
	{"scp", policy.SCP},
	{"rcp", policy.RCP},
}

// policyKind is the kind of policy that --kind names.
func policyKind(name string) (policy.Kind, error) {
	names := make([]string, 0, len(policyKinds))
	for _, k := range policyKinds {
		if k.name == name {
			return k.kind, nil
		}
		names = append(names, k.name)
	}
	return "", usageError{fmt.Errorf("there is no kind of policy %q: choose %s", name, strings.Join(names, ", "))}
}

func (a *app) policyLint() *cobra.Command {
	var kind, format string
	cmd := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Say what AWS would refuse in policies, and what they seldom mean to say",
		Long: "Say what AWS would refuse in policies, in its own words and with the place, and warn of what it takes although it\n" +
			"seldom means what it seems to. - is standard input.\n\n" +
			"The exit code is 1 when there are errors, 0 with warnings alone, and 2 when a file cannot be read.\n\n" +
			"Warnings: " + strings.Join(policylint.Rules(), ", "),
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf(format, "text", "json"); err != nil {
				return err
			}
			k, err := policyKind(kind)
			if err != nil {
				return err
			}
			return a.lint(args, k, format)
		},
	}
	f := cmd.Flags()
	f.StringVar(&kind, "kind", "identity", "what the policies are: `identity`, boundary, session, resource, trust, scp or rcp")
	f.StringVar(&format, "format", "text", "`text` (FILE:LINE:COLUMN: error|warning: message) or json (one finding a line)")
	return cmd
}

// lintFinding is one line of JSON output.
type lintFinding struct {
	File     string              `json:"file"`
	Line     int                 `json:"line"`
	Column   int                 `json:"column"`
	Severity policylint.Severity `json:"severity"`
	Rule     string              `json:"rule"`
	Message  string              `json:"message"`
}

func (a *app) lint(files []string, kind policy.Kind, format string) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	code := exitCode(exitOK)
	for _, name := range files {
		text, err := a.file(name)
		if err != nil {
			a.complain(err)
			code = exitUsage
			continue
		}
		for _, f := range policylint.Check(text, kind) {
			if f.Severity == policylint.Error {
				code = max(code, exitFailure)
			}
			if format == "json" {
				err = encoder.Encode(lintFinding{name, f.Pos.Line, f.Pos.Column, f.Severity, f.Rule, f.Message})
			} else {
				_, err = fmt.Fprintln(a.out, explain.Printable(fmt.Sprintf("%s:%s: %s: %s", name, f.Pos, f.Severity, f.Message)))
			}
			if err != nil {
				return err
			}
		}
	}
	return code.orNil()
}
