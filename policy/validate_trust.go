package policy

import (
	"slices"
	"strings"
)

// Messages of more than one kind of policy (facts: wire-errors.md sections 5.4 and 5.5).
const (
	jsonMessage    = "This policy contains invalid Json"
	versionMessage = "The policy must contain a valid version string"
	emptyMessage   = "Could not parse the policy: Statement is empty!"
	invalidType    = `Invalid principal in policy: "%s"`
)

// cognito is the identity provider whose trust needs a condition on its audience.
const cognito = "cognito-identity.amazonaws.com"

// validateTrust checks a role trust policy in the order of CreateRole. The text for contradictions differs from that of
// identity-based policies by one letter.
func (d *Document) validateTrust() *ValidationError {
	if !d.versionKnown() {
		return malformed(d.Version.Pos, versionMessage)
	}
	if len(d.Statements) == 0 {
		return malformed(Pos{Line: 1, Column: 1}, emptyMessage)
	}
	if s := d.duplicateSid(); s != nil {
		return malformed(s.Sid.Pos, "The Statement Ids in the policy are not unique")
	}
	for _, s := range d.Statements {
		if err := s.trust(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Statement) trust() *ValidationError {
	if err := s.effect(codeIAM); err != nil {
		return err
	}
	if err := s.trustPrincipal(); err != nil {
		return err
	}
	if pos, bad := s.contradiction(); bad {
		return malformed(pos, "Syntax error in policy.")
	}
	if err := s.trustAction(); err != nil {
		return err
	}
	switch {
	case s.Resource != nil:
		return malformed(s.Resource.Pos, "Has prohibited field Resource")
	case s.NotResource != nil:
		return malformed(s.NotResource.Pos, "AssumeRole policy must not contain resources.")
	}
	return s.trustCognito()
}

// effect is the check of Effect that trust and resource policies share.
func (s *Statement) effect(code string) *ValidationError {
	var err *ValidationError
	switch {
	case s.Effect == nil:
		err = malformed(s.Pos, "Missing required field Effect")
	case s.Effect.Text != Allow && s.Effect.Text != Deny:
		err = malformed(s.Effect.Pos, "Invalid effect: %s", s.Effect.Text)
	default:
		return nil
	}
	err.Code = code
	return err
}

func (s *Statement) trustPrincipal() *ValidationError {
	if np := s.NotPrincipal; np != nil {
		if s.Effect.Text == Allow {
			return malformed(np.Pos, "Allow with NotPrincipal is not allowed.")
		}
		return malformed(np.Pos, "AssumeRole policy must not contain NotPrincipal field.")
	}
	p := s.Principal
	switch {
	case p == nil:
		return malformed(s.Pos, "Missing required field Principal")
	case p.Text != nil:
		return malformed(p.Pos, "Principal must be a JSON object.")
	case len(p.Types) == 0 || slices.ContainsFunc(p.Types, func(t PrincipalsType) bool { return len(t.List) == 0 }):
		return malformed(p.Pos, "Missing required field Principal cannot be empty!")
	}
	for _, t := range p.Types {
		if t.Type != awsType && t.Type != serviceType && t.Type != federatedType {
			return malformed(t.Pos, invalidType, t.Type)
		}
	}
	return nil
}

// trustAction: a trust policy is about sts alone, and names its actions.
func (s *Statement) trustAction() *ValidationError {
	const message = "AssumeRole policy may only specify STS AssumeRole actions."
	if s.Action.empty() && s.NotAction.empty() {
		return malformed(s.Pos, "Missing required field Action")
	}
	return each(func(v Value) *ValidationError {
		if len(v.Text) < 4 || !strings.EqualFold(v.Text[:4], "sts:") {
			return malformed(v.Pos, message)
		}
		return nil
	}, s.Action, s.NotAction)
}

// trustCognito: whoever trusts the Cognito provider has to say which of everybody's identity pools is meant.
func (s *Statement) trustCognito() *ValidationError {
	for _, t := range s.Principal.Types {
		for _, v := range t.List {
			if t.Type == federatedType && v.Text == cognito && s.Effect.Text == Allow && !s.asks(cognito+":aud") {
				return malformed(v.Pos, "A condition block must be present for the Cognito provider")
			}
		}
	}
	return nil
}

// asks tells whether a condition of the statement is on the key.
func (s *Statement) asks(key string) bool {
	for _, op := range s.Condition {
		for _, k := range op.Keys {
			if strings.EqualFold(k.Name, key) {
				return true
			}
		}
	}
	return false
}
