package authz

import "strings"

// rcpServices are the services whose resources resource control policies cover, by action prefix. Source:
// organizations orgs_manage_policies_rcps, list of services.
var rcpServices = map[string]bool{
	"aoss": true, "appconfig": true, "appstream": true, "autoscaling": true, "codebuild": true, "codecommit": true,
	"cognito-identity": true, "cognito-idp": true, "comprehend": true, "comprehendmedical": true, "dax": true,
	"dynamodb": true, "ecr": true, "health": true, "kinesisvideo": true, "kms": true, "logs": true, "s3": true,
	"secretsmanager": true, "signin": true, "sqs": true, "sts": true, "support": true, "textract": true,
	"transcribe": true, "translate": true,
}

// underRCP tells whether RCPs are evaluated: for actions of those services that work on a resource, but for
// kms:RetireGrant.
func underRCP(action, resource string) bool {
	prefix, _, _ := strings.Cut(action, ":")
	return resource != "*" && rcpServices[strings.ToLower(prefix)] && !strings.EqualFold(action, "kms:RetireGrant")
}
