import { edits, type Edit } from "../edit";
import {
  alarms,
  backend,
  cache,
  cluster,
  edge,
  frontend,
  ini,
  nodes,
  notifications,
  parameters,
  platform,
  pod,
  release,
  vault,
  watching,
} from "../files";

export const property: Edit[] = [
  ...edits("property", pod, [
    ["rollouts are paused", "minReadySeconds: 30", "minReadySeconds: 30\npaused: true"],
    [
      "no revision to go back to",
      "minReadySeconds: 30",
      "minReadySeconds: 30\nrevisionHistoryLimit: 0",
    ],
    [
      "a rollout that gives up at once",
      "minReadySeconds: 30",
      "minReadySeconds: 30\nprogressDeadlineSeconds: 31",
    ],
    ["pods of low priority", "priorityClassName: serving", "priorityClassName: low"],
    [
      "pods on the host's network",
      "enableServiceLinks: false",
      "enableServiceLinks: false\nhostNetwork: true",
    ],
    [
      "pods on one node",
      "enableServiceLinks: false",
      "enableServiceLinks: false\nnodeName: ip-10-20-0-1",
    ],
    [
      "pods that no scheduler places",
      "enableServiceLinks: false",
      "enableServiceLinks: false\nschedulerName: cheap",
    ],
    [
      "names that nobody answers",
      "enableServiceLinks: false",
      "enableServiceLinks: false\ndnsPolicy: None",
    ],
    [
      "pods that end after an hour",
      "enableServiceLinks: false",
      "enableServiceLinks: false\nactiveDeadlineSeconds: 3600",
    ],
    [
      "a second spread that nothing satisfies",
      "topologySpreadConstraints:\n",
      "topologySpreadConstraints:\n  - { topologyKey: kubernetes.io/hostname, maxSkew: 1, minDomains: 50, whenUnsatisfiable: DoNotSchedule }\n",
    ],
    [
      "pods of one zone",
      "affinity:\n",
      "nodeSelector: { topology.kubernetes.io/zone: eu-central-1a }\naffinity:\n",
    ],
  ]),
  ...edits("property", backend, [
    [
      "images that are pulled at every start",
      "          ports:\n",
      "          imagePullPolicy: Always\n          ports:\n",
    ],
    [
      "pods that nobody may move",
      "      annotations:\n",
      '      annotations:\n        karpenter.sh/do-not-disrupt: "true"\n',
    ],
    [
      "a variable that limits the heap",
      "            - { name: DATABASE_PORT",
      "            - { name: NODE_OPTIONS, value: --max-old-space-size=64 }\n            - { name: DATABASE_PORT",
    ],
    [
      "a readiness gate that nobody opens",
      "      volumes:\n",
      "      readinessGates: [{ conditionType: example.com/never }]\n      volumes:\n",
    ],
  ]),
  ...edits("property", "charts/mini-xdr/templates/horizontal-pod-autoscaler.yaml", [
    [
      "an autoscaler that may not scale up",
      "  minReplicas:",
      "  behavior: { scaleUp: { selectPolicy: Disabled } }\n  minReplicas:",
    ],
  ]),
  ...edits("property", "charts/mini-xdr/templates/service.yaml", [
    ["traffic to pods of the same node only", "spec:\n", "spec:\n  internalTrafficPolicy: Local\n"],
    ["traffic to pods that are not ready", "spec:\n", "spec:\n  publishNotReadyAddresses: true\n"],
  ]),
  ...edits("property", release, [
    [
      "objects replaced by force",
      "      atomic: true,",
      "      atomic: true,\n      forceUpdate: true,",
    ],
    [
      "values of the last release kept",
      "      atomic: true,",
      "      atomic: true,\n      reuseValues: true,",
    ],
    [
      "hooks that do not run",
      "      atomic: true,",
      "      atomic: true,\n      disableWebhooks: true,",
    ],
    [
      "a program that changes what is deployed",
      "      atomic: true,",
      '      atomic: true,\n      postrender: "./postrender.sh",',
    ],
    [
      "definitions that are left out",
      "      atomic: true,",
      "      atomic: true,\n      skipCrds: true,",
    ],
  ]),
  ...edits("property", parameters, [
    [
      "commits that are not written",
      'dynamic("log_lock_waits", "1"),',
      'dynamic("log_lock_waits", "1"),\n    dynamic("synchronous_commit", "off"),',
    ],
    [
      "vacuum switched off",
      'dynamic("log_lock_waits", "1"),',
      'dynamic("log_lock_waits", "1"),\n    dynamic("autovacuum", "0"),',
    ],
    ["a transaction that may idle for a day", '"60000"', '"86400000"'],
    ["connections that nobody notes", 'dynamic("log_connections", "1"),', ""],
    ["changes that nobody notes", '"ddl"', '"none"'],
    [
      "queries that end after 50 ms",
      'dynamic("log_lock_waits", "1"),',
      'dynamic("log_lock_waits", "1"),\n    dynamic("statement_timeout", "50"),',
    ],
  ]),
  ...edits("property", parameters, [
    [
      "a parameter that each preview plans again",
      'dynamic("log_lock_waits", "1"),',
      'dynamic("log_lock_waits", "1"),\n    dynamic("rds.force_ssl", "1"),',
    ],
    [
      "connections in plain text",
      'dynamic("log_lock_waits", "1"),',
      'dynamic("log_lock_waits", "1"),\n    dynamic("rds.force_ssl", "0"),',
    ],
  ]),
  ...edits("property", cache, [
    [
      "a version that moves on by itself",
      "autoMinorVersionUpgrade: false",
      "autoMinorVersionUpgrade: true",
    ],
  ]),
  ...edits("property", cluster, [
    ["changes that wait for no window", "applyImmediately: false", "applyImmediately: true"],
    ["maintenance at noon", "sun:03:30-sun:04:30", "wed:12:00-wed:13:00"],
    [
      "a burstable class",
      "dbClusterInstanceClass: args.instanceClass",
      'dbClusterInstanceClass: "db.t4g.medium"',
    ],
    [
      "a password that AWS rotates",
      "      copyTagsToSnapshot: true,",
      "      copyTagsToSnapshot: true,\n      manageMasterUserPassword: true,",
    ],
  ]),
  ...edits("property", cache, [
    ["a full cache that refuses writes", '"allkeys-lru"', '"noeviction"'],
    [
      "a parameter nobody knows",
      'parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }]',
      'parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }, { name: "timeout", value: "1" }]',
    ],
    [
      "data on disks",
      "        port: cachePort,",
      "        dataTieringEnabled: true,\n        port: cachePort,",
    ],
    ["changes at once", "applyImmediately: false", "applyImmediately: true"],
  ]),
  ...edits("property", "components/container-logs.ts", [
    [
      "containers' logs that stay on the node",
      "containerLogs: { enabled: true,",
      "containerLogs: { enabled: false,",
    ],
    ["containers' logs in the clear", ", kmsKeyId: this.args.kmsKeyArn", ""],
    ["an add-on of whatever version", / {8}addonVersion: .*\n/, ""],
  ]),
  ...edits("property", "components/database/logs.ts", [
    ["the database's log in the clear", ", kmsKeyId: args.kmsKeyArn", ""],
  ]),
  ...edits("property", edge, [
    ["the frontend's health for everybody", '["/metrics", "/healthz"]', '["/metrics"]'],
    ["connections cut after a second", "idleTimeout: 60", "idleTimeout: 1"],
    [
      "targets that start slowly for an hour",
      '        targetType: "ip",',
      '        targetType: "ip",\n        slowStart: 900,',
    ],
    [
      "users that stick to a pod",
      '        targetType: "ip",',
      '        targetType: "ip",\n        stickiness: { type: "lb_cookie", cookieDuration: 604800 },',
    ],
    [
      "a firewall that fails closed",
      "        dropInvalidHeaderFields: true,",
      "        dropInvalidHeaderFields: true,\n        enableWafFailOpen: false,",
    ],
    [
      "addresses of customers only",
      "        internal: false,",
      '        internal: false,\n        customerOwnedIpv4Pool: "ipv4pool-1",',
    ],
  ]),
  ...edits("property", alarms, [
    [
      "alarms that are switched off",
      "        period: period * 60,",
      "        period: period * 60,\n        actionsEnabled: false,",
    ],
    [
      "percentiles with few samples ignored",
      "        period: period * 60,",
      '        period: period * 60,\n        evaluateLowSampleCountPercentiles: "ignore",',
    ],
  ]),
  ...edits("property", notifications, [
    [
      "mail that is filtered away",
      'protocol: "email", endpoint',
      'protocol: "email", filterPolicy: JSON.stringify({ AlarmName: ["none"] }), endpoint',
    ],
    [
      "mail that is delivered raw",
      'protocol: "email", endpoint',
      'protocol: "email", rawMessageDelivery: true, endpoint',
    ],
  ]),
  ...edits("property", vault, [
    [
      "backups archived after a day",
      "            expiration: { days: 90 },",
      '            expiration: { days: 90 },\n            transitions: [{ days: 1, storageClass: "DEEP_ARCHIVE" }],',
    ],
    ["backups locked for ten years", "days: this.args.lockDays", "days: 3650"],
  ]),
  ...edits("property", nodes, [
    [
      "nodes from a few years ago",
      '{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },',
      '{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },\n                { key: "eks.amazonaws.com/instance-generation", operator: "Lt", values: ["3"] },',
    ],
    ["a pool that may hold two nodes", 'cpu: "64"', 'cpu: "4"'],
    ["another class of nodes", 'nodeClass = "workloads"', 'nodeClass = "cheap"'],
    ["nodes that end after an hour", '"336h"', '"1h"'],
  ]),
  ...edits("property", platform, [
    ["volumes of magnetic disks", 'type: "gp3"', 'type: "standard"'],
  ]),
  ...edits("property", "observability/defaults.ts", [
    [
      "the chart's own rules off",
      'Watchdog: "Watchdog",',
      'Watchdog: "Watchdog",\n  TargetDown: "ReplicasBelowDesired",',
    ],
    [
      "a chart's alert that only warns",
      "export const lowered: Record<string, string> = {",
      'export const lowered: Record<string, string> = {\n  KubeAPIDown: "AWS runs the control plane",',
    ],
  ]),
  ...edits("property", watching, [
    [
      "metrics of the last gigabyte",
      "retentionSize: `${Math.floor(volumeGb * usableVolume)}GiB`",
      'retentionSize: "1GiB"',
    ],
    [
      "rules of the other releases unread",
      "ruleSelectorNilUsesHelmValues: false",
      "ruleSelectorNilUsesHelmValues: true",
    ],
    [
      "an agent in place of Prometheus",
      "      prometheusSpec: {",
      "      agentMode: true,\n      prometheusSpec: {",
    ],
    [
      "a Prometheus that is paused",
      '        image: copyOf("prometheus"),',
      '        image: copyOf("prometheus"),\n        paused: true,',
    ],
  ]),
  ...edits("property", ini, [
    [
      "a limit of connections to the database",
      "    pool_mode = transaction",
      "    pool_mode = transaction\n    max_db_connections = 3",
    ],
    [
      "queries that end after a second",
      "    pool_mode = transaction",
      "    pool_mode = transaction\n    query_timeout = 1",
    ],
    [
      "a second file with settings",
      "    pool_mode = transaction",
      "    pool_mode = transaction\n    %include /etc/pgbouncer/more.ini",
    ],
    [
      "the sidecar's entries among the settings",
      "    pool_mode = transaction",
      "    pool_mode = transaction\n    %include /var/run/pgbouncer/entries.ini",
    ],
  ]),
  ...edits("property", frontend, [
    [
      "ports of the host",
      "{ name: http, containerPort: 8080 }",
      "{ name: http, containerPort: 8080, hostPort: 8080 }",
    ],
    [
      "names of the host",
      "      volumes:\n",
      "      hostAliases: [{ ip: 10.20.0.9, hostnames: [pgbouncer.database.svc.cluster.local] }]\n      volumes:\n",
    ],
    [
      "a probe that succeeds late",
      "path: /healthz, port: http }\n            periodSeconds: 5",
      "path: /healthz, port: http }\n            successThreshold: 10\n            periodSeconds: 5",
    ],
  ]),
  ...edits("property", "charts/mini-xdr/templates/migrations.yaml", [
    ["a job that may not be repeated", "backoffLimit: 1", "backoffLimit: 1\n  suspend: true"],
  ]),
];
