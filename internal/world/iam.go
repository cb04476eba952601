package world

import (
	"fmt"
	"strings"
	"time"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/policy"
)

// Kinds of IAM records.
const (
	KindUser            Kind = "iam/user"
	KindGroup           Kind = "iam/group"
	KindRole            Kind = "iam/role"
	KindPolicy          Kind = "iam/policy"
	KindInstanceProfile Kind = "iam/instance-profile"
	KindAccessKey       Kind = "iam/access-key"
	KindAccountAlias    Kind = "iam/account-alias"
)

// IAMKey is the key of a named IAM entity. Names are unique per account ignoring case
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
func IAMKey(account, name string) string { return account + "/" + strings.ToLower(name) }

// Inline is an inline policy of a user, group or role.
type Inline struct {
	Name     string `json:"name"`
	Document string `json:"document"` // as it was given

	compiled *policy.Policy
}

// Policy is the compiled document. It is nil only on a record that never entered a World.
func (i *Inline) Policy() *policy.Policy { return i.compiled }

func compileInline(in []Inline) error {
	for i := range in {
		p, err := compile(in[i].Document)
		if err != nil {
			return fmt.Errorf("inline policy %s: %w", in[i].Name, err)
		}
		in[i].compiled = p
	}
	return nil
}

// compile takes a stored document. It was validated when it was stored, so only its syntax is looked at again.
func compile(document string) (*policy.Policy, error) {
	d, err := policy.Parse(document)
	if err != nil {
		return nil, err
	}
	return policy.Compile(d), nil
}

// User is an IAM user.
type User struct {
	Partition string    `json:"partition"`
	Account   string    `json:"account"`
	Path      string    `json:"path"`
	Name      string    `json:"name"`
	ID        string    `json:"id"` // AIDA…
	Created   time.Time `json:"created"`
	Tags      []Tag     `json:"tags,omitempty"`
	Boundary  string    `json:"boundary,omitempty"` // ARN of a managed policy
	Inline    []Inline  `json:"inline,omitempty"`
	Attached  []string  `json:"attached,omitempty"` // ARNs of managed policies, in the order of attachment
	Groups    []string  `json:"groups,omitempty"`   // names
}

func (*User) Kind() Kind            { return KindUser }
func (u *User) Key() string         { return IAMKey(u.Account, u.Name) }
func (u *User) IndexKeys() []string { return []string{"id:" + u.ID} }
func (u *User) prepare() error      { return compileInline(u.Inline) }
func (u *User) ARN() string         { return arn.IAM(u.Partition, u.Account, "user", u.Path, u.Name) }

// Group is an IAM group.
type Group struct {
	Partition string    `json:"partition"`
	Account   string    `json:"account"`
	Path      string    `json:"path"`
	Name      string    `json:"name"`
	ID        string    `json:"id"` // AGPA…
	Created   time.Time `json:"created"`
	Inline    []Inline  `json:"inline,omitempty"`
	Attached  []string  `json:"attached,omitempty"`
}

func (*Group) Kind() Kind       { return KindGroup }
func (g *Group) Key() string    { return IAMKey(g.Account, g.Name) }
func (g *Group) prepare() error { return compileInline(g.Inline) }
func (g *Group) ARN() string    { return arn.IAM(g.Partition, g.Account, "group", g.Path, g.Name) }

// Role is an IAM role. Its trust policy is stored with the unique ids of the users and roles that it names
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html), so that a principal
// that was deleted and made again is not trusted.
type Role struct {
	Partition   string    `json:"partition"`
	Account     string    `json:"account"`
	Path        string    `json:"path"`
	Name        string    `json:"name"`
	ID          string    `json:"id"` // AROA…
	Created     time.Time `json:"created"`
	Description *string   `json:"description,omitempty"`
	MaxSession  int       `json:"maxSession"` // seconds
	Tags        []Tag     `json:"tags,omitempty"`
	Boundary    string    `json:"boundary,omitempty"`
	Trust       string    `json:"trust"` // document, principals as unique ids
	Inline      []Inline  `json:"inline,omitempty"`
	Attached    []string  `json:"attached,omitempty"`
	LastUsed    time.Time `json:"lastUsed,omitzero"`
	LastRegion  string    `json:"lastRegion,omitempty"`

	trust *policy.Policy
}

func (*Role) Kind() Kind            { return KindRole }
func (r *Role) Key() string         { return IAMKey(r.Account, r.Name) }
func (r *Role) IndexKeys() []string { return []string{"id:" + r.ID} }
func (r *Role) ARN() string         { return arn.IAM(r.Partition, r.Account, "role", r.Path, r.Name) }

// TrustPolicy is the compiled trust policy.
func (r *Role) TrustPolicy() *policy.Policy { return r.trust }

// ServiceLinked tells whether the role belongs to an AWS service.
func (r *Role) ServiceLinked() bool { return strings.HasPrefix(r.Path, "/aws-service-role/") }

func (r *Role) prepare() (err error) {
	if r.trust, err = compile(r.Trust); err != nil {
		return fmt.Errorf("trust policy: %w", err)
	}
	return compileInline(r.Inline)
}

// PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	ID       string    `json:"id"` // v1, v2, …
	Document string    `json:"document"`
	Created  time.Time `json:"created"`
}

// ManagedPolicy is a customer managed policy. AWS managed ones are in package catalog.
type ManagedPolicy struct {
	Partition   string          `json:"partition"`
	Account     string          `json:"account"`
	Path        string          `json:"path"`
	Name        string          `json:"name"`
	ID          string          `json:"id"` // ANPA…
	Description *string         `json:"description,omitempty"`
	Created     time.Time       `json:"created"`
	Updated     time.Time       `json:"updated"`
	Tags        []Tag           `json:"tags,omitempty"`
	Versions    []PolicyVersion `json:"versions"` // oldest first
	Default     string          `json:"default"`  // id of the version in force
	Next        int             `json:"next"`     // number of the next version; numbers are never used again

	compiled *policy.Policy
}

func (*ManagedPolicy) Kind() Kind    { return KindPolicy }
func (p *ManagedPolicy) Key() string { return IAMKey(p.Account, p.Name) }
func (p *ManagedPolicy) ARN() string {
	return arn.IAM(p.Partition, p.Account, "policy", p.Path, p.Name)
}

// Policy is the compiled default version.
func (p *ManagedPolicy) Policy() *policy.Policy { return p.compiled }

// Version returns a version by its id.
func (p *ManagedPolicy) Version(id string) (PolicyVersion, bool) {
	for _, v := range p.Versions {
		if v.ID == id {
			return v, true
		}
	}
	return PolicyVersion{}, false
}

func (p *ManagedPolicy) prepare() (err error) {
	v, ok := p.Version(p.Default)
	if !ok {
		return fmt.Errorf("default version %s is missing", p.Default)
	}
	p.compiled, err = compile(v.Document)
	return err
}

// InstanceProfile is an IAM instance profile.
type InstanceProfile struct {
	Partition string    `json:"partition"`
	Account   string    `json:"account"`
	Path      string    `json:"path"`
	Name      string    `json:"name"`
	ID        string    `json:"id"` // AIPA…
	Created   time.Time `json:"created"`
	Tags      []Tag     `json:"tags,omitempty"`
	Role      string    `json:"role,omitempty"` // name
}

func (*InstanceProfile) Kind() Kind    { return KindInstanceProfile }
func (p *InstanceProfile) Key() string { return IAMKey(p.Account, p.Name) }
func (p *InstanceProfile) ARN() string {
	return arn.IAM(p.Partition, p.Account, "instance-profile", p.Path, p.Name)
}

// AccessKey is a long-term access key. Its secret is the Secret record "access-key/<id>".
type AccessKey struct {
	ID      string    `json:"id"` // AKIA…
	Account string    `json:"account"`
	User    string    `json:"user,omitempty"` // name; empty: the account's root user
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
}

func (*AccessKey) Kind() Kind    { return KindAccessKey }
func (k *AccessKey) Key() string { return k.ID }

// SecretName is the name of the Secret record that holds the key's secret.
func (k *AccessKey) SecretName() string { return "access-key/" + k.ID }

// AccountAlias is the sign-in alias of an account. An account has one at the most.
type AccountAlias struct {
	Account string `json:"account"`
	Alias   string `json:"alias"`
}

func (*AccountAlias) Kind() Kind            { return KindAccountAlias }
func (a *AccountAlias) Key() string         { return a.Account }
func (a *AccountAlias) IndexKeys() []string { return []string{"alias:" + a.Alias} }
