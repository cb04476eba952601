package world

import (
	"strings"
	"time"

	"github.com/airside-dev/airside/internal/arn"
)

// KindMFADevice is the kind of virtual MFA devices.
const KindMFADevice Kind = "iam/mfa-device"

// MFADevice is a virtual MFA device. Its seed is the Secret record under SecretName, in base32.
type MFADevice struct {
	Partition string    `json:"partition"`
	Account   string    `json:"account"`
	Path      string    `json:"path"`
	Name      string    `json:"name"`
	Created   time.Time `json:"created"`
	Tags      []Tag     `json:"tags,omitempty"`
	User      string    `json:"user,omitempty"` // unique id of the user that it is enabled for; empty: nobody's
	Enabled   time.Time `json:"enabled,omitzero"`
	Drift     int64     `json:"drift,omitempty"`    // time steps that its clock is ahead, as a resynchronization found
	LastStep  int64     `json:"lastStep,omitempty"` // newest time step of which a code was used; none up to it is good again
}

func (*MFADevice) Kind() Kind { return KindMFADevice }

// Key is the account with path and name, which name a device together, ignoring case.
func (d *MFADevice) Key() string { return d.Account + strings.ToLower(d.Path+d.Name) }

// ARN is the device's serial number.
func (d *MFADevice) ARN() string { return arn.IAM(d.Partition, d.Account, "mfa", d.Path, d.Name) }

// SecretName is the name of the Secret record that holds the device's seed.
func (d *MFADevice) SecretName() string { return "mfa-device/" + d.Key() }

// MFADeviceByARN finds a device by its exact serial number.
func (w *World) MFADeviceByARN(serial string) (*MFADevice, bool) {
	a, err := arn.Parse(serial)
	if err != nil {
		return nil, false
	}
	d, ok := w.MFADevices.Get(a.Account + strings.ToLower(strings.TrimPrefix(a.Resource, "mfa")))
	if !ok || d.ARN() != serial {
		return nil, false
	}
	return d, true
}

// MFADevicesOf lists the devices that are enabled for a user, by serial number.
func (w *World) MFADevicesOf(u *User) []*MFADevice {
	var out []*MFADevice
	for d := range w.MFADevices.All(u.Account + "/") {
		if d.User == u.ID {
			out = append(out, d)
		}
	}
	return out
}
