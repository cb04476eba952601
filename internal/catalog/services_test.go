package catalog

import (
	"slices"
	"testing"
)

func TestActionsOfAService(t *testing.T) {
	all := Actions("EKS")
	if !slices.Contains(all, "DescribeCluster") || !slices.IsSorted(all) {
		t.Errorf("the actions of eks are %q", all)
	}
	for _, name := range all {
		if _, ok := LookupAction("eks:" + name); !ok {
			t.Errorf("eks:%s is listed and not found", name)
		}
	}
	if got := Actions("nonsense"); len(got) > 0 {
		t.Errorf("a service that does not exist has actions: %q", got)
	}
}
