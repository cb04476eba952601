package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/airside-dev/airside/internal/controlplane/contract"
	"github.com/airside-dev/airside/internal/fleet"
	"github.com/airside-dev/airside/internal/labtest"
	"github.com/airside-dev/airside/internal/pki"
	"github.com/airside-dev/airside/internal/store"
)

// BenchmarkCluster measures, in turns, how long a bare kube-apiserver with an etcd of its own takes until /readyz says
// ok, and how long it takes from CreateCluster until the cluster is ACTIVE and answers a kubectl-like request with an EKS
// token. It reports medians in seconds, their ratio, and the resident memory of a lab with one idle cluster.
//
//	go test -run '^$' -bench Cluster -benchtime 3x ./cmd/airside
func BenchmarkCluster(b *testing.B) {
	var bare, whole, memory []float64
	for range b.N {
		bare = append(bare, startBare(b).Seconds())
		took, mib := createCluster(b)
		whole, memory = append(whole, took.Seconds()), append(memory, mib)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(bare), "bare-s")
	b.ReportMetric(median(whole), "active-s")
	b.ReportMetric(median(whole)/median(bare), "active/bare")
	b.ReportMetric(median(memory), "MiB")
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func airside(args ...string) *exec.Cmd { return exec.Command("airside", args...) }

// startBare starts etcd and a kube-apiserver without webhooks, controllers and scheduler, and returns how long the two
// took together.
func startBare(b *testing.B) time.Duration {
	dir := labtest.StateDir(b)
	ca, err := pki.NewCA("kubernetes", time.Now())
	if err != nil {
		b.Fatal(err)
	}
	pair, err := ca.Pair()
	if err != nil {
		b.Fatal(err)
	}
	key, err := pki.NewServiceAccountKey()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	etcd, err := store.StartEmbedded(b.Context(), filepath.Join(dir, "etcd"))
	if err != nil {
		b.Fatal(err)
	}
	defer etcd.Close()
	hook := fleet.Webhook{URL: "https://127.0.0.1:1/", CA: ca.CertPEM(), Client: pair}
	path, err := fleet.Prepare(fleet.Spec{
		ID: "bare", RunDir: filepath.Join(dir, "run"), KubernetesVersion: "v1.36.1", Port: freePort(b),
		ServiceCIDR: netip.MustParsePrefix("10.100.0.0/16"), Issuer: "https://oidc.eks.us-east-1.amazonaws.com/id/0",
		ServiceAccountKey: key, CA: pair, TokenReview: hook, AccessReview: hook,
		Etcd: contract.Etcd{Endpoints: []string{etcd.Endpoint}, Prefix: "/kubernetes/bare"},
	}, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	config, err := contract.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	config.Webhooks, config.Controllers, config.Scheduler = nil, nil, nil
	raw, err := json.Marshal(config)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := airside("control-plane", path)
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer cmd.Wait()
	defer lifeline.Close()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if s, err := contract.ParseStatus(lines.Bytes()); err == nil && s.State == contract.APIServerReady {
			return time.Since(began)
		}
	}
	b.Fatal("the bare control plane did not become ready")
	return 0
}

func freePort(b *testing.B) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// createCluster makes a cluster in a new lab, and returns how long it took to answer and the lab's resident memory in MiB.
func createCluster(b *testing.B) (time.Duration, float64) {
	l := labtest.Up(b, airside, labtest.StateDir(b))
	defer l.Kill()
	call := func(status int, body string) string {
		if status != 200 {
			b.Fatalf("status %d: %s", status, body)
		}
		return body
	}
	role := call(l.IAM("CreateRole", "RoleName", "cluster", "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`))
	vpc := element(call(l.EC2("CreateVpc", "CidrBlock", "10.0.0.0/16")), "vpcId")
	var subnets []string
	for i, zone := range []string{"a", "b"} {
		subnets = append(subnets, element(call(l.EC2("CreateSubnet", "VpcId", vpc, "CidrBlock", fmt.Sprintf("10.0.%d.0/24", i),
			"AvailabilityZone", l.Env["AWS_REGION"]+zone)), "subnetId"))
	}
	began := time.Now()
	call(l.EKS(http.MethodPost, "/clusters", map[string]any{
		"name": "demo", "roleArn": element(role, "Arn"), "resourcesVpcConfig": map[string]any{"subnetIds": subnets},
		"accessConfig": map[string]any{"authenticationMode": "API"},
	}))
	var answer struct {
		Cluster struct {
			Status, Endpoint     string
			CertificateAuthority struct{ Data string }
		}
	}
	for answer.Cluster.Status != "ACTIVE" {
		if err := json.Unmarshal([]byte(call(l.EKS(http.MethodGet, "/clusters/demo", nil))), &answer); err != nil {
			b.Fatal(err)
		}
		if answer.Cluster.Status == "FAILED" || time.Since(began) > time.Minute {
			b.Fatalf("the cluster is %s", answer.Cluster.Status)
		}
		time.Sleep(10 * time.Millisecond)
	}
	ask(b, l, answer.Cluster.Endpoint, answer.Cluster.CertificateAuthority.Data)
	took := time.Since(began)
	return took, idleMiB(b, l.Cmd.Process.Pid)
}

// element is the text of the first element of a name.
func element(xml, name string) string {
	_, rest, _ := strings.Cut(xml, "<"+name+">")
	text, _, _ := strings.Cut(rest, "<")
	return text
}

// ask lists namespaces with an EKS token.
func ask(b *testing.B, l *labtest.Lab, endpoint, authority string) {
	pem, err := base64.StdEncoding.DecodeString(authority)
	if err != nil {
		b.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		b.Fatal("the cluster's certificate authority cannot be read")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequest(http.MethodGet, "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("x-k8s-aws-id", "demo")
	const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	signed, _, err := v4.NewSigner().PresignHTTP(context.Background(), l.Credentials(), r, emptySHA256, "sts", l.Env["AWS_REGION"], time.Now())
	if err != nil {
		b.Fatal(err)
	}
	get, err := http.NewRequest(http.MethodGet, endpoint+"/api/v1/namespaces", nil)
	if err != nil {
		b.Fatal(err)
	}
	get.Header.Set("Authorization", "Bearer k8s-aws-v1."+base64.RawURLEncoding.EncodeToString([]byte(signed)))
	answer, err := client.Do(get)
	if err != nil {
		b.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("the cluster answers %s", answer.Status)
	}
}

// idle is how long a lab is left alone before its memory is read.
const idle = 15 * time.Second

// idleMiB is the resident memory of a process and its children when idle, from Linux's /proc.
func idleMiB(b *testing.B, pid int) float64 {
	time.Sleep(idle)
	// A child belongs to the thread that started it.
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(lists) == 0 {
		b.Skip("resident memory is read from /proc")
	}
	ids := []string{strconv.Itoa(pid)}
	for _, list := range lists {
		if children, err := os.ReadFile(list); err == nil {
			ids = append(ids, strings.Fields(string(children))...)
		}
	}
	var sum float64
	for _, id := range ids {
		status, err := os.ReadFile("/proc/" + id + "/status")
		if err != nil {
			b.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(status), "VmRSS:")
		kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
		if err != nil {
			b.Fatal(err)
		}
		sum += kib / 1024
	}
	return sum
}
