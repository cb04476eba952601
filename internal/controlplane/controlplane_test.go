package controlplane_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	authnv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/fleet"
	"github.com/airside-dev/airside/internal/pki"
)

const (
	devToken = "k8s-aws-v1.dev"
	devARN   = "arn:aws:sts::111122223333:assumed-role/dev/alice"
)

// dev is how the authenticator describes a role session (facts: eks-authentication.md §6, §7).
func dev() authnv1.UserInfo {
	const principal = "AROAEXAMPLEEXAMPLE123"
	return authnv1.UserInfo{
		Username: devARN,
		UID:      "aws-iam-authenticator:111122223333:" + principal,
		Extra: map[string]authnv1.ExtraValue{
			"arn":                   {devARN},
			"principalId":           {principal},
			contract.PrincipalIDKey: {principal},
		},
	}
}

// cluster is a running control plane.
type cluster struct {
	spec   fleet.Spec
	id     *identities
	admin  kubernetes.Interface
	states <-chan fleet.State
	// command is the process that was started last.
	command atomic.Pointer[exec.Cmd]
}

// startCluster waits until a cluster is ready, whose specification edit has had a look at. It ends with the test.
func startCluster(t *testing.T, edit func(*fleet.Spec)) *cluster {
	t.Helper()
	c := &cluster{id: startIdentities(t)}
	c.spec = newSpec(t, startEtcd(t), c.id)
	edit(&c.spec)

	states := make(chan fleet.State, 16)
	c.states = states
	command := childCommand(t)
	f, err := fleet.New(fleet.Options{
		Command: func(configPath string) *exec.Cmd {
			cmd := command(configPath)
			c.command.Store(cmd)
			return cmd
		},
		OnState: func(_ string, state fleet.State, err error) {
			t.Logf("%s: %s %v", time.Now().Format("05.000"), state, err)
			states <- state
		},
		Restart: fleet.Restart{Min: time.Second, Max: time.Second, GiveUp: 2, ReadyTimeout: time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		f.Close(ctx)
		if ctx.Err() != nil {
			t.Error("the control plane had to be killed")
		}
		if t.Failed() {
			logTail(t, fleet.LogFile(c.spec))
		}
	})
	if err := f.Start(c.spec); err != nil {
		t.Fatal(err)
	}
	c.expect(t, fleet.Starting, fleet.Ready)
	config, err := clientcmd.BuildConfigFromFlags("", fleet.AdminKubeconfig(c.spec))
	if err != nil {
		t.Fatal(err)
	}
	c.admin = kubernetes.NewForConfigOrDie(config)
	return c
}

// expect fails unless the next changes of state are these.
func (c *cluster) expect(t *testing.T, states ...fleet.State) {
	t.Helper()
	for _, want := range states {
		if got := <-c.states; got != want {
			t.Fatalf("the cluster is %s, not %s", got, want)
		}
	}
}

func logTail(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Log(err)
		return
	}
	t.Logf("%s", data[max(0, len(data)-8<<10):])
}

// config is how somebody with a token reaches the cluster; an empty token is nobody.
func (c *cluster) config(token string) *rest.Config {
	return &rest.Config{
		Host:            fmt.Sprintf("https://127.0.0.1:%d", c.spec.Port),
		BearerToken:     token,
		TLSClientConfig: rest.TLSClientConfig{CAData: c.spec.CA.Cert},
	}
}

func (c *cluster) client(token string) kubernetes.Interface {
	return kubernetes.NewForConfigOrDie(c.config(token))
}

// eventually waits until check is true.
func eventually(t *testing.T, what string, check func(context.Context) (bool, error)) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 20*time.Second, true, check)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// TestControlPlane starts one cluster, since starting is the expensive part, and looks at it from all sides.
func TestControlPlane(t *testing.T) {
	c := startCluster(t, func(spec *fleet.Spec) { spec.Audit = true })
	c.id.know(devToken, dev())
	c.id.allow("namespaces", true)

	t.Run("identity", c.testIdentity)
	t.Run("access", c.testAccess)
	t.Run("impersonation", c.testImpersonation)
	t.Run("version", c.testVersion)
	t.Run("nobody", c.testNobody)
	t.Run("service account token", c.testServiceAccountToken)
	t.Run("node", c.testNode)
	t.Run("workload", c.testWorkload)
	t.Run("audit", c.testAudit)
	t.Run("only AWS identities are asked about", func(t *testing.T) {
		questions := c.id.questions()
		if len(questions) == 0 {
			t.Error("the webhook was never asked")
		}
		for _, q := range questions {
			if _, ok := q.Extra[contract.PrincipalIDKey]; !ok {
				t.Errorf("the webhook was asked about %s", q.User)
			}
		}
	})
	t.Run("restart", c.testRestart)

	// The cluster is stopped while somebody watches.
	if _, err := c.client(devToken).CoreV1().Namespaces().Watch(context.Background(), metav1.ListOptions{}); err != nil {
		t.Error(err)
	}
}

// TestOlderVersion: a cluster can be one of the versions before the one that is linked, and then lacks what came later.
func TestOlderVersion(t *testing.T) {
	c := startCluster(t, func(spec *fleet.Spec) { spec.KubernetesVersion = "v1.34.9-eks-0123abc" })
	version, err := c.admin.Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if version.GitVersion != c.spec.KubernetesVersion || version.Minor != "34" || version.EmulationMinor != "34" {
		t.Errorf("version = %+v", version)
	}
}

func (c *cluster) testIdentity(t *testing.T) {
	list := func(token string) error {
		_, err := c.client(token).CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
		return err
	}
	if err := list(devToken); err != nil {
		t.Errorf("a known token: %v", err)
	}
	if err := list("k8s-aws-v1.other"); !apierrors.IsUnauthorized(err) {
		t.Errorf("an unknown token: err = %v, want Unauthorized", err)
	}
	// A verdict is not remembered.
	c.id.forget(devToken)
	if err := list(devToken); !apierrors.IsUnauthorized(err) {
		t.Errorf("a forgotten token: err = %v, want Unauthorized", err)
	}
	c.id.know(devToken, dev())
	if err := list(devToken); err != nil {
		t.Errorf("a token that is known again: %v", err)
	}
}

func (c *cluster) testAccess(t *testing.T) {
	client := c.client(devToken)
	list := func() error {
		_, err := client.CoreV1().Pods("kube-system").List(t.Context(), metav1.ListOptions{})
		return err
	}
	err := list()
	if !apierrors.IsForbidden(err) {
		t.Fatalf("err = %v, want Forbidden", err)
	}
	want := `pods is forbidden: User "` + devARN + `" cannot list resource "pods" in API group "" in the namespace "kube-system"`
	if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("message = %s\nwant      %s", err, want)
	}
	c.id.allow("pods", true)
	if err := list(); err != nil {
		t.Errorf("after the webhook allows: %v", err)
	}
	c.id.allow("pods", false)
	if err := list(); !apierrors.IsForbidden(err) {
		t.Errorf("after the webhook no longer allows: err = %v, want Forbidden", err)
	}
}

// testImpersonation: what the webhook grants to the real caller does not pass to the user it impersonates, nor can an
// extra be passed off as the authenticator's.
func (c *cluster) testImpersonation(t *testing.T) {
	c.id.allow("users", true)
	c.id.allow("userextras", true)
	before := len(c.id.questions())
	config := c.config(devToken)
	config.Impersonate = rest.ImpersonationConfig{
		UserName: "bob",
		Extra:    map[string][]string{contract.PrincipalIDKey: {"AROAEXAMPLEEXAMPLE123"}},
	}
	_, err := kubernetes.NewForConfigOrDie(config).CoreV1().Namespaces().List(t.Context(), metav1.ListOptions{})
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `User "bob" cannot list`) {
		t.Errorf("err = %v, want bob to be forbidden to list", err)
	}
	if len(c.id.questions()) == before {
		t.Error("the right to impersonate was not asked for")
	}
}

func (c *cluster) testVersion(t *testing.T) {
	version, err := c.admin.Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if version.GitVersion != c.spec.KubernetesVersion || version.Major != "1" || version.Minor != "36" {
		t.Errorf("version = %+v", version)
	}
}

// testNobody: without credentials there are the health endpoints and nothing else.
func (c *cluster) testNobody(t *testing.T) {
	raw := c.client("").Discovery().RESTClient()
	for _, path := range []string{"/healthz", "/livez", "/readyz"} {
		if err := raw.Get().AbsPath(path).Do(t.Context()).Error(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range []string{"/version", "/api", "/.well-known/openid-configuration"} {
		if err := raw.Get().AbsPath(path).Do(t.Context()).Error(); !apierrors.IsUnauthorized(err) {
			t.Errorf("%s: err = %v, want Unauthorized", path, err)
		}
	}
}

func (c *cluster) testServiceAccountToken(t *testing.T) {
	ctx := t.Context()
	seconds := int64(48 * 3600)
	request, err := c.admin.CoreV1().ServiceAccounts("default").CreateToken(ctx, "default",
		&authnv1.TokenRequest{Spec: authnv1.TokenRequestSpec{ExpirationSeconds: &seconds}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(request.Status.ExpirationTimestamp.Time); left > 24*time.Hour+time.Minute {
		t.Errorf("token lasts %s", left)
	}
	if got := request.Spec.Audiences; len(got) != 1 || got[0] != "https://kubernetes.default.svc" {
		t.Errorf("audiences = %q", got)
	}
	key, err := pki.ParseServiceAccountKey(c.spec.ServiceAccountKey)
	if err != nil {
		t.Fatal(err)
	}
	claims := verifiedClaims(t, request.Status.Token, &key.PublicKey)
	if claims["iss"] != c.spec.Issuer || claims["sub"] != "system:serviceaccount:default:default" {
		t.Errorf("claims = %v", claims)
	}
	self, err := c.client(request.Status.Token).AuthenticationV1().SelfSubjectReviews().Create(ctx, &authnv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := self.Status.UserInfo.Username; got != "system:serviceaccount:default:default" {
		t.Errorf("token belongs to %s", got)
	}
	discovery, err := c.admin.Discovery().RESTClient().Get().AbsPath("/.well-known/openid-configuration").DoRaw(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"jwks_uri":"` + c.spec.Issuer + `/keys"`; !strings.Contains(string(discovery), want) {
		t.Errorf("discovery = %s, want %s", discovery, want)
	}
}

// testNode: a kubelet that comes with an AWS token is one to the Node authorizer and to NodeRestriction.
func (c *cluster) testNode(t *testing.T) {
	ctx := t.Context()
	const token, name = "k8s-aws-v1.node", "ip-10-0-3-20.eu-west-1.compute.internal"
	user := dev()
	user.Username, user.Groups = "system:node:"+name, []string{"system:bootstrappers", "system:nodes"}
	c.id.know(token, user)
	nodes := c.client(token).CoreV1().Nodes()
	if _, err := nodes.Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
		t.Errorf("its own node: %v", err)
	}
	_, err := nodes.Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "other"}}, metav1.CreateOptions{})
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "is not allowed to modify node") {
		t.Errorf("another node: err = %v, want NodeRestriction's", err)
	}
	if err := c.admin.CoreV1().Nodes().Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
		t.Error(err)
	}
}

// testAudit: the log says who asked for what, and what was decided.
func (c *cluster) testAudit(t *testing.T) {
	data, err := os.ReadFile(fleet.AuditLogFile(c.spec))
	if err != nil {
		t.Fatal(err)
	}
	decisions := map[string]bool{}
	for line := range bytes.Lines(data) {
		var event auditv1.Event
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatal(err)
		}
		if event.User.Username == devARN && event.ObjectRef != nil && event.ObjectRef.Resource == "pods" {
			decisions[event.Annotations["authorization.k8s.io/decision"]] = true
		}
	}
	if !decisions["allow"] || !decisions["forbid"] {
		t.Errorf("decisions in the log: %v", decisions)
	}
}

// testRestart kills the process, and finds the cluster as it was.
func (c *cluster) testRestart(t *testing.T) {
	if err := c.command.Load().Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.expect(t, fleet.Restarting, fleet.Ready)
	if _, err := c.client(devToken).CoreV1().Namespaces().Get(t.Context(), "kube-system", metav1.GetOptions{}); err != nil {
		t.Error(err)
	}
}

// testWorkload follows a deployment from its creation to the deletion of its namespace, through five controllers and
// the scheduler.
func (c *cluster) testWorkload(t *testing.T) {
	ctx := t.Context()
	const ns = "work"
	if _, err := c.admin.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{"app": "web"}
	replicas := int32(2)
	deployment := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web"}}},
			},
		},
	}
	if _, err := c.admin.AppsV1().Deployments(ns).Create(ctx, deployment, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a replica set", func(ctx context.Context) (bool, error) {
		sets, err := c.admin.AppsV1().ReplicaSets(ns).List(ctx, metav1.ListOptions{LabelSelector: "app=web"})
		return err == nil && len(sets.Items) == 1, err
	})
	eventually(t, "two pods that the scheduler has looked at", func(ctx context.Context) (bool, error) {
		pods, err := c.admin.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{LabelSelector: "app=web"})
		if err != nil || len(pods.Items) != 2 {
			return false, err
		}
		for _, pod := range pods.Items {
			if !unschedulable(pod) {
				return false, nil
			}
		}
		return true, nil
	})
	if err := c.admin.CoreV1().Namespaces().Delete(ctx, ns, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the namespace to be gone", func(ctx context.Context) (bool, error) {
		_, err := c.admin.CoreV1().Namespaces().Get(ctx, ns, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

// unschedulable: there are no nodes in this cluster.
func unschedulable(pod corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled {
			return condition.Status == corev1.ConditionFalse && condition.Reason == corev1.PodReasonUnschedulable
		}
	}
	return false
}
