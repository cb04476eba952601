package eks

import (
	"maps"
	"slices"
	"strings"

	"github.com/airside-dev/airside/internal/api/eksapi"
	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// maxTags is how many tags of their own people may put on one resource
// (https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html).
const maxTags = 50

// newTags are the tags of a new resource, by key. The words of the refusal are Airside's.
func newTags(tags map[string]string) ([]world.Tag, error) {
	var out []world.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if reservedTag(key) {
			return nil, invalidParameter("Tag keys that begin with aws: are reserved for AWS: %s", key)
		}
		out = append(out, world.Tag{Key: key, Value: tags[key]})
	}
	return out, nil
}

// tagsView is never nil: EKS writes an empty object for no tags.
func tagsView(tags []world.Tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[t.Key] = t.Value
	}
	return m
}

// tagged is a resource that carries tags.
type tagged struct {
	cluster *world.Cluster
	entry   *world.AccessEntry
}

func (r tagged) tags() []world.Tag {
	if r.cluster != nil {
		return r.cluster.Tags
	}
	return r.entry.Tags
}

// with is a copy of the resource with other tags.
func (r tagged) with(tags []world.Tag) world.Record {
	if r.cluster != nil {
		next := *r.cluster
		next.Tags = tags
		return &next
	}
	next := *r.entry
	next.Tags = tags
	return &next
}

// resourceIn finds the resource that an ARN names. Clusters and access entries are the resources there are. The words of
// both refusals are Airside's; their classes are the only two that the tag operations have.
func resourceIn(w *world.World, resourceARN string) (tagged, error) {
	a, err := arn.Parse(resourceARN)
	if err != nil || a.Service != "eks" || a.Rest() == "" {
		return tagged{}, awserr.New("BadRequestException", "The resourceArn parameter format is not valid: %s", resourceARN)
	}
	name, _, _ := strings.Cut(a.Rest(), "/")
	cluster, ok := w.Clusters.Get(world.ClusterKey(a.Account, a.Region, name))
	switch {
	case !ok:
	case cluster.ARN() == resourceARN:
		return tagged{cluster: cluster}, nil
	case a.Type() == "access-entry":
		for _, e := range w.EntriesOf(cluster) {
			if e.ARN() == resourceARN {
				return tagged{entry: e}, nil
			}
		}
	}
	return tagged{}, awserr.New("NotFoundException", "No resource found for ARN: %s", resourceARN)
}

// onResource is the check of a tag action on whatever an ARN names.
func onResource(c *op.Call, action, resourceARN string) op.Check {
	check := op.Check{Action: action, Resource: resourceARN, Keys: policy.Keys{}}
	switch r, err := resourceIn(c.World, resourceARN); {
	case err != nil:
	case r.entry != nil:
		check = onExistingEntry(action, r.entry)
	default:
		check.ResourceTags = world.TagMap(r.cluster.Tags)
	}
	if a, err := arn.Parse(resourceARN); err == nil && a.Account != c.Account {
		check.Owner = a.Account
	}
	return check
}

func mayTagResource(c *op.Call, in *eksapi.TagResourceRequest) ([]op.Check, error) {
	check := onResource(c, "eks:TagResource", in.ResourceArn)
	check.RequestTags = in.Tags
	return []op.Check{check}, nil
}

func (s *Service) tagResource(c *op.Call, in *eksapi.TagResourceRequest) (*eksapi.TagResourceResponse, error) {
	for _, key := range slices.Sorted(maps.Keys(in.Tags)) {
		if reservedTag(key) {
			return nil, awserr.New("BadRequestException", "Tag keys that begin with aws: are reserved for AWS: %s", key)
		}
	}
	err := s.retag(c, in.ResourceArn, func(tags map[string]string) error {
		maps.Copy(tags, in.Tags)
		if len(tags) > maxTags {
			return awserr.New("BadRequestException", "A resource may have %d tags at the most", maxTags)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &eksapi.TagResourceResponse{}, nil
}

func mayUntagResource(c *op.Call, in *eksapi.UntagResourceRequest) ([]op.Check, error) {
	check := onResource(c, "eks:UntagResource", in.ResourceArn)
	check.Keys.Set("aws:TagKeys", in.TagKeys...)
	return []op.Check{check}, nil
}

// untagResource takes keys that are not there in silence.
func (s *Service) untagResource(c *op.Call, in *eksapi.UntagResourceRequest) (*eksapi.UntagResourceResponse, error) {
	err := s.retag(c, in.ResourceArn, func(tags map[string]string) error {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &eksapi.UntagResourceResponse{}, nil
}

// retag lets change work on a copy of a resource's tags and stores them, by key.
func (s *Service) retag(c *op.Call, resourceARN string, change func(map[string]string) error) error {
	return s.store.Update(c, func(tx *store.Tx) error {
		r, err := resourceIn(tx.World, resourceARN)
		if err != nil {
			return err
		}
		tags := tagsView(r.tags())
		if err := change(tags); err != nil {
			return err
		}
		var next []world.Tag
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			next = append(next, world.Tag{Key: key, Value: tags[key]})
		}
		tx.Put(r.with(next))
		return nil
	})
}

func mayListTagsForResource(c *op.Call, in *eksapi.ListTagsForResourceRequest) ([]op.Check, error) {
	return []op.Check{onResource(c, "eks:ListTagsForResource", in.ResourceArn)}, nil
}

func (s *Service) listTagsForResource(c *op.Call, in *eksapi.ListTagsForResourceRequest) (*eksapi.ListTagsForResourceResponse, error) {
	r, err := resourceIn(c.World, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &eksapi.ListTagsForResourceResponse{Tags: tagsView(r.tags())}, nil
}
