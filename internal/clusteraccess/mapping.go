package clusteraccess

import (
	"errors"
	"fmt"
	"strings"

	"github.com/airside-dev/airside/policy/trace"
)

// Facts is what Authenticate reads of one cluster.
type Facts interface {
	// Mode is the cluster's authentication mode.
	Mode() Mode
	// EntryByPrincipalID finds the access entry whose principal has this unique id.
	EntryByPrincipalID(id string) (*Entry, bool)
	// EntryByARN finds an access entry by the MatchKey of its principal's ARN. It never lets anybody in: it serves to
	// explain an entry whose principal was deleted and made again.
	EntryByARN(key string) (*Entry, bool)
	// NodePrivateDNS is the private DNS name of an EC2 instance of the cluster's account.
	NodePrivateDNS(instanceID string) (string, bool)
	// AWSAuth is the cluster's aws-auth ConfigMap; nil where there is none.
	AWSAuth() *AWSAuth
	// CreatorAdmin is the ARN of the principal that created a CONFIG_MAP cluster: the administrator whom no list shows.
	CreatorAdmin() (principalARN string, ok bool)
}

// User is a Kubernetes user, as a TokenReview answers it.
type User struct {
	Username string
	UID      string
	Groups   []string
	Extra    map[string][]string
	Entry    *Entry // the access entry that let the user in; nil where aws-auth or nothing but being the creator did
}

// Names of extra fields and the two names of mappers that the authenticator writes into its errors.
const (
	extraPrincipalID           = "principalId"
	extraNamespacedPrincipalID = "sigs.k8s.io/aws-iam-authenticator/principalId"

	entryMapper   = "DynamicFile" // INFERENCE: facts/eks-authentication.md section 5
	awsAuthMapper = "EKSConfigMap"
)

// creatorUsername is what the hidden administrator of a CONFIG_MAP cluster is called. AWS documents the group
// (system:masters) and not the name.
const creatorUsername = "kubernetes-admin"

// ErrNotMapped is the authenticator's answer to an identity that nothing maps.
var ErrNotMapped = errors.New("identity is not mapped")

// StaleEntryError is an access entry for the caller's ARN that is bound to another unique id: the principal was deleted
// and made again. It is an ErrNotMapped, because the authenticator does not see such an entry at all.
type StaleEntryError struct {
	PrincipalARN string // of the entry
	EntryID      string // the id that the entry was created for; empty: the principal was not known then
	CallerID     string
}

// Error says what to do about it.
func (e *StaleEntryError) Error() string {
	if e.EntryID == "" {
		return fmt.Sprintf("identity is not mapped: the access entry of %s is bound to no principal id; delete and create the access entry", e.PrincipalARN)
	}
	return fmt.Sprintf("identity is not mapped: the access entry of %s belongs to %s and the caller is %s; the principal was deleted and made again, so delete and create the access entry",
		e.PrincipalARN, e.EntryID, e.CallerID)
}

// Unwrap returns ErrNotMapped.
func (e *StaleEntryError) Unwrap() error { return ErrNotMapped }

// ARNMismatchError is an access entry with the caller's unique id and another ARN: an IAM user that was renamed.
type ARNMismatchError struct {
	EntryARN  string
	CallerARN string // canonical
}

// Error prints the authenticator's words.
func (e *ARNMismatchError) Error() string { return "ARN does not match User ID" }

// ReservedUsernameError is a username that begins, once its templates are filled in, with a prefix that belongs to
// Kubernetes or AWS.
type ReservedUsernameError struct{ Username string }

// Error prints the authenticator's words, its doubled "with" included.
func (e *ReservedUsernameError) Error() string {
	return fmt.Sprintf("invalid username '%s' for mapper %s: username must not begin with with the following prefixes: %v",
		e.Username, entryMapper, reservedPrefixes)
}

// mapping is a name before its templates are filled in.
type mapping struct {
	mapper   string
	username string
	groups   []string
	entry    *Entry
	literal  bool // username is a name already: it came from the caller, not from a person who writes templates
}

// Authenticate tells which Kubernetes user an identity is in a cluster.
//
// Sources are asked in the order of the cluster's mode and the first that maps the identity decides. Where none does, the
// error is a *StaleEntryError, an *ARNMismatchError or ErrNotMapped; where the mapped name cannot be used it is a
// *TemplateError or a *ReservedUsernameError, and no further source is asked. An unknown mode is an error.
//
// step, which may be nil, gets a layer for each source that was asked.
func Authenticate(id Identity, f Facts, step *trace.Step) (User, error) {
	user, err := authenticate(id, f, step)
	if err != nil {
		step.End(trace.NoAllow, err.Error())
		return User{}, err
	}
	if step.On() {
		step.End(trace.Allow, fmt.Sprintf("%s is %q in groups %q", id.ARN, user.Username, user.Groups))
	}
	return user, nil
}

func authenticate(id Identity, f Facts, step *trace.Step) (User, error) {
	type source = func(Identity, Facts, *trace.Step) (*mapping, error)
	var sources []source
	switch mode := f.Mode(); mode {
	case ConfigMapMode:
		sources = []source{mapCreator, mapAWSAuth}
	case BothMode:
		sources = []source{mapEntry, mapAWSAuth}
	case APIMode:
		sources = []source{mapEntry}
	default:
		return User{}, fmt.Errorf("unknown authentication mode %q: want %s, %s or %s", mode, ConfigMapMode, BothMode, APIMode)
	}
	refusal := error(ErrNotMapped)
	for _, ask := range sources {
		m, err := ask(id, f, step)
		if err == nil {
			return finish(m, id, f, step)
		}
		// As in the authenticator an error does not keep the next source from being asked, and is what is said in the
		// end. So a stale entry lets an aws-auth line for the same ARN take effect (INFERENCE:
		// facts/eks-access-semantics.md section 2).
		if err != ErrNotMapped {
			refusal = err
		}
	}
	return User{}, refusal
}

// mapEntry asks the access entries. Entries are found by unique id and then held against the ARN.
func mapEntry(id Identity, f Facts, step *trace.Step) (*mapping, error) {
	layer := step.Add(trace.Step{Kind: trace.Layer, Subject: "access entry", Outcome: trace.NoMatch})
	e, ok := f.EntryByPrincipalID(id.PrincipalID)
	if !ok {
		e, ok = f.EntryByARN(MatchKey(id.CanonicalARN))
		if !ok {
			layer.End(trace.NoMatch, "no access entry is for "+id.CanonicalARN)
			return nil, ErrNotMapped
		}
		compareEntry(e, id, layer)
		layer.End(trace.NoMatch, "the entry of this ARN is not bound to this principal id")
		return nil, &StaleEntryError{PrincipalARN: e.PrincipalARN, EntryID: e.PrincipalID, CallerID: id.PrincipalID}
	}
	compareEntry(e, id, layer)
	if !samePrincipal(e.PrincipalARN, id.CanonicalARN) {
		layer.End(trace.NoMatch, "the principal has another ARN than when the entry was created")
		return nil, &ARNMismatchError{EntryARN: e.PrincipalARN, CallerARN: id.CanonicalARN}
	}
	layer.End(trace.Match, "an entry of type "+string(e.Type))
	username := e.Username
	if username == "" {
		username = DefaultUsername(e.Type, e.PrincipalARN)
	}
	return &mapping{mapper: entryMapper, username: username, groups: e.Groups, entry: e}, nil
}

// compareEntry records how an entry and an identity compare in the two things that must agree.
func compareEntry(e *Entry, id Identity, layer *trace.Step) {
	if !layer.On() {
		return
	}
	p := layer.Add(trace.Step{Kind: trace.Policy, Subject: e.PrincipalARN, Outcome: trace.Match})
	check := func(subject, want, got string, ok bool) {
		o := trace.Match
		if !ok {
			o = trace.NoMatch
			p.End(trace.NoMatch, "")
		}
		p.Add(trace.Step{Kind: trace.Check, Subject: subject, Outcome: o, Want: []string{want}, Got: []string{got}})
	}
	check("principal id", e.PrincipalID, id.PrincipalID, e.PrincipalID == id.PrincipalID)
	check("principal ARN", e.PrincipalARN, id.CanonicalARN, samePrincipal(e.PrincipalARN, id.CanonicalARN))
}

// samePrincipal compares the ARN of a mapping with a canonical one: without a role's path, ignoring case.
func samePrincipal(mapped, canonical string) bool {
	return strings.EqualFold(mapped, canonical) || MatchKey(mapped) == strings.ToLower(canonical)
}

// mapCreator knows the one identity that a CONFIG_MAP cluster has outside its ConfigMap
// (facts/eks-access-semantics.md section 3).
func mapCreator(id Identity, f Facts, step *trace.Step) (*mapping, error) {
	creator, ok := f.CreatorAdmin()
	if !ok {
		return nil, ErrNotMapped
	}
	layer := step.Add(trace.Step{Kind: trace.Layer, Subject: "cluster creator", Outcome: trace.NoMatch})
	if !samePrincipal(creator, id.CanonicalARN) {
		layer.End(trace.NoMatch, "the cluster was created by "+creator)
		return nil, ErrNotMapped
	}
	layer.End(trace.Match, "the principal that created the cluster is its administrator while the mode is CONFIG_MAP")
	return &mapping{username: creatorUsername, groups: []string{"system:masters"}, literal: true}, nil
}

// mapAWSAuth asks the ConfigMap.
func mapAWSAuth(id Identity, f Facts, step *trace.Step) (*mapping, error) {
	layer := step.Add(trace.Step{Kind: trace.Layer, Subject: "aws-auth", Outcome: trace.NoMatch})
	m, ok := f.AWSAuth().find(id, layer)
	if !ok {
		return nil, ErrNotMapped
	}
	layer.End(trace.Match, "")
	return m, nil
}

// finish fills in the templates of a mapping and tests the name that results.
func finish(m *mapping, id Identity, f Facts, step *trace.Step) (User, error) {
	u := User{
		Username: m.username,
		UID:      "aws-iam-authenticator:" + id.Account + ":" + id.PrincipalID,
		Groups:   make([]string, 0, len(m.groups)),
		Extra:    extra(id),
		Entry:    m.entry,
	}
	if !m.literal {
		name, err := render(m.username, id, f)
		if err != nil {
			return User{}, &TemplateError{m.mapper, "username", m.username, err}
		}
		u.Username = name
	}
	for _, g := range m.groups {
		name, err := render(g, id, f)
		if err != nil {
			return User{}, &TemplateError{m.mapper, "group", g, err}
		}
		u.Groups = append(u.Groups, name)
	}
	var check *trace.Step
	if step.On() {
		check = step.Add(trace.Step{Kind: trace.Check, Subject: "username", Outcome: trace.Match,
			Want: []string{m.username}, Got: []string{u.Username}})
	}
	// Nodes are called system:node:…, so EKS has to exempt them. aws-auth has no such rule
	// (facts/eks-access-semantics.md section 10).
	if m.entry != nil && !m.entry.Type.Node() && reservedPrefix(u.Username) != "" {
		check.End(trace.NoMatch, "names that begin with "+reservedPrefix(u.Username)+" are reserved")
		return User{}, &ReservedUsernameError{u.Username}
	}
	return u, nil
}

// extra is the extra fields of a user (facts/eks-authentication.md section 6). The session name is the raw one.
func extra(id Identity) map[string][]string {
	return map[string][]string{
		"accessKeyId":              {id.AccessKeyID},
		"arn":                      {id.ARN},
		"canonicalArn":             {id.CanonicalARN},
		extraPrincipalID:           {id.PrincipalID},
		extraNamespacedPrincipalID: {id.PrincipalID},
		"sessionName":              {id.SessionName},
	}
}
