package clusteraccess

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

const signature = "5f3c0b1d9e7a44c2b8d6f0a1e2c3b4d5968778695a4b3c2d1e0f9a8b7c6d5e4f"

var signedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const goodQuery = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256" +
	"&X-Amz-Credential=ASIAEXAMPLE%2F20260301%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20260301T120000Z" +
	"&X-Amz-Expires=60&X-Amz-Security-Token=IQoJ%2Bb%2F3%3D&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=" + signature

const goodURL = "https://sts.eu-west-1.amazonaws.com/?" + goodQuery

func tokenOf(u string) string { return tokenPrefix + base64.RawURLEncoding.EncodeToString([]byte(u)) }

func TestParseToken(t *testing.T) {
	got, err := ParseToken(tokenOf(goodURL), signedAt, "aws", "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	if got.AccessKeyID != "ASIAEXAMPLE" || got.SessionToken != "IQoJ+b/3=" || !got.Date.Equal(signedAt) || got.Region != "eu-west-1" {
		t.Errorf("got %+v", got)
	}
	if got.URL.String() != goodURL {
		t.Errorf("the URL was changed: %s", got.URL)
	}
	if text := fmt.Sprintf("%v %+v %s", got, *got, got); strings.Contains(text, signature) || strings.Contains(text, "IQoJ") {
		t.Errorf("a printed token shows its secrets: %s", text)
	}
}

// The 17 checks of facts/eks-authentication.md section 2, each failed alone, and for neighbours the order.
func TestParseTokenChecks(t *testing.T) {
	edit := func(old, new string) string { return tokenOf(strings.Replace(goodURL, old, new, 1)) }
	tests := []struct{ name, token, want string }{
		{"1 too large", tokenPrefix + strings.Repeat("A", tokenMaxBytes), "token is too large"},
		{"1 before 2", strings.Repeat("A", tokenMaxBytes+1), "token is too large"},
		{"2 prefix", "k8s-aws-v2.AAAA", `token is missing expected "k8s-aws-v1." prefix`},
		{"2 empty", "", `token is missing expected "k8s-aws-v1." prefix`},
		{"3 padding", tokenPrefix + "YQ==", "illegal base64 data at input byte 2"},
		{"3 standard alphabet", tokenPrefix + "a+/b", "illegal base64 data at input byte 1"},
		{"4 parse", tokenOf("https://sts.eu-west-1.amazonaws.com/%zz?" + goodQuery), `parse pre-signed URL: invalid URL escape "%zz"`},
		{"4 control character", tokenOf(goodURL + "\x7f"), "parse pre-signed URL: net/url: invalid control character in URL"},
		{"5 scheme", edit("https", "http"), `unexpected scheme "http" in pre-signed URL`},
		{"6 host", edit("sts.eu-west-1", "s3.eu-west-1"), `unexpected hostname "s3.eu-west-1.amazonaws.com" in pre-signed URL`},
		{"7 path", edit("/?", "/x?"), "unexpected path in pre-signed URL"},
		{"7 no path", edit("/?", "?"), "unexpected path in pre-signed URL"},
		{"8 escape", tokenOf(goodURL + "&a=%zz"), "malformed query parameter"},
		{"8 semicolon", tokenOf(goodURL + ";a=1"), "malformed query parameter"},
		{"9 case", tokenOf(goodURL + "&action=GetCallerIdentity"), `duplicate query parameter found: "action"`},
		{"9 before 10", tokenOf(goodURL + "&zz=1&ZZ=1"), `duplicate query parameter found: "ZZ"`},
		{"10 whitelist", tokenOf(goodURL + "&DurationSeconds=1"), `non-whitelisted query parameter "DurationSeconds"`},
		{"10 kelvin sign", edit("X-Amz-Security-Token", "X-Amz-Security-To%E2%84%AAen"), "non-whitelisted query parameter \"X-Amz-Security-To\u212aen\""},
		{"10 escaped twice", tokenOf("https://sts.eu-west-1.amazonaws.com/?" + url.QueryEscape(goodQuery)), `non-whitelisted query parameter "Action"`},
		{"11 repeated", tokenOf(goodURL + "&Version=2011-06-15"), "query parameter with multiple values not supported"},
		{"12 action", edit("GetCallerIdentity", "AssumeRole"), "unexpected action parameter in pre-signed URL"},
		{"12 case matters", edit("GetCallerIdentity", "getcalleridentity"), "unexpected action parameter in pre-signed URL"},
		{"13 cluster header", edit("%3Bx-k8s-aws-id", ""), "client did not sign the x-k8s-aws-id header in the pre-signed URL"},
		{"14 missing", edit("&X-Amz-Expires=60", ""), "invalid X-Amz-Expires parameter in pre-signed URL: 0"},
		{"14 too long", edit("Expires=60", "Expires=901"), "invalid X-Amz-Expires parameter in pre-signed URL: 901"},
		{"14 negative", edit("Expires=60", "Expires=-1"), "invalid X-Amz-Expires parameter in pre-signed URL: -1"},
		{"15 date", edit("&X-Amz-Date=20260301T120000Z", ""), "X-Amz-Date parameter must be present in pre-signed URL"},
		{"16 date form", edit("20260301T120000Z", "20260301"), `error parsing X-Amz-Date parameter 20260301 into format 20060102T150405Z: parsing time "20260301" as "20060102T150405Z": cannot parse "" as "T"`},
		{"17 expired", edit("20260301T120000Z", "20260301T114459Z"), "X-Amz-Date parameter is expired (15 minute expiration) 2026-03-01 11:44:59 +0000 UTC"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseToken(tt.token, signedAt, "aws", "eu-west-1")
			var format FormatError
			if !errors.As(err, &format) {
				t.Fatalf("want a FormatError, got %v", err)
			}
			if want := "input token was not properly formatted: " + tt.want; err.Error() != want {
				t.Errorf("got  %s\nwant %s", err, want)
			}
			if strings.Contains(err.Error(), signature) {
				t.Error("the signature is in the error")
			}
		})
	}
}

func TestParseTokenAccepts(t *testing.T) {
	edit := func(old, new string) string { return tokenOf(strings.Replace(goodURL, old, new, 1)) }
	for name, token := range map[string]string{
		"15 minutes old to the second": edit("20260301T120000Z", "20260301T114500Z"),
		"a date in the future":         edit("20260301T120000Z", "20270301T120000Z"),
		"another algorithm":            edit("AWS4-HMAC-SHA256", "none"),
		"names in lower case":          edit("X-Amz-Date", "x-amz-date"),
		"header name in upper case":    edit("x-k8s-aws-id", "X-K8S-AWS-ID"),
		"900 seconds":                  edit("Expires=60", "Expires=900"),
		"long-term keys":               edit("&X-Amz-Security-Token=IQoJ%2Bb%2F3%3D", ""),
	} {
		if _, err := ParseToken(token, signedAt, "aws", "eu-west-1"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// facts/eks-authentication.md section 3.
func TestCheckHost(t *testing.T) {
	tests := []struct {
		host, partition, region string
		label, fail             string
	}{
		{"sts.amazonaws.com", "aws", "eu-west-1", "global", ""},
		{"sts.amazonaws.com", "aws-cn", "cn-north-1", "", "global endpoint unsupported in partition aws-cn"},
		{"sts.us-west-2.amazonaws.com", "aws", "eu-west-1", "us-west-2", ""},
		{"sts-fips.us-west-2.amazonaws.com", "aws", "eu-west-1", "us-west-2", ""},
		{"sts.us-west-2.api.aws", "aws", "eu-west-1", "us-west-2", ""},
		{"sts-fips.us-west-2.api.aws", "aws", "eu-west-1", "us-west-2", ""},
		{"sts.not-a-region.amazonaws.com", "aws", "eu-west-1", "not-a-region", ""},
		{"sts.us-gov-west-1.amazonaws.com", "aws", "eu-west-1", "us-gov-west-1", ""},
		{"sts.cn-north-1.amazonaws.com.cn", "aws-cn", "cn-north-1", "cn-north-1", ""},
		{"sts.cn-north-1.api.amazonwebservices.com.cn", "aws-cn", "cn-north-1", "cn-north-1", ""},
		{"sts.us-iso-east-1.c2s.ic.gov", "aws-iso", "us-iso-east-1", "us-iso-east-1", ""},
		{"sts.eusc-de-east-1.amazonaws.eu", "aws-eusc", "eusc-de-east-1", "eusc-de-east-1", ""},
		{"sts.new-region-1.amazonaws.com.cn", "aws-cn", "new-region-1", "new-region-1", ""},
		{"sts-fips.new-region-1.amazonaws.com.cn", "aws-cn", "new-region-1", "", `unexpected hostname "sts-fips.new-region-1.amazonaws.com.cn" in pre-signed URL`},
		{"sts.cn-north-1.amazonaws.com.cn", "aws", "eu-west-1", "", "partition {aws} does not support hostname sts.cn-north-1.amazonaws.com.cn"},
		{"sts.us-west-2.amazonaws.com", "aws-cn", "cn-north-1", "", "partition {aws-cn} does not support hostname sts.us-west-2.amazonaws.com"},
		{"sts.us-iso-east-1.", "aws-iso", "us-iso-east-1", "", `unexpected hostname "sts.us-iso-east-1." in pre-signed URL`},
		{"", "aws", "eu-west-1", "", "could not parse region for pre-signed URL , host is empty"},
		{"localhost", "aws", "eu-west-1", "", "could not parse region for pre-signed URL localhost, invalid host format: localhost"},
		{"sts.-x.amazonaws.com", "aws", "eu-west-1", "", "invalid region identifier format provided: -x"},
		{"sts.us_west.amazonaws.com", "aws", "eu-west-1", "", "invalid region identifier format provided: us_west"},
		{"sts..amazonaws.com", "aws", "eu-west-1", "", "invalid region identifier format provided: "},
		{"sts.us-west-2.amazonaws.com.evil.example", "aws", "eu-west-1", "", `unexpected hostname "sts.us-west-2.amazonaws.com.evil.example" in pre-signed URL`},
		{"sts.us-west-2.amazonaws.com:8443", "aws", "eu-west-1", "", `unexpected hostname "sts.us-west-2.amazonaws.com:8443" in pre-signed URL`},
		{"STS.us-west-2.amazonaws.com", "aws", "eu-west-1", "", `unexpected hostname "STS.us-west-2.amazonaws.com" in pre-signed URL`},
		{"169.254.169.254", "aws", "eu-west-1", "", `unexpected hostname "169.254.169.254" in pre-signed URL`},
	}
	for _, tt := range tests {
		label, err := checkHost(tt.host, tt.partition, tt.region)
		text := ""
		if err != nil {
			text = strings.TrimPrefix(err.Error(), "input token was not properly formatted: ")
		}
		if label != tt.label || text != tt.fail {
			t.Errorf("%s in %s: got %q, %q; want %q, %q", tt.host, tt.partition, label, text, tt.label, tt.fail)
		}
	}
}

// An endpoint of the server's own is an origin, compared whole, and excuses a token from nothing but checks 5 and 6.
func TestServerEndpoints(t *testing.T) {
	server := Server{Partition: "aws", Region: "eu-west-1", Endpoints: []string{"http://127.0.0.1:4566"}}
	at := func(origin string) string { return tokenOf(origin + "/?" + goodQuery) }
	got, err := server.ParseToken(at("http://127.0.0.1:4566"), signedAt)
	if err != nil || got.Region != "eu-west-1" || got.URL.Host != "127.0.0.1:4566" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := server.ParseToken(tokenOf(goodURL), signedAt); err != nil {
		t.Errorf("AWS's own host: %v", err)
	}
	for _, token := range []string{
		at("https://127.0.0.1:4566"), at("http://127.0.0.1:4567"), at("http://127.0.0.1"), at("http://127.0.0.1:4566.evil.example"),
		at("http://sts.eu-west-1.amazonaws.com"), tokenOf("http://127.0.0.1:4566/x?" + goodQuery),
		tokenOf("http://127.0.0.1:4566/?Action=GetCallerIdentity"),
	} {
		if got, err := server.ParseToken(token, signedAt); err == nil {
			t.Errorf("accepted %s", got.URL.Redacted())
		}
	}
	if _, err := ParseToken(at("http://127.0.0.1:4566"), signedAt, "aws", "eu-west-1"); err == nil {
		t.Error("accepted without the endpoint")
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(goodURL)
	f.Add("https://sts.amazonaws.com/?" + goodQuery)
	f.Add("https://user:pw@sts.eu-west-1.amazonaws.com/?" + goodQuery + "#x")
	f.Add("https://[::1]/?a=%zz;b")
	f.Add(strings.ToLower(goodURL))
	f.Fuzz(func(t *testing.T, u string) {
		token := tokenOf(u)
		got, err := ParseToken(token, signedAt, "aws", "eu-west-1")
		if err != nil {
			if !errors.As(err, new(FormatError)) {
				t.Fatalf("not a FormatError: %v", err)
			}
			if strings.Contains(err.Error(), token) {
				t.Fatal("the token is in the error")
			}
			return
		}
		// What was accepted must read the same to whoever verifies the signature.
		q, err := url.ParseQuery(got.URL.RawQuery)
		if err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		for k, v := range q {
			n[strings.ToLower(k)] += len(v)
		}
		for k, v := range n {
			if v != 1 {
				t.Fatalf("%s occurs %d times", k, v)
			}
		}
		if got.URL.Scheme != "https" || got.URL.Path != "/" || !strings.HasPrefix(got.URL.Host, "sts") {
			t.Fatalf("accepted %s://%s%s", got.URL.Scheme, got.URL.Host, got.URL.Path)
		}
		if signedAt.After(got.Date.Add(tokenLife)) {
			t.Fatal("accepted an expired token")
		}
	})
}

func BenchmarkParseToken(b *testing.B) {
	token := tokenOf(goodURL)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseToken(token, signedAt, "aws", "eu-west-1"); err != nil {
			b.Fatal(err)
		}
	}
}

// The largest token, all of it parameters that have to be told apart.
func BenchmarkParseTokenHostile(b *testing.B) {
	token := tokenOf("https://sts.eu-west-1.amazonaws.com/?" + strings.Repeat("a&", 1500))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseToken(token, signedAt, "aws", "eu-west-1"); err == nil {
			b.Fatal("accepted")
		}
	}
}
