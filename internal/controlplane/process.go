package controlplane

import (
	"fmt"

	"github.com/spf13/pflag"
	"k8s.io/apiserver/pkg/util/compatibility"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/rest"
	cliflag "k8s.io/component-base/cli/flag"
	logsapi "k8s.io/component-base/logs/api/v1"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

// setupProcess sets what the three components share as globals: the Kubernetes version whose APIs and feature gates
// they have, the logger (text on standard error), and silence about deprecated APIs that they use themselves.
func setupProcess(cfg *contract.Config) error {
	version, err := parseReportedVersion(cfg.KubernetesVersion)
	if err != nil {
		return err
	}
	registry := compatibility.DefaultComponentGlobalsRegistry
	flags := pflag.NewFlagSet("version", pflag.ContinueOnError)
	registry.AddFlags(flags)
	if err := flags.Parse([]string{"--emulated-version=" + version.minor()}); err != nil {
		return err
	}
	if err := registry.Set(); err != nil {
		return err
	}
	if err := logsapi.ValidateAndApply(logsapi.NewLoggingConfiguration(), utilfeature.DefaultFeatureGate); err != nil {
		return err
	}
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	return nil
}

// parseFlags sets a component's options the way its own command does. The flags are the documented interface of the
// components; the option structs behind them move from release to release.
func parseFlags(component string, sets cliflag.NamedFlagSets, args []string) error {
	all := pflag.NewFlagSet(component, pflag.ContinueOnError)
	for _, name := range sets.Order {
		all.AddFlagSet(sets.FlagSets[name])
	}
	if err := all.Parse(args); err != nil {
		return fmt.Errorf("%s flags: %w", component, err)
	}
	return nil
}
