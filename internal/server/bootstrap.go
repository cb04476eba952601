package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"github.com/airside-dev/airside/internal/arn"
	"github.com/airside-dev/airside/internal/awsid"
	"github.com/airside-dev/airside/internal/credentials"
	"github.com/airside-dev/airside/internal/store"
	"github.com/airside-dev/airside/internal/world"
)

const (
	sealSecret = "session-seal"
	adminName  = "admin"
)

// bootstrap makes a new store a lab: its account, the key that seals sessions, its root user's key and an administrator.
// On a store that is a lab already it checks that the options still fit. It writes the credentials file where it is
// missing.
func (l *lab) bootstrap() error {
	o := l.options
	err := l.store.Update(l.ctx, func(tx *store.Tx) error {
		if is, ok := tx.World.Labs.Get(world.LabKey); ok {
			return fits(tx.World, is, &o)
		}
		seal := make([]byte, 32)
		rand.Read(seal) // never fails: crypto/rand ends the program first
		tx.Put(&world.Secret{Name: sealSecret, Value: seal})
		tx.Put(&world.Lab{Account: o.account(), Region: o.region(), Partition: arn.PartitionOf(o.region())})
		l.putKey(tx, awsid.AccessKey(awsid.LongTermKey, o.account()), "", "")
		admin := &world.User{
			Partition: arn.PartitionOf(o.region()), Account: o.account(), Path: "/", Name: adminName,
			ID: awsid.Unique(awsid.User), Created: o.Now(),
			Attached: []string{"arn:" + arn.PartitionOf(o.region()) + ":iam::aws:policy/AdministratorAccess"},
		}
		id := o.AccessKey
		if id == "" {
			id = awsid.AccessKey(awsid.LongTermKey, o.account())
		}
		l.putKey(tx, id, adminName, o.SecretKey)
		tx.Put(admin)
		return nil
	})
	if err != nil {
		return err
	}
	w := l.store.World()
	seal, ok := w.Secrets.Get(sealSecret)
	if !ok {
		return errors.New("the store is damaged: the key of sessions is missing; `airside reset` starts afresh")
	}
	if l.sealer, err = credentials.NewSealer(seal.Value); err != nil {
		return err
	}
	if _, err := os.Stat(l.options.State.credentials()); err == nil {
		return nil
	}
	return writeJSON(l.options.State.credentials(), firstKeys(w))
}

func (l *lab) putKey(tx *store.Tx, id, user, secret string) {
	if secret == "" {
		secret = awsid.Secret()
	}
	k := &world.AccessKey{ID: id, Account: l.options.account(), User: user, Active: true, Created: l.options.Now()}
	tx.Put(k)
	tx.Put(&world.Secret{Name: k.SecretName(), Value: []byte(secret)})
}

// fits refuses options that contradict what the lab was first started with.
func fits(w *world.World, is *world.Lab, o *Options) error {
	if o.Account != "" && o.Account != is.Account {
		return fmt.Errorf("this state folder belongs to account %s, not %s: choose another folder with --state, or `airside reset`", is.Account, o.Account)
	}
	if o.Region != "" && arn.PartitionOf(o.Region) != is.Partition {
		return fmt.Errorf("this state folder belongs to partition %s, and %s is not in it: choose another folder with --state, or `airside reset`", is.Partition, o.Region)
	}
	if o.AccessKey != "" {
		secret, ok := w.Secrets.Get((&world.AccessKey{ID: o.AccessKey}).SecretName())
		if !ok || string(secret.Value) != o.SecretKey {
			return errors.New("this state folder was made with other keys, or the key is gone: choose another folder with --state, or `airside reset`")
		}
	}
	return nil
}

// firstKeys are the keys that the lab was made with, as far as they still exist.
func firstKeys(w *world.World) Credentials {
	var c Credentials
	for k := range w.AccessKeys.All("") {
		secret, ok := w.Secrets.Get(k.SecretName())
		if !ok {
			continue
		}
		keys := Keys{AccessKeyID: k.ID, SecretAccessKey: string(secret.Value)}
		switch {
		case k.User == "" && c.Root.AccessKeyID == "":
			c.Root = keys
		case k.User == adminName && c.Admin.AccessKeyID == "":
			c.Admin = keys
		}
	}
	return c
}
