package iam_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/service/iam"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/store/storetest"
)

const (
	account   = storetest.Account
	adminARN  = "arn:aws:iam::aws:policy/AdministratorAccess"
	readARN   = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	allowRead = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`
	trustEC2  = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}`
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 987654321, time.UTC)

// lab is IAM on a store of its own, called by the root user unless a test says otherwise.
type lab struct {
	t      *testing.T
	store  *store.Store
	table  op.Table
	caller authz.Principal
	clock  time.Time
}

func newLab(t *testing.T) *lab {
	t.Helper()
	s := storetest.New(t)
	return &lab{t, s, iam.New(s).Operations().Table(), s.World().RootPrincipal(account), start}
}

// call runs both halves of an operation, as the pipeline does. Every call comes a second after the one before.
func (l *lab) call(name string, in any) (any, error) {
	l.t.Helper()
	entry, ok := l.table[name]
	if !ok {
		l.t.Fatalf("no operation %s", name)
	}
	l.clock = l.clock.Add(time.Second)
	c := l.as(l.caller)
	if _, err := entry.Access(c, in); err != nil {
		return nil, err
	}
	return entry.Do(c, in)
}

func (l *lab) as(p authz.Principal) *op.Call {
	return &op.Call{
		Context: l.t.Context(), Time: l.clock, World: l.store.World(), Caller: p,
		Account: account, Region: storetest.Region, Partition: "aws",
	}
}

// do runs an operation that has to succeed and answers an O.
func do[O any](l *lab, name string, in any) *O {
	l.t.Helper()
	out, err := l.call(name, in)
	if err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	return out.(*O)
}

// must runs an operation that has to succeed and answers nothing.
func (l *lab) must(name string, in any) {
	l.t.Helper()
	if _, err := l.call(name, in); err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
}

// refuse runs an operation that has to be refused with this "Code: Message".
func (l *lab) refuse(name string, in any, want string) {
	l.t.Helper()
	_, err := l.call(name, in)
	var e *awserr.Error
	if !errors.As(err, &e) {
		l.t.Errorf("%s: got %v, want %s", name, err, want)
		return
	}
	if e.Error() != want {
		l.t.Errorf("%s refused\n got %s\nwant %s", name, e, want)
	}
}

func (l *lab) user(name string) *iamapi.User {
	l.t.Helper()
	return do[iamapi.CreateUserResponse](l, "CreateUser", &iamapi.CreateUserRequest{UserName: name}).User
}

func (l *lab) group(name string) {
	l.t.Helper()
	l.must("CreateGroup", &iamapi.CreateGroupRequest{GroupName: name})
}

func (l *lab) role(name, trust string) *iamapi.Role {
	l.t.Helper()
	in := &iamapi.CreateRoleRequest{RoleName: name, AssumeRolePolicyDocument: trust}
	return do[iamapi.CreateRoleResponse](l, "CreateRole", in).Role
}

func (l *lab) policy(name string) string {
	l.t.Helper()
	in := &iamapi.CreatePolicyRequest{PolicyName: name, PolicyDocument: allowRead}
	return *do[iamapi.CreatePolicyResponse](l, "CreatePolicy", in).Policy.Arn
}

// document is an identity policy of exactly n characters that count.
func document(n int) string {
	const empty = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:","Resource":"*"}}`
	return strings.Replace(empty, "s3:", "s3:"+strings.Repeat("x", n-len(empty)), 1)
}
