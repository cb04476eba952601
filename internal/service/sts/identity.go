package sts

import (
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/op"
)

// getCallerIdentity answers every signed caller, "even if an explicit Deny exists" (API_GetCallerIdentity): its access
// is open.
func getCallerIdentity(c *op.Call, _ *stsapi.GetCallerIdentityRequest) (*stsapi.GetCallerIdentityResponse, error) {
	return &stsapi.GetCallerIdentityResponse{
		UserId: &c.Caller.UserID, Account: &c.Caller.Account, Arn: &c.Caller.ARN,
	}, nil
}

func accessKeyInfoAccess(*op.Call, *stsapi.GetAccessKeyInfoRequest) ([]op.Check, error) {
	return []op.Check{{Action: "sts:GetAccessKeyInfo", Resource: "*", NoResource: true}}, nil
}

// getAccessKeyInfo reads the account out of the key id itself. Whether the key exists is nobody's business here.
func getAccessKeyInfo(_ *op.Call, in *stsapi.GetAccessKeyInfoRequest) (*stsapi.GetAccessKeyInfoResponse, error) {
	account, ok := awsid.AccountOf(in.AccessKeyId)
	if !ok {
		return nil, invalid("%s is not a valid access key id", in.AccessKeyId)
	}
	return &stsapi.GetAccessKeyInfoResponse{Account: &account}, nil
}
