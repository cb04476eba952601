package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/airside-dev/airside/policy"
)

func (a *app) policyFmt() *cobra.Command {
	var f formatter
	cmd := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "Print policies in one canonical form",
		Long: "Print policies in one canonical form: two spaces of indentation, elements in the order of the grammar, a list of\n" +
			"one as a plain string, every value quoted. The meaning stays the same. - is standard input.\n\n" +
			"Files that are no policy documents are told of and left alone; the exit code is then 2.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			f.out = a.out
			code := exitCode(exitOK)
			for _, name := range args {
				text, err := a.file(name)
				if err == nil {
					err = f.format(name, text)
				}
				var failed writeError
				if errors.As(err, &failed) {
					return failed.error
				}
				if err != nil {
					a.complain(err)
					code = exitUsage
				}
			}
			return code.orNil()
		},
	}
	cmd.Flags().BoolVarP(&f.write, "write", "w", false, "write files that change, instead of printing")
	cmd.Flags().BoolVarP(&f.list, "list", "l", false, "list files that change, instead of printing")
	return cmd
}

// formatter formats files one by one.
type formatter struct {
	out         io.Writer
	write, list bool
}

func (f *formatter) format(name, text string) error {
	if f.write && name == standardInput {
		return errors.New("standard input cannot be written to: leave --write out")
	}
	d, err := policy.Parse(text)
	if err != nil {
		return fmt.Errorf("%s:%w", name, err) // which begins with its line and column
	}
	canonical := d.String() + "\n"
	changes := canonical != text
	if f.list && changes {
		if _, err := fmt.Fprintln(f.out, name); err != nil {
			return writeError{err}
		}
	}
	if f.write && changes {
		// A file that is there keeps its mode.
		if err := os.WriteFile(name, []byte(canonical), 0o644); err != nil {
			return err
		}
	}
	if !f.list && !f.write {
		if _, err := io.WriteString(f.out, canonical); err != nil {
			return writeError{err}
		}
	}
	return nil
}
