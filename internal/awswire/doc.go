// Package awswire is what the AWS protocols have in common: the Protocol interface that the gateway speaks, the code
// and status that an error has on the wire, the texts of refused input, and the reading and writing of forms, XML and
// JSON by the service model.
//
// It does not own a protocol's own shape: envelopes, headers, routing and names are in query (IAM, STS), ec2query
// (EC2), restjson (EKS) and awsjson (CloudTrail). It knows no service's meaning, verifies no signature and authorizes
// nothing.
package awswire
