package iam_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/airside-dev/airside/internal/api/iamapi"
)

// afterDate is that of the examples of the AWS CLI for SimulateCustomPolicy, readTable that for
// GetContextKeysForCustomPolicy.
const (
	afterDate = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}`
	readTable = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}`
	object    = "arn:aws:s3:::b/k"
	aliceARN  = "arn:aws:iam::123456789012:user/alice"
)

func entry(name, kind string, values ...string) iamapi.ContextEntry {
	return iamapi.ContextEntry{ContextKeyName: &name, ContextKeyType: &kind, ContextKeyValues: values}
}

// printed writes a result down: decision, matched statements with their places, and what else there is.
func printed(r iamapi.EvaluationResult) string {
	out := r.EvalDecision + statements(r.MatchedStatements)
	if d := r.PermissionsBoundaryDecisionDetail; d != nil {
		out += fmt.Sprintf(" boundary:%v", *d.AllowedByPermissionsBoundary)
	}
	if d := r.OrganizationsDecisionDetail; d != nil {
		out += fmt.Sprintf(" organization:%v", *d.AllowedByOrganizations)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.EvalDecisionDetails)) {
		out += fmt.Sprintf(" %s:%s", kind, r.EvalDecisionDetails[kind])
	}
	if len(r.MissingContextValues) > 0 {
		out += " missing:" + strings.Join(r.MissingContextValues, ",")
	}
	return out
}

func statements(list []iamapi.Statement) (out string) {
	for _, m := range list {
		out += fmt.Sprintf(" [%s %s %d:%d-%d:%d]", *m.SourcePolicyId, *m.SourcePolicyType,
			*m.StartPosition.Line, *m.StartPosition.Column, *m.EndPosition.Line, *m.EndPosition.Column)
	}
	return out
}

func TestSimulateCustomPolicy(t *testing.T) {
	l := newLab(t)
	allow := func(action, resource string) string {
		return fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": %q, "Resource": %q}]}`, action, resource)
	}
	deny := strings.Replace(allow("s3:GetObject", "*"), "Allow", "Deny", 1)
	two := `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"} ,
  {"Effect": "Allow", "Action": "s3:*", "Resource": ["*", "arn:aws:s3:::}é{\"["]}
]}`
	bucket := func(principal, action string) *string {
		return new(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},"Action":%q,"Resource":%q}]}`, principal, action, object))
	}
	for name, test := range map[string]struct {
		in   iamapi.SimulateCustomPolicyRequest
		want string
	}{
		"after": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{afterDate}, ActionNames: []string{"dynamodb:CreateBackup"},
			ContextEntries: []iamapi.ContextEntry{entry("aws:CurrentTime", "date", "2019-04-25T11:00:00Z")},
		}, "allowed [PolicyInputList.1 IAM Policy 1:38-1:167]"},
		"before": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{afterDate}, ActionNames: []string{"dynamodb:CreateBackup"},
			ContextEntries: []iamapi.ContextEntry{entry("aws:CurrentTime", "date", "2014-04-25T11:00:00Z")},
		}, "implicitDeny"},
		"time is not known": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{afterDate}, ActionNames: []string{"dynamodb:CreateBackup"},
		}, "implicitDeny missing:aws:CurrentTime"},
		// The keys of every policy are missing, also of those that are not about the action (boto/boto3 issue 3111).
		"missing keys": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{readTable, allowRead}, ActionNames: []string{"s3:GetObject"},
		}, "allowed [PolicyInputList.2 IAM Policy 1:38-1:94] missing:aws:username,aws:CurrentTime"},
		"every statement that allows": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{two, allowRead}, ActionNames: []string{"s3:GetObject"},
		}, "allowed [PolicyInputList.1 IAM Policy 1:41-2:60] [PolicyInputList.1 IAM Policy 2:60-3:82] [PolicyInputList.2 IAM Policy 1:38-1:94]"},
		"denials alone": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allowRead, deny}, ActionNames: []string{"s3:GetObject"},
		}, "explicitDeny [PolicyInputList.2 IAM Policy 1:41-1:102]"},
		"boundary allows": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allowRead}, PermissionsBoundaryPolicyInputList: []string{allowRead}, ActionNames: []string{"s3:GetObject"},
		}, "allowed [PolicyInputList.1 IAM Policy 1:38-1:94] boundary:true"},
		"boundary does not": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allowRead}, PermissionsBoundaryPolicyInputList: []string{allow("ec2:*", "*")}, ActionNames: []string{"s3:GetObject"},
		}, "implicitDeny boundary:false"},
		"boundary denies": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allowRead}, PermissionsBoundaryPolicyInputList: []string{deny}, ActionNames: []string{"s3:GetObject"},
		}, "explicitDeny [PermissionsBoundaryPolicyInputList.1 Permissions Boundary Policy 1:41-1:102] boundary:false"},
		"organization": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allowRead}, ActionNames: []string{"s3:GetObject"},
			OrderedOrganizationPolicyInputList: []iamapi.OrderedOrganizationPolicyType{
				{ServiceControlPolicyInputList: []string{allow("*", "*")}}, {ServiceControlPolicyInputList: []string{allow("ec2:*", "*")}}},
		}, "implicitDeny organization:false"},
		"organization denies": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allowRead}, ActionNames: []string{"s3:GetObject"},
			OrderedOrganizationPolicyInputList: []iamapi.OrderedOrganizationPolicyType{{ServiceControlPolicyInputList: []string{allow("*", "*"), deny}}},
		}, "explicitDeny organization:false"},
		"organization allows": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allowRead}, ActionNames: []string{"s3:GetObject"},
			OrderedOrganizationPolicyInputList: []iamapi.OrderedOrganizationPolicyType{{ServiceControlPolicyInputList: []string{allow("*", "*")}}},
		}, "allowed [PolicyInputList.1 IAM Policy 1:38-1:94] organization:true"},
		"resource policy": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allow("ec2:*", "*")}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{object},
			CallerArn: new(aliceARN), ResourcePolicy: bucket(aliceARN, "s3:GetObject"),
		}, "allowed [ResourcePolicy Resource Policy 1:38-1:169]"},
		"another account's resource": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allow("ec2:*", "*")}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{object},
			CallerArn: new(aliceARN), ResourcePolicy: bucket(aliceARN, "s3:GetObject"), ResourceOwner: new("111122223333"),
		}, "implicitDeny IAM Policy:implicitDeny Resource Policy:allowed"},
		"both accounts": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allowRead}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{object},
			CallerArn: new(aliceARN), ResourcePolicy: bucket(aliceARN, "s3:GetObject"), ResourceOwner: new("arn:aws:iam::111122223333:root"),
		}, "allowed [ResourcePolicy Resource Policy 1:38-1:169] [PolicyInputList.1 IAM Policy 1:38-1:94] IAM Policy:allowed Resource Policy:allowed"},
		"the caller's keys": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allow("s3:*", "arn:aws:s3:::b/${aws:username}")}, ActionNames: []string{"s3:GetObject"},
			ResourceArns: []string{"arn:aws:s3:::b/alice"}, CallerArn: new(aliceARN),
		}, "allowed [PolicyInputList.1 IAM Policy 1:41-1:124]"},
		"a key that is given wins": {iamapi.SimulateCustomPolicyRequest{
			PolicyInputList: []string{allow("s3:*", "arn:aws:s3:::b/${aws:username}")}, ActionNames: []string{"s3:GetObject"},
			ResourceArns: []string{"arn:aws:s3:::b/alice"}, CallerArn: new(aliceARN),
			ContextEntries: []iamapi.ContextEntry{entry("AWS:UserName", "string", "bob")},
		}, "implicitDeny"},
	} {
		t.Run(name, func(t *testing.T) {
			l := *l
			l.t = t
			out := do[iamapi.SimulatePolicyResponse](&l, "SimulateCustomPolicy", &test.in)
			if len(out.EvaluationResults) != 1 || *out.IsTruncated {
				t.Fatalf("answer %+v", out)
			}
			if got := printed(out.EvaluationResults[0]); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestSimulateSeveralResources(t *testing.T) {
	l := newLab(t)
	mixed := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::good/*"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::bad/*"}]}`
	out := do[iamapi.SimulatePolicyResponse](l, "SimulateCustomPolicy", &iamapi.SimulateCustomPolicyRequest{
		PolicyInputList: []string{mixed}, ActionNames: []string{"s3:GetObject"},
		ResourceArns: []string{"arn:aws:s3:::good/1", "arn:aws:s3:::bad/1", "arn:aws:s3:::ugly/1"},
	}).EvaluationResults[0]
	if got, want := printed(out), "explicitDeny [PolicyInputList.1 IAM Policy 1:105-1:171]"; got != want || *out.EvalResourceName != "*" {
		t.Errorf("together %s on %s, want %s", got, *out.EvalResourceName, want)
	}
	var each []string
	for _, r := range out.ResourceSpecificResults {
		each = append(each, r.EvalResourceName+" "+r.EvalResourceDecision+statements(r.MatchedStatements))
	}
	if want := []string{
		"arn:aws:s3:::good/1 allowed [PolicyInputList.1 IAM Policy 1:38-1:105]",
		"arn:aws:s3:::bad/1 explicitDeny [PolicyInputList.1 IAM Policy 1:105-1:171]",
		"arn:aws:s3:::ugly/1 implicitDeny",
	}; !slices.Equal(each, want) {
		t.Errorf("got  %q\nwant %q", each, want)
	}
	if out.EvalDecisionDetails == nil {
		t.Error("EvalDecisionDetails is absent, not empty")
	}
}

func TestSimulationPages(t *testing.T) {
	l := newLab(t)
	in := &iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{allowRead}, ActionNames: []string{"s3:c", "s3:GetObject", "s3:a"}, MaxItems: new(2)}
	var got []string
	for {
		out := do[iamapi.SimulatePolicyResponse](l, "SimulateCustomPolicy", in)
		for _, r := range out.EvaluationResults {
			got = append(got, r.EvalActionName+" "+r.EvalDecision)
		}
		if in.Marker = out.Marker; !*out.IsTruncated {
			break
		}
	}
	if want := []string{"s3:c implicitDeny", "s3:GetObject allowed", "s3:a implicitDeny"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, bad := range []string{"?", "LTE", "OQ", "eA"} { // not base64, -1, 9, x
		in.Marker = &bad
		l.refuse("SimulateCustomPolicy", in, "ValidationError: Invalid Marker.")
	}
}

func TestSimulatePrincipalPolicy(t *testing.T) {
	l := newLab(t)
	ec2 := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}`
	own := l.policy("own")
	l.user("alice")
	l.group("team")
	l.role("dev", trustEC2)
	l.must("PutUserPolicy", &iamapi.PutUserPolicyRequest{UserName: "alice", PolicyName: "in", PolicyDocument: allowRead})
	l.must("AttachUserPolicy", &iamapi.AttachUserPolicyRequest{UserName: "alice", PolicyArn: own})
	l.must("AddUserToGroup", &iamapi.AddUserToGroupRequest{UserName: "alice", GroupName: "team"})
	l.must("PutGroupPolicy", &iamapi.PutGroupPolicyRequest{GroupName: "team", PolicyName: "g", PolicyDocument: ec2})
	l.must("AttachRolePolicy", &iamapi.AttachRolePolicyRequest{RoleName: "dev", PolicyArn: adminARN})
	l.must("PutRolePermissionsBoundary", &iamapi.PutRolePermissionsBoundaryRequest{RoleName: "dev", PermissionsBoundary: own})
	const (
		team = "arn:aws:iam::123456789012:group/team"
		dev  = "arn:aws:iam::123456789012:role/dev"
	)
	for name, test := range map[string]struct {
		in   iamapi.SimulatePrincipalPolicyRequest
		want string
	}{
		"user":  {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: aliceARN}, "s3:GetObject allowed user_alice_in own; ec2:RunInstances allowed group_team_g"},
		"group": {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: team}, "s3:GetObject implicitDeny; ec2:RunInstances allowed group_team_g"},
		"role":  {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: dev}, "s3:GetObject allowed AdministratorAccess boundary:true; ec2:RunInstances implicitDeny boundary:false"},
		"another boundary": {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: dev, PermissionsBoundaryPolicyInputList: []string{ec2}},
			"s3:GetObject implicitDeny boundary:false; ec2:RunInstances allowed AdministratorAccess boundary:true"},
		"no boundary": {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: dev, PolicyExclusionList: []iamapi.PolicyIdentifier{{PolicyType: new("permission-boundary")}}},
			"s3:GetObject allowed AdministratorAccess; ec2:RunInstances allowed AdministratorAccess"},
		"nothing of AWS's": {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: dev, PolicyExclusionList: []iamapi.PolicyIdentifier{{PolicyType: new("aws-managed")}, {PolicyType: new("scp")}}},
			"s3:GetObject implicitDeny boundary:true; ec2:RunInstances implicitDeny boundary:false"},
		"nothing inline": {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: aliceARN, PolicyExclusionList: []iamapi.PolicyIdentifier{{PolicyType: new("inline")}}},
			"s3:GetObject allowed own; ec2:RunInstances implicitDeny"},
		"without two": {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: aliceARN, PolicyExclusionList: []iamapi.PolicyIdentifier{
			{PolicyArn: &own}, {InlinePolicyIdentifier: &iamapi.InlinePolicyIdentifierType{PolicyName: "g", AttachmentType: "group", AttachmentName: "TEAM"}}}},
			"s3:GetObject allowed user_alice_in; ec2:RunInstances implicitDeny"},
		"nothing managed, and more": {iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: aliceARN, PolicyInputList: []string{ec2}, PolicyExclusionList: []iamapi.PolicyIdentifier{{PolicyType: new("user-managed")}}},
			"s3:GetObject allowed user_alice_in; ec2:RunInstances allowed group_team_g PolicyInputList.1"},
	} {
		t.Run(name, func(t *testing.T) {
			l := *l
			l.t = t
			test.in.ActionNames = []string{"s3:GetObject", "ec2:RunInstances"}
			var got []string
			for _, r := range do[iamapi.SimulatePolicyResponse](&l, "SimulatePrincipalPolicy", &test.in).EvaluationResults {
				line := r.EvalActionName + " " + r.EvalDecision
				for _, m := range r.MatchedStatements {
					line += " " + *m.SourcePolicyId
				}
				if d := r.PermissionsBoundaryDecisionDetail; d != nil {
					line += fmt.Sprintf(" boundary:%v", *d.AllowedByPermissionsBoundary)
				}
				got = append(got, line)
			}
			if got := strings.Join(got, "; "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}

	checks, err := l.table["SimulatePrincipalPolicy"].Access(l.as(l.caller), &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: dev})
	if err != nil || checks[0].Resource != dev || checks[0].Friendly != "" {
		t.Errorf("checks %+v, %v", checks, err)
	}
}

func TestSimulationRefusals(t *testing.T) {
	l := newLab(t)
	l.role("dev", trustEC2)
	for name, test := range map[string]struct {
		in   iamapi.SimulateCustomPolicyRequest
		want string
	}{
		"no JSON":           {iamapi.SimulateCustomPolicyRequest{PolicyInputList: []string{"{"}}, "Syntax errors in policy."},
		"boundary no JSON":  {iamapi.SimulateCustomPolicyRequest{PermissionsBoundaryPolicyInputList: []string{"{"}}, "Syntax errors in policy."},
		"two boundaries":    {iamapi.SimulateCustomPolicyRequest{PermissionsBoundaryPolicyInputList: []string{allowRead, allowRead}}, "The list of Permissions Boundary policies cannot exceed 1 items."},
		"no vendor":         {iamapi.SimulateCustomPolicyRequest{ActionNames: []string{"GetObject"}}, "Invalid Action Name: GetObject does not name its service."},
		"no ARN":            {iamapi.SimulateCustomPolicyRequest{ResourceArns: []string{"14a050d4"}}, "ResourceNames are not in a valid ARN format: 14a050d4."},
		"all and one":       {iamapi.SimulateCustomPolicyRequest{ResourceArns: []string{object, "*"}}, "ResourceNames are not in a valid ARN format: *."},
		"owner":             {iamapi.SimulateCustomPolicyRequest{ResourceOwner: new("me")}, "'me' is not a valid as a Resource Owner."},
		"caller":            {iamapi.SimulateCustomPolicyRequest{CallerArn: new("arn:aws:sts::123456789012:assumed-role/r/s")}, "Invalid caller - arn:aws:sts::123456789012:assumed-role/r/s is not the ARN of an IAM user."},
		"no caller":         {iamapi.SimulateCustomPolicyRequest{ResourcePolicy: new(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"` + object + `"}]}`)}, "Invalid caller - Caller cannot be null or empty."},
		"empty level":       {iamapi.SimulateCustomPolicyRequest{OrderedOrganizationPolicyInputList: []iamapi.OrderedOrganizationPolicyType{{}}}, "Organization policy at index 1 must contain at least one service control policy"},
		"nameless key":      {iamapi.SimulateCustomPolicyRequest{ContextEntries: []iamapi.ContextEntry{{}}}, "Invalid Context Entry: member 1 has no name."},
		"one key twice":     {iamapi.SimulateCustomPolicyRequest{ContextEntries: []iamapi.ContextEntry{entry("s3:prefix", "string", "a"), entry("S3:Prefix", "string", "a")}}, "Invalid Context Entry: S3:Prefix is given twice."},
		"several of one":    {iamapi.SimulateCustomPolicyRequest{ContextEntries: []iamapi.ContextEntry{entry("s3:prefix", "string", "a", "b")}}, "Invalid Context Entry: s3:prefix has several values and the type string."},
		"not of the type":   {iamapi.SimulateCustomPolicyRequest{ContextEntries: []iamapi.ContextEntry{entry("aws:SourceIp", "ipList", "10.0.0.0/8", "10.0.0")}}, "Invalid Context Entry: the value '10.0.0' of aws:SourceIp is not of the type ip."},
		"not a number":      {iamapi.SimulateCustomPolicyRequest{ContextEntries: []iamapi.ContextEntry{entry("s3:max-keys", "numeric", "ten")}}, "Invalid Context Entry: the value 'ten' of s3:max-keys is not of the type numeric."},
		"not a truth value": {iamapi.SimulateCustomPolicyRequest{ContextEntries: []iamapi.ContextEntry{entry("aws:SecureTransport", "boolean", "yes")}}, "Invalid Context Entry: the value 'yes' of aws:SecureTransport is not of the type boolean."},
		"not a date":        {iamapi.SimulateCustomPolicyRequest{ContextEntries: []iamapi.ContextEntry{entry("aws:CurrentTime", "date", "now")}}, "Invalid Context Entry: the value 'now' of aws:CurrentTime is not of the type date."},
	} {
		t.Run(name, func(t *testing.T) {
			l := *l
			l.t = t
			l.refuse("SimulateCustomPolicy", &test.in, "InvalidInputException: "+test.want)
		})
	}
	for source, want := range map[string]string{
		"arn:aws:sts::123456789012:assumed-role/dev/s": "InvalidInputException: Invalid Entity Arn: arn:aws:sts::123456789012:assumed-role/dev/s does not clearly define entity type and name.",
		"arn:aws:iam::123456789012:policy/p":           "InvalidInputException: Invalid Entity Arn: arn:aws:iam::123456789012:policy/p does not clearly define entity type and name.",
		"arn:aws:iam::111122223333:role/dev":           "InvalidInputException: Invalid Policy Source Arn: caller's account 123456789012 does not have access to policies in account 111122223333",
		"arn:aws:iam::123456789012:role/other":         "NoSuchEntityException: The role with name other cannot be found.",
		"arn:aws:iam::123456789012:role/x/dev":         "NoSuchEntityException: The role with name dev cannot be found.",
		"arn:aws:iam::123456789012:group/none":         "NoSuchEntityException: The group with name none cannot be found.",
	} {
		l.refuse("SimulatePrincipalPolicy", &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: source}, want)
		l.refuse("GetContextKeysForPrincipalPolicy", &iamapi.GetContextKeysForPrincipalPolicyRequest{PolicySourceArn: source}, want)
	}
	l.refuse("SimulatePrincipalPolicy", &iamapi.SimulatePrincipalPolicyRequest{PolicySourceArn: "arn:aws:iam::123456789012:role/dev", PolicyExclusionList: []iamapi.PolicyIdentifier{{}}},
		"InvalidInputException: Invalid PolicyExclusionList: member 1 names no policy.")
}

func TestContextKeys(t *testing.T) {
	l := newLab(t)
	keys := func(documents ...string) []string {
		return do[iamapi.GetContextKeysForPolicyResponse](l, "GetContextKeysForCustomPolicy", &iamapi.GetContextKeysForCustomPolicyRequest{PolicyInputList: documents}).ContextKeyNames
	}
	if got := keys(readTable); !slices.Equal(got, []string{"aws:username", "aws:CurrentTime"}) { // the example of the AWS CLI
		t.Errorf("got %q", got)
	}
	if got := keys(allowRead); got == nil || len(got) != 0 {
		t.Errorf("got %v", got)
	}
	const more = `{"Version":%q,"Statement":[
		{"Effect":"Allow","Action":"s3:*","NotResource":["arn:aws:s3:::${s3:x, 'd'}/${*}${$}/${AWS:userid}","arn:aws:s3:::${open"],
		 "Condition":{"StringLike":{"AWS:UserName":"${aws:PrincipalTag/a}"},"Bool":{"aws:SecureTransport":"true"}}}]}`
	if got, want := keys(readTable, fmt.Sprintf(more, "2012-10-17")), []string{"aws:username", "aws:CurrentTime", "s3:x", "AWS:userid", "aws:PrincipalTag/a", "aws:SecureTransport"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := keys(fmt.Sprintf(more, "2008-10-17")), []string{"AWS:UserName", "aws:SecureTransport"}; !slices.Equal(got, want) {
		t.Errorf("without variables: got %q, want %q", got, want)
	}

	l.user("alice")
	l.must("PutUserPolicy", &iamapi.PutUserPolicyRequest{UserName: "alice", PolicyName: "in", PolicyDocument: readTable})
	got := do[iamapi.GetContextKeysForPolicyResponse](l, "GetContextKeysForPrincipalPolicy", &iamapi.GetContextKeysForPrincipalPolicyRequest{
		PolicySourceArn: aliceARN, PolicyInputList: []string{fmt.Sprintf(more, "2008-10-17")},
	}).ContextKeyNames
	if want := []string{"aws:username", "aws:CurrentTime", "aws:SecureTransport"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	l.refuse("GetContextKeysForCustomPolicy", &iamapi.GetContextKeysForCustomPolicyRequest{PolicyInputList: []string{"x"}}, "InvalidInputException: Syntax errors in policy.")
}
