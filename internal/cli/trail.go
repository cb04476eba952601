package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/explain"
)

// trailView is what of the trail is shown, and how.
type trailView struct {
	format string
	follow bool
	denied bool
	steps  bool
	last   int
	id     string
}

func (a *app) trail() *cobra.Command {
	var v trailView
	cmd := &cobra.Command{
		Use:   "trail [ID]",
		Short: "Print the recorded calls and verdicts: who, what, decision, deciding statement",
		Long: "Print the recorded calls and verdicts, oldest first: AWS calls, Kubernetes authentications, and what access\n" +
			"policies said of Kubernetes requests. With the id of a record (or the beginning of one), that record with every\n" +
			"step of its verdicts.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(v.format, "text", "json"); err != nil {
				return err
			}
			if len(args) == 1 {
				v.id, v.steps = args[0], true
			}
			state, err := a.state()
			if err != nil {
				return err
			}
			from, err := audit.End(state.Trail())
			if err != nil {
				return err
			}
			if err := a.showTrail(state.Trail(), &v); err != nil || !v.follow {
				return err
			}
			return audit.Follow(cmd.Context(), state.Trail(), from, func(r *audit.Record) error {
				if !v.wants(r) {
					return nil
				}
				return a.showRecord(r, &v)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&v.format, "format", "text", "`text` or json (one record a line)")
	f.BoolVarP(&v.follow, "follow", "f", false, "go on with what happens from now on")
	f.BoolVar(&v.denied, "denied", false, "only what was refused, or not allowed by any access policy and so left to RBAC")
	f.BoolVar(&v.steps, "steps", false, "with every step of the verdicts")
	f.IntVarP(&v.last, "last", "n", 0, "only the last `N` records (default: all)")
	return cmd
}

func (v *trailView) wants(r *audit.Record) bool {
	return strings.HasPrefix(r.ID, v.id) && (!v.denied || r.Decision == audit.Denied || r.Decision == audit.NoOpinion)
}

func (a *app) showTrail(dir string, v *trailView) error {
	var kept []audit.Record
	found := false
	err := audit.Read(dir, func(r *audit.Record) error {
		if !v.wants(r) {
			return nil
		}
		found = true
		if v.last <= 0 {
			return a.showRecord(r, v)
		}
		if kept = append(kept, *r); len(kept) > v.last {
			kept = kept[1:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range kept {
		if err := a.showRecord(&kept[i], v); err != nil {
			return err
		}
	}
	if v.id != "" && !found {
		return fmt.Errorf("the trail has no record %s", v.id)
	}
	return nil
}

func (a *app) showRecord(r *audit.Record, v *trailView) error {
	if v.format == "json" {
		if !v.steps {
			for i := range r.Verdicts {
				r.Verdicts[i].Steps = nil
			}
		}
		return json.NewEncoder(a.out).Encode(r)
	}
	if _, err := fmt.Fprintln(a.out, explain.Printable(recordLine(r))); err != nil || !v.steps {
		return err
	}
	for i := range r.Verdicts {
		if err := explain.Text(a.out, r.Verdicts[i].Steps, "    "); err != nil {
			return err
		}
	}
	return nil
}

// recordLine is a record in one line: time, decision, who, what, where, why.
func recordLine(r *audit.Record) string {
	who := r.Principal
	if who == "" {
		who = "unknown"
		if r.AccessKey != "" {
			who += " (" + r.AccessKey + ")"
		}
	}
	fields := []string{r.Time.UTC().Format("2006-01-02T15:04:05.000Z"), r.ID[:min(8, len(r.ID))], r.Decision, who, r.Action}
	if r.Resource != "" {
		fields = append(fields, "on "+r.Resource)
	}
	if r.Cluster != "" {
		fields = append(fields, "in cluster "+r.Cluster)
	}
	line := strings.Join(fields, "  ")
	if r.Reason != "" {
		line += "  because " + r.Reason
	}
	if r.Error != "" {
		line += fmt.Sprintf("  (%d %s: %s)", r.Status, r.Error, r.Message)
	}
	return line
}
