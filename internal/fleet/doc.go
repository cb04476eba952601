// Package fleet keeps one control plane process per cluster running: it lays out what the process needs in a run
// folder, starts it, knows when it is ready, starts it again when it dies, and ends it.
//
// It owns the run folder, the certificates inside, the process and its log file. It does not know how the process does
// its work (package controlplane, which this package must not link; the two meet in package contract), and it stores
// nothing that must survive: a run folder can be deleted while its cluster is stopped.
//
// Processes never outlive the fleet. Each holds the read end of a pipe whose write end only this process has, and ends
// when that closes; on Linux the kernel kills it as well. Each is in its own process group, so that an interrupt typed at
// the terminal reaches the fleet alone, which then stops its clusters in order.
package fleet
