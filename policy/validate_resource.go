package policy

// validateResource checks a resource-based policy as S3 does for a bucket (facts: wire-errors.md section 5.5), as far
// as that needs no knowledge of the service's actions, resources and condition keys.
func (d *Document) validateResource() *ValidationError {
	refuse := func(pos Pos, format string, args ...any) *ValidationError {
		err := malformed(pos, format, args...)
		err.Code = codeS3
		return err
	}
	switch {
	case !d.versionKnown():
		return refuse(d.Version.Pos, versionMessage)
	case !d.hasStatement:
		return refuse(Pos{Line: 1, Column: 1}, "Missing required field Statement")
	case len(d.Statements) == 0:
		return refuse(Pos{Line: 1, Column: 1}, emptyMessage)
	}
	for _, s := range d.Statements {
		if err := s.effect(codeS3); err != nil {
			return err
		}
		for _, op := range s.Condition {
			if _, _, _, ok := parseOperator(op.Name); !ok && len(op.Keys) > 0 {
				return refuse(op.Pos, "Invalid Condition type : %s", op.Name)
			}
		}
		if pos, bad := s.contradiction(); bad {
			return refuse(pos, jsonMessage)
		}
		switch {
		case s.Principal == nil && s.NotPrincipal == nil:
			return refuse(s.Pos, "Missing required field Principal")
		case s.Action.empty() && s.NotAction.empty():
			return refuse(s.Pos, "Missing required field Action")
		case s.Resource.empty() && s.NotResource.empty():
			return refuse(s.Pos, "Missing required field Resource")
		}
		if pos, ok := s.resourcePrincipals(); !ok {
			return refuse(pos, "Invalid principal in policy")
		}
		if err := s.addresses(); err != nil {
			return err
		}
	}
	return nil
}

// resourcePrincipals checks the form of a resource policy's principals: "*" or an object with known types.
func (s *Statement) resourcePrincipals() (Pos, bool) {
	for _, p := range []*Principals{s.Principal, s.NotPrincipal} {
		if p == nil {
			continue
		}
		if p.Text != nil && p.Text.Text != "*" || p.Text == nil && len(p.Types) == 0 {
			return p.Pos, false
		}
		for _, t := range p.Types {
			switch t.Type {
			case awsType, serviceType, federatedType, canonicalType:
			default:
				return t.Pos, false
			}
		}
	}
	return Pos{}, true
}

// addresses checks the values of address operators.
func (s *Statement) addresses() *ValidationError {
	for _, op := range s.Condition {
		if known, _, _, _ := parseOperator(op.Name); known.family != addressFamily {
			continue
		}
		for _, k := range op.Keys {
			for _, v := range k.List {
				if _, ok := parsePrefix(v.Text); !ok {
					err := malformed(v.Pos, "Invalid IP address in Conditions")
					err.Code = codeS3
					return err
				}
			}
		}
	}
	return nil
}
