package sts

import (
	"time"

	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/op"
)

// newSession begins a session that starts now and lasts some seconds.
func newSession(c *op.Call, kind credentials.Kind, partition, account string, seconds int, r restriction) *credentials.Session {
	issued := c.Time.UTC().Truncate(time.Second)
	return &credentials.Session{
		Kind: kind, Partition: partition, Account: account,
		Issued: issued, Expires: issued.Add(time.Duration(seconds) * time.Second),
		Policies: r.policies, PolicyARNs: r.arns,
	}
}

// issue gives a session its keys and seals it.
func (s *Service) issue(session *credentials.Session) (*stsapi.Credentials, error) {
	session.AccessKeyID = awsid.AccessKey(awsid.TemporaryKey, session.Account)
	session.Secret = awsid.Secret()
	token, err := s.sealer.Seal(session)
	if err != nil {
		return nil, err
	}
	return &stsapi.Credentials{
		AccessKeyId: session.AccessKeyID, SecretAccessKey: session.Secret,
		SessionToken: token, Expiration: session.Expires,
	}, nil
}
