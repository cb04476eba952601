package iam

// The quotas of an account as it is opened, each with the name it has in LimitExceeded messages
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, facts/iam-policy-evaluation.md section
// 1.3). Sizes are in characters, white space not counted.
const (
	usersPerAccount            = 5000
	groupsPerAccount           = 300
	rolesPerAccount            = 1000
	policiesPerAccount         = 1500
	instanceProfilesPerAccount = 1000
	mfaDevicesPerAccount       = 5000 // virtual ones, whether enabled or not

	groupsPerUser       = 10
	accessKeysPerUser   = 2
	mfaDevicesPerUser   = 8
	attachedPolicies    = 10 // managed policies of one user, group or role
	versionsPerPolicy   = 5
	rolesPerProfile     = 1
	tagsPerEntity       = 50
	policySize          = 6144
	trustPolicySize     = 2048
	inlineSizeUser      = 2048
	inlineSizeGroup     = 5120
	inlineSizeRole      = 10240
	policyVersionsInUse = 10000
)

// Quotas that GetAccountSummary tells although Airside has nothing that they limit.
const (
	serverCertificatesPerAccount = 20
	signingCertificatesPerUser   = 2
)

// size counts the characters of a policy document as the quotas do: without white space.
func size(document string) int {
	n := 0
	for _, r := range document {
		switch r {
		case ' ', '\t', '\n', '\r':
		default:
			n++
		}
	}
	return n
}
