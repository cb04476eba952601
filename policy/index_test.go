package policy

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// TestIndexOfServices: which statements a request looks at, and in which order.
func TestIndexOfServices(t *testing.T) {
	statements := []string{
		0: `"Action":"s3:*"`,
		1: `"NotAction":"s3:*"`,
		2: `"Action":["EC2:Run*","s3:Get*","ec2:Stop*"]`,
		3: `"Action":"*"`,
		4: `"Action":["ec2:*","e*:Describe*"]`,
		5: `"Action":"s3:PutObject"`,
		6: `"Action":["s3","","s3 : x"]`, // matches nothing; only the last has a service, "s3 "
		7: `"Action":"eks:*","NotAction":"eks:Delete*"`,
		8: `"Sid":"none"`,
		9: `"Action":"**"`,
	}
	for i, s := range statements {
		statements[i] = `{"Effect":"Allow","Resource":"*",` + s + `}`
	}
	p := Compile(mustParse(t, `{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`))
	for action, want := range map[string][]int{
		"s3:GetObject":        {0, 1, 2, 3, 4, 5, 9},
		"S3:GetObject":        {0, 1, 2, 3, 4, 5, 9},
		"ec2:RunInstances":    {1, 2, 3, 4, 9},
		"eks:DescribeCluster": {1, 3, 4, 7, 9},
		"sts:AssumeRole":      {1, 3, 4, 9},
		"s3":                  {0, 1, 2, 3, 4, 5, 9},
	} {
		var got []int
		w := p.index.relevant(action)
		for i, ok := w.next(); ok; i, ok = w.next() {
			got = append(got, i)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: looks at %v, want %v", action, got, want)
		}
	}
}

// TestIndexChangesNoAnswer compares the index with looking at everything, on random documents.
func TestIndexChangesNoAnswer(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	actions := []string{"s3:GetObject", "S3:PutObject", "ec2:RunInstances", "eks:DescribeCluster", "s3", ""}
	values := []string{"s3:*", "S3:Get*", "*", "**", "?3:*", "e*:Describe*", "ec2:RunInstances", "s3", "", ":x", "s3:*Object", "*:*", "eks:?escribe*"}
	for range 3000 {
		var parts []string
		for range 1 + r.IntN(6) {
			var list []string
			for range r.IntN(3) {
				list = append(list, fmt.Sprintf("%q", values[r.IntN(len(values))]))
			}
			parts = append(parts, fmt.Sprintf(`{"Effect":%q,%q:[%s],"Resource":"*"}`,
				[]string{Allow, Allow, Deny}[r.IntN(3)], []string{"Action", "NotAction"}[r.IntN(2)], strings.Join(list, ",")))
		}
		p := Compile(mustParse(t, `{"Statement":[`+strings.Join(parts, ",")+`]}`))
		for _, action := range actions {
			q := &Query{Kind: Identity, Action: action, Resource: "*"}
			fast, full := p.Evaluate(q, nil), p.Evaluate(q, &Step{})
			if fast.Deny != full.Deny || fast.Deny == nil && fast != full {
				t.Fatalf("%s on %s: with the index %+v, without %+v", action, parts, fast, full)
			}
		}
	}
}
