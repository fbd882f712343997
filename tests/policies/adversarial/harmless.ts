import { edits, type Edit } from "./edit";

/** Changes that cost nothing, most of them twins of a careless one: the pack must not stop them. */
export const harmless: Edit[] = [
  ...edits("property", "charts/mini-xdr/templates/_pod.tpl", [
    ["a longer wait before a pod counts", "minReadySeconds: 30", "minReadySeconds: 40"],
    ["a longer grace", "terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 90"],
    ["pods that leave a lost node sooner", /tolerationSeconds: 30/g, "tolerationSeconds: 20"],
  ]),
  ...edits("property", "components/database/parameters.ts", [
    ["a slower query is logged", '"1000"', '"2000"'],
    ["a transaction may idle for two minutes", '"60000"', '"120000"'],
    [
      "locks are waited for ten seconds",
      'dynamic("log_lock_waits", "1"),',
      'dynamic("log_lock_waits", "1"),\n    dynamic("lock_timeout", "10000"),',
    ],
  ]),
  ...edits("property", "components/database/multi-az-cluster.ts", [
    ["another night for maintenance", "sun:03:30-sun:04:30", "tue:03:30-tue:04:30"],
    [
      "insights kept for longer",
      "performanceInsightsRetentionPeriod: 7",
      "performanceInsightsRetentionPeriod: 31",
    ],
  ]),
  ...edits("property", "components/cache.ts", [
    ["another policy of eviction", '"allkeys-lru"', '"allkeys-lfu"'],
    ["logs kept for longer", "retentionInDays: 30", "retentionInDays: 60"],
    ["another description", "`${args.identifier} cache`", "`${args.identifier}: the cache`"],
  ]),
  ...edits("property", "components/edge/edge.ts", [
    ["connections may idle for longer", "idleTimeout: 60", "idleTimeout: 120"],
    ["the pods by turns", '"least_outstanding_requests"', '"round_robin"'],
    ["another redirect", '"HTTP_301"', '"HTTP_302"'],
  ]),
  ...edits("property", "components/network/network.ts", [
    [
      "another name for people",
      "Name: `${this.args.clusterName}-${kind}-${zone}`",
      "Name: `${this.args.clusterName}-net-${kind}-${zone}`",
    ],
    ["flow logs kept for longer", "retentionInDays: 90", "retentionInDays: 180"],
    ["flow logs less often", "maxAggregationInterval: 60", "maxAggregationInterval: 600"],
  ]),
  ...edits("property", "components/nodes.ts", [
    ["nodes that live for three weeks", '"336h"', '"504h"'],
    ["nodes that wait longer to be merged", '"5m"', '"10m"'],
    ["room for more nodes", 'cpu: "64"', 'cpu: "128"'],
  ]),
  ...edits("property", "components/platform.ts", [
    ["volumes that outlive their claims", 'reclaimPolicy: "Delete"', 'reclaimPolicy: "Retain"'],
  ]),
  ...edits("target", "components/notifications.ts", [
    [
      "a second ear by https",
      "    if (this.args.pagerDutyUrl)",
      '    new sns.TopicSubscription(`${this.name}-${kind}-desk`, { topic: topic.arn, protocol: "https", endpoint: "https://desk.example.com", region }, { parent: this });\n    if (this.args.pagerDutyUrl)',
    ],
  ]),
  ...edits("accepted", "components/alarms.ts", [
    [
      "processors at three quarters",
      "threshold: 80,\n      silence",
      "threshold: 75,\n      silence",
    ],
    ["lag of a minute", "threshold: 30,", "threshold: 60,"],
    ["other words", "The platform does not answer from outside", "Nobody answers from outside"],
    [
      "an alarm more",
      "    this.backups();\n",
      '    this.backups();\n    this.alarm("database-memory-more", { description: "Little memory", namespace: "AWS/RDS", metric: "FreeableMemory", dimensions: { DBInstanceIdentifier: args.database.memberIds[0]! }, statistic: "Average", comparison: "LessThanThreshold", threshold: 1e9, minutes: 5 });\n',
    ],
  ]),
  ...edits("accepted", "charts/mini-xdr/templates/backend.yaml", [
    ["a probe that waits longer", "timeoutSeconds: 5", "timeoutSeconds: 4"],
    [
      "a start that may take longer",
      "periodSeconds: 5\n            timeoutSeconds: 3\n            failureThreshold: 30",
      "periodSeconds: 5\n            timeoutSeconds: 3\n            failureThreshold: 36",
    ],
  ]),
  ...edits("accepted", "Pulumi.prod.yaml", [
    ["another office", "203.0.113.0/24", "198.51.100.0/24"],
    ["more pods in a peak", "maxReplicas: 6", "maxReplicas: 8"],
    ["larger servers", "db.r6gd.large", "db.r6gd.xlarge"],
    ["more nodes of the cache", "nodes: 3", "nodes: 4"],
    ["a larger disk", "storageGb: 400", "storageGb: 800"],
    ["another name", "name: xdr.example.com", "name: alerts.example.com"],
    ["fewer zones of addresses", "cidr: 10.20.0.0/16", "cidr: 10.40.0.0/16"],
  ]),
  ...edits("beside", "charts/pgbouncer/templates/config-map.yaml", [
    ["connections are logged", "log_connections = 0", "log_connections = 1"],
    [
      "server connections live longer",
      "reserve_pool_timeout = {{ $pool.reservePoolTimeoutSeconds | int }}",
      "reserve_pool_timeout = 5",
    ],
  ]),
  ...edits("absence", "charts/observability/files/rules/common.yaml", [
    [
      "an alert that fires sooner",
      "absent(pgbouncer_up == 1)\n        for: 1m",
      "absent(pgbouncer_up == 1)\n        for: 30s",
    ],
    [
      "other words of an alert",
      "No pooler answers: the application has no database.",
      "No pooler answers.",
    ],
  ]),
  ...edits("absence", "components/database-backup.ts", [
    ["dumps at other minutes", "0,30 * * * *", "10,40 * * * *"],
  ]),
  ...edits("option", "components/backups/replication.ts", [
    ["another name of a rule of replication", "to-recovery-region", "to-the-recovery-region"],
  ]),
];
