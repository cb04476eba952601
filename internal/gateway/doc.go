// Package gateway is the AWS endpoint: the one pipeline that every AWS call goes through, and the only place where the
// wire, the decision core and the services meet.
//
//	receive → find the service → authenticate → find the operation → decode → authorize → validate → do → encode → record
//
// The order up to the policies is the one observed of IAM (facts/wire-errors.md section 3.1). A service cannot leave a
// phase out: it fills the two hooks of an op.Operation and the pipeline does the rest.
//
// The package owns the phases, the wording of AccessDenied per service, and the limits on what a client may send. It does
// not own formats (awswire), signatures (sigv4), decisions (authz) or meaning (service).
package gateway
