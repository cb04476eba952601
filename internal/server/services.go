package server

import (
	"github.com/airside-dev/airside/internal/awswire"
	"github.com/airside-dev/airside/internal/awswire/ec2query"
	"github.com/airside-dev/airside/internal/awswire/model"
	"github.com/airside-dev/airside/internal/awswire/query"
	"github.com/airside-dev/airside/internal/awswire/restjson"
	"github.com/airside-dev/airside/internal/gateway"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/service/ec2"
	"github.com/airside-dev/airside/internal/service/eks"
	"github.com/airside-dev/airside/internal/service/iam"
	"github.com/airside-dev/airside/internal/service/sts"
	"github.com/airside-dev/airside/internal/sigv4"
)

// services is every AWS service of the lab. A new one is added here.
func (l *lab) services() ([]*gateway.Service, error) {
	all := []struct {
		name       string
		protocol   awswire.Protocol
		family     sigv4.Family
		denial     gateway.Denial
		operations op.Table
	}{
		{"sts", query.Protocol{}, sigv4.Query, gateway.STSDenial, sts.New(l.sealer, l.store).Operations().Table()},
		{"iam", query.Protocol{}, sigv4.Query, gateway.QueryDenial, iam.New(l.store).Operations().Table()},
		{"ec2", ec2query.Protocol{}, sigv4.EC2, gateway.EC2Denial, ec2.New(l.store).Operations().Table()},
		{"eks", restjson.Protocol{}, sigv4.RESTJSON, gateway.JSONDenial, eks.New(l.store).Operations().Table()},
	}
	var services []*gateway.Service
	for _, s := range all {
		m, err := model.Load(s.name)
		if err != nil {
			return nil, err
		}
		services = append(services, &gateway.Service{
			Model: m, Protocol: s.protocol, Operations: s.operations, Family: s.family, Denial: s.denial, Forbid: sts.Forbidden,
		})
	}
	return services, nil
}
