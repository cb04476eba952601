package policy

// organizationsMessage is the one text that AWS Organizations has for every policy it refuses.
const organizationsMessage = "The provided policy document does not meet the requirements of the specified policy type."

// validateOrganization checks service control and resource control policies (organizations
// orgs_manage_policies_scps_syntax and orgs_manage_policies_rcps). An SCP has the full language without principals. An
// RCP only denies, to everybody, actions of a service that it names.
func (d *Document) validateOrganization(kind Kind) *ValidationError {
	refuse := func(pos Pos) *ValidationError {
		return &ValidationError{Code: codeOrg, Message: organizationsMessage, Pos: pos}
	}
	if !d.variables() {
		return refuse(d.versionPos())
	}
	if pos, ok := d.wellFormed(); !ok {
		return refuse(pos)
	}
	for _, s := range d.Statements {
		bad := s.Effect.Text != Allow && s.Effect.Text != Deny ||
			s.Action.empty() && s.NotAction.empty() ||
			s.Resource.empty() && s.NotResource.empty()
		if kind == SCP {
			bad = bad || s.Principal != nil || s.NotPrincipal != nil
		} else {
			bad = bad || s.Effect.Text != Deny || s.NotAction != nil || !s.Principal.everybody()
		}
		if bad {
			return refuse(s.Pos)
		}
		err := each(func(v Value) *ValidationError {
			if kind == RCP && serviceOf(v.Text) == anyService || vendor(v) != nil {
				return refuse(v.Pos)
			}
			return nil
		}, s.Action, s.NotAction)
		if err != nil {
			return err
		}
	}
	return nil
}

// everybody tells whether the element is the plain "*".
func (p *Principals) everybody() bool { return p != nil && p.Text != nil && p.Text.Text == "*" }
