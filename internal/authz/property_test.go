package authz_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/policycase"
)

// TestProperties changes random cases in ways whose effect on the decision is known without knowing the decision. It
// needs no reference: a rule that both evaluators misread the same way can still break one of these.
func TestProperties(t *testing.T) {
	same := func(before, after authz.Outcome) bool { return before == after }
	neverMore := func(before, after authz.Outcome) bool { return rank(after) <= rank(before) }
	neverLess := func(before, after authz.Outcome) bool { return rank(after) >= rank(before) }
	for _, property := range []struct {
		name   string
		change func(r *random, c *policycase.Case) bool // false: there is nothing to change
		holds  func(before, after authz.Outcome) bool
	}{
		{"the order of statements and policies does not matter", shuffle, same},
		{"the case of actions does not matter", everyStatement(upperActions), same},
		{"the case of condition keys does not matter", everyStatement(upperKeys), same},
		{"the case of the context's keys does not matter", upperContext, same},
		{"a value twice is a value once", everyStatement(repeatValues), same},
		{"another Deny never allows", addStatement(randomDeny), neverMore},
		{"a Deny of everything denies", denyEverything, func(_, after authz.Outcome) bool { return after == authz.ExplicitlyDenied }},
		{"another Allow of a permissions boundary never denies", addTo("permissionsBoundary"), neverLess},
		{"another Allow of a session policy never denies", addTo("sessionPolicy"), neverLess},
		{"another Allow of an identity policy never denies", addTo("identityPolicies"), neverLess},
		{"another Allow of a resource policy never denies", addToResource, neverLess},
		{"without its conditions an Allow never denies", everyStatement(dropConditions("Allow")), neverLess},
		{"without its conditions a Deny never allows", everyStatement(dropConditions("Deny")), neverMore},
		{"without organization policies nothing more is denied", func(_ *random, c *policycase.Case) bool {
			changed := len(c.SCPs)+len(c.RCPs) > 0
			c.SCPs, c.RCPs = nil, nil
			return changed
		}, neverLess},
	} {
		t.Run(property.name, func(t *testing.T) {
			cases := 1_500
			if testing.Short() {
				cases = 300
			}
			changed, first := 0, *referenceSeed
			if first == 0 {
				first = drawSeed()
			}
			for seed := first; seed < first+uint64(cases); seed++ {
				before, after := newCase(seed), newCase(seed)
				r := &random{Rand: rand.New(rand.NewPCG(seed, 1)), request: &after.Request}
				if !property.change(r, after) {
					continue
				}
				changed++
				was, err := before.Decide(nil)
				if err != nil {
					t.Fatal(err)
				}
				is, err := after.Decide(nil)
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if !property.holds(was.Outcome, is.Outcome) {
					b, _ := json.Marshal(before)
					a, _ := json.Marshal(after)
					t.Fatalf("seed %d: %s became %s\nbefore %s\nafter  %s", seed, was.Outcome, is.Outcome, b, a)
				}
			}
			if changed < cases/20 {
				t.Errorf("only %d of %d cases had something to change", changed, cases)
			}
		})
	}
}

// rank orders the decisions by what they permit.
func rank(o authz.Outcome) int {
	switch o {
	case authz.Allowed:
		return 2
	case authz.ImplicitlyDenied:
		return 1
	}
	return 0
}

// slots is every document of a case.
func slots(c *policycase.Case) []*json.RawMessage {
	var all []*json.RawMessage
	for i := range c.IdentityPolicies {
		all = append(all, &c.IdentityPolicies[i])
	}
	for _, d := range []*json.RawMessage{&c.ResourcePolicy, &c.PermissionsBoundary, &c.SessionPolicy} {
		if *d != nil {
			all = append(all, d)
		}
	}
	for _, levels := range [][]policycase.Level{c.SCPs, c.RCPs} {
		for _, l := range levels {
			for i := range l.Policies {
				all = append(all, &l.Policies[i])
			}
		}
	}
	return all
}

// tree is a document as maps and lists.
type tree struct {
	Version   string           `json:",omitempty"`
	Statement []map[string]any `json:"Statement"`
}

func edit(d *json.RawMessage, change func(*tree)) {
	var t tree
	if err := json.Unmarshal(*d, &t); err != nil {
		panic(err)
	}
	change(&t)
	text, err := json.Marshal(t)
	if err != nil {
		panic(err)
	}
	*d = text
}

func shuffle(r *random, c *policycase.Case) bool {
	for _, d := range slots(c) {
		edit(d, func(t *tree) {
			r.Shuffle(len(t.Statement), func(i, j int) { t.Statement[i], t.Statement[j] = t.Statement[j], t.Statement[i] })
		})
	}
	r.Shuffle(len(c.IdentityPolicies), func(i, j int) {
		c.IdentityPolicies[i], c.IdentityPolicies[j] = c.IdentityPolicies[j], c.IdentityPolicies[i]
	})
	return len(slots(c)) > 0
}

// everyStatement makes a change of a statement one of a case.
func everyStatement(change func(s map[string]any) bool) func(*random, *policycase.Case) bool {
	return func(_ *random, c *policycase.Case) bool {
		changed := false
		for _, d := range slots(c) {
			edit(d, func(t *tree) {
				for _, s := range t.Statement {
					changed = change(s) || changed
				}
			})
		}
		return changed
	}
}

// mapped is a value or a list with f done to every string.
func mapped(value any, f func(string) string) any {
	switch v := value.(type) {
	case string:
		return f(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = mapped(v[i], f)
		}
		return list
	}
	return value
}

func upperActions(s map[string]any) bool {
	for _, element := range []string{"Action", "NotAction"} {
		if v, ok := s[element]; ok {
			s[element] = mapped(v, func(a string) string {
				service, name, _ := strings.Cut(a, ":")
				if name == "" {
					return a
				}
				return service + ":" + strings.ToUpper(name)
			})
		}
	}
	return true
}

func upperKeys(s map[string]any) bool {
	condition, ok := s["Condition"].(map[string]any)
	for operator, keys := range condition {
		upper := map[string]any{}
		for key, values := range keys.(map[string]any) {
			upper[strings.ToUpper(key)] = values
		}
		condition[operator] = upper
	}
	return ok
}

func upperContext(_ *random, c *policycase.Case) bool {
	upper := map[string][]string{}
	for key, values := range c.Request.Context {
		upper[strings.ToUpper(key)] = values
	}
	c.Request.Context = upper
	return len(upper) > 0
}

func repeatValues(s map[string]any) bool {
	condition, ok := s["Condition"].(map[string]any)
	for operator, keys := range condition {
		if operator == "Null" {
			continue
		}
		for key, values := range keys.(map[string]any) {
			list, isList := values.([]any)
			if !isList {
				list = []any{values}
			}
			keys.(map[string]any)[key] = append(list, list...)
		}
	}
	return ok
}

func dropConditions(effect string) func(map[string]any) bool {
	return func(s map[string]any) bool {
		_, has := s["Condition"]
		if s["Effect"] != effect || !has {
			return false
		}
		delete(s, "Condition")
		return true
	}
}

// addStatement adds a statement to one document of the case.
func addStatement(draw func(r *random, c *policycase.Case, d *json.RawMessage) map[string]any) func(*random, *policycase.Case) bool {
	return func(r *random, c *policycase.Case) bool {
		all := slots(c)
		if len(all) == 0 {
			return false
		}
		d := pick(r, all)
		s := draw(r, c, d)
		edit(d, func(t *tree) { t.Statement = append(t.Statement, s) })
		return true
	}
}

// purposeOf says what a document of the case is for.
func purposeOf(c *policycase.Case, d *json.RawMessage) purpose {
	switch {
	case d == &c.ResourcePolicy && strings.HasPrefix(c.Request.Action, "sts:"):
		return trustPolicy
	case d == &c.ResourcePolicy:
		return resourcePolicy
	}
	for _, l := range c.RCPs {
		for i := range l.Policies {
			if d == &l.Policies[i] {
				return rcpPolicy
			}
		}
	}
	return plainPolicy
}

// randomStatement draws a statement for a document and gives it an effect.
func randomStatement(r *random, p purpose, effect string) map[string]any {
	text, err := json.Marshal(r.statement(p))
	if err != nil {
		panic(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		panic(err)
	}
	if _, not := s["NotPrincipal"]; not && effect == "Allow" {
		delete(s, "NotPrincipal")
		s["Principal"] = "*"
	}
	s["Effect"] = effect
	return s
}

func randomDeny(r *random, c *policycase.Case, d *json.RawMessage) map[string]any {
	return randomStatement(r, purposeOf(c, d), "Deny")
}

// denyEverything adds an identity policy that denies everything to a caller who can have one.
func denyEverything(_ *random, c *policycase.Case) bool {
	c.IdentityPolicies = append(c.IdentityPolicies,
		json.RawMessage(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`))
	return strings.Contains(c.Request.Principal, ":user/") || strings.Contains(c.Request.Principal, ":assumed-role/")
}

// addTo adds an Allow to a document of the caller, where the case has it.
func addTo(name string) func(*random, *policycase.Case) bool {
	return func(r *random, c *policycase.Case) bool {
		var d *json.RawMessage
		switch {
		case name == "permissionsBoundary" && c.PermissionsBoundary != nil:
			d = &c.PermissionsBoundary
		case name == "sessionPolicy" && c.SessionPolicy != nil:
			d = &c.SessionPolicy
		case name == "identityPolicies" && len(c.IdentityPolicies) > 0:
			d = &c.IdentityPolicies[0]
		default:
			return false
		}
		edit(d, func(t *tree) { t.Statement = append(t.Statement, randomStatement(r, plainPolicy, "Allow")) })
		return true
	}
}

func addToResource(r *random, c *policycase.Case) bool {
	if c.ResourcePolicy == nil {
		return false
	}
	p := purposeOf(c, &c.ResourcePolicy)
	edit(&c.ResourcePolicy, func(t *tree) { t.Statement = append(t.Statement, randomStatement(r, p, "Allow")) })
	return true
}
