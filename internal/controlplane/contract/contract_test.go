package contract_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/controlplane/contract"
)

const good = `{
  "clusterId": "c1", "kubernetesVersion": "v1.36.1", "runDir": "/run/c1", "serviceCidr": "10.100.0.0/16",
  "clientCaFile": "ca.crt",
  "etcd": {"endpoints": ["unix:///tmp/e:0"], "prefix": "/kubernetes/c1"},
  "serving": {"bindAddress": "127.0.0.1", "port": 6443, "pair": {"certFile": "s.crt", "keyFile": "s.key"}},
  "frontProxy": {"caFile": "f.crt", "client": {"certFile": "c.crt", "keyFile": "c.key"}},
  "serviceAccounts": {"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/0", "signingKeyFile": "sa.key", "audiences": ["https://kubernetes.default.svc"]}
}`

func TestParse(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"as it is", "", "", ""},
		{"unknown field", `"runDir"`, `"rundirectory"`, `unknown field "rundirectory"`},
		{"unknown inner field", `"caFile"`, `"caPath"`, `unknown field "caPath"`},
		{"text after", "}\n}", "}\n} {}", "text after"},
		{"no port", "6443", "0", "serving.port 0"},
		{"no address", "127.0.0.1", "localhost", "serving.bindAddress"},
		{"loopback endpoint", `"port"`, `"advertiseAddress": "127.0.0.1", "port"`, "cannot be the endpoint of a service"},
		{"unspecified endpoint", `"port"`, `"advertiseAddress": "0.0.0.0", "port"`, "cannot be the endpoint of a service"},
		{"prefix", "/kubernetes/c1", "/kubernetes/c1/", "etcd.prefix"},
		{"range", "10.100.0.0/16", "10.100.0.0", "serviceCidr"},
		{"issuer", "https://oidc", "http://oidc", "not an https URL"},
		{"half a pair", `"keyFile": "s.key"`, `"keyFile": ""`, "serving.pair.keyFile is missing"},
		{"half the webhooks", `"clientCaFile"`, `"webhooks": {"tokenReviewKubeconfig": "t"}, "clientCaFile"`, "webhooks.accessReviewKubeconfig is missing"},
		{"no scheduler file", `"clientCaFile"`, `"scheduler": {}, "clientCaFile"`, "scheduler.kubeconfig is missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := strings.Replace(good, tc.old, tc.new, 1)
			_, err := contract.Parse([]byte(text))
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("err = %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("err = %v, want %q", err, tc.want)
			}
		})
	}
}

func TestConfigSurvivesItsOwnEncoding(t *testing.T) {
	cfg, err := contract.Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Controllers = &contract.Controllers{Kubeconfig: "k", RootCAFile: "r", Signing: contract.KeyPair{CertFile: "c", KeyFile: "k"}}
	cfg.Audit = &contract.Audit{Path: "a"}
	data, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := contract.Parse(data); err != nil {
		t.Error(err)
	}
}

func TestStatus(t *testing.T) {
	for _, tc := range []struct {
		line string
		ok   bool
	}{
		{`{"state":"ready"}`, true},
		{`{"state":"failed","error":"x"}`, true},
		{`{"state":"fine"}`, false},
		{`{"state":"ready","since":1}`, false},
		{`{}`, false},
		{`I1123 log line`, false},
		{``, false},
	} {
		if _, err := contract.ParseStatus([]byte(tc.line)); (err == nil) != tc.ok {
			t.Errorf("%s: err = %v", tc.line, err)
		}
	}
	var out strings.Builder
	if err := contract.WriteStatus(&out, contract.Status{State: contract.Failed, Error: "line\nbreak"}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("status is not one line: %q", out.String())
	}
}
