package clusteraccess

import "testing"

// facts/eks-authentication.md section 4.
func TestNewIdentity(t *testing.T) {
	tests := []struct {
		arn, userID                   string
		canonical, principal, session string
		fail                          string
	}{
		{"arn:aws:sts::111122223333:assumed-role/dev/alice@example.com", "AROAX:alice@example.com",
			"arn:aws:iam::111122223333:role/dev", "AROAX", "alice@example.com", ""},
		{"arn:aws:sts::111122223333:assumed-role/team/dev/s1", "AROAX:s1",
			"arn:aws:iam::111122223333:role/team/dev", "AROAX", "s1", ""},
		{"arn:aws:iam::111122223333:user/ops/bob", "AIDAX", "arn:aws:iam::111122223333:user/ops/bob", "AIDAX", "", ""},
		{"arn:aws:iam::111122223333:root", "111122223333", "arn:aws:iam::111122223333:root", "111122223333", "", ""},
		{"arn:aws:sts::111122223333:federated-user/eve", "111122223333:eve",
			"arn:aws:sts::111122223333:federated-user/eve", "111122223333:eve", "", ""},
		{"arn:aws-cn:sts::111122223333:assumed-role/dev/s1", "AROAX:s1", "arn:aws-cn:iam::111122223333:role/dev", "AROAX", "s1", ""},

		{"arn:aws:sts::111122223333:assumed-role/dev/s1", "AROAX", "", "", "", `malformed UserID "AROAX"`},
		{"arn:aws:sts::111122223333:assumed-role/dev/s1", "AROAX:a:b", "", "", "", `malformed UserID "AROAX:a:b"`},
		{"arn:aws:sts::111122223333:assumed-role/dev", "AROAX:s", "", "", "", "assumed-role arn 'arn:aws:sts::111122223333:assumed-role/dev' does not have a role"},
		{"arn:aws:iam::111122223333:group/g", "X", "", "", "", "unrecognized resource group/g for service iam"},
		{"arn:aws:sts::111122223333:self", "X", "", "", "", "unrecognized resource self for service sts"},
		{"arn:aws:s3:::bucket", "X", "", "", "", "service s3 in arn arn:aws:s3:::bucket is not a valid service for identities"},
		{"arn:moon:iam::111122223333:user/x", "X", "", "", "", "arn 'arn:moon:iam::111122223333:user/x' does not have a recognized partition"},
	}
	for _, tt := range tests {
		id, err := NewIdentity(tt.arn, tt.userID, "AKIA")
		if tt.fail != "" {
			if err == nil || err.Error() != tt.fail {
				t.Errorf("%s: got %v, want %s", tt.arn, err, tt.fail)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.arn, err)
			continue
		}
		if id.CanonicalARN != tt.canonical || id.PrincipalID != tt.principal || id.SessionName != tt.session ||
			id.Account != "111122223333" || id.UserID != tt.userID {
			t.Errorf("%s: got %+v", tt.arn, id)
		}
	}
	if _, err := NewIdentity("nonsense", "X", ""); err == nil {
		t.Error("accepted a text that is not an ARN")
	}
}

func TestMatchKey(t *testing.T) {
	for in, want := range map[string]string{
		"arn:aws:iam::111122223333:role/team/a/Dev":  "arn:aws:iam::111122223333:role/dev",
		"arn:aws:iam::111122223333:role/Dev":         "arn:aws:iam::111122223333:role/dev",
		"arn:aws:iam::111122223333:user/ops/Bob":     "arn:aws:iam::111122223333:user/ops/bob",
		"arn:aws:sts::111122223333:federated-user/E": "arn:aws:sts::111122223333:federated-user/e",
		"not an arn": "",
	} {
		if got := MatchKey(in); got != want {
			t.Errorf("MatchKey(%s) = %s, want %s", in, got, want)
		}
	}
}
