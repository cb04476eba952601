package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

// policy is the group of commands about policy documents as files. They need no lab.
func (a *app) policy() *cobra.Command {
	cmd := &cobra.Command{
		Use: "policy", Short: "Evaluate, check and format IAM policies in files",
		Args: cobra.ArbitraryArgs, // so that an unknown command gets to RunE
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no command %q: see `airside policy --help`", args[0])}
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(a.policyEval(), a.policyLint(), a.policyFmt())
	return cmd
}

// standardInput is the name of the file that is standard input, on the command line and in messages.
const standardInput = "-"

// file reads one file of the command line.
func (a *app) file(name string) (string, error) {
	var (
		data []byte
		err  error
	)
	if name == standardInput {
		if data, err = io.ReadAll(a.in); err != nil {
			return "", fmt.Errorf("standard input cannot be read: %w", err)
		}
		return string(data), nil
	}
	if data, err = os.ReadFile(name); err != nil {
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return "", fmt.Errorf("%s cannot be read: %w", name, err)
	}
	return string(data), nil
}
