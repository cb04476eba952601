package world

import (
	"maps"
	"strings"

	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/catalog"
)

// partition is the partition of everything in this lab.
func (w *World) partition() string {
	if lab, ok := w.Labs.Get(LabKey); ok {
		return lab.Partition
	}
	return "aws"
}

// RootPrincipal is the root user of an account.
func (w *World) RootPrincipal(account string) authz.Principal {
	arn := "arn:" + w.partition() + ":iam::" + account + ":root"
	return authz.Principal{
		Kind: authz.Root, Partition: w.partition(), Account: account,
		ARN: arn, EntityARN: arn, ID: account, UserID: account,
	}
}

// UserPrincipal is an IAM user.
func (w *World) UserPrincipal(u *User) authz.Principal {
	return authz.Principal{
		Kind: authz.User, Partition: u.Partition, Account: u.Account,
		ARN: u.ARN(), EntityARN: u.ARN(), ID: u.ID, UserID: u.ID, Name: u.Name, Tags: TagMap(u.Tags),
	}
}

// RoleSession is a session of a role. The role's path is not part of the session's ARN
// (facts/iam-policy-evaluation.md section 2.3).
func (w *World) RoleSession(r *Role, session string) authz.Principal {
	return authz.Principal{
		Kind: authz.AssumedRole, Partition: r.Partition, Account: r.Account,
		ARN:       "arn:" + r.Partition + ":sts::" + r.Account + ":assumed-role/" + r.Name + "/" + session,
		EntityARN: r.ARN(), ID: r.ID, UserID: r.ID + ":" + session, Name: r.Name, SessionName: session,
		Tags: TagMap(r.Tags), ServiceLinked: r.ServiceLinked(),
	}
}

// Federated is the GetFederationToken session of a user.
func Federated(parent authz.Principal, name string) authz.Principal {
	p := parent
	p.Kind = authz.FederatedUser
	p.ParentARN = parent.ARN
	p.ARN = "arn:" + parent.Partition + ":sts::" + parent.Account + ":federated-user/" + name
	p.EntityARN, p.Name, p.UserID = p.ARN, name, parent.Account+":"+name
	return p
}

// OverlayTags returns base with over laid on top. A session tag replaces the entity's tag of the same key in any case
// (facts/iam-policy-evaluation.md section 5.5).
func OverlayTags(base map[string]string, over []Tag) map[string]string {
	if len(over) == 0 {
		return base
	}
	out := maps.Clone(base)
	if out == nil {
		out = make(map[string]string, len(over))
	}
	for _, t := range over {
		for k := range base {
			if strings.EqualFold(k, t.Key) {
				delete(out, k)
			}
		}
		out[t.Key] = t.Value
	}
	return out
}

// ManagedSource finds a managed policy, the customer's or AWS's own, by its ARN.
func (w *World) ManagedSource(arn string) (authz.Source, bool) {
	if p, ok := catalog.ManagedPolicy(arn); ok {
		return authz.Source{Name: arn, ARN: arn, Policy: p.Policy()}, true
	}
	if p, ok := w.PolicyByARN(arn); ok {
		return authz.Source{Name: arn, ARN: arn, Policy: p.Policy()}, true
	}
	return authz.Source{}, false
}

// PolicyByARN finds a customer managed policy. ARNs compare case-sensitively although names are unique ignoring case.
func (w *World) PolicyByARN(arn string) (*ManagedPolicy, bool) {
	p, ok := w.Policies.Get(iamKeyOf(arn))
	if !ok || p.ARN() != arn {
		return nil, false
	}
	return p, true
}

// RoleByARN finds a role by its exact ARN.
func (w *World) RoleByARN(arn string) (*Role, bool) {
	r, ok := w.Roles.Get(iamKeyOf(arn))
	if !ok || r.ARN() != arn {
		return nil, false
	}
	return r, true
}

// UserByARN finds a user by its exact ARN.
func (w *World) UserByARN(arn string) (*User, bool) {
	u, ok := w.Users.Get(iamKeyOf(arn))
	if !ok || u.ARN() != arn {
		return nil, false
	}
	return u, true
}

// iamKeyOf is the key of the IAM entity that an ARN would name: its account and the last element of its path.
func iamKeyOf(arn string) string {
	p := strings.SplitN(arn, ":", 6)
	if len(p) != 6 {
		return ""
	}
	return IAMKey(p[4], p[5][strings.LastIndexByte(p[5], '/')+1:])
}

// PoliciesOf collects the identity policies and the boundary of a principal as they are now.
func (w *World) PoliciesOf(p *authz.Principal) authz.Policies {
	var out authz.Policies
	switch p.Kind {
	case authz.User, authz.FederatedUser:
		if p.ID == p.Account {
			// A federated session of the root user: root may do everything, its session policies limit it.
			all, _ := w.ManagedSource("arn:" + p.Partition + ":iam::aws:policy/AdministratorAccess")
			out.Identity = []authz.Source{all}
			return out
		}
		u, ok := w.Users.Find("id:" + p.ID)
		if !ok {
			return out
		}
		out.Identity = w.sources(nil, "user "+u.Name, u.Inline, u.Attached)
		for _, name := range u.Groups {
			if g, ok := w.Groups.Get(IAMKey(u.Account, name)); ok {
				out.Identity = w.sources(out.Identity, "group "+g.Name, g.Inline, g.Attached)
			}
		}
		out.Boundary = w.boundary(u.Boundary)
	case authz.AssumedRole:
		r, ok := w.Roles.Find("id:" + p.ID)
		if !ok {
			return out
		}
		out.Identity = w.sources(nil, "role "+r.Name, r.Inline, r.Attached)
		out.Boundary = w.boundary(r.Boundary)
	}
	return out
}

func (w *World) sources(out []authz.Source, owner string, inline []Inline, attached []string) []authz.Source {
	for i := range inline {
		out = append(out, authz.Source{Name: "inline policy " + inline[i].Name + " of " + owner, Policy: inline[i].Policy()})
	}
	for _, arn := range attached {
		if s, ok := w.ManagedSource(arn); ok {
			out = append(out, s)
		}
	}
	return out
}

// boundary is never nil for a boundary that is set: one whose policy cannot be found allows nothing.
func (w *World) boundary(arn string) *authz.Source {
	if arn == "" {
		return nil
	}
	if s, ok := w.ManagedSource(arn); ok {
		return &s
	}
	return &authz.Source{Name: arn, ARN: arn}
}
