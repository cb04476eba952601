package iam

import (
	"iter"

	"github.com/airside-dev/airside/internal/world"
)

// holder is a user, group or role as something that has policies.
type holder struct {
	name     string // as it was made
	inline   []world.Inline
	attached []string
	locked   error // why its policies cannot be changed; nil: they can

	// with is a copy of the record with other policies.
	with func(inline []world.Inline, attached []string) world.Record
}

// holders is one of the three kinds of holder.
type holders struct {
	word          string // as messages call it
	inlineSize    int    // characters that its inline policies may have together
	attachedQuota string // name of the quota of its managed policies
	find          func(w *world.World, account, name string) (holder, error)
}

var (
	users  = holders{"user", inlineSizeUser, "PoliciesPerUser", userHolder}
	groups = holders{"group", inlineSizeGroup, "PoliciesPerGroup", groupHolder}
	roles  = holders{"role", inlineSizeRole, "PoliciesPerRole", roleHolder}
)

func userHolder(w *world.World, account, name string) (holder, error) {
	u, err := findUser(w, account, name)
	if err != nil {
		return holder{}, err
	}
	return holder{u.Name, u.Inline, u.Attached, nil, func(inline []world.Inline, attached []string) world.Record {
		changed := *u
		changed.Inline, changed.Attached = inline, attached
		return &changed
	}}, nil
}

func groupHolder(w *world.World, account, name string) (holder, error) {
	g, err := findGroup(w, account, name)
	if err != nil {
		return holder{}, err
	}
	return holder{g.Name, g.Inline, g.Attached, nil, func(inline []world.Inline, attached []string) world.Record {
		changed := *g
		changed.Inline, changed.Attached = inline, attached
		return &changed
	}}, nil
}

func roleHolder(w *world.World, account, name string) (holder, error) {
	r, err := findRole(w, account, name)
	if err != nil {
		return holder{}, err
	}
	return holder{r.Name, r.Inline, r.Attached, protected(r), func(inline []world.Inline, attached []string) world.Record {
		changed := *r
		changed.Inline, changed.Attached = inline, attached
		return &changed
	}}, nil
}

func count[T any](all iter.Seq[T]) int {
	n := 0
	for range all {
		n++
	}
	return n
}
