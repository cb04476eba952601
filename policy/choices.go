package policy

// The constants below are the points on which AWS documentation is silent or contradicts itself. Each is a choice that
// has to be made by anybody who evaluates policies; changing one changes the rule and nothing else.
const (
	// EmptyStringIsPresent: a key whose only value is the empty string exists for Null. The operators page says
	// "exists and its value is not null"; an older page counts an empty string as a null data set for ForAllValues.
	EmptyStringIsPresent = true

	// MultivaluedNeedsSetOperator: a condition on a multivalued key that has neither ForAllValues nor ForAnyValue does
	// not match. The documentation says that such keys "require" a set operator and does not say what happens without.
	MultivaluedNeedsSetOperator = true

	// ResourceWildcardCrossesColon: a * in a Resource value matches across the colons of an ARN wherever it stands.
	// The documentation promises it for a * at the end of a segment only.
	ResourceWildcardCrossesColon = true

	// VariablesInBool: policy variables are replaced in the values of Bool. The operators page says so, the variables
	// page does not list Bool.
	VariablesInBool = true

	// ForAnyValueIfExistsMatchesMissing: ForAnyValue:…IfExists holds where the key is missing, as IfExists promises.
	// ForAnyValue alone promises the opposite.
	ForAnyValueIfExistsMatchesMissing = true

	// NotPrincipalNeedsWholeChain: NotPrincipal exempts a caller only where the caller and everything that contains it
	// is listed: the session, its role or user, and the account. The documentation says that otherwise the caller
	// "might" be denied.
	NotPrincipalNeedsWholeChain = true

	// PadShortARNs: a Resource value with fewer than six ARN segments is completed with *, as IAM's own messages print
	// it: arn:aws:fsx becomes arn:aws:fsx:*:*:*.
	PadShortARNs = true

	// NotResourceUnresolvedMatches: what a NotResource element does where one of its values holds a variable without a
	// value. The variables page says that such a value matches no resource and that the statement does not apply;
	// false follows it, true would ignore that one value.
	NotResourceUnresolvedMatches = false
)
