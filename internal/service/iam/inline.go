package iam

import (
	"slices"

	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/op"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
	"github.com/airside-dev/airside/policy"
)

// putInline sets an inline policy, new or over the one of the same name. The limit is on all inline policies of the
// holder together.
func (s *Service) putInline(c *op.Call, kind holders, name, policyName, document string) (*op.Empty, error) {
	if _, err := policy.Check(document, policy.Identity, false); err != nil {
		return nil, documentError(err)
	}
	return done(s.store.Update(c, func(tx *store.Tx) error {
		h, err := kind.find(tx.World, c.Account, name)
		if err != nil {
			return err
		}
		if h.locked != nil {
			return h.locked
		}
		inline := slices.Clone(h.inline)
		put := world.Inline{Name: policyName, Document: document}
		if i := indexInline(inline, policyName); i >= 0 {
			inline[i] = put
		} else {
			inline = append(inline, put)
		}
		total := 0
		for _, i := range inline {
			total += size(i.Document)
		}
		if total > kind.inlineSize {
			return awserr.New(limitExceeded, "Maximum policy size of %d bytes exceeded for %s %s", kind.inlineSize, kind.word, h.name)
		}
		tx.Put(h.with(inline, h.attached))
		return nil
	}))
}

func (s *Service) deleteInline(c *op.Call, kind holders, name, policyName string) (*op.Empty, error) {
	return done(s.store.Update(c, func(tx *store.Tx) error {
		h, err := kind.find(tx.World, c.Account, name)
		if err != nil {
			return err
		}
		if h.locked != nil {
			return h.locked
		}
		i := indexInline(h.inline, policyName)
		if i < 0 {
			return missingInline(kind.word, policyName)
		}
		tx.Put(h.with(slices.Delete(slices.Clone(h.inline), i, i+1), h.attached))
		return nil
	}))
}

func indexInline(inline []world.Inline, policyName string) int {
	return slices.IndexFunc(inline, func(i world.Inline) bool { return i.Name == policyName })
}

func findInline(c *op.Call, kind holders, name, policyName string) (holder, world.Inline, error) {
	h, err := kind.find(c.World, c.Account, name)
	if err != nil {
		return h, world.Inline{}, err
	}
	i := indexInline(h.inline, policyName)
	if i < 0 {
		return h, world.Inline{}, missingInline(kind.word, policyName)
	}
	return h, h.inline[i], nil
}

func pageOfInline(c *op.Call, kind holders, name string, marker *string, maxItems *int) ([]string, *bool, *string, error) {
	h, err := kind.find(c.World, c.Account, name)
	if err != nil {
		return nil, nil, nil, err
	}
	names := make([]string, 0, len(h.inline))
	for _, i := range h.inline {
		names = append(names, i.Name)
	}
	return paginate(names, itself, marker, maxItems)
}
