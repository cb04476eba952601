package world

import (
	"strings"
	"testing"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}`

func role(name, id string) *Role {
	return &Role{Partition: "aws", Account: "123456789012", Path: "/team/", Name: name, ID: id, Trust: trust}
}

func mustOf(t *testing.T, records ...Record) *World {
	t.Helper()
	w, err := Of(records...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestNamesAreUniqueIgnoringCaseAndARNsAreNot(t *testing.T) {
	w := mustOf(t, role("Dev", "AROA1"))
	if _, ok := w.Roles.Get(IAMKey("123456789012", "dEV")); !ok {
		t.Error("a role is not found by its name in another case")
	}
	if _, ok := w.RoleByARN("arn:aws:iam::123456789012:role/team/Dev"); !ok {
		t.Error("a role is not found by its ARN")
	}
	for _, arn := range []string{"arn:aws:iam::123456789012:role/team/dev", "arn:aws:iam::123456789012:role/Dev", "Dev", ""} {
		if _, ok := w.RoleByARN(arn); ok {
			t.Errorf("a role is found by %q", arn)
		}
	}
}

// A role that was deleted and made again has another id; its old id must lead nowhere.
func TestIndexForgetsOldIDs(t *testing.T) {
	w := mustOf(t, role("dev", "AROAOLD"))
	next, err := w.Apply(2, []Change{{KindRole, role("dev", "").Key(), nil}})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := next.Roles.Find("id:AROAOLD"); ok {
		t.Error("a deleted role is still found by its id")
	}
	if _, ok := w.Roles.Find("id:AROAOLD"); !ok {
		t.Error("the older World has changed")
	}
}

func TestApplyRefusesWhatItCannotRead(t *testing.T) {
	for name, c := range map[string]Change{
		"unknown kind":  {"iam/planet", "x", []byte(`{}`)},
		"not JSON":      {KindRole, "123456789012/dev", []byte(`{`)},
		"another key":   {KindRole, "123456789012/other", []byte(`{"account":"123456789012","name":"dev","trust":` + quote(trust) + `}`)},
		"broken policy": {KindRole, "123456789012/dev", []byte(`{"account":"123456789012","name":"dev","trust":"{"}`)},
		"lost version":  {KindPolicy, "123456789012/p", []byte(`{"account":"123456789012","name":"p","default":"v2"}`)},
	} {
		if _, err := new(World).Apply(1, []Change{c}); err == nil {
			t.Errorf("%s: applied", name)
		}
	}
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

func TestAllWalksInKeyOrderWithinAPrefix(t *testing.T) {
	a := func(account string) *AccountAlias { return &AccountAlias{Account: account, Alias: "x" + account} }
	w := mustOf(t, a("22"), a("1"), a("21"), a("3"))
	var got []string
	for r := range w.AccountAliases.All("2") {
		got = append(got, r.Account)
	}
	if strings.Join(got, " ") != "21 22" {
		t.Errorf("walked %v, want 21 22", got)
	}
}

func TestSessionTagsReplaceEntityTagsInAnyCase(t *testing.T) {
	got := OverlayTags(map[string]string{"Team": "a", "Cost": "1"}, []Tag{{"team", "b"}})
	if len(got) != 2 || got["team"] != "b" || got["Cost"] != "1" {
		t.Errorf("got %v", got)
	}
}

func TestLostBoundaryAllowsNothing(t *testing.T) {
	r := role("dev", "AROA1")
	r.Boundary = "arn:aws:iam::123456789012:policy/gone"
	w := mustOf(t, r)
	p := w.RoleSession(r, "s")
	b := w.PoliciesOf(&p).Boundary
	if b == nil || b.Policy != nil {
		t.Errorf("boundary is %v, want one without a policy", b)
	}
}
