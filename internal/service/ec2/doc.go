// Package ec2 is the part of Amazon EC2 that an EKS cluster stands on: VPCs and subnets with what AWS creates along with
// them, their tags, and the regions and availability zones.
//
// It owns the rules of these resources and one kit that every resource type is made from (kit.go, filter.go, page.go,
// tags.go): look-ups with AWS's errors, filters, pagination, tags, access declarations. A new resource type is a kind
// and the operations that are its own. The package does not own the records (package world), who may call (Access says
// what must be allowed, package authz decides), nor any wire format. Nothing here moves a packet: there are no networks
// behind the records.
//
// Error codes are those of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
package ec2
