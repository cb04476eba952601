// Command gen turns AWS's published service models into the part of Airside that follows from them: Go types for every
// implemented operation (internal/api/<service>api) and the trimmed model that the wire layer decodes, encodes and
// validates by (internal/awswire/model/<service>.json).
//
//	go run ./internal/tools/gen -models DIR
//
// DIR holds one file per service, named iam.json and so on, in botocore's service-2 format. Run it in the root of the
// module. Its output is committed; it takes no prose from the models. To implement one more operation, add its name to
// operations.go and run it again: the services that lack it then no longer compile.
package main
