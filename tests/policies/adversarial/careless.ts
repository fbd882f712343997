import { edits, type Edit } from "./edit";

const edge = "components/edge/edge.ts";
const cache = "components/cache.ts";
const network = "components/network/network.ts";
const cluster = "components/database/multi-az-cluster.ts";
const parameters = "components/database/parameters.ts";
const alarms = "components/alarms.ts";
const notifications = "components/notifications.ts";
const vault = "components/backups/backup-vault.ts";
const platform = "components/platform.ts";
const release = "components/release.ts";
const watching = "components/observability.ts";
const main = "index.ts";
const pod = "charts/mini-xdr/templates/_pod.tpl";
const backend = "charts/mini-xdr/templates/backend.yaml";
const policies = "charts/mini-xdr/templates/network-policy.yaml";
const ini = "charts/pgbouncer/templates/config-map.yaml";
const jobs = "charts/database-backup/templates/cron-jobs.yaml";
const common = "charts/observability/files/rules/common.yaml";

/** Changes that a careless or thrifty colleague could make, each of which costs availability. */
export const careless: Edit[] = [
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
    [
      "pods of low priority",
      "enableServiceLinks: false",
      "enableServiceLinks: false\npriorityClassName: low",
    ],
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
      '      labels:\n        {{- include "mini-xdr.selectorLabels" $this | nindent 8 }}',
      '      labels:\n        {{- include "mini-xdr.selectorLabels" $this | nindent 8 }}\n      annotations: { karpenter.sh/do-not-disrupt: "true" }',
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
    [
      "queries that end after 50 ms",
      'dynamic("log_lock_waits", "1"),',
      'dynamic("log_lock_waits", "1"),\n    dynamic("statement_timeout", "50"),',
    ],
  ]),
  ...edits("property", cluster, [
    [
      "changes that wait for no window",
      "      copyTagsToSnapshot: true,",
      "      copyTagsToSnapshot: true,\n      applyImmediately: true,",
    ],
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
    [
      "changes at once",
      "        port: cachePort,",
      "        applyImmediately: true,\n        port: cachePort,",
    ],
  ]),
  ...edits("property", edge, [
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
  ...edits("property", platform, [
    [
      "nodes from a few years ago",
      '{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },',
      '{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },\n                { key: "eks.amazonaws.com/instance-generation", operator: "Lt", values: ["3"] },',
    ],
    [
      "a pool that may hold two nodes",
      "          template: {",
      '          limits: { cpu: "4" },\n          template: {',
    ],
    ["another class of nodes", 'name: "default"', 'name: "cheap"'],
    ["nodes that end after an hour", '"336h"', '"1h"'],
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
      '        replicas: 3,\n        ...spread("prometheus"),',
      '        replicas: 3,\n        paused: true,\n        ...spread("prometheus"),',
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
  ]),
  ...edits("type", "charts/mini-xdr/templates/service-account.yaml", [
    [
      "a quota of pods",
      /$/,
      '\n---\napiVersion: v1\nkind: ResourceQuota\nmetadata: { name: cheap }\nspec: { hard: { pods: "3" } }\n',
    ],
    [
      "a range of limits",
      /$/,
      "\n---\napiVersion: v1\nkind: LimitRange\nmetadata: { name: cheap }\nspec: { limits: [{ type: Container, max: { memory: 64Mi } }] }\n",
    ],
    [
      "an autoscaler of an earlier version",
      /$/,
      "\n---\napiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: { name: old }\nspec: { maxReplicas: 1, scaleTargetRef: { kind: Deployment, name: mini-xdr-backend } }\n",
    ],
    [
      "a stateful set of its own",
      /$/,
      "\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: store }\nspec: { replicas: 1, serviceName: store, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [] } } }\n",
    ],
    [
      "a webhook that refuses pods",
      /$/,
      "\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: { name: no }\nwebhooks: []\n",
    ],
    [
      "a custom resource that makes pods",
      /$/,
      "\n---\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: cheap }\nspec: { instances: 1 }\n",
    ],
  ]),
  ...edits("type", cache, [
    [
      "a user of the cache with every right",
      "    const securityGroup = this.securityGroup();\n    const group",
      '    const securityGroup = this.securityGroup();\n    new elasticache.User(`${name}-user`, { userId: "u", userName: "u", engine: "valkey", accessString: "on ~* +@all", noPasswordRequired: true }, { parent: this });\n    const group',
    ],
  ]),
  ...edits("type", network, [
    [
      "a network ACL that denies",
      '    const table = this.routeTable("public", vpc);',
      '    new ec2.NetworkAcl(`${this.name}-acl`, { vpcId: vpc.id, subnetIds: subnets.map((s) => s.database.id) }, { parent: this });\n    const table = this.routeTable("public", vpc);',
    ],
    [
      "a peering with another network",
      '    const table = this.routeTable("public", vpc);',
      '    new ec2.VpcPeeringConnection(`${this.name}-peer`, { vpcId: vpc.id, peerVpcId: "vpc-1" }, { parent: this });\n    const table = this.routeTable("public", vpc);',
    ],
    [
      "resolvers that nobody runs",
      '    const table = this.routeTable("public", vpc);',
      '    new ec2.VpcDhcpOptions(`${this.name}-dhcp`, { domainNameServers: ["10.0.0.1"] }, { parent: this });\n    const table = this.routeTable("public", vpc);',
    ],
  ]),
  ...edits("type", watching, [
    [
      "a patch of a deployment",
      "    this.registerOutputs({});",
      '    new k8s.apps.v1.DeploymentPatch(`${name}-patch`, { metadata: { name: "coredns", namespace: "kube-system" }, spec: { replicas: 1 } }, { parent: this, provider: opts.provider });\n    this.registerOutputs({});',
    ],
  ]),
  ...edits("target", main, [
    [
      "the pooler at one instance",
      "database: { ...databaseAddress, readerHost: database.endpoints.readerHost }",
      'database: { ...databaseAddress, writerHost: "mini-xdr-prod-instance-1.50a1bb81ae36.eu-central-1.rds.amazonaws.com", readerHost: database.endpoints.readerHost }',
    ],
    [
      "reads at the writer",
      "readerHost: database.endpoints.readerHost }",
      "readerHost: database.endpoints.writerHost }",
    ],
    [
      "migrations at the readers",
      "  writerHost: database.endpoints.writerHost,\n  cidrs",
      "  writerHost: database.endpoints.readerHost,\n  cidrs",
    ],
    [
      "the backend past the pooler",
      "      host: pgbouncer.host,",
      '      host: "pgbouncer-0.database.svc.cluster.local",',
    ],
    [
      "the backend's targets for the frontend",
      "targetGroupArn: edge.frontendTargetGroupArn,\n    },\n    pooler",
      "targetGroupArn: edge.backendTargetGroupArn,\n    },\n    pooler",
    ],
    [
      "one node of the cache",
      "host: cache.primaryHost",
      'host: "mini-xdr-prod-001.50a1bb.cache.amazonaws.com"',
    ],
    [
      "alarms to a topic that nobody reads",
      "  topicArn: notifications.topicArn,\n  globalTopicArn",
      '  topicArn: "arn:aws:sns:eu-central-1:123456789012:old",\n  globalTopicArn',
    ],
    [
      "events to a topic that nobody reads",
      "  topicArn: notifications.topicArn,\n  recovery",
      '  topicArn: "arn:aws:sns:eu-central-1:123456789012:old",\n  recovery',
    ],
    [
      "the cache's traffic to one zone",
      "cidrs: network.databaseCidrs },\n    credentials",
      "cidrs: network.databaseCidrs.slice(0, 1) },\n    credentials",
    ],
    [
      "users of one zone only",
      "loadBalancerCidrs: network.publicCidrs",
      "loadBalancerCidrs: network.publicCidrs.slice(0, 1)",
    ],
    [
      "the database's traffic to one zone",
      "  cidrs: network.databaseCidrs,\n};",
      "  cidrs: network.databaseCidrs.slice(0, 2),\n};",
    ],
    [
      "a database encrypted with a key that is written down",
      "  kmsKeyArn: keys.database.arn,\n  master",
      '  kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/old",\n  master',
    ],
    [
      "database and cache share the edge's group",
      "  databaseSecurityGroupId: database.securityGroupId,",
      "  databaseSecurityGroupId: edge.securityGroupId,",
    ],
    [
      "the backups' rights on another bucket",
      "backupRights(backups.bucketArn, keys.backups.arn)",
      'backupRights(pulumi.output("arn:aws:s3:::another"), keys.backups.arn)',
      "which resources a right names is not compared with what needs it",
    ],
    [
      "alarms of servers that are not there",
      "    memberIds: database.endpoints.memberIds,",
      '    memberIds: ["old-1", "old-2", "old-3"],',
    ],
  ]),
  ...edits("target", network, [
    [
      "images and backups of two zones through NAT",
      "routeTableIds: tables.map((table) => table.id)",
      "routeTableIds: tables.slice(1).map((table) => table.id)",
    ],
    [
      "private subnets in the public table",
      "this.associate(`private-${s.zone}`, table, s.private);",
      "this.associate(`private-${s.zone}`, table, s.public);",
    ],
    ["an endpoint of another service", ".s3`", ".dynamodb`"],
  ]),
  ...edits("target", edge, [
    [
      "the API at the frontend",
      'actions: [{ type: "forward", targetGroupArn: backend.arn }]',
      'actions: [{ type: "redirect", redirect: { statusCode: "HTTP_301", path: "/" } }]',
    ],
    [
      "half of the API",
      'values: ["/api/*", "/events/*", "/health/ready"]',
      'values: ["/api/v1/*", "/health/ready"]',
    ],
    ["a certificate of another name", "domainName: domain.name", 'domainName: "www.example.com"'],
    ["a probe of the page alone", 'resourcePath: "/health/ready"', 'resourcePath: "/"'],
  ]),
  ...edits("accepted", backend, [
    ["readiness that asks the database", "path: /health/serving", "path: /health/ready"],
    ["liveness that asks the database", "path: /health/live", "path: /health/ready"],
    [
      "a liveness probe that never acts",
      "failureThreshold: 3\n          {{- include",
      "failureThreshold: 500\n          {{- include",
    ],
  ]),
  ...edits("accepted", edge, [
    ["errors that count as healthy", 'matcher: "200"', 'matcher: "200-499"'],
    ["a health check that asks the database", '"/health/serving"', '"/health/ready"'],
  ]),
  ...edits("accepted", alarms, [
    [
      "processors that compute all the time",
      "threshold: 80,\n      silence",
      "threshold: 100,\n      silence",
    ],
    [
      "errors by the thousand",
      "threshold: 10,\n      });\n    for",
      "threshold: 10000,\n      });\n    for",
    ],
    ["no target at all is fine", "threshold: 2,", "threshold: 0,"],
    ["lag of an hour", "threshold: 30,", "threshold: 3600,"],
    [
      "an alarm after a day",
      "evaluationPeriods: minutes / period",
      "evaluationPeriods: (minutes / period) * 100",
    ],
    ["silence is fine", 'spec.silence ?? "notBreaching"', '"notBreaching"'],
    ["missing data is ignored", 'spec.silence ?? "notBreaching"', '"ignore"'],
  ]),
  ...edits("accepted", "Pulumi.prod.yaml", [
    [
      "a control plane for half the internet, twice",
      "[203.0.113.0/24]",
      '["0.0.0.0/1", "128.0.0.0/1"]',
    ],
    [
      "a tier that promises less",
      "mini-xdr:tier: enterprise",
      "mini-xdr:tier: starter",
      "the tier is the stack's own file: comparing it with the base revision's is another change",
    ],
  ]),
  ...edits("accepted", "components/keys.ts", [
    ["keys that anybody may use", 'Action: "kms:*"', 'Action: "kms:*", NotPrincipal: {}'],
  ]),
  ...edits("absence", alarms, [
    ["no alarm for backups", "    this.backups();\n", ""],
    ["no alarm at the edge", "    this.edge();\n", ""],
    [
      "no alarm for lag",
      "    args.database.replicaIds.forEach((id) => this.replicaLag(id));\n",
      "",
    ],
    [
      "no alarm for the cache",
      "    args.cache.memberIds.forEach((id) => this.cacheMember(id));\n",
      "",
    ],
    [
      "alarms of one server",
      "args.database.memberIds.forEach",
      "args.database.memberIds.slice(0, 1).forEach",
    ],
  ]),
  ...edits("absence", network, [
    ["no endpoint of S3", "    this.s3Endpoint(", "    if (false as boolean) this.s3Endpoint("],
    ["no flow logs", "    this.flowLogs(", "    if (false as boolean) this.flowLogs("],
  ]),
  ...edits("absence", "components/cluster-traffic.ts", [
    [
      "pods cut off from the cache",
      '    this.ingress("pods-to-cache", args.cacheSecurityGroupId, pods, 6379);\n',
      "",
    ],
    [
      "no way out to the pods",
      "      this.egress(`edge-to-${service}-out`, edge, pods, port);\n",
      "",
    ],
    [
      "every port of the pods",
      "...tcp(port), description: rule },\n      { parent: this },\n    );\n  }\n\n  private egress",
      "...tcp(port), toPort: 65535, description: rule },\n      { parent: this },\n    );\n  }\n\n  private egress",
    ],
  ]),
  ...edits("absence", edge, [
    ["no rule for the API", "    this.routeApi(listener, backend);\n", ""],
    ["no redirect from HTTP", "    this.redirectToTls(loadBalancer);\n", ""],
  ]),
  ...edits("absence", notifications, [
    [
      "nobody hears",
      /new sns\.TopicSubscription\(\n\s+`\$\{this\.name\}-\$\{kind\}-email`/,
      'if (kind === "never") new sns.TopicSubscription(\n      `${this.name}-${kind}-email`',
    ],
    ["CloudWatch may not speak", 'Action: "sns:Publish"', 'Action: "sns:GetTopicAttributes"'],
  ]),
  ...edits("absence", "charts/mini-xdr/templates/pod-disruption-budget.yaml", [
    ["no budget of the frontend", 'list "backend" "frontend"', 'list "backend"'],
  ]),
  ...edits("absence", policies, [
    [
      "no network policy of the frontend",
      'dict "backend" 8000 "frontend" 8080',
      'dict "backend" 8000',
    ],
    ["no names looked up", '    {{- include "mini-xdr.dnsEgress" $ | nindent 4 }}\n', ""],
    [
      "every pod of the cluster may call",
      "  ingress:\n    - from:",
      "  ingress:\n    - {}\n    - from:",
    ],
  ]),
  ...edits("absence", common, [
    ["no alert for the pooler", "      - alert: PgBouncerDown\n", "      - alert: PoolerDown\n"],
    [
      "the pooler's alert after an hour",
      "absent(pgbouncer_up == 1)\n        for: 1m",
      "absent(pgbouncer_up == 1)\n        for: 1h",
    ],
    [
      "the pooler's alert is a message",
      "absent(pgbouncer_up == 1)\n        for: 1m\n        labels:\n          severity: critical",
      "absent(pgbouncer_up == 1)\n        for: 1m\n        labels:\n          severity: warning",
    ],
    [
      "an alert whose expression is never true",
      "absent(pgbouncer_up == 1)",
      "absent(pgbouncer_up == 1) and vector(0) == 1",
      "what an expression means is proved by its own test, not by the pack",
    ],
  ]),
  ...edits("absence", jobs, [
    ["dumps that are suspended", "  suspend: false", "  suspend: true"],
    [
      "dumps in February",
      "  schedule: {{ get $.Values.schedule $job.name | quote }}",
      '  schedule: "0 2 29 2 *"',
    ],
  ]),
  ...edits("absence", "components/database-backup.ts", [
    ["a dump a day", "0,30 * * * *", "0 2 * * *"],
  ]),
  ...edits("deployed", "charts/mini-xdr/templates/pod-disruption-budget.yaml", [
    [
      "budgets that an upgrade removes",
      /^([^]*)$/,
      "{{- if .Release.IsInstall }}\n$1\n{{- end }}\n",
    ],
  ]),
  ...edits("deployed", "charts/mini-xdr/templates/horizontal-pod-autoscaler.yaml", [
    [
      "autoscalers that go where something is found",
      /^([^]*)$/,
      '{{- if not (lookup "v1" "Namespace" "" "mini-xdr") }}\n$1\n{{- end }}\n',
    ],
  ]),
  ...edits("deployed", watching, [
    [
      "manifests of the chart's own",
      "          grafana: this.grafana(),",
      '          grafana: this.grafana(),\n          extraManifests: [{ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "cheap" }, spec: { hard: { pods: "3" } } }],',
    ],
    ["definitions with the release", "crds: { enabled: false }", "crds: { enabled: true }"],
  ]),
  ...edits("deployed", platform, [
    [
      "a chart of another repository",
      "https://kubernetes-sigs.github.io/metrics-server",
      "https://charts.example.com",
    ],
    ["a version that nobody has looked at", 'version: "3.13.0"', 'version: "3.12.0"'],
  ]),
  ...edits("deployed", backend, [
    [
      "an image of another registry",
      '{{ include "mini-xdr.image" .Values.backend.image }}',
      "docker.io/minixdr/backend:1.0.0",
    ],
  ]),
  ...edits("beside", pod, [
    ["a toleration of everything", "tolerations:\n", "tolerations:\n  - { operator: Exists }\n"],
  ]),
  ...edits("beside", ini, [
    [
      "a pool with a mode of its own",
      "dbname={{ $database.dbname }}",
      "dbname={{ $database.dbname }} pool_mode=session",
    ],
    [
      "a pool with a size of its own",
      "dbname={{ $database.dbname }}",
      "dbname={{ $database.dbname }} pool_size=1",
    ],
    [
      "a user with settings of its own",
      "    [pgbouncer]\n",
      "    [users]\n    minixdr_app = pool_mode=session\n\n    [pgbouncer]\n",
    ],
    [
      "the same setting twice",
      "    pool_mode = transaction",
      "    pool_mode = session\n    pool_mode = transaction",
    ],
  ]),
  ...edits("beside", platform, [
    [
      "a second requirement of zones",
      '{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },',
      '{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },\n                { key: "topology.kubernetes.io/zone", operator: "In", values: ["eu-central-1a"] },',
    ],
    [
      "a second requirement of capacity",
      '{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },',
      '{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },\n                { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] },',
    ],
  ]),
  ...edits("beside", edge, [
    [
      "a second action for everything else",
      'defaultActions: [{ type: "forward", targetGroupArn: frontend.arn }]',
      'defaultActions: [{ type: "forward", targetGroupArn: frontend.arn }, { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "503" } }]',
    ],
  ]),
  ...edits("option", network, [
    [
      "gateways that are deleted before their successors",
      "{ subnetId: subnets.public.id, allocationId: address.allocationId },\n      { parent: this, dependsOn: internet },",
      "{ subnetId: subnets.public.id, allocationId: address.allocationId },\n      { parent: this, dependsOn: internet, deleteBeforeReplace: true },",
    ],
    [
      "a network that stays behind",
      "        tags: { Name: this.args.clusterName },\n      }),\n      { parent: this },",
      "        tags: { Name: this.args.clusterName },\n      }),\n      { parent: this, retainOnDelete: true },",
    ],
    [
      "routes that ignore their changes",
      '{ routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },\n      { parent: this },',
      '{ routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },\n      { parent: this, ignoreChanges: ["natGatewayId"] },',
    ],
  ]),
  ...edits("option", cluster, [
    [
      "a database that is replaced for its class",
      "{ parent, protect: true, dependsOn: logGroups",
      '{ parent, protect: true, replaceOnChanges: ["dbClusterInstanceClass"], dependsOn: logGroups',
    ],
    [
      "a database that takes another's place",
      "{ parent, protect: true, dependsOn: logGroups",
      '{ parent, protect: true, aliases: [{ name: "old" }], dependsOn: logGroups',
    ],
    [
      "a database that is given a minute",
      "{ parent, protect: true, dependsOn: logGroups",
      '{ parent, protect: true, customTimeouts: { update: "1m" }, dependsOn: logGroups',
    ],
    [
      "a database that somebody else has made",
      "{ parent, protect: true, dependsOn: logGroups",
      '{ parent, protect: true, import: "old", dependsOn: logGroups',
    ],
  ]),
  ...edits("option", cache, [
    [
      "a cache that goes with its subnets",
      "      }),\n      { parent: this },\n    );\n  }\n\n  private delivery",
      "      }),\n      { parent: this, deletedWith: subnets },\n    );\n  }\n\n  private delivery",
    ],
  ]),
];
