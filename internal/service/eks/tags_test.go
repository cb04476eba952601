package eks_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/airside-dev/airside/internal/api/eksapi"
)

func TestTags(t *testing.T) {
	l := newLab(t)
	cluster := l.create("demo", func(in *eksapi.CreateClusterRequest) {
		mode("API")(in)
		in.Tags = map[string]string{"keep": "1"}
	})
	entry := must[eksapi.DescribeAccessEntryResponse](l, "DescribeAccessEntry", &eksapi.DescribeAccessEntryRequest{ClusterName: "demo", PrincipalArn: alice}).AccessEntry
	must[eksapi.TagResourceResponse](l, "TagResource", &eksapi.TagResourceRequest{ResourceArn: *entry.AccessEntryArn, Tags: map[string]string{"keep": "1"}})

	for _, arn := range []string{*cluster.Arn, *entry.AccessEntryArn} {
		t.Run(arn, func(t *testing.T) {
			list := func() map[string]string {
				return must[eksapi.ListTagsForResourceResponse](l, "ListTagsForResource", &eksapi.ListTagsForResourceRequest{ResourceArn: arn}).Tags
			}
			must[eksapi.TagResourceResponse](l, "TagResource", &eksapi.TagResourceRequest{ResourceArn: arn, Tags: map[string]string{"a": "x", "keep": "2"}})
			if got := list(); !maps.Equal(got, map[string]string{"a": "x", "keep": "2"}) {
				t.Errorf("tags are %v", got)
			}
			checks, err := l.table["DescribeCluster"].Access(l.by(l.alice()), &eksapi.DescribeClusterRequest{Name: "demo"})
			if err != nil || arn == *cluster.Arn && checks[0].ResourceTags["a"] != "x" {
				t.Errorf("checks are %v, %v", checks, err)
			}
			must[eksapi.UntagResourceResponse](l, "UntagResource", &eksapi.UntagResourceRequest{ResourceArn: arn, TagKeys: []string{"a", "never"}})
			if got := list(); !maps.Equal(got, map[string]string{"keep": "2"}) {
				t.Errorf("tags are %v", got)
			}

			many := map[string]string{}
			for i := range 50 {
				many[fmt.Sprint("k", i)] = ""
			}
			_, err = do[eksapi.TagResourceResponse](l, "TagResource", &eksapi.TagResourceRequest{ResourceArn: arn, Tags: many})
			refused(t, err, "BadRequestException", "A resource may have 50 tags at the most")
			_, err = do[eksapi.TagResourceResponse](l, "TagResource", &eksapi.TagResourceRequest{ResourceArn: arn, Tags: map[string]string{"aws:x": ""}})
			refused(t, err, "BadRequestException", "Tag keys that begin with aws: are reserved for AWS: aws:x")
		})
	}
}

func TestTagsOfNothing(t *testing.T) {
	l := newLab(t)
	l.create("demo", mode("API"))
	const prefix = "arn:aws:eks:us-east-1:123456789012:"
	for _, test := range []struct{ arn, code, message string }{
		{"rubbish", "BadRequestException", "The resourceArn parameter format is not valid: rubbish"},
		{"arn:aws:s3:::bucket", "BadRequestException", "The resourceArn parameter format is not valid: arn:aws:s3:::bucket"},
		{prefix + "cluster/none", "NotFoundException", "No resource found for ARN: " + prefix + "cluster/none"},
		{prefix + "cluster/demo/more", "NotFoundException", "No resource found for ARN: " + prefix + "cluster/demo/more"},
		{prefix + "access-entry/demo/user/123456789012/alice/no-such-id", "NotFoundException", "No resource found for ARN: " + prefix + "access-entry/demo/user/123456789012/alice/no-such-id"},
		{"arn:aws:eks:eu-west-1:123456789012:cluster/demo", "NotFoundException", "No resource found for ARN: arn:aws:eks:eu-west-1:123456789012:cluster/demo"},
	} {
		_, err := do[eksapi.ListTagsForResourceResponse](l, "ListTagsForResource", &eksapi.ListTagsForResourceRequest{ResourceArn: test.arn})
		refused(t, err, test.code, test.message)
	}
	checks, err := l.table["TagResource"].Access(l.by(l.alice()), &eksapi.TagResourceRequest{ResourceArn: "arn:aws:eks:us-east-1:999999999999:cluster/demo"})
	if err != nil || checks[0].Owner != "999999999999" {
		t.Errorf("another account's cluster: %v, %v", checks, err)
	}
}
