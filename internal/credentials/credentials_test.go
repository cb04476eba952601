package credentials

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/world"
)

const (
	account = "123456789012"
	trust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"sts:AssumeRole"}]}`
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func lab(t *testing.T, roleID string) (*world.World, *Sealer, *Resolver) {
	t.Helper()
	w, err := world.Of(
		&world.Lab{Account: account, Region: "us-east-1", Partition: "aws"},
		&world.Role{Partition: "aws", Account: account, Path: "/", Name: "dev", ID: roleID, Trust: trust, Tags: []world.Tag{{Key: "Team", Value: "red"}}},
		&world.User{Partition: "aws", Account: account, Path: "/", Name: "alice", ID: "AIDAALICE"},
		&world.AccessKey{ID: "AKIAALICE", Account: account, User: "alice", Active: true},
		&world.AccessKey{ID: "AKIAOFF", Account: account, User: "alice"},
		&world.AccessKey{ID: "AKIAGONE", Account: account, User: "gone", Active: true},
		&world.Secret{Name: "access-key/AKIAALICE", Value: []byte("s")},
		&world.Secret{Name: "access-key/AKIAOFF", Value: []byte("s")},
		&world.Secret{Name: "access-key/AKIAGONE", Value: []byte("s")},
	)
	if err != nil {
		t.Fatal(err)
	}
	x, err := NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return w, x, NewResolver(x)
}

func session() *Session {
	return &Session{
		AccessKeyID: "ASIAX", Secret: "secret", Kind: AssumedRole, Partition: "aws", Account: account, PrincipalID: "AROADEV", Name: "s",
		Issued: now, Expires: now.Add(time.Hour), Tags: []world.Tag{{Key: "team", Value: "blue"}}, MFA: true,
		Policies: []string{`{"Version":"2012-10-17","Statement":[]}`},
	}
}

func TestSessionComesBackFromItsToken(t *testing.T) {
	w, x, r := lab(t, "AROADEV")
	token, err := x.Seal(session())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time from the cache
		c, err := r.Resolve(w, "ASIAX", token, now)
		if err != nil {
			t.Fatal(err)
		}
		p := c.Principal
		if p.ARN != "arn:aws:sts::"+account+":assumed-role/dev/s" || p.UserID != "AROADEV:s" || p.Tags["team"] != "blue" || len(p.Tags) != 1 {
			t.Errorf("principal is %+v", p)
		}
		if p.MFA != (authz.MFA{Known: true, At: now}) {
			t.Errorf("a role session carries MFA on: %+v", p.MFA)
		}
		if !c.Policies(w).HasSession {
			t.Error("the session policy is lost")
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	w, x, r := lab(t, "AROADEV")
	token, err := x.Seal(session())
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewSealer([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.Seal(session())
	if err != nil {
		t.Fatal(err)
	}
	remade, _, _ := lab(t, "AROANEW")
	for name, c := range map[string]struct {
		world     *world.World
		id, token string
		at        time.Time
		want      error
	}{
		"unknown key":              {w, "AKIANOBODY", "", now, ErrUnknown},
		"inactive key":             {w, "AKIAOFF", "", now, ErrUnknown},
		"key of a deleted user":    {w, "AKIAGONE", "", now, ErrUnknown},
		"temporary key, no token":  {w, "ASIAX", "", now, ErrUnknown},
		"token of another key":     {w, "ASIAY", token, now, ErrUnknown},
		"long-term key with token": {w, "AKIAALICE", token, now, ErrUnknown},
		"token of another Airside": {w, "ASIAX", foreign, now, ErrUnknown},
		"changed token":            {w, "ASIAX", "A" + token[1:], now, ErrUnknown},
		"no token at all":          {w, "ASIAX", "!", now, ErrUnknown},
		"role made again":          {remade, "ASIAX", token, now, ErrUnknown},
		"over":                     {w, "ASIAX", token, now.Add(time.Hour), ErrExpired},
	} {
		if _, err := r.Resolve(c.world, c.id, c.token, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	x, err := NewSealer(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	token, err := x.Seal(session())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := x.Open(text); err == nil && text != token && s.AccessKeyID != "ASIAX" {
			t.Errorf("opened %q", text)
		}
	})
}
