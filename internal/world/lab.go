package world

// Kinds of the records about the lab itself.
const (
	KindLab    Kind = "lab/settings"
	KindSecret Kind = "lab/secret"
)

// LabKey is the key of the one Lab record.
const LabKey = "lab"

// Lab is what this Airside was first started with. The account and region of existing records follow from it, so it
// does not change afterwards.
type Lab struct {
	Account   string `json:"account"`
	Region    string `json:"region"`
	Partition string `json:"partition"`
}

func (*Lab) Kind() Kind  { return KindLab }
func (*Lab) Key() string { return LabKey }

// Secret is a value that never leaves the store: a secret access key, a private key, the key that seals session tokens.
// Its table is left out of a World's JSON.
type Secret struct {
	Name  string `json:"name"` // "access-key/AKIA…", "cluster/<uid>/ca", "session-seal"
	Value []byte `json:"value"`
}

func (*Secret) Kind() Kind    { return KindSecret }
func (s *Secret) Key() string { return s.Name }

// String keeps a secret out of anything that prints it.
func (s *Secret) String() string { return "secret " + s.Name }

// GoString does the same for %#v.
func (s *Secret) GoString() string { return s.String() }

// Tag is one tag of a resource. Tags keep the order in which they were set.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// TagMap is tags as a map, for condition keys.
func TagMap(tags []Tag) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[t.Key] = t.Value
	}
	return m
}
