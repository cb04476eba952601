package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/airside-dev/airside/internal/server"
)

// downTimeout bounds how long `airside down` waits: longer than every part of a stop together.
const downTimeout = 40 * time.Second

func (a *app) down() *cobra.Command {
	return &cobra.Command{
		Use: "down", Short: "Stop Airside", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			state, err := a.state()
			if err != nil {
				return err
			}
			i, err := state.Process()
			if errors.Is(err, server.ErrNotRunning) {
				_, err := fmt.Fprintln(a.out, "airside is not running")
				return err
			}
			if err != nil {
				return err
			}
			if err := terminate(i.PID); err != nil {
				return fmt.Errorf("airside (process %d) cannot be stopped: %w", i.PID, err)
			}
			for end := time.Now().Add(downTimeout); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				if _, err := state.Process(); errors.Is(err, server.ErrNotRunning) {
					_, err := fmt.Fprintln(a.out, "airside has stopped")
					return err
				}
			}
			return fmt.Errorf("airside (process %d) has not stopped within %s", i.PID, downTimeout)
		},
	}
}

func (a *app) status() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "status", Short: "Tell whether Airside runs, and where", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf(format, "text", "json"); err != nil {
				return err
			}
			state, err := a.state()
			if err != nil {
				return err
			}
			i, err := state.Running()
			if err != nil {
				return err
			}
			r, err := http.Get(i.Endpoint + server.HealthPath)
			if err != nil {
				return fmt.Errorf("airside (process %d) does not answer: %w", i.PID, err)
			}
			r.Body.Close()
			if format == "json" {
				return json.NewEncoder(a.out).Encode(i)
			}
			_, err = fmt.Fprintf(a.out, "endpoint  %s\naccount   %s\nregion    %s\nprocess   %d, since %s\nstate     %s\nlog       %s\n",
				i.Endpoint, i.Account, i.Region, i.PID, i.Started.Format(time.RFC3339), state.Dir, state.Log())
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`text` or json")
	return cmd
}

func (a *app) env() *cobra.Command {
	var format string
	var root bool
	cmd := &cobra.Command{
		Use: "env", Short: "Print what an AWS tool needs to find Airside, for eval", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf(format, "shell", "json"); err != nil {
				return err
			}
			state, err := a.state()
			if err != nil {
				return err
			}
			i, err := state.Running()
			if err != nil {
				return err
			}
			c, err := state.Credentials()
			if err != nil {
				return err
			}
			keys := c.Admin
			if root {
				keys = c.Root
			}
			return a.printEnv(format, [][2]string{
				{"AWS_ENDPOINT_URL", i.Endpoint},
				{"AWS_REGION", i.Region},
				{"AWS_DEFAULT_REGION", i.Region},
				{"AWS_ACCESS_KEY_ID", keys.AccessKeyID},
				{"AWS_SECRET_ACCESS_KEY", keys.SecretAccessKey},
				{"AWS_SESSION_TOKEN", ""}, // one of an earlier session would not fit these keys
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "shell", "`shell` or json")
	cmd.Flags().BoolVar(&root, "root", false, "the root user's keys instead of the administrator's")
	return cmd
}

func (a *app) printEnv(format string, vars [][2]string) error {
	if format == "json" {
		m := make(map[string]string, len(vars))
		for _, v := range vars {
			m[v[0]] = v[1]
		}
		e := json.NewEncoder(a.out)
		e.SetIndent("", "  ")
		return e.Encode(m)
	}
	for _, v := range vars {
		if _, err := fmt.Fprintf(a.out, "export %s=%s\n", v[0], shellQuote(v[1])); err != nil {
			return err
		}
	}
	return nil
}

// oneOf refuses a --format that a command does not have.
func oneOf(format string, known ...string) error {
	if slices.Contains(known, format) {
		return nil
	}
	return usageError{fmt.Errorf("there is no format %q: choose %s", format, strings.Join(known, " or "))}
}

func (a *app) reset() *cobra.Command {
	return &cobra.Command{
		Use: "reset", Short: "Remove everything that the lab keeps", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			state, err := a.state()
			if err != nil {
				return err
			}
			return state.Reset()
		},
	}
}
