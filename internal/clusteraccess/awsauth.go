package clusteraccess

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/airside-dev/airside/policy/trace"
)

// Section is a key of the aws-auth ConfigMap.
type Section string

// The sections of aws-auth.
const (
	MapRoles    Section = "mapRoles"
	MapUsers    Section = "mapUsers"
	MapAccounts Section = "mapAccounts"
)

// AWSAuth is the aws-auth ConfigMap of kube-system, read once. It is immutable. A nil *AWSAuth maps nobody.
type AWSAuth struct {
	Roles    []Line
	Users    []Line
	Accounts []Line
	Dropped  []DroppedLine // what was read and has no effect, in the order of the sections and their lines

	// By lower-cased ARN or account, the line that counts.
	roles, users, accounts map[string]*Line
}

// Line is one item of a section.
type Line struct {
	Section  Section
	Item     int        // counted from 1 within the section
	Pos      *trace.Pos // within the section's text
	ARN      string     // rolearn or userarn, as written; empty for sso lines and accounts
	Account  string     // of mapAccounts
	SSO      *SSO       // of mapRoles
	Username string     // template
	Groups   []string   // templates
}

// SSO is the part of a mapRoles item that names an IAM Identity Center permission set instead of a role. The
// authenticator matches such lines only with its SSORoleMatch feature on, which nothing says EKS has: they are read,
// checked, and map nobody.
type SSO struct {
	PermissionSetName string `json:"permissionSetName"`
	AccountID         string `json:"accountID"`
	Partition         string `json:"partition"`
}

// DroppedLine is an item, or a whole section where Item is 0, that has no effect.
type DroppedLine struct {
	Section Section
	Item    int
	Pos     *trace.Pos
	Why     string
}

// ParseAWSAuth reads the data of the ConfigMap. It never fails: like the authenticator it keeps what is good and drops
// the rest item by item; a section that is not YAML is dropped whole and leaves the others alone.
//
// Source: facts/eks-access-semantics.md section 10.
func ParseAWSAuth(data map[string]string) *AWSAuth {
	a := &AWSAuth{roles: map[string]*Line{}, users: map[string]*Line{}, accounts: map[string]*Line{}}
	a.Roles = a.section(MapRoles, data, readRole)
	a.Users = a.section(MapUsers, data, readUser)
	a.Accounts = a.accountSection(data[string(MapAccounts)])
	a.index(a.Roles, a.roles)
	a.index(a.Users, a.users)
	for i := range a.Accounts {
		a.accounts[a.Accounts[i].Account] = &a.Accounts[i]
	}
	return a
}

// section reads the items of one section.
func (a *AWSAuth) section(s Section, data map[string]string, read func(json.RawMessage, *Line) error) []Line {
	text := data[string(s)]
	if blank(text) {
		return nil
	}
	drop := func(item int, pos *trace.Pos, err error) {
		a.Dropped = append(a.Dropped, DroppedLine{s, item, pos, err.Error()})
	}
	raw, err := sigsyaml.YAMLToJSON([]byte(text))
	if err != nil {
		drop(0, nil, err)
		return nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || items == nil {
		drop(0, nil, errors.New("want a list of items"))
		return nil
	}
	places := itemPlaces(text, len(items))
	lines := make([]Line, 0, len(items))
	for i, item := range items {
		l := Line{Section: s, Item: i + 1, Pos: places[i]}
		if err := read(item, &l); err != nil {
			drop(i+1, places[i], err)
			continue
		}
		lines = append(lines, l)
	}
	return lines
}

// accountSection reads mapAccounts. It looks at the text of each item: an account id without quotes is a number to YAML,
// and one with a leading zero even an octal one.
func (a *AWSAuth) accountSection(text string) []Line {
	if blank(text) {
		return nil
	}
	drop := func(item int, pos *trace.Pos, why string) {
		a.Dropped = append(a.Dropped, DroppedLine{MapAccounts, item, pos, why})
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		drop(0, nil, err.Error())
		return nil
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		drop(0, nil, "want a list of items")
		return nil
	}
	var lines []Line
	for i, node := range doc.Content[0].Content {
		pos := &trace.Pos{Line: node.Line, Column: node.Column}
		if node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		if node.Kind != yaml.ScalarNode || node.Value == "" {
			drop(i+1, pos, "want an account id")
			continue
		}
		lines = append(lines, Line{Section: MapAccounts, Item: i + 1, Pos: pos, Account: node.Value})
	}
	return lines
}

// blank tells whether a section's text says nothing: empty, or the quotes that templates leave around nothing.
func blank(text string) bool {
	switch strings.TrimSpace(text) {
	case "", `""`, "''", "``":
		return true
	}
	return false
}

// itemPlaces finds where the n items of a YAML list begin; all nil where that cannot be told.
func itemPlaces(text string, n int) []*trace.Pos {
	places := make([]*trace.Pos, n)
	var doc yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) != 1 || len(doc.Content[0].Content) != n {
		return places
	}
	for i, item := range doc.Content[0].Content {
		places[i] = &trace.Pos{Line: item.Line, Column: item.Column}
	}
	return places
}

// object decodes an item, telling a wrong type in words that name the field.
func object(item json.RawMessage, into any) error {
	if string(item) == "null" {
		return errors.New("the item is empty")
	}
	err := json.Unmarshal(item, into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		if wrong.Field == "" {
			return fmt.Errorf("want a mapping with fields, not a %s", wrong.Value)
		}
		return fmt.Errorf("%s must not be a %s", wrong.Field, wrong.Value)
	}
	return err
}

func readRole(item json.RawMessage, l *Line) error {
	var r struct {
		RoleARN  string   `json:"rolearn"`
		SSO      *SSO     `json:"sso"`
		Username string   `json:"username"`
		Groups   []string `json:"groups"`
	}
	if err := object(item, &r); err != nil {
		return err
	}
	switch {
	case r.RoleARN == "" && r.SSO == nil:
		return errors.New("one of rolearn or SSO must be supplied")
	case r.RoleARN != "" && r.SSO != nil:
		return errors.New("only one of rolearn or SSO can be supplied")
	case r.SSO != nil:
		if err := r.SSO.check(); err != nil {
			return err
		}
	}
	l.ARN, l.SSO, l.Username, l.Groups = r.RoleARN, r.SSO, r.Username, r.Groups
	return nil
}

func readUser(item json.RawMessage, l *Line) error {
	var u struct {
		UserARN  string   `json:"userarn"`
		Username string   `json:"username"`
		Groups   []string `json:"groups"`
	}
	if err := object(item, &u); err != nil {
		return err
	}
	if u.UserARN == "" {
		return errors.New("value for userarn must be supplied")
	}
	l.ARN, l.Username, l.Groups = u.UserARN, u.Username, u.Groups
	return nil
}

func (s *SSO) check() error {
	if !isAccountID(s.AccountID) {
		return fmt.Errorf("AccountID '%s' is not a valid AWS Account ID", s.AccountID)
	}
	if n := len(s.PermissionSetName); n == 0 || n > 32 || strings.IndexFunc(s.PermissionSetName, notInSessionName) >= 0 {
		return fmt.Errorf("PermissionSetName '%s' is not a valid AWS SSO PermissionSet Name", s.PermissionSetName)
	}
	if s.Partition != "" && !knownPartition(s.Partition) {
		return fmt.Errorf("partition '%s' is not a valid AWS partition", s.Partition)
	}
	return nil
}

// notInSessionName tells whether r is outside [\w+=,.@-].
func notInSessionName(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_+=,.@-", r))
}

// index notes the line that counts for each ARN: the last one.
func (a *AWSAuth) index(lines []Line, byARN map[string]*Line) {
	for i := range lines {
		l := &lines[i]
		if l.SSO != nil {
			continue
		}
		key := strings.ToLower(l.ARN)
		if earlier, ok := byARN[key]; ok {
			why := fmt.Sprintf("item %d is for the same ARN, and the last one counts", l.Item)
			if l.Section == MapUsers && earlier.ARN != l.ARN {
				// The authenticator keeps both and takes whichever its map yields first.
				why = fmt.Sprintf("item %d is for the same ARN in other case: EKS may take either one, here the last one counts", l.Item)
			}
			a.Dropped = append(a.Dropped, DroppedLine{l.Section, earlier.Item, earlier.Pos, why})
		}
		byARN[key] = l
	}
}

// find returns what maps an identity: a role line, else a user line, else its account.
func (a *AWSAuth) find(id Identity, layer *trace.Step) (*mapping, bool) {
	if a == nil {
		layer.End(trace.NoMatch, "the ConfigMap kube-system/aws-auth does not exist")
		return nil, false
	}
	key := strings.ToLower(id.CanonicalARN)
	l, ok := a.roles[key]
	if !ok {
		l, ok = a.users[key]
	}
	if ok {
		l.matched(layer, l.ARN, id.CanonicalARN)
		return &mapping{mapper: awsAuthMapper, username: l.Username, groups: l.Groups}, true
	}
	if l, ok := a.accounts[id.Account]; ok {
		l.matched(layer, l.Account, id.Account)
		return &mapping{mapper: awsAuthMapper, username: id.CanonicalARN, literal: true}, true
	}
	if layer.On() {
		a.explain(id, layer)
		layer.End(trace.NoMatch, "no line of aws-auth maps "+id.CanonicalARN)
	}
	return nil, false
}

// matched records the line that counts.
func (l *Line) matched(layer *trace.Step, want, got string) {
	if layer.On() {
		layer.Add(trace.Step{Kind: trace.Policy, Subject: l.String(), Outcome: trace.Match, Pos: l.Pos,
			Want: []string{want}, Got: []string{got}})
	}
}

// explain adds the lines that look as if they were for an identity and are not.
func (a *AWSAuth) explain(id Identity, layer *trace.Step) {
	for i := range a.Roles {
		l := &a.Roles[i]
		switch {
		case l.SSO != nil && l.SSO.AccountID == id.Account && strings.Contains(id.CanonicalARN, "/AWSReservedSSO_"+l.SSO.PermissionSetName+"_"):
			layer.Add(trace.Step{Kind: trace.Policy, Subject: l.String(), Outcome: trace.NotRelevant, Pos: l.Pos,
				Want: []string{l.SSO.PermissionSetName}, Got: []string{id.CanonicalARN}, Detail: "lines with sso match nobody on EKS"})
		case l.SSO == nil && MatchKey(l.ARN) == strings.ToLower(id.CanonicalARN):
			layer.Add(trace.Step{Kind: trace.Policy, Subject: l.String(), Outcome: trace.NoMatch, Pos: l.Pos,
				Want: []string{l.ARN}, Got: []string{id.CanonicalARN},
				Detail: "the line's ARN holds the role's path and a session's ARN never does: write it without the path"})
		}
	}
	for _, d := range a.Dropped {
		layer.Add(trace.Step{Kind: trace.Policy, Subject: fmt.Sprintf("%s item %d", d.Section, d.Item), Outcome: trace.NotRelevant,
			Pos: d.Pos, Detail: d.Why})
	}
}

// String names the line: "mapRoles item 2".
func (l *Line) String() string { return fmt.Sprintf("%s item %d", l.Section, l.Item) }
