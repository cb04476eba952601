package sts

import (
	"github.com/airside-dev/airside/internal/api/stsapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
)

func decodeAccess(*op.Call, *stsapi.DecodeAuthorizationMessageRequest) ([]op.Check, error) {
	return []op.Check{{Action: "sts:DecodeAuthorizationMessage", Resource: "*", NoResource: true}}, nil
}

func (s *Service) decodeAuthorizationMessage(_ *op.Call, in *stsapi.DecodeAuthorizationMessageRequest) (*stsapi.DecodeAuthorizationMessageResponse, error) {
	text, err := s.sealer.OpenMessage(in.EncodedMessage)
	if err != nil {
		return nil, awserr.New("InvalidAuthorizationMessageException", "Message is not valid")
	}
	return &stsapi.DecodeAuthorizationMessageResponse{DecodedMessage: &text}, nil
}
