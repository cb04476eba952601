package sigv4

import "time"

const (
	// MaxSkew is how far the clock of a client may be off, and how long a signature in a header lives.
	MaxSkew = 15 * time.Minute
	// MaxExpires is the longest X-Amz-Expires that AWS takes.
	MaxExpires = 7 * 24 * time.Hour
)

// Endpoint is what the endpoint that a request came to asks of a signature's scope and age.
type Endpoint struct {
	Service string // signing name: "iam", "sts", "eks", "s3"
	Region  string // signing region; empty: any

	// PresignLifetime, where it is not zero, is how long presigned requests live, whatever X-Amz-Expires says: 15
	// minutes on IAM and STS (facts/eks-authentication.md section 1). Zero: X-Amz-Expires decides, up to MaxExpires,
	// and MaxSkew stands in for it where the service does not insist on one.
	PresignLifetime time.Duration
	// MaxExpires is the longest X-Amz-Expires that is taken; zero: the constant MaxExpires.
	MaxExpires time.Duration
}

// Check judges the scope and the time of a signature, scope first as AWS does. It does not need the secret; a nil
// result says nothing about who signed.
func (s *Signature) Check(now time.Time, at Endpoint) error {
	if err := s.checkScope(at); err != nil {
		return err
	}
	now = now.UTC()
	if s.Date.After(now.Add(MaxSkew)) {
		return s.errNotYetValid(now)
	}
	lifetime := MaxSkew
	switch {
	case !s.Presigned:
	case at.PresignLifetime > 0:
		lifetime = at.PresignLifetime
	case s.HasExpires:
		longest := at.MaxExpires
		if longest == 0 {
			longest = MaxExpires
		}
		if s.Expires > longest {
			return errExpiresTooLong(longest)
		}
		lifetime = s.Expires
	case at.Service == serviceS3:
		return errMissingParams([]string{paramExpires})
	}
	if s.Date.Before(now.Add(-lifetime)) {
		return s.errExpired(now, lifetime)
	}
	return nil
}

func (s *Signature) checkScope(at Endpoint) error {
	switch {
	case s.Scope.Service != at.Service:
		return s.errService(at.Service)
	case s.Scope.Terminator != terminator:
		return s.errTerminator()
	case at.Region != "" && s.Scope.Region != at.Region:
		return s.errRegion(at.Region)
	case s.Scope.Date != s.Date.Format(dateLayout):
		return s.errScopeDate()
	}
	return nil
}
