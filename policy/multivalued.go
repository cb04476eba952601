package policy

import "strings"

// multivaluedKeys are the condition keys that may hold several values in one request, in lower case. Source: the pages
// reference_policies_condition-keys (global keys) and the condition key types ArrayOfString and ArrayOfARN of the
// Service Authorization Reference.
var multivaluedKeys = map[string]bool{
	"aws:calledvia":                        true,
	"aws:principalorgpaths":                true,
	"aws:principalservicenameslist":        true,
	"aws:resourceorgpaths":                 true,
	"aws:sourceorgpaths":                   true,
	"aws:tagkeys":                          true,
	"aws:vpceorgpaths":                     true,
	"ec2:fistargetarns":                    true,
	"ec2:ikeversions":                      true,
	"ec2:phase1dhgroup":                    true,
	"ec2:phase1encryptionalgorithms":       true,
	"ec2:phase1integrityalgorithms":        true,
	"ec2:phase2dhgroup":                    true,
	"ec2:phase2encryptionalgorithms":       true,
	"ec2:phase2integrityalgorithms":        true,
	"ec2:vpceprivatednsspecifieddomains":   true,
	"eks:encryptionconfigproviderkeyarns":  true,
	"eks:kubernetesgroups":                 true,
	"eks:namespaces":                       true,
	"iam:accountpropertynamespaces":        true,
	"kms:encryptioncontextkeys":            true,
	"kms:grantoperations":                  true,
	"kms:resourcealiases":                  true,
	"s3:inventoryaccessibleoptionalfields": true,
	"s3:requestobjecttagkeys":              true,
	"saml:cn":                              true,
	"saml:eduorghomepageuri":               true,
	"saml:eduorgidentityauthnpolicyuri":    true,
	"saml:eduorglegalname":                 true,
	"saml:eduorgsuperioruri":               true,
	"saml:eduorgwhitepagesuri":             true,
	"saml:edupersonaffiliation":            true,
	"saml:edupersonassurance":              true,
	"saml:edupersonentitlement":            true,
	"saml:edupersonnickname":               true,
	"saml:edupersonorgunitdn":              true,
	"saml:edupersonscopedaffiliation":      true,
	"saml:edupersontargetedid":             true,
	"ssm:documentcategories":               true,
	"ssm:documentversion":                  true,
	"ssm:inventorytypename":                true,
	"sts:identitytokenaudience":            true,
	"sts:requestcontextproviders":          true,
	"sts:transitivetagkeys":                true,
}

// Multivalued tells whether a condition key, in any case, may hold several values, and so needs ForAllValues or
// ForAnyValue. The amr claim of an OIDC provider is such a key: it begins with the provider's host, so that no table can
// hold it.
func Multivalued(key string) bool {
	key = strings.ToLower(key)
	return multivaluedKeys[key] || strings.HasSuffix(key, ":amr")
}
