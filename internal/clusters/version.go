package clusters

// linkedVersion is the Kubernetes that Airside is built with.
const linkedVersion = "v1.36.1"

// emulated are the versions whose APIs and feature gates it can put on besides its own, and the name it goes by then.
var emulated = map[string]string{"1.33": "v1.33.0", "1.34": "v1.34.0", "1.35": "v1.35.0"}

// reportedVersion is what the API server of a cluster of a version says of itself. Of versions that cannot be emulated
// only the label exists (docs/divergences.md).
func reportedVersion(version string) string {
	v, ok := emulated[version]
	if !ok {
		v = linkedVersion
	}
	return v + "-eks-airside"
}
