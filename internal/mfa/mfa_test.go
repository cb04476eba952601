package mfa

import (
	"bytes"
	"image/png"
	"strconv"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/world"
)

// The secret of RFC 6238, appendix B, in base32, with the last six digits of its test vectors.
const rfcSeed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestCode(t *testing.T) {
	for unix, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 20000000000: "353130"} {
		if got, err := Code(rfcSeed, time.Unix(unix, 0)); err != nil || got != want {
			t.Errorf("at %d: %s, %v, want %s", unix, got, err, want)
		}
	}
}

func lab(t *testing.T, d *world.MFADevice, seed string) *world.World {
	t.Helper()
	w, err := world.Of(d, &world.Secret{Name: d.SecretName(), Value: []byte(seed)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func code(t *testing.T, step int64) string {
	t.Helper()
	c, err := Code(rfcSeed, time.Unix(step*period, 0))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheck(t *testing.T) {
	const now = 1000 // time step
	at := time.Unix(now*period+29, 0)
	for name, test := range map[string]struct {
		device world.MFADevice
		step   int64 // of the code
		ok     bool
	}{
		"now":               {world.MFADevice{}, now, true},
		"one behind":        {world.MFADevice{}, now - 1, true},
		"one ahead":         {world.MFADevice{}, now + 1, true},
		"two behind":        {world.MFADevice{}, now - 2, false},
		"two ahead":         {world.MFADevice{}, now + 2, false},
		"used":              {world.MFADevice{LastStep: now}, now, false},
		"older than used":   {world.MFADevice{LastStep: now}, now - 1, false},
		"newer than used":   {world.MFADevice{LastStep: now}, now + 1, true},
		"with drift":        {world.MFADevice{Drift: -5}, now - 6, true},
		"drift forgot time": {world.MFADevice{Drift: -5}, now, false},
	} {
		test.device.Account, test.device.Path, test.device.Name = "1", "/", "d"
		step, ok := Check(lab(t, &test.device, rfcSeed), &test.device, code(t, test.step), at)
		if ok != test.ok || ok && step != test.step {
			t.Errorf("%s: %d, %v", name, step, ok)
		}
	}
	d := &world.MFADevice{Account: "1", Path: "/", Name: "d"}
	if _, ok := Check(lab(t, d, "not base32!"), d, code(t, now), at); ok {
		t.Error("a broken seed has codes")
	}
	w, err := world.Of(d)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := Check(w, d, code(t, now), at); ok {
		t.Error("a device without a seed has codes")
	}
}

func TestPairs(t *testing.T) {
	const now = 1000
	at := time.Unix(now*period, 0)
	d := &world.MFADevice{Account: "1", Path: "/", Name: "d", LastStep: now - 19}
	w := lab(t, d, rfcSeed)
	for _, test := range []struct {
		first, second int64
		pair, resync  bool
	}{
		{now - 1, now, true, true}, {now, now + 1, true, true}, {now - 2, now - 1, true, true},
		{now, now, false, false}, {now, now - 1, false, false}, {now - 2, now, false, false},
		{now - 3, now - 2, false, true}, {now + 19, now + 20, false, true}, {now + 20, now + 21, false, false},
		{now - 20, now - 19, false, false}, // used
	} {
		name := strconv.FormatInt(test.first-now, 10) + ", " + strconv.FormatInt(test.second-now, 10)
		if step, ok := CheckPair(w, d, code(t, test.first), code(t, test.second), at); ok != test.pair || ok && step != test.second {
			t.Errorf("%s: pair %d, %v", name, step, ok)
		}
		step, drift, ok := Resync(w, d, code(t, test.first), code(t, test.second), at)
		if ok != test.resync || ok && (step != test.second || drift != test.second-now) {
			t.Errorf("%s: resync %d, %d, %v", name, step, drift, ok)
		}
	}
}

func TestQRCode(t *testing.T) {
	raw, err := QRCode("phone", "123456789012", rfcSeed)
	if err != nil {
		t.Fatal(err)
	}
	image, err := png.Decode(bytes.NewReader(raw))
	if err != nil || image.Bounds().Dx() != qrSize {
		t.Fatalf("%v, %v", image, err)
	}
}
