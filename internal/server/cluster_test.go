package server_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/labtest"
)

// makeCluster records a cluster. The test program has no control plane, so it never becomes ACTIVE.
func makeCluster(t *testing.T, p *labtest.Lab) {
	t.Helper()
	must := func(status int, body string) string {
		t.Helper()
		if status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		return body
	}
	element := func(xml, name string) string {
		_, rest, _ := strings.Cut(xml, "<"+name+">")
		text, _, _ := strings.Cut(rest, "<")
		return text
	}
	role := must(p.IAM("CreateRole", "RoleName", "cluster", "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`))
	vpc := element(must(p.EC2("CreateVpc", "CidrBlock", "10.0.0.0/16")), "vpcId")
	a := element(must(p.EC2("CreateSubnet", "VpcId", vpc, "CidrBlock", "10.0.0.0/24", "AvailabilityZone", "us-east-1a")), "subnetId")
	b := element(must(p.EC2("CreateSubnet", "VpcId", vpc, "CidrBlock", "10.0.1.0/24", "AvailabilityZone", "us-east-1b")), "subnetId")
	must(p.EKS(http.MethodPost, "/clusters", map[string]any{
		"name": "demo", "roleArn": element(role, "Arn"), "resourcesVpcConfig": map[string]any{"subnetIds": []string{a, b}},
	}))
}

// A cluster that cannot be started, here because its run folder cannot be made, must not keep the lab from starting, and
// must say what is wrong.
func TestClusterThatCannotStartDoesNotHoldTheLab(t *testing.T) {
	dir := stateDir(t)
	p := up(t, dir)
	makeCluster(t, p)
	p.Kill()
	runs := filepath.Join(dir, "clusters")
	if err := os.RemoveAll(runs); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(runs, []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = up(t, dir)
	status, body := p.EKS(http.MethodGet, "/clusters/demo", nil)
	var answer struct {
		Cluster struct {
			Health struct {
				Issues []struct{ Code, Message string }
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	issues := answer.Cluster.Health.Issues
	if len(issues) != 1 || issues[0].Code != "InternalFailure" || !strings.Contains(issues[0].Message, "cannot be started yet") {
		t.Errorf("health is %+v", issues)
	}
	if status, body := p.EKS(http.MethodDelete, "/clusters/demo", nil); status != 200 {
		t.Errorf("it cannot be deleted: %d %s", status, body)
	}
}
