// Package store keeps the records of a World in etcd and follows them.
//
// Reading never touches etcd: World returns the current snapshot through one atomic pointer. Writing goes through
// Update, which runs a function against the newest snapshot and commits what it staged in one transaction; the
// transaction is serializable, because each one also moves a common head key and succeeds only if that key is where its
// snapshot saw it. Update returns once its own change can be seen in World (read your writes).
//
// The package owns etcd: the embedded server, the key layout, the watch. It does not know what records mean.
package store
