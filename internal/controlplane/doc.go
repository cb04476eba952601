// Package controlplane is one cluster's Kubernetes control plane: the real kube-apiserver, kube-controller-manager and
// kube-scheduler, run inside one process from k8s.io/kubernetes used as a library.
//
// It owns how those three are configured to behave as Amazon EKS configures them, the order in which they start and
// stop, and how the process says that it is ready. It is the only package that imports k8s.io/kubernetes: its feature
// gates, loggers and metric registries are globals, so a process holds one control plane, and a cluster is a process.
//
// It does not start processes (package fleet), make certificates (package pki) or decide who may do what (the webhooks
// that its configuration names).
package controlplane
