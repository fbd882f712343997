// Pulumi's Kubernetes provider, from its own packages. Its module lacks the schema that its makers
// generate at their build; only code generators ask for one.
package main

import (
	"strings"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// version is set by the linker.
var version = "v0.0.0"

func main() {
	provider.Serve("kubernetes", strings.TrimPrefix(version, "v"), []byte("{}"), []byte("{}"))
}
