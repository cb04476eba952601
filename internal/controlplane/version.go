package controlplane

import (
	"fmt"
	"strconv"

	utilversion "k8s.io/apimachinery/pkg/util/version"
	apimachineryversion "k8s.io/apimachinery/pkg/version"
	basecompatibility "k8s.io/component-base/compatibility"
	baseversion "k8s.io/component-base/version"
)

// emulatedMinors is how many minor versions behind its own a Kubernetes component can emulate
// (component-base rejects anything older).
const emulatedMinors = 3

// reportedVersion is the version that the cluster claims to have.
type reportedVersion struct {
	text   string
	parsed *utilversion.Version
}

// parseReportedVersion accepts v<major>.<minor>.<patch>[-suffix] for the linked minor version and those before it that
// can be emulated.
func parseReportedVersion(text string) (reportedVersion, error) {
	linked := utilversion.MustParseGeneric(baseversion.DefaultKubeBinaryVersion)
	v, err := utilversion.ParseSemantic(text)
	if err != nil {
		return reportedVersion{}, fmt.Errorf("kubernetesVersion: %w", err)
	}
	oldest := linked.SubtractMinor(emulatedMinors)
	if v.Major() != linked.Major() || v.Minor() > linked.Minor() || v.Minor() < oldest.Minor() {
		return reportedVersion{}, fmt.Errorf("kubernetesVersion %s is not between %s and %s", text, oldest, linked)
	}
	return reportedVersion{text: text, parsed: v}, nil
}

// minor is the version as the --emulated-version flag takes it.
func (v reportedVersion) minor() string {
	return fmt.Sprintf("%d.%d", v.parsed.Major(), v.parsed.Minor())
}

// claimedVersion is an effective version that introduces itself by another name. Without linker flags component-base
// calls itself v0.0.0-master, and its SetDynamicVersion refuses any name whose numbers differ from those, so the name
// is put on at the one place from where GET /version reads it.
type claimedVersion struct {
	basecompatibility.EffectiveVersion
	claim reportedVersion
}

// Info is the answer to GET /version.
func (c claimedVersion) Info() *apimachineryversion.Info {
	info := c.EffectiveVersion.Info()
	if info == nil {
		return nil
	}
	info.Major = strconv.FormatUint(uint64(c.claim.parsed.Major()), 10)
	info.Minor = strconv.FormatUint(uint64(c.claim.parsed.Minor()), 10)
	info.GitVersion = c.claim.text
	// A source tree that was not built from git has neither; the placeholders would only mislead.
	info.GitCommit = ""
	info.GitTreeState = ""
	return info
}
