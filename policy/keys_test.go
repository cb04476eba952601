package policy

import (
	"reflect"
	"testing"
)

// TestKeys: names in any case are the same key; a key without values is absent.
func TestKeys(t *testing.T) {
	k := Keys{}
	k.Set("aws:UserName", "ann")
	k.Merge(Keys{"AWS:username": {"bob"}, "k": {"1", "2"}, "gone": nil})
	if want := (Keys{"aws:username": {"bob"}, "k": {"1", "2"}}); !reflect.DeepEqual(k, want) {
		t.Errorf("got %v, want %v", k, want)
	}
	if got := k.Get("AWS:USERNAME"); len(got) != 1 || got[0] != "bob" {
		t.Errorf("got %q", got)
	}
	k.Set("K")
	if got, there := k["k"]; there || k.Get("k") != nil {
		t.Errorf("a key set to nothing has %q", got)
	}
}
