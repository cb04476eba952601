package world

import (
	"encoding/json"
	"fmt"
	"sort"
)

// World is an immutable snapshot of every record. The zero value is an empty world.
type World struct {
	Revision int64 // of the last change that it contains

	Labs    Table[*Lab]
	Secrets Table[*Secret]

	Users            Table[*User]
	Groups           Table[*Group]
	Roles            Table[*Role]
	Policies         Table[*ManagedPolicy]
	InstanceProfiles Table[*InstanceProfile]
	AccessKeys       Table[*AccessKey]
	AccountAliases   Table[*AccountAlias]
	MFADevices       Table[*MFADevice]

	VPCs           Table[*VPC]
	Subnets        Table[*Subnet]
	SecurityGroups Table[*SecurityGroup]
	NetworkACLs    Table[*NetworkACL]
	RouteTables    Table[*RouteTable]

	Clusters      Table[*Cluster]
	AccessEntries Table[*AccessEntry]
}

// tables lists every table with its kind, in a fixed order.
func (w *World) tables() []struct {
	kind  Kind
	table anyTable
} {
	return []struct {
		kind  Kind
		table anyTable
	}{
		{KindLab, &w.Labs},
		{KindSecret, &w.Secrets},
		{KindUser, &w.Users},
		{KindGroup, &w.Groups},
		{KindRole, &w.Roles},
		{KindPolicy, &w.Policies},
		{KindInstanceProfile, &w.InstanceProfiles},
		{KindAccessKey, &w.AccessKeys},
		{KindAccountAlias, &w.AccountAliases},
		{KindMFADevice, &w.MFADevices},
		{KindVPC, &w.VPCs},
		{KindSubnet, &w.Subnets},
		{KindSecurityGroup, &w.SecurityGroups},
		{KindNetworkACL, &w.NetworkACLs},
		{KindRouteTable, &w.RouteTables},
		{KindCluster, &w.Clusters},
		{KindAccessEntry, &w.AccessEntries},
	}
}

func (w *World) table(k Kind) anyTable {
	for _, t := range w.tables() {
		if t.kind == k {
			return t.table
		}
	}
	return nil
}

// Change is one record put (Value is its JSON) or removed (Value is nil).
type Change struct {
	Kind  Kind
	Key   string
	Value []byte
}

// Apply returns the World after changes, which all happened at revision. The receiver stays as it is. A record that
// cannot be read is an error: a World never leaves facts out silently.
func (w *World) Apply(revision int64, changes []Change) (*World, error) {
	next := *w
	next.Revision = max(revision, w.Revision)
	for _, c := range changes {
		t := next.table(c.Kind)
		if t == nil {
			return nil, fmt.Errorf("unknown kind of record %q: was this state written by a newer Airside?", c.Kind)
		}
		if c.Value == nil {
			t.remove(c.Key)
			continue
		}
		if err := t.put(c.Key, c.Value, revision); err != nil {
			return nil, fmt.Errorf("%s %w", c.Kind, err)
		}
	}
	return &next, nil
}

type document struct {
	Revision int64                               `json:"revision"`
	Records  map[Kind]map[string]json.RawMessage `json:"records"`
}

// MarshalJSON writes every record but the secret ones. Keys come out sorted.
func (w *World) MarshalJSON() ([]byte, error) {
	d := document{w.Revision, map[Kind]map[string]json.RawMessage{}}
	var failed error
	for _, t := range w.tables() {
		if t.kind == KindSecret {
			continue
		}
		rows := map[string]json.RawMessage{}
		t.table.each(func(key string, r Record) {
			raw, err := json.Marshal(r)
			if err != nil {
				failed = err
			}
			rows[key] = raw
		})
		if len(rows) > 0 {
			d.Records[t.kind] = rows
		}
	}
	if failed != nil {
		return nil, failed
	}
	return json.Marshal(d)
}

// Load reads a World that MarshalJSON wrote.
func Load(raw []byte) (*World, error) {
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	var changes []Change
	for kind, rows := range d.Records {
		for key, value := range rows {
			changes = append(changes, Change{kind, key, value})
		}
	}
	sort.Slice(changes, func(i, j int) bool {
		a, b := changes[i], changes[j]
		return a.Kind < b.Kind || a.Kind == b.Kind && a.Key < b.Key
	})
	return new(World).Apply(d.Revision, changes)
}

// Of returns the World of these records alone, at revision 1.
func Of(records ...Record) (*World, error) {
	changes := make([]Change, 0, len(records))
	for _, r := range records {
		raw, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		changes = append(changes, Change{r.Kind(), r.Key(), raw})
	}
	return new(World).Apply(1, changes)
}
