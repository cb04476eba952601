package iam

import (
	"time"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/mfa"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// badCodes is the error for authentication codes that are wrong, do not follow each other, or were used before.
func badCodes() error {
	return awserr.New(invalidCode, "Authentication code for device is not valid.")
}

// ownDevice finds a device that is enabled for the user that a call means: the one that it names, or the caller. A
// device of the root user cannot be enabled through the API, so it has none.
func ownDevice(c *op.Call, w *world.World, name *string, serial string) (*world.MFADevice, *world.User, error) {
	owner, err := keyOwner(c, w, name)
	if err != nil {
		return nil, nil, err
	}
	if u, ok := w.Users.Get(world.IAMKey(c.Account, owner)); ok {
		if d, ok := w.MFADeviceByARN(serial); ok && d.User == u.ID {
			return d, u, nil
		}
	}
	return nil, nil, awserr.New(noSuchEntity, "MFADevice with serial number %s is not enabled for this user.", serial)
}

func mayEnableMFADevice(c *op.Call, in *iamapi.EnableMFADeviceRequest) ([]op.Check, error) {
	return one(onUser(c, "EnableMFADevice", in.UserName))
}

// enableMFADevice gives a device to a user who proves with two codes in a row to hold it.
func (s *Service) enableMFADevice(c *op.Call, in *iamapi.EnableMFADeviceRequest) (*op.Empty, error) {
	return s.changeDevice(c, in.SerialNumber, func(tx *store.Tx, d *world.MFADevice) error {
		u, err := findUser(tx.World, c.Account, in.UserName)
		if err != nil {
			return err
		}
		if d.User != "" {
			return awserr.New(alreadyExists, "MFADevice with serial number %s is already enabled.", in.SerialNumber)
		}
		if len(tx.World.MFADevicesOf(u)) >= mfaDevicesPerUser {
			return quota("MFADevicesPerUser", mfaDevicesPerUser)
		}
		step, ok := mfa.CheckPair(tx.World, d, in.AuthenticationCode1, in.AuthenticationCode2, c.Time)
		if !ok {
			return badCodes()
		}
		d.User, d.Enabled, d.LastStep = u.ID, now(c), step
		return nil
	})
}

func mayResyncMFADevice(c *op.Call, in *iamapi.ResyncMFADeviceRequest) ([]op.Check, error) {
	return one(onUser(c, "ResyncMFADevice", in.UserName))
}

// resyncMFADevice learns from two codes in a row how wrong the clock of a user's device is.
func (s *Service) resyncMFADevice(c *op.Call, in *iamapi.ResyncMFADeviceRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, _, err := ownDevice(c, tx.World, &in.UserName, in.SerialNumber)
		if err != nil {
			return err
		}
		d := *old
		var ok bool
		if d.LastStep, d.Drift, ok = mfa.Resync(tx.World, old, in.AuthenticationCode1, in.AuthenticationCode2, c.Time); !ok {
			return badCodes()
		}
		tx.Put(&d)
		return nil
	}))
}

func mayDeactivateMFADevice(c *op.Call, in *iamapi.DeactivateMFADeviceRequest) ([]op.Check, error) {
	return onCallersUser(c, "DeactivateMFADevice", in.UserName)
}

// deactivateMFADevice takes a device from its user. The device stays, and remembers which codes were used.
func (s *Service) deactivateMFADevice(c *op.Call, in *iamapi.DeactivateMFADeviceRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, _, err := ownDevice(c, tx.World, in.UserName, in.SerialNumber)
		if err != nil {
			return err
		}
		d := *old
		d.User, d.Enabled, d.Drift = "", time.Time{}, 0
		tx.Put(&d)
		return nil
	}))
}

func mayListMFADevices(c *op.Call, in *iamapi.ListMFADevicesRequest) ([]op.Check, error) {
	return onCallersUser(c, "ListMFADevices", in.UserName)
}

func (s *Service) listMFADevices(c *op.Call, in *iamapi.ListMFADevicesRequest) (*iamapi.ListMFADevicesResponse, error) {
	owner, err := keyOwner(c, c.World, in.UserName)
	if err != nil {
		return nil, err
	}
	var found []*world.MFADevice
	if u, ok := c.World.Users.Get(world.IAMKey(c.Account, owner)); ok {
		found = c.World.MFADevicesOf(u)
	}
	part, truncated, next, err := paginate(found, (*world.MFADevice).ARN, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListMFADevicesResponse{MFADevices: []iamapi.MFADevice{}, IsTruncated: truncated, Marker: next}
	for _, d := range part {
		out.MFADevices = append(out.MFADevices, iamapi.MFADevice{UserName: owner, SerialNumber: d.ARN(), EnableDate: d.Enabled})
	}
	return out, nil
}

func mayGetMFADevice(c *op.Call, in *iamapi.GetMFADeviceRequest) ([]op.Check, error) {
	return onCallersUser(c, "GetMFADevice", in.UserName)
}

// getMFADevice also answers for virtual devices; IAM's takes the serial numbers of FIDO security keys only, of which a
// lab has none (docs/divergences.md).
func (s *Service) getMFADevice(c *op.Call, in *iamapi.GetMFADeviceRequest) (*iamapi.GetMFADeviceResponse, error) {
	d, u, err := ownDevice(c, c.World, in.UserName, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	return &iamapi.GetMFADeviceResponse{UserName: &u.Name, SerialNumber: d.ARN(), EnableDate: &d.Enabled}, nil
}
