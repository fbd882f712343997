import { debianTool } from "./debian";
import { debianSource } from "./debian-source";
import { debianTree } from "./debian-tree";
import { goTool } from "./go";
import { kubernetes } from "./kubernetes";
import { monitoringPins } from "./monitoring-pins";
import { nodePins } from "./node-pins";
import { pythonTool } from "./python";
import type { Source } from "./source";

/**
 * Every outside program of this project, pinned. The versions and checksums of what is built from
 * Go modules are in go.mod and go.sum beside this file, and in those of the folders that a row names.
 */
export const pins = {
  helm: goTool({
    name: "helm",
    module: "helm.sh/helm/v3",
    package: "helm.sh/helm/v3/cmd/helm",
    versionVariables: ["helm.sh/helm/v3/internal/version.version"],
    versionArguments: ["version", "--short"],
  }),
  "kube-apiserver": kubernetes("kube-apiserver"),
  "kube-controller-manager": kubernetes("kube-controller-manager"),
  "kube-scheduler": kubernetes("kube-scheduler"),
  kubectl: kubernetes("kubectl", ["version", "--client"]),
  etcd: goTool({
    name: "etcd",
    module: "go.etcd.io/etcd/server/v3",
    package: "go.etcd.io/etcd/server/v3",
    versionArguments: ["--version"],
  }),
  kwok: goTool({
    name: "kwok",
    module: "sigs.k8s.io/kwok",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    versionArguments: ["--version"],
  }),
  pulumi: goTool({
    name: "pulumi",
    module: "github.com/pulumi/pulumi/pkg/v3",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    versionVariables: ["github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"],
    versionArguments: ["version"],
    folder: "pulumi",
  }),
  // Copies images and OCI artifacts from registry to registry, and serves a registry itself.
  crane: goTool({
    name: "crane",
    module: "github.com/google/go-containerregistry",
    package: "github.com/google/go-containerregistry/cmd/crane",
    versionVariables: ["github.com/google/go-containerregistry/cmd/crane/cmd.Version"],
    versionArguments: ["version"],
    folder: "crane",
  }),
  // Its module needs an older engine's packages than the CLI.
  "pulumi-resource-kubernetes": goTool({
    name: "pulumi-resource-kubernetes",
    module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
    package: ".",
    versionVariables: ["main.version"],
    folder: "pulumi-kubernetes",
  }),
  // The other programs of PostgreSQL are beside it.
  postgres: debianTool({
    file: "/usr/lib/postgresql/15/bin/postgres",
    packages: ["postgresql-15", "openssl", "iproute2", "python3-venv"],
    version: "15.18",
  }),
  moto_server: pythonTool({
    name: "moto_server",
    package: "moto",
    module: "moto.server",
    requirements: "moto/requirements.txt",
  }),
  schemathesis: pythonTool({
    name: "schemathesis",
    package: "schemathesis",
    module: "schemathesis.cli",
    requirements: "schemathesis/requirements.txt",
  }),
  // What the workflows are checked with.
  actionlint: goTool({
    name: "actionlint",
    module: "github.com/rhysd/actionlint",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    versionVariables: ["github.com/rhysd/actionlint.version"],
    versionArguments: ["-version"],
    folder: "actionlint",
  }),
  zizmor: pythonTool({
    name: "zizmor",
    package: "zizmor",
    requirements: "zizmor/requirements.txt",
  }),
  // GitHub's own renderer; it is a library, for the Python beside it.
  cmarkgfm: pythonTool({
    name: "cmarkgfm",
    package: "cmarkgfm",
    module: "cmarkgfm",
    requirements: "cmarkgfm/requirements.txt",
  }),
  // Debian 12's own 1.18 knows neither prepared statements nor this year's security fixes.
  pgbouncer: debianSource({
    name: "pgbouncer",
    version: "1.24.1-1+deb13u2",
    upstream: "1.24.1",
    release: "trixie",
    checksums: {
      "pgbouncer_1.24.1.orig.tar.gz":
        "da72a3aba13072876d055a3e58dd4aba4a5de4ed6148e73033185245598fd3e0",
      "pgbouncer_1.24.1-1+deb13u2.debian.tar.xz":
        "2325bcaa2e71919d399b9e5aef5b94ff988fc1f1d296908c3937b682b7be5cbb",
    },
    configure: ["--with-cares", "--without-pam"],
    needs: [
      "build-essential",
      "patch",
      "pkg-config",
      "libevent-dev",
      "libssl-dev",
      "libc-ares-dev",
    ],
  }),
  // The database's cache. Debian 12 has no Valkey, and its mirrors lack parts of trixie's source
  // package; this is the last release before the two parted, with the same protocol and TLS.
  "redis-server": debianTree({
    file: "usr/bin/redis-server",
    alone: true,
    package: "redis-server",
    packages: {
      "redis-server": "7.0.15",
      "redis-tools": "7.0.15",
      libatomic1: "12.2.0",
      libjemalloc2: "5.3.0",
      liblzf1: "3.6",
    },
  }),
  "pgbouncer-exporter": goTool({
    name: "pgbouncer-exporter",
    module: "github.com/prometheus-community/pgbouncer_exporter",
    package: "github.com/prometheus-community/pgbouncer_exporter",
    versionVariables: ["github.com/prometheus/common/version.Version"],
    folder: "pgbouncer-exporter",
  }),
  // For the page, in a real browser.
  chromium: debianTool({
    file: "/usr/bin/chromium",
    packages: ["chromium"],
    version: "156.0",
  }),
  ...monitoringPins,
  ...nodePins,
} satisfies Record<string, Source>;

/** Name of a pinned program. */
export type ToolName = keyof typeof pins;
