package world

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMFADevices(t *testing.T) {
	alice := &User{Partition: "aws", Account: "123456789012", Path: "/", Name: "alice", ID: "AIDAALICE"}
	device := func(path, name, user string) *MFADevice {
		return &MFADevice{Partition: "aws", Account: alice.Account, Path: path, Name: name, User: user}
	}
	phone := device("/Team/", "Phone", alice.ID)
	w := mustOf(t, alice, phone, device("/", "phone", ""), device("/", "key", "AIDABOB"),
		&Secret{Name: phone.SecretName(), Value: []byte("SEED")})

	const serial = "arn:aws:iam::123456789012:mfa/Team/Phone"
	if d, ok := w.MFADeviceByARN(serial); !ok || d.ARN() != serial {
		t.Errorf("%s finds %+v", serial, d)
	}
	for _, other := range []string{"", "phone", strings.ToLower(serial), "arn:aws:iam::123456789012:user/alice", "arn:aws:iam::1:mfa/phone", serial + "/"} {
		if d, ok := w.MFADeviceByARN(other); ok {
			t.Errorf("%q finds %+v", other, d)
		}
	}
	if own := w.MFADevicesOf(alice); len(own) != 1 || own[0].Name != "Phone" {
		t.Errorf("Alice has %+v", own)
	}

	raw, err := json.Marshal(w)
	if err != nil || strings.Contains(string(raw), "SEED") {
		t.Errorf("%v: %s", err, raw)
	}
	again, err := Load(raw)
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := again.MFADeviceByARN(serial); !ok || d.User != alice.ID {
		t.Errorf("read back as %+v", d)
	}
}
