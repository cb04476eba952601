// Package catalog is what AWS publishes about its services, as data: the actions of each service with their resource
// types and condition keys (the Service Authorization Reference) and the AWS managed policies around EKS.
//
// The two embedded files are made by internal/tools/gencatalog from published facts; nothing here is computed.
package catalog
