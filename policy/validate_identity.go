package policy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Messages for identity-based policies, boundaries and session policies (facts: wire-errors.md section 5.3).
const (
	syntaxMessage = "Syntax errors in policy."
	legacyMessage = "The policy failed legacy parsing"
)

// CheckGrammar finds what is an error in every kind of policy: a bad Version or Effect, an unknown operator, Action beside
// NotAction, no statement. It is what a document must pass to mean anything; Validate also says what IAM refuses to store.
// The error is a *ValidationError.
func (d *Document) CheckGrammar() error {
	if pos, ok := d.wellFormed(); !ok {
		return malformed(pos, syntaxMessage)
	}
	for i := range d.Statements {
		// IAM has other words for "allow", which it takes for an older language.
		if e := d.Statements[i].Effect; e.Text != Allow && e.Text != Deny {
			return malformed(e.Pos, syntaxMessage)
		}
	}
	return nil
}

// validateIdentity checks in the order that was found by trial against CreatePolicy: syntax, version, legacy parsing,
// Sids, principals, actions present, format of resources, format of actions, resources present.
func (d *Document) validateIdentity(managed bool) *ValidationError {
	if pos, ok := d.wellFormed(); !ok {
		return malformed(pos, syntaxMessage)
	}
	if managed && !d.variables() {
		return malformed(d.versionPos(), "Policy document must be version 2012-10-17 or greater.")
	}
	for _, s := range d.Statements {
		if err := s.legacy(); err != nil {
			return err
		}
	}
	resourceError := d.resourceFormat()
	if resourceError != nil && resourceError.Message == legacyMessage {
		return resourceError
	}
	if err := d.sids(); err != nil {
		return err
	}
	for _, s := range d.Statements {
		if p := cmp.Or(s.Principal, s.NotPrincipal); p != nil {
			return malformed(p.Pos, "Policy document should not specify a principal.")
		}
	}
	for _, s := range d.Statements {
		if s.Action.empty() && s.NotAction.empty() {
			return malformed(s.Pos, "Policy statement must contain actions.")
		}
	}
	if resourceError != nil {
		return resourceError
	}
	for _, s := range d.Statements {
		if err := each(vendor, s.Action, s.NotAction); err != nil {
			return err
		}
	}
	for _, s := range d.Statements {
		if s.Resource.empty() && s.NotResource.empty() {
			return malformed(s.Pos, "Policy statement must contain resources.")
		}
	}
	return nil
}

// wellFormed is the part of the grammar that Parse leaves to the kind of policy.
func (d *Document) wellFormed() (Pos, bool) {
	if !d.versionKnown() {
		return d.Version.Pos, false
	}
	if len(d.Statements) == 0 {
		return Pos{Line: 1, Column: 1}, false
	}
	for _, s := range d.Statements {
		if s.Effect == nil {
			return s.Pos, false
		}
		if !strings.EqualFold(s.Effect.Text, Allow) && !strings.EqualFold(s.Effect.Text, Deny) {
			return s.Effect.Pos, false
		}
		if pos, bad := s.contradiction(); bad {
			return pos, false
		}
	}
	return Pos{}, true
}

// sids: a Sid of an IAM policy has letters and digits only and stands once (reference_policies_elements_sid).
func (d *Document) sids() *ValidationError {
	if s := d.duplicateSid(); s != nil {
		return malformed(s.Sid.Pos, "Statement IDs (SID) in a single policy must be unique.")
	}
	for _, s := range d.Statements {
		if s.Sid != nil && strings.IndexFunc(s.Sid.Text, notAlphanumeric) >= 0 {
			return malformed(s.Sid.Pos,
				"Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
		}
	}
	return nil
}

func notAlphanumeric(c rune) bool {
	return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
}

// legacy is what IAM's older parser refuses: an Effect in the wrong case, a date that is none.
func (s *Statement) legacy() *ValidationError {
	if s.Effect.Text != Allow && s.Effect.Text != Deny {
		return malformed(s.Effect.Pos, legacyMessage)
	}
	for _, op := range s.Condition {
		if known, _, _, _ := parseOperator(op.Name); known.family != dateFamily {
			continue
		}
		for _, k := range op.Keys {
			for _, v := range k.List {
				if !legacyDate(v.Text) {
					return malformed(v.Pos, legacyMessage)
				}
			}
		}
	}
	return nil
}

// vendor checks the part of an action before the colon.
func vendor(action Value) *ValidationError {
	prefix, _, found := strings.Cut(action.Text, ":")
	switch {
	case action.Text == "*":
		return nil
	case !found:
		return malformed(action.Pos, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
	case strings.Count(action.Text, ":") > 1:
		return malformed(action.Pos, "Actions/Condition can contain only one colon.")
	case prefix != "*" && strings.IndexFunc(prefix, notVendor) >= 0:
		return malformed(action.Pos, "Vendor %s is not valid", prefix)
	}
	return nil
}

func notVendor(c rune) bool { return notAlphanumeric(c) && c != '-' && c != '.' }

// resourceFormat checks every Resource and NotResource. The values of a list are taken in reverse order of their text
// and the last error stays; once there is one, the older parser no longer looks at resources.
func (d *Document) resourceFormat() *ValidationError {
	var last *ValidationError
	for _, s := range d.Statements {
		for _, e := range []*Values{s.Resource, s.NotResource} {
			if e == nil {
				continue
			}
			list := slices.Clone(e.List)
			slices.SortStableFunc(list, func(a, b Value) int { return strings.Compare(b.Text, a.Text) })
			for _, v := range list {
				if err := resourceARN(v); err != nil {
					last = err
				}
			}
			if last != nil {
				continue
			}
			for _, v := range e.List {
				if legacyResource(v.Text) {
					return malformed(v.Pos, legacyMessage)
				}
			}
		}
	}
	return last
}

// legacyResource is an ARN with an empty part and too few of them, or without a service.
func legacyResource(s string) bool {
	if s == "*" {
		return false
	}
	parts := strings.Split(s, ":")
	return len(parts) < 6 && strings.Contains(s, "::") || len(parts) > 2 && parts[2] == ""
}

// partitions are those that a Resource may name. IAM takes * for any.
var partitions = []string{"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc", "*"}

// iamPaths is what the resource part of an IAM ARN may begin with.
var iamPaths = []string{"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/",
	"policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"}

// resourceARN checks one Resource value.
func resourceARN(v Value) *ValidationError {
	if v.Text == "*" {
		return nil
	}
	parts := strings.SplitN(v.Text, ":", 6)
	if len(parts) < 2 {
		return malformed(v.Pos, `Resource %s must be in ARN format or "*".`, v.Text)
	}
	if !slices.Contains(partitions, parts[1]) {
		full := append(slices.Clone(parts), "*", "*", "*", "*")[:max(6, len(parts))]
		if len(parts) == 3 && full[2] == "" {
			full[2] = "*"
		}
		return malformed(v.Pos, `Partition "%s" is not valid for resource "arn:%s".`, parts[1], strings.Join(full[1:], ":"))
	}
	if len(parts) < 3 || strings.ContainsAny(parts[2], "*?") {
		return malformed(v.Pos, "Resource vendor must be fully qualified and cannot contain regexes.")
	}
	region := len(parts) < 4 || parts[3] != ""
	switch parts[2] {
	case "iam":
		if region {
			return malformed(v.Pos, "IAM resource %s cannot contain region information.", v.Text)
		}
		if len(parts) < 6 {
			return nil // the older parser's business
		}
		path := parts[5]
		if path == "*" || path == "root" || slices.ContainsFunc(iamPaths, func(p string) bool { return strings.HasPrefix(path, p) }) {
			return nil
		}
		return malformed(v.Pos, `IAM resource path must either be "*", root, or start with %s.`, strings.Join(iamPaths, ", "))
	case "s3":
		if region {
			return malformed(v.Pos, "Resource %s can not contain region information.", v.Text)
		}
	}
	return nil
}

// legacyDate tells whether IAM's older parser takes s as a date: a non-negative number that fits 64 bits, or something
// like ISO 8601. It is far more lenient than the comparison at evaluation: an hour alone is enough, and a zone counts
// only behind seconds.
func legacyDate(s string) bool {
	s = strings.ToLower(s)
	if !strings.ContainsAny(s, "t-") {
		n, err := strconv.ParseInt(s, 10, 64)
		return err == nil && n >= 0
	}
	day, clock, _ := strings.Cut(s, "t")
	return legacyDay(day) && legacyClock(clock)
}

// legacyDay is [-]year[-month[-day]] within the years of a 64-bit count of milliseconds.
func legacyDay(s string) bool {
	digits, negative := strings.CutPrefix(s, "-")
	parts := strings.Split(digits, "-")
	year := parts[0]
	if negative {
		year = "-" + year
	}
	if !within(year, -292275054, 292278993) || len(parts) > 3 {
		return false
	}
	return (len(parts) < 2 || within(parts[1], 1, 12)) && (len(parts) < 3 || within(parts[2], 1, 31))
}

// legacyClock is nothing or hour[:minute[:second[.fraction][Z|+hh[:mm]]]].
func legacyClock(s string) bool {
	if s == "" {
		return true
	}
	parts := strings.SplitN(s, ":", 3)
	if !within(parts[0], 0, 23) || len(parts) > 1 && !within(parts[1], 0, 59) {
		return false
	}
	if len(parts) < 3 {
		return true
	}
	seconds := parts[2]
	if before, zone, zoned := strings.Cut(seconds, "+"); zoned {
		hours, minutes, both := strings.Cut(zone, ":")
		if len(hours) != 2 || !within(hours, 0, 23) || both && (len(minutes) != 2 || !within(minutes, 0, 59)) {
			return false
		}
		seconds = before
	} else {
		seconds = strings.TrimSuffix(seconds, "z")
	}
	seconds, fraction, fractional := strings.Cut(seconds, ".")
	return within(seconds, 0, 59) && (!fractional || within(fraction, 0, 999999999))
}

// within tells whether s is an integer from low to high.
func within(s string, low, high int64) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && n >= low && n <= high
}
