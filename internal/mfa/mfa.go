// Package mfa checks the codes of virtual MFA devices: six digits that change every 30 seconds, computed with HMAC-SHA-1
// from a seed that the device and Airside share (RFC 6238, the only kind that IAM's virtual devices have).
//
// It owns which codes are good at a time, and the QR code that carries a seed to a device. It does not remember a code
// that was used: its callers write the time step that it returns into the device's record, so that no code is good
// twice. It has no clock.
package mfa

import (
	"bytes"
	"image/png"
	"net/url"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/airside-dev/airside/internal/world"
)

const (
	period = 30 // seconds of a time step
	// tolerance is how many time steps a device's clock may be off: the code before and the one after are good too.
	tolerance = 1
	// resyncRange is how many time steps off a resynchronization finds a device's clock: ten minutes. IAM does not say
	// how far it looks.
	resyncRange = 20
	// qrSize is the width and height of a QR code in pixels.
	qrSize = 256
)

var options = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// Check tells whether a code of a device is good at a time, and the time step that it belongs to. A code of a step
// that was used, or of an older one, is not good.
func Check(w *world.World, d *world.MFADevice, code string, now time.Time) (step int64, ok bool) {
	for _, step := range around(now, d.Drift, tolerance) {
		if step > d.LastStep && matches(w, d, code, step) {
			return step, true
		}
	}
	return 0, false
}

// CheckPair tells whether two codes that follow each other are good at a time, and the time step of the second.
func CheckPair(w *world.World, d *world.MFADevice, first, second string, now time.Time) (step int64, ok bool) {
	return pair(w, d, first, second, around(now, d.Drift, tolerance))
}

// Resync is CheckPair for a device whose clock is wrong. It also returns how many time steps the clock is ahead.
func Resync(w *world.World, d *world.MFADevice, first, second string, now time.Time) (step, drift int64, ok bool) {
	step, ok = pair(w, d, first, second, around(now, 0, resyncRange))
	return step, step - stepAt(now), ok
}

func pair(w *world.World, d *world.MFADevice, first, second string, steps []int64) (int64, bool) {
	for _, step := range steps {
		if step > d.LastStep && matches(w, d, second, step) && matches(w, d, first, step-1) {
			return step, true
		}
	}
	return 0, false
}

func stepAt(t time.Time) int64 { return t.Unix() / period }

// around lists the time steps near a time on a clock that is some steps ahead, the nearest first.
func around(now time.Time, drift, reach int64) []int64 {
	middle := stepAt(now) + drift
	steps := []int64{middle}
	for off := int64(1); off <= reach; off++ {
		steps = append(steps, middle-off, middle+off)
	}
	return steps
}

// matches tells whether a code is that of a time step. A device without a seed, as in a World that was saved without
// its secrets, has no codes.
func matches(w *world.World, d *world.MFADevice, code string, step int64) bool {
	seed, ok := w.Secrets.Get(d.SecretName())
	if !ok || step < 0 {
		return false
	}
	good, err := hotp.ValidateCustom(code, uint64(step), string(seed.Value), options)
	return err == nil && good
}

// Code is the code of a seed at a time, as a device shows it.
func Code(seed string, at time.Time) (string, error) {
	return hotp.GenerateCodeCustom(seed, uint64(stepAt(at)), options)
}

// QRCode is a PNG image of otpauth://totp/DEVICE@OWNER?secret=SEED, which authenticator apps read
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_VirtualMFADevice.html). The owner is a user name or, as long
// as the device is nobody's, the account id.
func QRCode(device, owner, seed string) ([]byte, error) {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + device + "@" + owner, RawQuery: url.Values{"secret": {seed}}.Encode()}
	key, err := otp.NewKeyFromURL(u.String())
	if err != nil {
		return nil, err
	}
	image, err := key.Image(qrSize, qrSize)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = png.Encode(&out, image)
	return out.Bytes(), err
}
