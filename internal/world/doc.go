// Package world holds the facts: every record that a decision or an operation reads, as one immutable snapshot.
//
// A World is a set of tables of records. Each change makes the next World; the two share all that did not change, so a
// change costs O(log n) and a reader keeps the World it started with for as long as it likes. Policies are compiled when
// a record enters the World, never when somebody asks.
//
// The package owns the records, their keys and their look-ups, and the JSON form of a World (Marshal and Load), which
// leaves every secret out. It does not own where records are kept (package store), nor who may change them (services).
// Nothing here does I/O or reads a clock.
package world
