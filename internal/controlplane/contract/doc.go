// Package contract is what a cluster's supervisor and its control plane process say to each other: one configuration file
// going down, one line of JSON per change of state coming up.
//
// It owns the shape of both and the rules that a configuration must meet. It does not start a process (package fleet
// does) and knows nothing of Kubernetes' own code (package controlplane does), so that the supervisor can be linked
// without k8s.io/kubernetes.
package contract
