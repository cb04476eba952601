package awsid

import "testing"

func TestAccessKeyCarriesItsAccount(t *testing.T) {
	for _, account := range []string{"000000000000", "123456789012", "999999999999"} {
		for _, prefix := range []string{LongTermKey, TemporaryKey} {
			id := AccessKey(prefix, account)
			if len(id) != 20 {
				t.Fatalf("%s has %d characters, want 20", id, len(id))
			}
			if got, ok := AccountOf(id); !ok || got != account {
				t.Errorf("AccountOf(%s) = %q, %v; want %s", id, got, ok, account)
			}
		}
	}
}

// The id and its account are a published example:
// https://hackingthe.cloud/aws/enumeration/get-account-id-from-keys/
func TestAccountOfPublishedKey(t *testing.T) {
	if got, _ := AccountOf("ASIAQNZGKIQY56JQ7WML"); got != "029608264753" {
		t.Errorf("got %s, want 029608264753", got)
	}
}

func TestAccountOfRefuses(t *testing.T) {
	for _, id := range []string{"", "AKIA", "AROAQNZGKIQY56JQ7WML", "AKIA0000000000000000", "AKIAIOSFODNN7EXAMPL"} {
		if account, ok := AccountOf(id); ok {
			t.Errorf("AccountOf(%q) = %s, want none", id, account)
		}
	}
}
