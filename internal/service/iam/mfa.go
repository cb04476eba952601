package iam

import (
	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/mfa"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// Values of AssignmentStatus.
const (
	assigned   = "Assigned"
	unassigned = "Unassigned"
)

// findDevice looks a virtual MFA device up by its serial number.
func findDevice(c *op.Call, w *world.World, serial string) (*world.MFADevice, error) {
	if d, ok := w.MFADeviceByARN(serial); ok && d.Account == c.Account {
		return d, nil
	}
	return nil, awserr.New(noSuchEntity, "VirtualMFADevice with serial number %s doesn't exist.", serial)
}

// onDevice is the check of an action on a virtual MFA device, which is named by its serial number.
func onDevice(c *op.Call, action, serial string) op.Check {
	check := op.Check{Action: "iam:" + action, Resource: serial, Keys: policy.Keys{}}
	if d, err := findDevice(c, c.World, serial); err == nil {
		check.ResourceTags = world.TagMap(d.Tags)
	}
	return check
}

func mayCreateVirtualMFADevice(c *op.Call, in *iamapi.CreateVirtualMFADeviceRequest) ([]op.Check, error) {
	return one(making(c, "CreateVirtualMFADevice", "mfa", in.Path, in.VirtualMFADeviceName, in.Tags))
}

// createVirtualMFADevice answers the only copies of the seed that ever leave the store.
func (s *Service) createVirtualMFADevice(c *op.Call, in *iamapi.CreateVirtualMFADeviceRequest) (*iamapi.CreateVirtualMFADeviceResponse, error) {
	tags, err := exactCase.set(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	d := &world.MFADevice{
		Partition: c.Partition, Account: c.Account, Path: path(in.Path), Name: in.VirtualMFADeviceName, Created: now(c), Tags: tags,
	}
	seed := awsid.MFASeed()
	qr, err := mfa.QRCode(d.Name, d.Account, seed)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(c, func(tx *store.Tx) error {
		if _, ok := tx.World.MFADevices.Get(d.Key()); ok {
			return awserr.New(alreadyExists, "MFADevice entity at the same path and name already exists.")
		}
		if count(tx.World.MFADevices.All(c.Account+"/")) >= mfaDevicesPerAccount {
			return quota("MFADevicesPerAccount", mfaDevicesPerAccount)
		}
		tx.Put(d)
		tx.Put(&world.Secret{Name: d.SecretName(), Value: []byte(seed)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateVirtualMFADeviceResponse{VirtualMFADevice: &iamapi.VirtualMFADevice{
		SerialNumber: d.ARN(), Base32StringSeed: []byte(seed), QRCodePNG: qr, Tags: toTags(d.Tags),
	}}, nil
}

func mayListVirtualMFADevices(c *op.Call, _ *iamapi.ListVirtualMFADevicesRequest) ([]op.Check, error) {
	return one(listing(c, "ListVirtualMFADevices", "mfa", nil))
}

func (s *Service) listVirtualMFADevices(c *op.Call, in *iamapi.ListVirtualMFADevicesRequest) (*iamapi.ListVirtualMFADevicesResponse, error) {
	var found []*world.MFADevice
	for d := range c.World.MFADevices.All(c.Account + "/") {
		if status := value(in.AssignmentStatus); status == assigned && d.User == "" || status == unassigned && d.User != "" {
			continue
		}
		found = append(found, d)
	}
	part, truncated, next, err := paginate(found, (*world.MFADevice).ARN, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListVirtualMFADevicesResponse{VirtualMFADevices: []iamapi.VirtualMFADevice{}, IsTruncated: truncated, Marker: next}
	for _, d := range part {
		shown := iamapi.VirtualMFADevice{SerialNumber: d.ARN()}
		if u, ok := c.World.Users.Find("id:" + d.User); ok {
			user := listedUser(u)
			shown.User, shown.EnableDate = &user, &d.Enabled
		}
		out.VirtualMFADevices = append(out.VirtualMFADevices, shown)
	}
	return out, nil
}

func mayDeleteVirtualMFADevice(c *op.Call, in *iamapi.DeleteVirtualMFADeviceRequest) ([]op.Check, error) {
	return one(onDevice(c, "DeleteVirtualMFADevice", in.SerialNumber))
}

func (s *Service) deleteVirtualMFADevice(c *op.Call, in *iamapi.DeleteVirtualMFADeviceRequest) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		d, err := findDevice(c, tx.World, in.SerialNumber)
		if err != nil {
			return err
		}
		if d.User != "" {
			return awserr.New(deleteConflict, "MFA VirtualDevice in use. Must deactivate first.")
		}
		tx.Delete(d)
		tx.Delete(&world.Secret{Name: d.SecretName()})
		return nil
	}))
}

func mayTagMFADevice(c *op.Call, in *iamapi.TagMFADeviceRequest) ([]op.Check, error) {
	return one(withTags(onDevice(c, "TagMFADevice", in.SerialNumber), in.Tags))
}

func (s *Service) tagMFADevice(c *op.Call, in *iamapi.TagMFADeviceRequest) (*op.Empty, error) {
	return s.changeDevice(c, in.SerialNumber, func(_ *store.Tx, d *world.MFADevice) (err error) {
		d.Tags, err = exactCase.set(d.Tags, in.Tags)
		return err
	})
}

func mayUntagMFADevice(c *op.Call, in *iamapi.UntagMFADeviceRequest) ([]op.Check, error) {
	return one(withTagKeys(onDevice(c, "UntagMFADevice", in.SerialNumber), in.TagKeys))
}

func (s *Service) untagMFADevice(c *op.Call, in *iamapi.UntagMFADeviceRequest) (*op.Empty, error) {
	return s.changeDevice(c, in.SerialNumber, func(_ *store.Tx, d *world.MFADevice) error {
		d.Tags = exactCase.remove(d.Tags, in.TagKeys)
		return nil
	})
}

func mayListMFADeviceTags(c *op.Call, in *iamapi.ListMFADeviceTagsRequest) ([]op.Check, error) {
	return one(onDevice(c, "ListMFADeviceTags", in.SerialNumber))
}

func (s *Service) listMFADeviceTags(c *op.Call, in *iamapi.ListMFADeviceTagsRequest) (*iamapi.ListMFADeviceTagsResponse, error) {
	d, err := findDevice(c, c.World, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	tags, truncated, next, err := pageOfTags(d.Tags, in.Marker, in.MaxItems)
	return &iamapi.ListMFADeviceTagsResponse{Tags: tags, IsTruncated: truncated, Marker: next}, err
}

// changeDevice lets f change a copy of a device.
func (s *Service) changeDevice(c *op.Call, serial string, f func(*store.Tx, *world.MFADevice) error) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		old, err := findDevice(c, tx.World, serial)
		if err != nil {
			return err
		}
		d := *old
		if err := f(tx, &d); err != nil {
			return err
		}
		tx.Put(&d)
		return nil
	}))
}
