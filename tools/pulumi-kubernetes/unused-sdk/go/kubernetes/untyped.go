// Package kubernetes stands in for Pulumi's Go SDK of Kubernetes. The provider needs the SDK for
// its own components alone (ConfigGroup, ConfigFile, Directory, Chart), of which this stack has
// none; compiling all of it takes ten minutes.
package kubernetes

import "reflect"

// UntypedArgs are the arguments of any resource.
type UntypedArgs map[string]any

// ElementType makes them an input.
func (UntypedArgs) ElementType() reflect.Type {
	return reflect.TypeFor[map[string]any]()
}
