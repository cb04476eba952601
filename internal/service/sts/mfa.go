package sts

import (
	"regexp"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/mfa"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

// wellFormedCode is what the service model lets through as a TokenCode; anything else is refused there.
var wellFormedCode = regexp.MustCompile(`^[0-9]{6}$`)

func invalidCode() *awserr.Error {
	return denied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
}

// passesMFA tells whether a request proves multi-factor authentication: it has both parameters, the device is the
// calling user's own, and the code is good. A request without either parameter proves nothing, which is no error.
// Nothing is written: useCode does that, once the call is allowed.
func passesMFA(c *op.Call, serial, code *string) (bool, error) {
	switch {
	case serial == nil && code == nil:
		return false, nil
	case serial == nil || code == nil:
		return false, denied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	case !wellFormedCode.MatchString(*code):
		return false, nil
	}
	_, _, err := checkCode(c, c.World, *serial, *code)
	return err == nil, err
}

// checkCode finds the calling user's device and the time step of a code of it.
func checkCode(c *op.Call, w *world.World, serial, code string) (*world.MFADevice, int64, error) {
	d, ok := w.MFADeviceByARN(serial)
	if !ok || c.Caller.Kind != authz.User || d.User != c.Caller.ID {
		return nil, 0, denied("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
	}
	step, ok := mfa.Check(w, d, code, c.Time)
	if !ok {
		return nil, 0, invalidCode()
	}
	return d, step, nil
}

// useCode uses up the code of a request, so that it is good for this call alone, and tells whether there was one. It
// is the last thing to do before credentials are issued: of two calls with one code, one is refused.
func (s *Service) useCode(c *op.Call, serial, code *string) (bool, error) {
	if serial == nil && code == nil {
		return false, nil
	}
	if serial == nil || code == nil || !wellFormedCode.MatchString(*code) {
		return false, invalidCode()
	}
	err := s.store.Update(c, func(tx *store.Tx) error {
		old, step, err := checkCode(c, tx.World, *serial, *code)
		if err != nil {
			return err
		}
		d := *old
		d.LastStep = step
		tx.Put(&d)
		return nil
	})
	return err == nil, err
}
