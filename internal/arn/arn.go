// Package arn parses, prints and takes apart Amazon Resource Names.
//
// It owns the six-part shape and the partition table. What a resource part means is the business of the service that
// the ARN belongs to.
package arn

import (
	"errors"
	"strings"
)

// ARN is arn:Partition:Service:Region:Account:Resource.
type ARN struct {
	Partition string
	Service   string
	Region    string
	Account   string
	Resource  string // everything after the fifth colon, colons included
}

// ErrSyntax is returned for a text that does not have the six parts of an ARN.
var ErrSyntax = errors.New("not an ARN: want arn:partition:service:region:account:resource")

// Parse splits s. Only the shape is checked: six parts, the first of them "arn", partition, service and resource not
// empty.
func Parse(s string) (ARN, error) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, ErrSyntax
	}
	return ARN{p[1], p[2], p[3], p[4], p[5]}, nil
}

// String prints a as AWS writes it.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Type is the resource part up to its first slash or colon: "role" of role/path/name, "cluster" of cluster/demo.
func (a ARN) Type() string {
	if i := strings.IndexAny(a.Resource, "/:"); i >= 0 {
		return a.Resource[:i]
	}
	return a.Resource
}

// Rest is the resource part after its type and the separator; empty where there is none.
func (a ARN) Rest() string {
	if i := strings.IndexAny(a.Resource, "/:"); i >= 0 {
		return a.Resource[i+1:]
	}
	return ""
}

// Name is the last slash-separated element of the resource part: the name of an IAM entity without its path.
func (a ARN) Name() string {
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
}

// IAM builds the ARN of an IAM entity: kind "role", path "/team/", name "dev" gives …:role/team/dev.
func IAM(partition, account, kind, path, name string) string {
	if path == "" {
		path = "/"
	}
	return "arn:" + partition + ":iam::" + account + ":" + kind + path + name
}

// PartitionOf tells the partition that a region belongs to.
// Source: the endpoints table in facts/eks-authentication.md section 3.
func PartitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "us-isob-"):
		return "aws-iso-b"
	case strings.HasPrefix(region, "us-isof-"):
		return "aws-iso-f"
	case strings.HasPrefix(region, "us-iso-"):
		return "aws-iso"
	case strings.HasPrefix(region, "eu-isoe-"):
		return "aws-iso-e"
	case strings.HasPrefix(region, "eusc-"):
		return "aws-eusc"
	}
	return "aws"
}

// DNSSuffix is the domain that a partition's service endpoints live under.
func DNSSuffix(partition string) string {
	switch partition {
	case "aws-cn":
		return "amazonaws.com.cn"
	case "aws-iso":
		return "c2s.ic.gov"
	case "aws-iso-b":
		return "sc2s.sgov.gov"
	case "aws-iso-e":
		return "cloud.adc-e.uk"
	case "aws-iso-f":
		return "csp.hci.ic.gov"
	case "aws-eusc":
		return "amazonaws.eu"
	}
	return "amazonaws.com"
}
