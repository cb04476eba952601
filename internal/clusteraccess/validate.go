package clusteraccess

import (
	"strings"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/awserr"
)

// The functions of this file are the rules of the access entry API that need nothing but the request, and for some the
// entry that it names. Every error is an *awserr.Error. Those called Check… come before the cluster is looked up, those
// called Check…Of after the entry was found: that order was measured (facts/eks-access-semantics.md section 5). Where a
// message was not found in public, its comment says so and the words are Airside's.

// EntryRequest is what CreateAccessEntry and UpdateAccessEntry ask for.
type EntryRequest struct {
	ClusterAccount string // the caller's account, which is the cluster's
	PrincipalARN   string
	Type           EntryType // create only; empty: STANDARD
	Username       string    // empty: not given
	Groups         []string  // nil: not given
}

// nodeTypesText is the list that EKS prints in the rules for node types. HYPERPOD_LINUX, a later type, is not in it.
const nodeTypesText = "[EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, HYBRID_LINUX, EC2]"

func invalidParameter(format string, args ...any) error {
	return awserr.New("InvalidParameterException", format, args...)
}

// CheckCreateEntry checks a CreateAccessEntry before the cluster is looked up. Whether the principal exists, and whether
// it has an entry already, is for who knows the accounts and the entries.
func CheckCreateEntry(r EntryRequest) error {
	principal, err := checkPrincipalARN(r.PrincipalARN)
	if err != nil {
		return err
	}
	t := r.Type
	if t == "" {
		t = Standard
	}
	if !t.Known() {
		// Message not found in public.
		return invalidParameter("The specified type is invalid: %q is not one of %v", string(t), entryTypes)
	}
	if err := checkNames(r); err != nil {
		return err
	}
	if err := checkServiceLinked(principal); err != nil {
		return err
	}
	if !t.Node() {
		return nil
	}
	switch {
	case principal.Account != r.ClusterAccount:
		return invalidParameter("AccessEntry principalArn must be from the same account as the cluster when using types %s", nodeTypesText)
	case principal.Type() != "role":
		return invalidParameter("AccessEntry principalArn must be IAM role when using types %s", nodeTypesText)
	case len(r.Groups) > 0:
		return invalidParameter("The specified kubernetesGroups is invalid: setting kubernetesGroups is not allowed when the type is %q", string(t))
	case r.Username != "":
		return invalidParameter("The specified username is invalid: setting username is not allowed when the type is %q", string(t))
	}
	return nil
}

// CheckUpdateEntry checks an UpdateAccessEntry before the cluster is looked up.
func CheckUpdateEntry(r EntryRequest) error {
	principal, err := checkPrincipalARN(r.PrincipalARN)
	if err != nil {
		return err
	}
	if err := checkNames(r); err != nil {
		return err
	}
	return checkServiceLinked(principal)
}

// CheckUpdateOf checks an UpdateAccessEntry against the type of the entry that it found.
func CheckUpdateOf(t EntryType) error {
	if t.Node() {
		return notStandard()
	}
	return nil
}

func notStandard() error {
	return invalidParameter("This operation can only be performed on Access Entries with a type of \"STANDARD\"")
}

// checkPrincipalARN wants the ARN of an IAM role, an IAM user or an account's root.
func checkPrincipalARN(s string) (arn.ARN, error) {
	a, err := arn.Parse(s)
	ok := err == nil && knownPartition(a.Partition) && a.Service == "iam" && a.Region == "" && isAccountID(a.Account)
	if ok {
		switch kind, rest, _ := strings.Cut(a.Resource, "/"); kind {
		case "role", "user":
			ok = rest != "" && !strings.HasSuffix(rest, "/")
		default:
			ok = a.Resource == "root"
		}
	}
	if !ok {
		return arn.ARN{}, invalidParameter("The principalArn parameter format is not valid")
	}
	return a, nil
}

// ServiceLinked tells whether an IAM ARN is that of a service-linked role, which its path alone says.
func ServiceLinked(principalARN string) bool {
	a, err := arn.Parse(principalARN)
	return err == nil && a.Service == "iam" && strings.HasPrefix(a.Resource, "role/aws-service-role/")
}

func checkServiceLinked(principal arn.ARN) error {
	if ServiceLinked(principal.String()) {
		return invalidParameter("The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role")
	}
	return nil
}

// checkNames checks the username and the groups that a caller chose.
func checkNames(r EntryRequest) error {
	if p := reservedPrefix(r.Username); p != "" {
		return invalidParameter("The username must not begin with %s", p)
	}
	for _, template := range []string{"{{SessionName}}", "{{SessionNameRaw}}"} {
		if before, _, ok := strings.Cut(r.Username, template); ok && !strings.Contains(before, ":") {
			// Message not found in public; the rule is the user guide's.
			return invalidParameter("The username must contain a colon before %s", template)
		}
	}
	for _, g := range r.Groups {
		if p := reservedPrefix(g); p != "" {
			return invalidParameter("The kubernetes group name %s is invalid, it cannot start with %s", g, p)
		}
	}
	return nil
}

// CheckAssociate checks an AssociateAccessPolicy before the cluster is looked up.
func CheckAssociate(principalARN string, a Association) error {
	principal, err := checkPrincipalARN(principalARN)
	if err != nil {
		return err
	}
	// An ARN of EKS that is malformed further on is "not found" instead, as two reports of real calls show.
	if p, err := arn.Parse(a.PolicyARN); err != nil && !looksLikeEKS(a.PolicyARN) || err == nil && p.Service != "eks" {
		return invalidParameter("The policyArn parameter format is not valid")
	}
	switch {
	case a.Scope == NamespaceScope && len(a.Namespaces) == 0:
		return invalidParameter("At least 1 namespace must be provided if the type is set as namespace")
	case a.Scope == ClusterScope && len(a.Namespaces) > 0:
		return invalidParameter("accessScope should not include namespaces if the type is not set as namespace")
	case a.Scope != ClusterScope && a.Scope != NamespaceScope:
		// Message not found in public. The service model has the enum, so a caller of the API meets that first.
		return invalidParameter("The specified accessScope type is invalid: %q is not one of [cluster, namespace]", string(a.Scope))
	}
	return checkServiceLinked(principal)
}

// looksLikeEKS tells whether a text that is not an ARN names EKS where an ARN names its service.
func looksLikeEKS(s string) bool {
	p := strings.SplitN(s, ":", 4)
	return len(p) == 4 && p[0] == "arn" && p[2] == "eks"
}

// CheckAssociateOf checks an AssociateAccessPolicy against the entry that it found: the policy must exist in the
// partition, must not be reserved for service-linked roles, and the entry must be of a type that takes policies.
func CheckAssociateOf(e *Entry, policyARN, partition string) error {
	p, ok := PolicyByARN(policyARN, partition)
	switch {
	case !ok:
		return awserr.New("ResourceNotFoundException", "The specified policyArn could not be found.")
	case p.ServiceLinkedRoleOnly && !ServiceLinked(e.PrincipalARN):
		return invalidParameter("The specified policyArn can only be associated with service-linked roles")
	case e.Type == EC2 && p.Name == autoNodePolicy:
		return nil
	case e.Type.Node():
		return notStandard()
	}
	return nil
}

// autoNodePolicy is the one access policy that an entry of a node type takes: that of Auto Mode, on type EC2.
const autoNodePolicy = "AmazonEKSAutoNodePolicy"

// isAccountID tells whether s is 12 digits.
func isAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
