package clusteraccess

import (
	"strings"
	"testing"

	"github.com/airside-dev/airside/policy/trace"
)

func assoc(policy string, namespaces ...string) Association {
	a := Association{PolicyARN: "arn:aws:eks::aws:cluster-access-policy/" + policy, Scope: ClusterScope}
	if len(namespaces) > 0 {
		a.Scope, a.Namespaces = NamespaceScope, namespaces
	}
	return a
}

// ask is a question in short; a resource that begins with a slash is a path.
func ask(verb, resource, group, namespace string) Attributes {
	if strings.HasPrefix(resource, "/") {
		return Attributes{Verb: verb, Path: resource}
	}
	r, sub, _ := strings.Cut(resource, "/")
	return Attributes{Verb: verb, ResourceRequest: true, Group: group, Resource: r, Subresource: sub, Namespace: namespace}
}

func TestAuthorize(t *testing.T) {
	view := []Association{assoc("AmazonEKSViewPolicy", "dev", "staging")}
	one := func(policy string, namespaces ...string) []Association {
		return []Association{assoc(policy, namespaces...)}
	}
	tests := []struct {
		name   string
		assocs []Association
		attrs  Attributes
		want   bool
	}{
		{"view: pods in dev", view, ask("get", "pods", "", "dev"), true},
		{"view: list pods in staging", view, ask("list", "pods", "", "staging"), true},
		{"view: logs in dev", view, ask("get", "pods/log", "", "dev"), true},
		{"view: the subresource named in the resource", view, Attributes{Verb: "get", ResourceRequest: true, Resource: "pods/log", Namespace: "dev"}, true},
		{"view: no secrets", view, ask("get", "secrets", "", "dev"), false},
		{"view: no exec", view, ask("create", "pods/exec", "", "dev"), false},
		{"view: read deployments", view, ask("watch", "deployments", "apps", "dev"), true},
		{"view: create no deployments", view, ask("create", "deployments", "apps", "dev"), false},
		{"view: deployments are not in the core group", view, ask("get", "deployments", "", "dev"), false},
		{"view: not in production", view, ask("get", "pods", "", "production"), false},
		{"view: not in all namespaces", view, ask("list", "pods", "", ""), false},
		{"view: no nodes", view, ask("list", "nodes", "", ""), false},
		{"view: no custom resources", view, ask("get", "widgets", "example.com", "dev"), false},
		{"view: the namespace itself", view, ask("get", "namespaces", "", "dev"), true},
		{"view: no list of namespaces", view, ask("list", "namespaces", "", ""), false},
		{"view: no paths", view, ask("get", "/version", "", ""), false},
		{"view: the verb *", view, ask("*", "pods", "", "dev"), false},
		{"view everywhere: list all pods", one("AmazonEKSViewPolicy"), ask("list", "pods", "", ""), true},
		{"view everywhere: nodes are not in it", one("AmazonEKSViewPolicy"), ask("list", "nodes", "", ""), false},

		{"wildcard", one("AmazonEKSViewPolicy", "dev-*"), ask("get", "pods", "", "dev-a"), true},
		{"wildcard: not the bare prefix", one("AmazonEKSViewPolicy", "dev-*"), ask("get", "pods", "", "dev"), false},
		{"wildcard: not the cluster scope", one("AmazonEKSViewPolicy", "*"), ask("list", "pods", "", ""), false},

		{"cluster admin: anything", one("AmazonEKSClusterAdminPolicy"), ask("mangle", "widgets/spec", "example.com", ""), true},
		{"cluster admin: all of it", one("AmazonEKSClusterAdminPolicy"), ask("*", "*", "*", ""), true},
		{"cluster admin: paths", one("AmazonEKSClusterAdminPolicy"), ask("get", "/metrics", "", ""), true},
		{"cluster admin in a namespace", one("AmazonEKSClusterAdminPolicy", "dev"), ask("delete", "widgets", "example.com", "dev"), true},
		{"cluster admin in a namespace: no paths", one("AmazonEKSClusterAdminPolicy", "dev"), ask("get", "/metrics", "", ""), false},
		{"cluster admin in a namespace: no nodes", one("AmazonEKSClusterAdminPolicy", "dev"), ask("get", "nodes", "", ""), false},

		{"admin view: secrets", one("AmazonEKSAdminViewPolicy"), ask("get", "secrets", "", "x"), true},
		{"admin view: custom resources", one("AmazonEKSAdminViewPolicy"), ask("list", "widgets", "example.com", ""), true},
		{"admin view: no paths", one("AmazonEKSAdminViewPolicy"), ask("get", "/metrics", "", ""), false},
		{"edit: secrets", one("AmazonEKSEditPolicy", "dev"), ask("create", "secrets", "", "dev"), true},
		{"edit: impersonate service accounts", one("AmazonEKSEditPolicy", "dev"), ask("impersonate", "serviceaccounts", "", "dev"), true},
		{"edit: no roles", one("AmazonEKSEditPolicy", "dev"), ask("create", "rolebindings", "rbac.authorization.k8s.io", "dev"), false},
		{"admin: roles", one("AmazonEKSAdminPolicy", "dev"), ask("create", "rolebindings", "rbac.authorization.k8s.io", "dev"), true},

		{"*/scale", one("AmazonARCRegionSwitchScalingPolicy"), ask("get", "widgets/scale", "example.com", "x"), true},
		{"*/scale is not the resource", one("AmazonARCRegionSwitchScalingPolicy"), ask("get", "widgets", "example.com", "x"), false},
		{"path with a tail", one("AmazonEKSArgoCDClusterPolicy"), ask("get", "/apis/apps/v1", "", ""), true},
		{"path without one", one("AmazonEKSArgoCDClusterPolicy"), ask("get", "/apisix", "", ""), false},
		{"path with another verb", one("AmazonEKSArgoCDClusterPolicy"), ask("post", "/apis", "", ""), false},

		{"restricted rule grants nothing", one("AmazonEKSACKPolicy"), ask("delete", "leases", "coordination.k8s.io", "x"), false},
		{"unpublished rules grant nothing", one("AmazonEKSEventPolicy"), ask("create", "events", "", "x"), false},
		{"unknown policy", one("AmazonEKSNoSuchPolicy"), ask("get", "pods", "", "x"), false},
		{"unknown scope", []Association{{PolicyARN: assoc("AmazonEKSViewPolicy").PolicyARN, Scope: "galaxy"}}, ask("get", "pods", "", "x"), false},
		{"nothing associated", nil, ask("get", "pods", "", "x"), false},
		{"union", append(one("AmazonEKSEditPolicy", "dev"), view...), ask("get", "pods", "", "staging"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fast := Authorize("AROADEV", account+"role/dev", tt.assocs, tt.attrs, nil)
			root := &trace.Step{Kind: trace.Decision}
			slow := Authorize("AROADEV", account+"role/dev", tt.assocs, tt.attrs, root)
			if fast.Allowed != tt.want {
				t.Errorf("%s: allowed = %v", tt.attrs, fast.Allowed)
			}
			if fast != slow {
				t.Errorf("the trace changes the verdict: %+v and %+v", fast, slow)
			}
			if (fast.Reason != "") != fast.Allowed || (root.Outcome == trace.Allow) != fast.Allowed {
				t.Errorf("reason %q, trace %s", fast.Reason, root.Outcome)
			}
		})
	}
}

// The text for a cluster scope is that of facts/eks-authentication.md section 7.
func TestReason(t *testing.T) {
	attrs := ask("get", "pods", "", "dev")
	const arn, policy = account + "role/dev", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
	for scope, want := range map[Scope]string{
		ClusterScope:   `EKS Access Policy: allowed by ClusterRoleBinding "` + arn + `+` + policy + `" of ClusterRole "` + policy + `" to User "AROADEV"`,
		NamespaceScope: `EKS Access Policy: allowed by RoleBinding "` + arn + `+` + policy + `/dev" of ClusterRole "` + policy + `" to User "AROADEV"`,
	} {
		got := Authorize("AROADEV", arn, []Association{{PolicyARN: policy, Scope: scope, Namespaces: []string{"d*"}}}, attrs, nil)
		if got.Reason != want || got.PolicyARN != policy || got.Scope != scope {
			t.Errorf("got  %+v\nwant %s", got, want)
		}
	}
}

// A denial says for each association what stood in the way.
func TestExplainDenial(t *testing.T) {
	tests := []struct {
		name    string
		assoc   Association
		attrs   Attributes
		rule    string // subject of the nearest rule's step; empty: none is shown
		details string // of the policy and the rule, somewhere
	}{
		{"scope", assoc("AmazonEKSViewPolicy", "dev"), ask("get", "pods", "", "production"), "rule 8", "does not reach that far"},
		{"cluster scope", assoc("AmazonEKSViewPolicy", "dev"), ask("list", "pods", "", ""), "rule 8", "at the cluster scope"},
		{"verb", assoc("AmazonEKSViewPolicy", "dev"), ask("create", "deployments", "apps", "dev"), "rule 1", "does not have the verb create"},
		{"group", assoc("AmazonEKSViewPolicy", "dev"), ask("get", "deployments", "", "dev"), "rule 1", "in another API group"},
		{"resource", assoc("AmazonEKSViewPolicy", "dev"), ask("get", "secrets", "", "dev"), "rule 8", "no rule of the policy is about secrets in the core API group"},
		{"nothing near", assoc("AmazonEKSViewPolicy", "dev"), ask("get", "widgets", "example.com", "dev"), "", "no rule of the policy is about widgets in API group example.com"},
		{"restricted", assoc("AmazonEKSACKPolicy"), ask("delete", "leases", "coordination.k8s.io", "x"), "rule 4", "specific ACK service controller leases only"},
		{"unpublished", assoc("AmazonEKSEventPolicy"), ask("create", "events", "", "x"), "", "does not publish the rules"},
		{"unknown", assoc("AmazonEKSNoSuchPolicy"), ask("get", "pods", "", "x"), "", "no such access policy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := &trace.Step{Kind: trace.Decision}
			Authorize("AROADEV", account+"role/dev", []Association{tt.assoc}, tt.attrs, root)
			p := root.Steps[0].Steps[0]
			rule, details := "", p.Detail
			for _, s := range p.Steps {
				details += "\n" + s.Detail
				if s.Kind == trace.Statement {
					rule = s.Subject
				}
			}
			if rule != tt.rule || !strings.Contains(details, tt.details) {
				t.Errorf("got %q with details %q", rule, details)
			}
		})
	}
}

func TestMatchNamespace(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"dev", "dev", true}, {"dev", "dev2", false}, {"*", "", true}, {"*", "x", true}, {"dev-*", "dev-", true},
		{"*-dev", "a-dev", true}, {"*-dev", "a-dev2", false}, {"a*a", "a", false}, {"a*a", "aa", true}, {"a*b*c", "a-b-b-c", true},
		{"a*b*c", "acb", false}, {"**", "x", true}, {"*ab*ab", "ab", false}, {"*ab*ab", "abab", true}, {"", "", true}, {"", "x", false},
		{"d?v", "dev", false}, {"[a-z]", "a", false},
	} {
		if got := matchNamespace(tt.pattern, tt.name); got != tt.want {
			t.Errorf("matchNamespace(%q, %q) = %v", tt.pattern, tt.name, got)
		}
	}
}

// Every policy against a grid of requests: the compiled form and the rules read one by one must agree.
func TestCompiledAgreesWithRules(t *testing.T) {
	verbs := []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "bind", "escalate", "*", "use"}
	paths := []string{"/", "/api", "/api/v1", "/apis/x", "/metrics"}
	n := 0
	for _, p := range Policies() {
		groups := map[string]bool{"": true, "*": true, "example.com": true, "apps": true}
		resources := map[string]bool{"widgets": true, "widgets/scale": true, "pods": true, "pods/scale": true, "pods/": true, "/": true, "*": true, "*/*": true, "": true}
		for _, r := range p.Rules {
			for _, g := range r.APIGroups {
				groups[g] = true
			}
			for _, res := range r.Resources {
				resources[res] = true
			}
		}
		agree := func(a Attributes) {
			n++
			want := false
			for i := range p.Rules {
				f := fitOf(&p.Rules[i], &a)
				want = want || f.all() && !f.restricted
			}
			q := policies().query(&a)
			if got := p.compiled.allows(&q); got != want {
				t.Errorf("%s: %s: compiled says %v, the rules say %v", p.Name, a, got, want)
			}
		}
		for _, v := range verbs {
			for g := range groups {
				for r := range resources {
					agree(ask(v, r, g, "x"))
					agree(Attributes{Verb: v, ResourceRequest: true, Group: g, Resource: r, Namespace: "x"})
				}
			}
			for _, path := range paths {
				agree(ask(v, path, "", ""))
			}
		}
	}
	if n < 50_000 {
		t.Errorf("only %d requests were compared", n)
	}
}

func FuzzMatchNamespace(f *testing.F) {
	f.Add("a*b", "ab")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		// Whatever the pattern matches it also matches with a star added at either end.
		if matchNamespace(pattern, name) && (!matchNamespace(pattern+"*", name) || !matchNamespace("*"+pattern, name)) {
			t.Fatalf("%q matches %q and is narrower with a star", pattern, name)
		}
		if !strings.Contains(pattern, "*") && matchNamespace(pattern, name) != (pattern == name) {
			t.Fatalf("%q against %q", pattern, name)
		}
	})
}

func BenchmarkAuthorize(b *testing.B) {
	view := []Association{assoc("AmazonEKSViewPolicy", "dev", "staging-*")}
	many := []Association{assoc("AmazonEKSSecretReaderPolicy", "dev"), assoc("AmazonEKSEditPolicy", "dev"), assoc("AmazonARCRegionSwitchScalingPolicy"), view[0]}
	for _, bm := range []struct {
		name   string
		assocs []Association
		attrs  Attributes
	}{
		{"allow", view, ask("get", "pods/log", "", "staging-7")},
		{"verb", view, ask("create", "deployments", "apps", "dev")},
		{"scope", view, ask("get", "pods", "", "production")},
		{"four policies", many, ask("create", "widgets", "example.com", "dev")},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Authorize("AROADEV", account+"role/dev", bm.assocs, bm.attrs, nil)
			}
		})
	}
}

// Nothing is allocated until there is a reason to write.
func TestAuthorizeAllocations(t *testing.T) {
	assocs := []Association{assoc("AmazonEKSViewPolicy", "dev", "staging-*"), assoc("AmazonARCRegionSwitchScalingPolicy")}
	for _, a := range []Attributes{
		ask("create", "deployments/scale", "apps", "dev"), ask("get", "pods", "", "production"), ask("get", "/metrics", "", ""),
	} {
		if n := testing.AllocsPerRun(100, func() { Authorize("AROADEV", "arn", assocs, a, nil) }); n != 0 {
			t.Errorf("%s: %v allocations", a, n)
		}
	}
}
