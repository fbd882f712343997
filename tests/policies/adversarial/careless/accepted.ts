import { edits, type Edit } from "../edit";
import {
  access,
  alarms,
  backend,
  cache,
  cluster,
  common,
  dumps,
  controlPlane,
  edge,
  figures,
  jobHelpers,
  jobs,
  main,
  nodes,
  parameters,
  pod,
  pooler,
  poolerValues,
  prod,
  routing,
  slo,
  values,
  vault,
  watching,
} from "../files";

export const accepted: Edit[] = [
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
  ]),
  ...edits("accepted", "components/key-policy.ts", [
    ["keys that anybody may use", 'Action: "kms:*"', 'Action: "kms:*", NotPrincipal: {}'],
  ]),
  ...edits("accepted", values, [
    ["a backend of two mebibytes", "memory: 2Gi", "memory: 2Mi"],
    ["a backend of a hundredth of a processor", "cpu: 1000m", "cpu: 10m"],
    ["a backend that no node can hold", "cpu: 250m\n    limits", "cpu: 640\n    limits"],
    [
      "an autoscaler that waits for 90 %",
      "targetCPUUtilizationPercentage: 70",
      "targetCPUUtilizationPercentage: 90",
    ],
    ["a pool that is not there", "readOnlyName: minixdr_ro", "readOnlyName: reports_ro"],
  ]),
  ...edits("accepted", backend, [
    ["a start of five seconds", "failureThreshold: 30", "failureThreshold: 1"],
    [
      "liveness that kills after two seconds",
      /initialDelaySeconds: 10\n {12}periodSeconds: 5\n {12}timeoutSeconds: 3\n {12}failureThreshold: 3([^]*?)initialDelaySeconds: 30\n {12}periodSeconds: 10\n {12}timeoutSeconds: 5\n {12}failureThreshold: 3/,
      "initialDelaySeconds: 0\n            periodSeconds: 1\n            timeoutSeconds: 1\n            failureThreshold: 1$1initialDelaySeconds: 0\n            periodSeconds: 1\n            timeoutSeconds: 1\n            failureThreshold: 2",
    ],
    [
      "a pod that hangs for an hour",
      "initialDelaySeconds: 30\n            periodSeconds: 10\n            timeoutSeconds: 5\n            failureThreshold: 3",
      "initialDelaySeconds: 30\n            periodSeconds: 60\n            timeoutSeconds: 5\n            failureThreshold: 60",
    ],
    [
      "readiness that notices after a quarter of an hour",
      /initialDelaySeconds: 10\n {12}periodSeconds: 5\n {12}timeoutSeconds: 3\n {12}failureThreshold: 3([^]*?)periodSeconds: 10\n {12}timeoutSeconds: 5\n {12}failureThreshold: 3/,
      "initialDelaySeconds: 10\n            periodSeconds: 30\n            timeoutSeconds: 3\n            failureThreshold: 30$1periodSeconds: 60\n            timeoutSeconds: 5\n            failureThreshold: 20",
    ],
    ["temporary files of a mebibyte", "sizeLimit: 256Mi", "sizeLimit: 1Mi"],
  ]),
  ...edits("accepted", pod, [
    ["a node that blinks loses its pods", /tolerationSeconds: 30/g, "tolerationSeconds: 1"],
  ]),
  ...edits("accepted", pooler, [
    [
      "poolers that cut their clients off",
      "terminationGracePeriodSeconds: 150",
      "terminationGracePeriodSeconds: 20",
    ],
  ]),
  ...edits("accepted", poolerValues, [
    [
      "queries that do not outwait a failover",
      "queryWaitTimeoutSeconds: 45",
      "queryWaitTimeoutSeconds: 1",
    ],
    [
      "connects without a limit",
      "serverConnectTimeoutSeconds: 2",
      "serverConnectTimeoutSeconds: 0",
    ],
    [
      "dead sockets without a limit",
      "tcpUserTimeoutMilliseconds: 4000",
      "tcpUserTimeoutMilliseconds: 0",
    ],
  ]),
  ...edits("accepted", prod, [
    [
      "pools of five connections",
      "  mini-xdr:backend:",
      "  mini-xdr:pgbouncer:\n    poolSize: 5\n    reservePoolSize: 0\n  mini-xdr:backend:",
    ],
    ["a burstable cache", "cache.r7g.large", "cache.t4g.small"],
    ["a week of recovery", "backupRetentionDays: 35", "backupRetentionDays: 7"],
    ["a network without room", "cidr: 10.20.0.0/16", "cidr: 10.20.0.0/20"],
    ["no room for a peak", "maxReplicas: 12", "maxReplicas: 4"],
    [
      "a small volume for metrics",
      "  mini-xdr:observability:\n",
      "  mini-xdr:observability:\n    volumeGb: 10\n",
    ],
    [
      "a lock of a day",
      "  mini-xdr:alertEmail",
      "  mini-xdr:backups:\n    lockDays: 1\n  mini-xdr:alertEmail",
    ],
    ["an old control plane", 'version: "1.36"', 'version: "1.29"'],
    ["alarms to nobody", "oncall@example.com", "noreply@example.com"],
  ]),
  ...edits("accepted", "upstream/pins.json", [
    ["a pooler of years ago", '"tag": "1.25.2"', '"tag": "1.20.0"'],
  ]),
  ...edits("accepted", cluster, [
    ["maintenance all through Sunday", "sun:03:30-sun:04:30", "sun:06:30-mon:05:30"],
    ["a backup window of a day", "00:30-01:30", "02:30-01:30"],
    ["slow storage", /iops: args[^,]+,/, "iops: 1000,"],
    ["storage that costs more than the servers", 'storageType: "gp3"', 'storageType: "io1"'],
    ["servers without disks of their own", "args.instanceClass", '"db.r6g.large"'],
  ]),
  ...edits("accepted", cache, [
    ["the cache restarts with the database", "sun:04:30-sun:05:30", "sun:03:30-sun:04:30"],
    ["only what expires may go", '"allkeys-lru"', '"volatile-lru"'],
    [
      "a token that ends the one before it",
      'authTokenUpdateStrategy: "ROTATE"',
      'authTokenUpdateStrategy: "SET"',
    ],
  ]),
  ...edits("accepted", parameters, [
    [
      "locks of clients that are gone for five minutes",
      /keepalives_idle", "5"([^]*)interval", "2"([^]*)count", "3"/,
      'keepalives_idle", "60"$1interval", "30"$2count", "9"',
    ],
    [
      "queries that end after five seconds",
      'dynamic("log_lock_waits", "1"),',
      'dynamic("log_lock_waits", "1"),\n    dynamic("statement_timeout", "5000"),',
    ],
    ["a static parameter at once", 'fixed("max_connections"', 'dynamic("max_connections"'],
  ]),
  ...edits("accepted", "components/backups/backup-alarms.ts", [
    [
      "a copy's delay asked for in the vault's Region",
      "      elsewhere: { region, topicArn },\n",
      "",
    ],
    ["copies that fail by the dozen", "threshold: 0,", "threshold: 12,"],
    ["a dump that may take an hour", "threshold: args.dumpSeconds", "threshold: 3600"],
  ]),
  ...edits("accepted", alarms, [
    ["transaction ids until the last", "threshold: 1e9", "threshold: 2e9"],
    ["more connections than there can be", "maxConnections * 0.8", "maxConnections * 8"],
    ["a disk that is almost full", "storageGb * 0.15", "storageGb * 0.03"],
    [
      "a unit that no metric has",
      "        period: period * 60,",
      '        period: period * 60,\n        unit: "Seconds",',
    ],
    [
      "a dimension that no metric has",
      "dimensions: spec.dimensions",
      "dimensions: { ...spec.dimensions, Stack: this.args.stackName }",
    ],
    [
      "a target group's name for the load balancer's",
      "{ LoadBalancer: loadBalancer, TargetGroup: targetGroup }",
      "{ LoadBalancer: targetGroup, TargetGroup: targetGroup }",
    ],
    [
      "alarms in a Region without their metric",
      "threshold: Math.floor(storageGb",
      'elsewhere: { region: "us-east-1", topicArn: this.args.topicArn },\n      threshold: Math.floor(storageGb',
    ],
    [
      "alarms to the other Region's topic",
      "spec.elsewhere?.topicArn ?? this.args.topicArn",
      "this.args.globalTopicArn",
    ],
    [
      "errors by the hundred",
      "threshold: 10,\n      });\n    for",
      "threshold: 100,\n      });\n    for",
    ],
  ]),
  ...edits("accepted", watching, [
    ["metrics of five gigabytes", "`${Math.floor(volumeGb * usableVolume)}GiB`", '"5GiB"'],
    [
      "no zones in the figures",
      "nodes=[topology.kubernetes.io/zone]",
      "pods=[topology.kubernetes.io/zone]",
    ],
    [
      "a watch of sixteen mebibytes",
      'limits: { cpu: "200m", memory: "256Mi" }',
      'limits: { cpu: "200m", memory: "16Mi" }',
    ],
  ]),
  ...edits("accepted", controlPlane, [
    [
      "a cluster that lets its creator in for good",
      "bootstrapClusterCreatorAdminPermissions: false",
      "bootstrapClusterCreatorAdminPermissions: true",
    ],
    ["a cluster as its component makes it", "transforms: [asDeclared], dependsOn", "dependsOn"],
    [
      "a DNS beside AWS's own",
      "corednsAddonOptions: { enabled: false }",
      "corednsAddonOptions: { enabled: true }",
    ],
    [
      "objects before anybody may make them",
      "{ parent: this, dependsOn: access.granted }",
      "{ parent: this }",
    ],
  ]),
  ...edits("accepted", access, [
    [
      "an entry of one role for all",
      "{ clusterName, principalArn }, { parent: this });",
      "{ clusterName, principalArn: this.args.deployRoleArn }, { parent: this });",
    ],
    ["an entry that may do nothing", "AmazonEKSClusterAdminPolicy", "AmazonEKSViewPolicy"],
  ]),
  ...edits("accepted", main, [
    [
      "nodes of the cluster in public subnets",
      "  privateSubnetIds: network.privateSubnetIds,\n",
      "  privateSubnetIds: [...network.privateSubnetIds, ...network.publicSubnetIds],\n",
    ],
    [
      "nodes of ours in public subnets",
      "    subnetIds: network.privateSubnetIds,",
      "    subnetIds: network.publicSubnetIds,",
    ],
    [
      "nodes of ours in two zones",
      "    subnetIds: network.privateSubnetIds,",
      "    subnetIds: network.privateSubnetIds.slice(1),",
    ],
    [
      "a platform that does not wait for nodes",
      '"metrics-server") },\n  onCluster(nodes)',
      '"metrics-server") },\n  onCluster()',
    ],
  ]),
  ...edits("accepted", nodes, [
    [
      "nodes of AWS's own class",
      'kind: "NodeClass", name: nodeClass',
      'kind: "NodeClass", name: "default"',
    ],
    ["subnets by a tag", "args.subnetIds.map((id) => ({ id }))", '[{ tags: { Name: "*" } }]'],
    ["a pool without an end", "          limits,\n", ""],
    ["a pool that is full after the loss of a zone", 'cpu: "64"', 'cpu: "12"'],
    ["a pool that outlives its class", "{ parent: this, dependsOn: ofNodes }", "{ parent: this }"],
  ]),
  ...edits("accepted", "components/placement.ts", [
    ["a pooler that gives way to what it serves", "pooler: 3000", "pooler: 1500"],
  ]),
  ...edits("accepted", nodes, [
    ["nodes that come and go", '"5m"', '"1m"'],
    ["nodes of one family", 'values: ["c", "m", "r"]', 'values: ["c"]'],
    ["a third of the nodes at once", 'nodes: "1"', 'nodes: "33%"'],
  ]),
  ...edits("accepted", edge, [
    [
      "requests cut off after a second",
      "deregistrationDelaySeconds = 15",
      "deregistrationDelaySeconds = 1",
    ],
    ["addresses that nobody has", 'type: "A"', 'type: "AAAA"'],
  ]),
  ...edits("accepted", vault, [
    [
      "state that is gone after a day",
      "filter: { prefix: statePrefix },\n            expiration: { days: 90 }",
      "filter: { prefix: statePrefix },\n            expiration: { days: 1 }",
    ],
  ]),
  ...edits("accepted", dumps, [
    ["a volume on which no restore fits", "args.storageGb * 1.5", "args.storageGb * 0.1"],
    [
      "an alert after a day of no dumps",
      "objectives: { rpoSeconds, rtoSeconds: 4 * 3600 }",
      "objectives: { rpoSeconds: 26 * 3600, rtoSeconds: 4 * 3600 }",
    ],
  ]),
  ...edits("accepted", jobs, [
    ["dumps that are killed after a minute", "deadline: 3300", "deadline: 60"],
    ["a dump that hangs for six hours", "deadline: 3300", "deadline: 21600"],
    ["a restore of ten minutes", "deadline: 14400", "deadline: 600"],
    [
      "verifications of a minute",
      "schedule: {{ .Values.schedule.verify | quote }}\n  deadline: 21600",
      "schedule: {{ .Values.schedule.verify | quote }}\n  deadline: 60",
    ],
    ["pruned without being verified", "args: [verify]", "args: [prune]"],
    ["drills that only verify", "args: [drill]", "args: [verify]"],
    ["a restore as the role that reads", "database: database-restore", "database: database-backup"],
    ["a restore as the master", "database: database-restore", "database: database-master"],
    ["a swap as the role that restores", "database: database-master", "database: database-restore"],
    ["a scratch server with a verification's rights", "account: scratch", "account: verify"],
    ["dumps with a verification's rights", "account: dump", "account: verify"],
    ["verifications with a dump's rights", "account: verify", "account: dump"],
    ["a swap with a restore's rights", "account: swap", "account: restore"],
    ["pruned by a job that may read dumps", "account: prune", "account: verify"],
    [
      "a scratch server at another hour than its verification",
      "schedule: {{ get $.Values.schedule . | quote }}",
      "schedule: {{ $.Values.schedule.dump | quote }}",
    ],
    ["a verification without its server's address", "scratch: scratch-verify", "scratch: ''"],
  ]),
  ...edits("accepted", "charts/database-backup/templates/network-policy.yaml", [
    ["a scratch server that reaches everything", "egress: []", "egress: [{}]"],
    [
      "a scratch server that dumps reach",
      '(dict "root" $ "component" .) | nindent 14 }}\n      ports:\n        - { port: 5432, protocol: TCP }\n  # Whatever',
      '(dict "root" $ "component" "dump") | nindent 14 }}\n      ports:\n        - { port: 5432, protocol: TCP }\n  # Whatever',
    ],
  ]),
  ...edits("accepted", jobHelpers, [
    [
      "dumps that do nothing",
      "args: {{ toJson .job.args }}",
      'command: ["true"]\n  args: {{ toJson .job.args }}',
    ],
    ["dumps of sixteen mebibytes", "memory: 512Mi", "memory: 16Mi"],
  ]),
  ...edits("accepted", "charts/mini-xdr/templates/migrations.yaml", [
    ["migrations that are only shown", "args: [migrate]", "args: [migrate, --dry-run]"],
    ["migrations of a minute", "activeDeadlineSeconds: 600", "activeDeadlineSeconds: 60"],
    ["migrations before their account", 'hook-weight: "0"', 'hook-weight: "-20"'],
  ]),
  ...edits("accepted", slo, [
    ["pages that are looked for every five minutes", "interval: 30s", "interval: 300s"],
  ]),
  ...edits("accepted", common, [["a beat every five minutes", "interval: 10s", "interval: 300s"]]),
  ...edits("accepted", routing, [
    ["a beat twice a day", "repeat_interval: `${beat.due}s`", 'repeat_interval: "12h"'],
    [
      "all pages in one",
      "  matchers: ['severity=\"critical\"'],\n",
      '  matchers: [\'severity="critical"\'],\n  group_by: ["cluster"],\n',
    ],
  ]),
  ...edits("accepted", figures, [
    ["figures of ten minutes", "period: 60", "period: 600"],
    ["averages of counts", "statistics: [Sum]", "statistics: [Average]"],
    ["figures of another Region", "regions: [{{ .Values.region }}]", "regions: [us-east-1]"],
  ]),
  ...edits("accepted", "charts/edge-metrics/templates/deployment.yaml", [
    ["figures once an hour", "--scraping-interval=60", "--scraping-interval=3600"],
  ]),
  ...edits("accepted", "charts/pgbouncer/templates/service-monitor.yaml", [
    ["a monitor that the operator refuses", "scrapeTimeout: 10s", "scrapeTimeout: 60s"],
  ]),
];
