package clusteraccess

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/airside-dev/airside/policy/trace"
)

// cluster is Facts for tests.
type cluster struct {
	mode    Mode
	entries []*Entry
	nodes   map[string]string
	awsAuth *AWSAuth
	creator string
}

func (c *cluster) Mode() Mode { return c.mode }

func (c *cluster) EntryByPrincipalID(id string) (*Entry, bool) {
	for _, e := range c.entries {
		if e.PrincipalID == id {
			return e, true
		}
	}
	return nil, false
}

func (c *cluster) EntryByARN(key string) (*Entry, bool) {
	for _, e := range c.entries {
		if MatchKey(e.PrincipalARN) == key {
			return e, true
		}
	}
	return nil, false
}

func (c *cluster) NodePrivateDNS(id string) (string, bool) { n, ok := c.nodes[id]; return n, ok }
func (c *cluster) AWSAuth() *AWSAuth                       { return c.awsAuth }
func (c *cluster) CreatorAdmin() (string, bool)            { return c.creator, c.creator != "" }

const account = "arn:aws:iam::111122223333:"

func session(role, id, name string) Identity {
	i, err := NewIdentity("arn:aws:sts::111122223333:assumed-role/"+role+"/"+name, id+":"+name, "ASIAKEY")
	if err != nil {
		panic(err)
	}
	return i
}

func iamUser(path, id string) Identity {
	i, err := NewIdentity(account+"user/"+path, id, "AKIAKEY")
	if err != nil {
		panic(err)
	}
	return i
}

// The sections of facts/eks-access-semantics.md (S) and facts/eks-authentication.md (A) stand in the names.
func TestAuthenticate(t *testing.T) {
	devEntry := &Entry{PrincipalARN: account + "role/team/dev", PrincipalID: "AROADEV", Type: Standard, Groups: []string{"devs", "in-{{AccountID}}"}}
	named := func(username string) *Entry {
		return &Entry{PrincipalARN: account + "role/dev", PrincipalID: "AROADEV", Type: Standard, Username: username}
	}
	node := func(t EntryType) *Entry {
		return &Entry{PrincipalARN: account + "role/dev", PrincipalID: "AROADEV", Type: t, Groups: DefaultGroups(t)}
	}
	oldLine := ParseAWSAuth(map[string]string{"mapRoles": "- rolearn: arn:aws:iam::111122223333:role/DEV\n  username: old-{{SessionName}}\n  groups: [g]\n"})
	alice := session("dev", "AROADEV", "alice@example.com")
	instance := session("dev", "AROADEV", "i-0123456789abcdef0")
	dns := map[string]string{"i-0123456789abcdef0": "ip-10-0-0-1.ec2.internal"}

	tests := []struct {
		name     string
		id       Identity
		c        cluster
		username string
		groups   []string
		fail     string
	}{
		{"S4 role default, path left out, @ becomes -, group template", alice, cluster{mode: APIMode, entries: []*Entry{devEntry}},
			"arn:aws:sts::111122223333:assumed-role/dev/alice-example.com", []string{"devs", "in-111122223333"}, ""},
		{"S4 user default, path kept", iamUser("ops/bob", "AIDABOB"),
			cluster{mode: APIMode, entries: []*Entry{{PrincipalARN: account + "user/ops/bob", PrincipalID: "AIDABOB", Type: Standard}}},
			account + "user/ops/bob", []string{}, ""},
		{"A5 raw session name", alice, cluster{mode: APIMode, entries: []*Entry{named("sso:{{SessionNameRaw}}")}}, "sso:alice@example.com", []string{}, ""},
		{"A5 access key", alice, cluster{mode: APIMode, entries: []*Entry{named("k:{{AccessKeyID}}")}}, "k:ASIAKEY", []string{}, ""},
		{"S4 EC2_LINUX", instance, cluster{mode: APIMode, nodes: dns, entries: []*Entry{node(EC2Linux)}},
			"system:node:ip-10-0-0-1.ec2.internal", []string{"system:nodes"}, ""},
		{"S4 FARGATE_LINUX", session("dev", "AROADEV", "fargate-ip-10-0-0-9"), cluster{mode: APIMode, entries: []*Entry{node(FargateLinux)}},
			"system:node:fargate-ip-10-0-0-9", []string{"system:nodes", "system:node-proxier"}, ""},

		{"A5 not an instance", alice, cluster{mode: APIMode, nodes: dns, entries: []*Entry{node(EC2Linux)}}, "", nil,
			`mapper DynamicFile renderTemplates error: error rendering username template "system:node:{{EC2PrivateDNSName}}": SessionName did not contain an instance id`},
		{"A5 unknown instance", instance, cluster{mode: APIMode, entries: []*Entry{node(EC2Linux)}}, "", nil,
			`mapper DynamicFile renderTemplates error: error rendering username template "system:node:{{EC2PrivateDNSName}}": no private DNS name is known for instance i-0123456789abcdef0`},
		{"A5 reserved once rendered", session("dev", "AROADEV", "eks"), cluster{mode: BothMode, awsAuth: oldLine, entries: []*Entry{named("{{SessionName}}:x")}}, "", nil,
			"invalid username 'eks:x' for mapper DynamicFile: username must not begin with with the following prefixes: [aws: iam: amazon: system: eks:]"},

		{"S2 entry before aws-auth", alice, cluster{mode: BothMode, awsAuth: oldLine, entries: []*Entry{devEntry}},
			"arn:aws:sts::111122223333:assumed-role/dev/alice-example.com", []string{"devs", "in-111122223333"}, ""},
		{"S1 API ignores aws-auth", alice, cluster{mode: APIMode, awsAuth: oldLine}, "", nil, "identity is not mapped"},
		{"S1 CONFIG_MAP ignores entries", alice, cluster{mode: ConfigMapMode, entries: []*Entry{devEntry}}, "", nil, "identity is not mapped"},
		{"S1 CONFIG_MAP reads aws-auth", alice, cluster{mode: ConfigMapMode, awsAuth: oldLine, entries: []*Entry{devEntry}}, "old-alice-example.com", []string{"g"}, ""},

		{"S5 role made again", session("dev", "AROANEW", "alice"), cluster{mode: APIMode, entries: []*Entry{devEntry}}, "", nil,
			"identity is not mapped: the access entry of arn:aws:iam::111122223333:role/team/dev belongs to AROADEV and the caller is AROANEW; the principal was deleted and made again, so delete and create the access entry"},
		{"S2 role made again falls to aws-auth", session("dev", "AROANEW", "alice"), cluster{mode: BothMode, awsAuth: oldLine, entries: []*Entry{devEntry}},
			"old-alice", []string{"g"}, ""},
		{"A5 user renamed", iamUser("robert", "AIDABOB"),
			cluster{mode: BothMode, entries: []*Entry{{PrincipalARN: account + "user/bob", PrincipalID: "AIDABOB", Type: Standard}}}, "", nil, "ARN does not match User ID"},
		{"A5 unparsable stored ARN", alice, cluster{mode: APIMode, entries: []*Entry{{PrincipalARN: "role/dev", PrincipalID: "AROADEV", Type: Standard}}}, "", nil, "ARN does not match User ID"},

		{"S3 hidden creator", alice, cluster{mode: ConfigMapMode, creator: account + "role/team/dev"}, "kubernetes-admin", []string{"system:masters"}, ""},
		{"S3 the creator is an entry elsewhere", alice, cluster{mode: BothMode, creator: account + "role/team/dev"}, "", nil, "identity is not mapped"},
		{"S10 aws-auth has no reserved names", alice, cluster{mode: ConfigMapMode, awsAuth: ParseAWSAuth(map[string]string{
			"mapRoles": "- {rolearn: 'arn:aws:iam::111122223333:role/dev', username: 'system:admin', groups: ['system:masters']}"})},
			"system:admin", []string{"system:masters"}, ""},
		{"unknown mode", alice, cluster{mode: "NONE"}, "", nil, `unknown authentication mode "NONE": want CONFIG_MAP, API_AND_CONFIG_MAP or API`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, step := range []*trace.Step{nil, {Kind: trace.Decision}} {
				u, err := Authenticate(tt.id, &tt.c, step)
				if tt.fail != "" {
					if err == nil || err.Error() != tt.fail {
						t.Fatalf("got  %v\nwant %s", err, tt.fail)
					}
					if step.On() && step.Outcome != trace.NoAllow {
						t.Errorf("trace ends with %s", step.Outcome)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if u.Username != tt.username || !reflect.DeepEqual(u.Groups, tt.groups) {
					t.Errorf("got %q in %q, want %q in %q", u.Username, u.Groups, tt.username, tt.groups)
				}
				if step.On() && step.Outcome != trace.Allow {
					t.Errorf("trace ends with %s", step.Outcome)
				}
			}
		})
	}
}

func TestAuthenticateErrorTypes(t *testing.T) {
	c := &cluster{mode: APIMode, entries: []*Entry{
		{PrincipalARN: account + "role/dev", PrincipalID: "AROAOLD", Type: Standard},
		{PrincipalARN: account + "user/bob", PrincipalID: "AIDABOB", Type: Standard},
		{PrincipalARN: account + "role/node", PrincipalID: "AROANODE", Type: EC2Linux},
	}}
	_, err := Authenticate(session("dev", "AROANEW", "s1"), c, nil)
	var stale *StaleEntryError
	if !errors.As(err, &stale) || stale.EntryID != "AROAOLD" || stale.CallerID != "AROANEW" || !errors.Is(err, ErrNotMapped) {
		t.Errorf("stale entry: %#v", err)
	}
	unbound := &cluster{mode: APIMode, entries: []*Entry{{PrincipalARN: account + "role/dev", Type: Standard}}}
	if _, err = Authenticate(session("dev", "AROANEW", "s1"), unbound, nil); err == nil || !strings.Contains(err.Error(), "bound to no principal id") {
		t.Errorf("unbound entry: %v", err)
	}
	_, err = Authenticate(iamUser("robert", "AIDABOB"), c, nil)
	if m := (*ARNMismatchError)(nil); !errors.As(err, &m) || errors.Is(err, ErrNotMapped) {
		t.Errorf("renamed user: %#v", err)
	}
	_, err = Authenticate(session("node", "AROANODE", "me"), c, nil)
	if !errors.Is(err, ErrNoInstanceID) {
		t.Errorf("node role used by a person: %#v", err)
	}
	_, err = Authenticate(session("node", "AROANODE", "i-01234567"), c, nil)
	if !errors.As(err, new(UnknownInstanceError)) {
		t.Errorf("unknown instance: %#v", err)
	}
	if _, err = Authenticate(session("x", "AROAX", "s1"), c, nil); err != ErrNotMapped {
		t.Errorf("nobody: %#v", err)
	}
}

// facts/eks-authentication.md section 6: the session name in extra keeps its @, users have an empty one.
func TestUserFields(t *testing.T) {
	c := &cluster{mode: APIMode, entries: []*Entry{{PrincipalARN: account + "role/dev", PrincipalID: "AROADEV", Type: Standard}}}
	u, err := Authenticate(session("dev", "AROADEV", "alice@example.com"), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := User{
		Username: "arn:aws:sts::111122223333:assumed-role/dev/alice-example.com",
		UID:      "aws-iam-authenticator:111122223333:AROADEV",
		Groups:   []string{},
		Extra: map[string][]string{
			"accessKeyId":  {"ASIAKEY"},
			"arn":          {"arn:aws:sts::111122223333:assumed-role/dev/alice@example.com"},
			"canonicalArn": {"arn:aws:iam::111122223333:role/dev"},
			"principalId":  {"AROADEV"},
			"sessionName":  {"alice@example.com"},
			"sigs.k8s.io/aws-iam-authenticator/principalId": {"AROADEV"},
		},
		Entry: c.entries[0],
	}
	if !reflect.DeepEqual(u, want) {
		t.Errorf("got  %+v\nwant %+v", u, want)
	}
	c.entries = []*Entry{{PrincipalARN: account + "user/bob", PrincipalID: "AIDABOB", Type: Standard}}
	u, err = Authenticate(iamUser("bob", "AIDABOB"), c, nil)
	if err != nil || !reflect.DeepEqual(u.Extra["sessionName"], []string{""}) {
		t.Errorf("sessionName of a user: %q, %v", u.Extra["sessionName"], err)
	}
}

func TestAuthenticateTrace(t *testing.T) {
	c := &cluster{mode: BothMode, entries: []*Entry{{PrincipalARN: account + "role/dev", PrincipalID: "AROAOLD", Type: Standard}},
		awsAuth: ParseAWSAuth(map[string]string{"mapRoles": "- rolearn: arn:aws:iam::111122223333:role/team/dev\n  username: x\n"})}
	root := &trace.Step{Kind: trace.Decision}
	if _, err := Authenticate(session("dev", "AROANEW", "s1"), c, root); err == nil {
		t.Fatal("mapped")
	}
	if len(root.Steps) != 2 || root.Steps[0].Subject != "access entry" || root.Steps[1].Subject != "aws-auth" {
		t.Fatalf("layers: %+v", root.Steps)
	}
	check := root.Steps[0].Steps[0].Steps[0]
	if check.Outcome != trace.NoMatch || check.Want[0] != "AROAOLD" || check.Got[0] != "AROANEW" {
		t.Errorf("principal id check: %+v", check)
	}
	if d := root.Steps[1].Detail; d != "no line of aws-auth maps "+account+"role/dev" {
		t.Errorf("aws-auth: %s", d)
	}
	line := root.Steps[1].Steps[0]
	if line.Subject != "mapRoles item 1" || line.Pos.Line != 1 || !strings.Contains(line.Detail, "without the path") {
		t.Errorf("aws-auth line: %+v", line)
	}
}

func TestAuthenticateTraceWithoutAWSAuth(t *testing.T) {
	root := &trace.Step{Kind: trace.Decision}
	if _, err := Authenticate(session("dev", "AROANEW", "s1"), &cluster{mode: ConfigMapMode}, root); err != ErrNotMapped {
		t.Fatal(err)
	}
	if len(root.Steps) != 1 || root.Steps[0].Detail != "the ConfigMap kube-system/aws-auth does not exist" {
		t.Errorf("layers: %+v", root.Steps)
	}
}

func TestIsInstanceID(t *testing.T) {
	for s, want := range map[string]bool{
		"i-01234567": true, "i-0123456789abcdef0": true, "i-012345678": false, "i-": false, "01234567": false,
		"i-0123456é": false, "i-0123456-": false, "xi-01234567": false, "i-01234567\n": false,
	} {
		if got := isInstanceID(s); got != want {
			t.Errorf("isInstanceID(%q) = %v", s, got)
		}
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	c := &cluster{mode: APIMode, entries: []*Entry{{PrincipalARN: account + "role/dev", PrincipalID: "AROADEV", Type: Standard}}}
	id := session("dev", "AROADEV", "alice")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Authenticate(id, c, nil); err != nil {
			b.Fatal(err)
		}
	}
}
