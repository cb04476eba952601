package controlplane

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiserverv1 "k8s.io/apiserver/pkg/apis/apiserver/v1"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

// policyFiles are the configuration files that kube-apiserver takes instead of flags.
type policyFiles struct {
	authentication, authorization, audit string
}

// writePolicies writes the files under the run folder.
func writePolicies(cfg *contract.Config) (policyFiles, error) {
	files := policyFiles{
		authentication: filepath.Join(cfg.RunDir, "authentication.json"),
		authorization:  filepath.Join(cfg.RunDir, "authorization.json"),
		audit:          filepath.Join(cfg.RunDir, "audit-policy.json"),
	}
	documents := []struct {
		path    string
		content any
	}{
		{files.authentication, authentication()},
		{files.authorization, authorization(cfg.Webhooks)},
		{files.audit, auditPolicy()},
	}
	for _, d := range documents {
		data, err := json.MarshalIndent(d.content, "", "  ")
		if err != nil {
			return policyFiles{}, fmt.Errorf("%s: %w", d.path, err)
		}
		if err := os.WriteFile(d.path, data, 0o600); err != nil {
			return policyFiles{}, err
		}
	}
	return files, nil
}

// authentication lets a caller without credentials see the health endpoints and nothing else, as EKS does since
// Kubernetes 1.32 (EKS user guide, "Kubernetes versions": anonymous authentication is restricted to these paths).
func authentication() *apiserverv1.AuthenticationConfiguration {
	return &apiserverv1.AuthenticationConfiguration{
		TypeMeta: metav1.TypeMeta{APIVersion: apiserverv1.SchemeGroupVersion.String(), Kind: "AuthenticationConfiguration"},
		JWT:      []apiserverv1.JWTAuthenticator{},
		Anonymous: &apiserverv1.AnonymousAuthConfig{
			Enabled:    true,
			Conditions: []apiserverv1.AnonymousAuthCondition{{Path: "/healthz"}, {Path: "/livez"}, {Path: "/readyz"}},
		},
	}
}

// accessReviewTimeout bounds how long a request waits for the webhook before RBAC alone decides.
const accessReviewTimeout = 3 * time.Second

// onlyAWSIdentities is the CEL condition under which the webhook is asked. It can only ever say yes to a principal that
// an access entry knows; controllers, nodes and service accounts should not pay for the question. It also keeps
// impersonation out: the impersonated user has no such key, and a key set through an Impersonate-Extra- header arrives
// in lower case, so it cannot be forged (facts: eks-access-semantics.md §6, "With impersonation").
const onlyAWSIdentities = `has(request.extra) && '` + contract.PrincipalIDKey + `' in request.extra`

// authorization asks in EKS's order: Node, webhook, RBAC (facts: eks-access-semantics.md §6). None of them denies; a
// request that nobody allows is forbidden.
func authorization(webhooks *contract.Webhooks) *apiserverv1.AuthorizationConfiguration {
	chain := []apiserverv1.AuthorizerConfiguration{{Type: "Node", Name: "node"}}
	if webhooks != nil {
		// Decisions are not kept, so that a changed association counts from the next request on. The durations have no
		// meaning then, but may not be zero.
		keep := false
		chain = append(chain, apiserverv1.AuthorizerConfiguration{
			Type: string(apiserverv1.TypeWebhook),
			Name: "eks-access-policies",
			Webhook: &apiserverv1.WebhookConfiguration{
				AuthorizedTTL:                            metav1.Duration{Duration: time.Second},
				CacheAuthorizedRequests:                  &keep,
				UnauthorizedTTL:                          metav1.Duration{Duration: time.Second},
				CacheUnauthorizedRequests:                &keep,
				Timeout:                                  metav1.Duration{Duration: accessReviewTimeout},
				SubjectAccessReviewVersion:               "v1",
				MatchConditionSubjectAccessReviewVersion: "v1",
				FailurePolicy:                            apiserverv1.FailurePolicyNoOpinion,
				ConnectionInfo: apiserverv1.WebhookConnectionInfo{
					Type:           apiserverv1.AuthorizationWebhookConnectionInfoTypeKubeConfigFile,
					KubeConfigFile: &webhooks.AccessReviewKubeconfig,
				},
				MatchConditions: []apiserverv1.WebhookMatchCondition{{Expression: onlyAWSIdentities}},
			},
		})
	}
	chain = append(chain, apiserverv1.AuthorizerConfiguration{Type: "RBAC", Name: "rbac"})
	return &apiserverv1.AuthorizationConfiguration{
		TypeMeta:    metav1.TypeMeta{APIVersion: apiserverv1.SchemeGroupVersion.String(), Kind: "AuthorizationConfiguration"},
		Authorizers: chain,
	}
}

// auditPolicy records who did what to which object, without bodies, once per request.
func auditPolicy() *auditv1.Policy {
	return &auditv1.Policy{
		TypeMeta:   metav1.TypeMeta{APIVersion: auditv1.SchemeGroupVersion.String(), Kind: "Policy"},
		OmitStages: []auditv1.Stage{auditv1.StageRequestReceived},
		Rules:      []auditv1.PolicyRule{{Level: auditv1.LevelMetadata}},
	}
}
