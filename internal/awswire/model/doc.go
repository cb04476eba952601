// Package model is what the wire layer knows about each AWS service: its operations and shapes, the constraints on
// their members, and how a shape and a Go struct fit together.
//
// It owns the trimmed service models (<service>.json, written by internal/tools/gen and embedded), the binding of
// shapes to Go types, and the checking of constraints with AWS's own phrases. It does not own any wire format, nor what
// an operation means: packages query, ec2query, restjson and awsjson read and write by this model, and the services see
// only Go structs.
package model
