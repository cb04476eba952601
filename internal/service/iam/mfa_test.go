package iam_test

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"sync"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/mfa"
)

const badCode = "InvalidAuthenticationCodeException: Authentication code for device is not valid."

// device makes a virtual MFA device.
func (l *lab) device(name string) (serial, seed string) {
	l.t.Helper()
	d := do[iamapi.CreateVirtualMFADeviceResponse](l, "CreateVirtualMFADevice", &iamapi.CreateVirtualMFADeviceRequest{VirtualMFADeviceName: name}).VirtualMFADevice
	return d.SerialNumber, string(d.Base32StringSeed)
}

// shows is what a device shows some time from now.
func (l *lab) shows(seed string, in time.Duration) string {
	l.t.Helper()
	code, err := mfa.Code(seed, l.clock.Add(in))
	if err != nil {
		l.t.Fatal(err)
	}
	return code
}

// enabling is a good request to enable a device, once the time of its second code has come.
func (l *lab) enabling(user, serial, seed string) *iamapi.EnableMFADeviceRequest {
	l.t.Helper()
	in := &iamapi.EnableMFADeviceRequest{UserName: user, SerialNumber: serial, AuthenticationCode1: l.shows(seed, 0), AuthenticationCode2: l.shows(seed, 30*time.Second)}
	l.clock = l.clock.Add(30 * time.Second)
	return in
}

func TestMFADeviceLife(t *testing.T) {
	l := newLab(t)
	alice := l.user("Alice")
	made := do[iamapi.CreateVirtualMFADeviceResponse](l, "CreateVirtualMFADevice", &iamapi.CreateVirtualMFADeviceRequest{
		VirtualMFADeviceName: "phone", Path: new("/p/"), Tags: []iamapi.Tag{{Key: "k", Value: "v"}},
	}).VirtualMFADevice
	const serial = "arn:aws:iam::123456789012:mfa/p/phone"
	if made.SerialNumber != serial || len(made.Base32StringSeed) != 64 || len(made.Tags) != 1 || made.User != nil || made.EnableDate != nil {
		t.Errorf("made %+v", made)
	}
	if _, err := png.Decode(bytes.NewReader(made.QRCodePNG)); err != nil {
		t.Errorf("QR code: %v", err)
	}
	seed := string(made.Base32StringSeed)
	l.refuse("CreateVirtualMFADevice", &iamapi.CreateVirtualMFADeviceRequest{VirtualMFADeviceName: "Phone", Path: new("/P/")},
		"EntityAlreadyExistsException: MFADevice entity at the same path and name already exists.")
	other, _ := l.device("phone") // the same name elsewhere

	in := l.enabling("alice", serial, seed)
	wrong := *in
	wrong.AuthenticationCode1, wrong.AuthenticationCode2 = in.AuthenticationCode2, in.AuthenticationCode1
	l.refuse("EnableMFADevice", &wrong, badCode)
	wrong = *in
	wrong.UserName = "nobody"
	l.refuse("EnableMFADevice", &wrong, "NoSuchEntityException: The user with name nobody cannot be found.")
	wrong = *in
	wrong.SerialNumber = serial + "x"
	l.refuse("EnableMFADevice", &wrong, "NoSuchEntityException: VirtualMFADevice with serial number "+serial+"x doesn't exist.")
	l.must("EnableMFADevice", in)
	enabled := l.clock.Truncate(time.Second)
	l.refuse("EnableMFADevice", in, "EntityAlreadyExistsException: MFADevice with serial number "+serial+" is already enabled.")

	got := do[iamapi.GetMFADeviceResponse](l, "GetMFADevice", &iamapi.GetMFADeviceRequest{UserName: new("alice"), SerialNumber: serial})
	if *got.UserName != "Alice" || got.SerialNumber != serial || !got.EnableDate.Equal(enabled) {
		t.Errorf("got %+v", got)
	}
	own := do[iamapi.ListMFADevicesResponse](l, "ListMFADevices", &iamapi.ListMFADevicesRequest{UserName: new("alice")})
	if len(own.MFADevices) != 1 || own.MFADevices[0] != (iamapi.MFADevice{UserName: "Alice", SerialNumber: serial, EnableDate: enabled}) {
		t.Errorf("Alice's devices %+v", own)
	}
	for status, want := range map[string][]string{"": {serial, other}, "Any": {serial, other}, "Assigned": {serial}, "Unassigned": {other}} {
		in := &iamapi.ListVirtualMFADevicesRequest{}
		if status != "" {
			in.AssignmentStatus = &status
		}
		list := do[iamapi.ListVirtualMFADevicesResponse](l, "ListVirtualMFADevices", in).VirtualMFADevices
		if len(list) != len(want) {
			t.Errorf("%q lists %+v", status, list)
			continue
		}
		for i, d := range list {
			if d.SerialNumber != want[i] || (d.User != nil) != (want[i] == serial) || d.Base32StringSeed != nil || d.Tags != nil {
				t.Errorf("%q lists %+v", status, d)
			}
		}
	}
	first := do[iamapi.ListVirtualMFADevicesResponse](l, "ListVirtualMFADevices", &iamapi.ListVirtualMFADevicesRequest{MaxItems: new(1)})
	rest := do[iamapi.ListVirtualMFADevicesResponse](l, "ListVirtualMFADevices", &iamapi.ListVirtualMFADevicesRequest{Marker: first.Marker})
	if len(first.VirtualMFADevices) != 1 || !*first.IsTruncated || len(rest.VirtualMFADevices) != 1 || rest.VirtualMFADevices[0].SerialNumber != other {
		t.Errorf("pages %+v, %+v", first, rest)
	}
	summary := do[iamapi.GetAccountSummaryResponse](l, "GetAccountSummary", &iamapi.GetAccountSummaryRequest{}).SummaryMap
	if summary["MFADevices"] != 2 || summary["MFADevicesInUse"] != 1 {
		t.Errorf("summary %v", summary)
	}

	l.refuse("DeleteVirtualMFADevice", &iamapi.DeleteVirtualMFADeviceRequest{SerialNumber: serial}, "DeleteConflictException: MFA VirtualDevice in use. Must deactivate first.")
	l.refuse("DeleteUser", &iamapi.DeleteUserRequest{UserName: "Alice"}, "DeleteConflictException: Cannot delete entity, must delete MFA device first.")
	l.must("UpdateUser", &iamapi.UpdateUserRequest{UserName: "alice", NewUserName: new("bob")}) // the device goes with her
	l.user("alice")
	notHers := "NoSuchEntityException: MFADevice with serial number " + serial + " is not enabled for this user."
	l.refuse("DeactivateMFADevice", &iamapi.DeactivateMFADeviceRequest{UserName: new("alice"), SerialNumber: serial}, notHers)
	l.refuse("DeactivateMFADevice", &iamapi.DeactivateMFADeviceRequest{SerialNumber: serial}, notHers) // the root user has none
	u, _ := l.store.World().UserByARN("arn:aws:iam::123456789012:user/bob")
	l.caller = l.store.World().UserPrincipal(u)
	l.must("DeactivateMFADevice", &iamapi.DeactivateMFADeviceRequest{SerialNumber: serial})
	l.caller = l.store.World().RootPrincipal(account)

	// Codes that were used stay used.
	again := *in
	again.UserName = "bob"
	l.refuse("EnableMFADevice", &again, badCode)
	l.must("DeleteVirtualMFADevice", &iamapi.DeleteVirtualMFADeviceRequest{SerialNumber: serial})
	if _, ok := l.store.World().Secrets.Get("mfa-device/123456789012/p/phone"); ok {
		t.Error("the seed outlives its device")
	}
	l.must("DeleteUser", &iamapi.DeleteUserRequest{UserName: "bob"})
	if u.ID != alice.UserId {
		t.Error("another user was deleted")
	}
	l.refuse("DeleteVirtualMFADevice", &iamapi.DeleteVirtualMFADeviceRequest{SerialNumber: serial}, "NoSuchEntityException: VirtualMFADevice with serial number "+serial+" doesn't exist.")
}

func TestResyncMFADevice(t *testing.T) {
	l := newLab(t)
	l.user("alice")
	serial, seed := l.device("phone")
	l.must("EnableMFADevice", l.enabling("alice", serial, seed))
	late := func(in time.Duration) string { return l.shows(seed, in+5*time.Minute) } // its clock is ahead
	resync := &iamapi.ResyncMFADeviceRequest{UserName: "alice", SerialNumber: serial, AuthenticationCode1: late(0), AuthenticationCode2: late(time.Minute)}
	l.refuse("ResyncMFADevice", resync, badCode)
	resync.AuthenticationCode2 = late(30 * time.Second)
	l.must("ResyncMFADevice", resync)
	if d, _ := l.store.World().MFADeviceByARN(serial); d.Drift < 9 || d.Drift > 11 {
		t.Errorf("device %+v", d)
	}
	l.refuse("ResyncMFADevice", resync, badCode) // used
	resync.UserName = "nobody"
	l.refuse("ResyncMFADevice", resync, "NoSuchEntityException: The user with name nobody cannot be found.")
}

func TestMFADeviceTags(t *testing.T) {
	l := newLab(t)
	serial, _ := l.device("phone")
	l.must("TagMFADevice", &iamapi.TagMFADeviceRequest{SerialNumber: serial, Tags: []iamapi.Tag{{Key: "b", Value: "1"}, {Key: "B", Value: "2"}}})
	l.must("UntagMFADevice", &iamapi.UntagMFADeviceRequest{SerialNumber: serial, TagKeys: []string{"b"}})
	list := do[iamapi.ListMFADeviceTagsResponse](l, "ListMFADeviceTags", &iamapi.ListMFADeviceTagsRequest{SerialNumber: serial})
	if len(list.Tags) != 1 || list.Tags[0] != (iamapi.Tag{Key: "B", Value: "2"}) {
		t.Errorf("tags %+v", list)
	}
	checks, err := l.table["DeleteVirtualMFADevice"].Access(l.as(l.caller), &iamapi.DeleteVirtualMFADeviceRequest{SerialNumber: serial})
	if err != nil || checks[0].Resource != serial || checks[0].ResourceTags["B"] != "2" {
		t.Errorf("checks %+v, %v", checks, err)
	}
	missing := serial + "x"
	l.refuse("TagMFADevice", &iamapi.TagMFADeviceRequest{SerialNumber: missing}, "NoSuchEntityException: VirtualMFADevice with serial number "+missing+" doesn't exist.")
	l.refuse("ListMFADeviceTags", &iamapi.ListMFADeviceTagsRequest{SerialNumber: "x"}, "NoSuchEntityException: VirtualMFADevice with serial number x doesn't exist.")
}

// A user has at most eight devices, also when nine are enabled at once.
func TestMFADevicesPerUser(t *testing.T) {
	l := newLab(t)
	l.user("alice")
	var requests []*iamapi.EnableMFADeviceRequest
	at := l.clock
	for i := range 9 {
		l.clock = at
		serial, seed := l.device(fmt.Sprint("d", i))
		requests = append(requests, l.enabling("alice", serial, seed))
	}
	refused := make([]error, len(requests))
	var all sync.WaitGroup
	for i, in := range requests {
		c := l.as(l.caller)
		all.Go(func() { _, refused[i] = l.table["EnableMFADevice"].Do(c, in) })
	}
	all.Wait()
	n := 0
	for _, err := range refused {
		var e *awserr.Error
		if errors.As(err, &e) && e.Error() == "LimitExceededException: Cannot exceed quota for MFADevicesPerUser: 8" {
			n++
		} else if err != nil {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("%d refusals", n)
	}
}
