package controlplane

// Requirements of packages that are not in the tree yet, so that go.mod keeps them.
import (
	_ "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	_ "github.com/hashicorp/go-immutable-radix/v2"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/spf13/cobra"
	_ "go.etcd.io/etcd/server/v3/embed"
	_ "golang.org/x/term"
)
