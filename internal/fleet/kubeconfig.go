package fleet

import "github.com/airside-dev/airside/internal/pki"

// kubeconfig is the part of a kubeconfig file (v1 Config) that this package writes: one server, one user, all content
// inline. JSON is a kubeconfig too.
type kubeconfig struct {
	APIVersion     string         `json:"apiVersion"`
	Kind           string         `json:"kind"`
	Clusters       []namedCluster `json:"clusters"`
	Users          []namedUser    `json:"users"`
	Contexts       []namedContext `json:"contexts"`
	CurrentContext string         `json:"current-context"`
}

type namedCluster struct {
	Name    string `json:"name"`
	Cluster struct {
		Server string `json:"server"`
		CA     []byte `json:"certificate-authority-data"`
	} `json:"cluster"`
}

type namedUser struct {
	Name string `json:"name"`
	User struct {
		Cert []byte `json:"client-certificate-data,omitempty"`
		Key  []byte `json:"client-key-data,omitempty"`
	} `json:"user"`
}

type namedContext struct {
	Name    string `json:"name"`
	Context struct {
		Cluster string `json:"cluster"`
		User    string `json:"user"`
	} `json:"context"`
}

// newKubeconfig points at server, trusts ca and shows client. An empty client shows nothing.
func newKubeconfig(server string, ca []byte, client pki.Pair) kubeconfig {
	const name = "default"
	cluster := namedCluster{Name: name}
	cluster.Cluster.Server, cluster.Cluster.CA = server, ca
	user := namedUser{Name: name}
	user.User.Cert, user.User.Key = client.Cert, client.Key
	context := namedContext{Name: name}
	context.Context.Cluster, context.Context.User = name, name
	return kubeconfig{
		APIVersion:     "v1",
		Kind:           "Config",
		Clusters:       []namedCluster{cluster},
		Users:          []namedUser{user},
		Contexts:       []namedContext{context},
		CurrentContext: name,
	}
}
