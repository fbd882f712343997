// CoreDNS with the plugins that a cluster needs: its own list brings the SDKs of three clouds.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/template"
)

// A query passes the plugins in this order. `template` stands last: it answers for what is neither
// the cluster's name nor forwarded.
func init() {
	dnsserver.Directives = []string{
		"prometheus", "errors", "log", "health", "ready",
		"cache", "kubernetes", "loop", "forward", "template",
	}
}

func main() {
	coremain.Run()
}
