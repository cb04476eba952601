// Package eks is the EKS API: clusters, access entries, access policy associations and their tags, as records of the
// World.
//
// It owns what the calls mean: which requests are valid, in which order they are refused and with which words, what is
// recorded and what is answered. It writes records and nothing else: a cluster is born with the status CREATING and
// asked to go with DELETING, and it is for whoever runs control planes to bring the real one up, to fill in its port and
// certificate, to move the status on and to remove world.Belongings in the end.
//
// It does not own the rules of access entries that need no state (package clusteraccess), authorization (package authz,
// from the checks that each operation declares beside itself), nor any wire format.
//
// The specification is facts/eks-access-semantics.md; comments cite it by section. Messages that nobody has published
// are marked as Airside's words where they are written.
package eks
