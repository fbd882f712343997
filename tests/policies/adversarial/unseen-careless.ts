import { edits, type Edit } from "./edit";

const main = "index.ts";
const prod = "Pulumi.prod.yaml";
const alarms = "components/alarms.ts";
const notifications = "components/notifications.ts";
const keys = "components/keys.ts";
const edge = "components/edge/edge.ts";
const network = "components/network/network.ts";
const cache = "components/cache.ts";
const cluster = "components/database/multi-az-cluster.ts";
const database = "components/database/database.ts";
const parameters = "components/database/parameters.ts";
const vault = "components/backups/backup-vault.ts";
const copies = "components/backups/backups.ts";
const rights = "components/backups/backup-rights.ts";
const dumps = "components/database-backup.ts";
const identity = "components/pod-identity.ts";
const platform = "components/platform.ts";
const watching = "components/observability.ts";
const routing = "observability/routing/index.ts";
const pod = "charts/mini-xdr/templates/_pod.tpl";
const backend = "charts/mini-xdr/templates/backend.yaml";
const frontend = "charts/mini-xdr/templates/frontend.yaml";
const values = "charts/mini-xdr/values.yaml";
const pooler = "charts/pgbouncer/templates/deployment.yaml";
const poolerValues = "charts/pgbouncer/values.yaml";
const jobs = "charts/database-backup/templates/cron-jobs.yaml";
const jobHelpers = "charts/database-backup/templates/_helpers.tpl";
const common = "charts/observability/files/rules/common.yaml";
const slo = "charts/observability/files/rules/slo-enterprise.yaml";
const figures = "charts/edge-metrics/templates/config-map.yaml";

/** Changes that the pack's own author has not tried it with, by somebody else. */
const tried: Edit[] = [
  // ── Numbers within their bounds that hurt all the same ──────────────────────────────────────────
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
      /initialDelaySeconds: 10\n            periodSeconds: 5\n            timeoutSeconds: 3\n            failureThreshold: 3([^]*?)initialDelaySeconds: 30\n            periodSeconds: 10\n            timeoutSeconds: 5\n            failureThreshold: 3/,
      "initialDelaySeconds: 0\n            periodSeconds: 1\n            timeoutSeconds: 1\n            failureThreshold: 1$1initialDelaySeconds: 0\n            periodSeconds: 1\n            timeoutSeconds: 1\n            failureThreshold: 2",
    ],
    [
      "a pod that hangs for an hour",
      "initialDelaySeconds: 30\n            periodSeconds: 10\n            timeoutSeconds: 5\n            failureThreshold: 3",
      "initialDelaySeconds: 30\n            periodSeconds: 60\n            timeoutSeconds: 5\n            failureThreshold: 60",
    ],
    [
      "readiness that notices after a quarter of an hour",
      /initialDelaySeconds: 10\n            periodSeconds: 5\n            timeoutSeconds: 3\n            failureThreshold: 3([^]*?)periodSeconds: 10\n            timeoutSeconds: 5\n            failureThreshold: 3/,
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
    ["slow storage", "iops: 3000", "iops: 1000"],
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
    ["a pooler of years ago", "pgbouncer: 1.25.2", "pgbouncer: 1.20.0"],
    ["an old control plane", 'version: "1.36"', 'version: "1.29"'],
    ["alarms to nobody", "oncall@example.com", "noreply@example.com"],
  ]),
  ...edits("accepted", cluster, [
    ["maintenance all through Sunday", "sun:03:30-sun:04:30", "sun:06:30-mon:05:30"],
    ["a backup window of a day", "00:30-01:30", "02:30-01:30"],
  ]),
  ...edits("accepted", cache, [
    ["the cache restarts with the database", "sun:04:30-sun:05:30", "sun:03:30-sun:04:30"],
    ["only what expires may go", '"allkeys-lru"', '"volatile-lru"'],
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
  ...edits("accepted", alarms, [
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
      'region: "us-east-1",\n      threshold: Math.floor(storageGb',
    ],
    [
      "alarms to the other Region's topic",
      "spec.region ? this.args.globalTopicArn : this.args.topicArn",
      "spec.region ? this.args.topicArn : this.args.globalTopicArn",
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
  ...edits("accepted", platform, [
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
    ["dumps that are killed after a minute", '"deadline" 3300', '"deadline" 60'],
    ["a dump that hangs for six hours", '"deadline" 3300', '"deadline" 21600'],
    ["a restore of ten minutes", '"deadline" 14400', '"deadline" 600'],
    [
      "verifications of a minute",
      '(list "prune")) "deadline" 21600',
      '(list "prune")) "deadline" 60',
    ],
    [
      "pruned without being verified",
      '(list (list "verify") (list "prune"))',
      '(list (list "prune"))',
    ],
    ["drills that only verify", '(list (list "drill"))', '(list (list "verify"))'],
    [
      "a restore as the role that reads",
      '"secret" "database-master"',
      '"secret" "database-backup"',
    ],
  ]),
  ...edits("accepted", jobHelpers, [
    [
      "dumps that do nothing",
      "args: {{ toJson .command }}",
      'command: ["true"]\n  args: {{ toJson .command }}',
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

  // ── Right shape, wrong target ───────────────────────────────────────────────────────────────────
  ...edits("target", "charts/mini-xdr/templates/service.yaml", [
    ["traffic to a port where nobody listens", "targetPort: http", "targetPort: 9999"],
  ]),
  ...edits("target", "charts/pgbouncer/templates/service.yaml", [
    ["queries to the exporter", "targetPort: postgresql", "targetPort: metrics"],
  ]),
  ...edits("target", "charts/mini-xdr/templates/service-monitor.yaml", [
    ["figures from a port that is not there", "port: http", "port: metrics"],
  ]),
  ...edits("target", "charts/mini-xdr/templates/target-group-binding.yaml", [
    [
      "both target groups for the backend's pods",
      "name: {{ $.Release.Name }}-{{ $component }}\n    port",
      "name: {{ $.Release.Name }}-backend\n    port",
    ],
    [
      "both services in the backend's group",
      "(get $.Values $component).targetGroupArn",
      "$.Values.backend.targetGroupArn",
    ],
  ]),
  ...edits("target", pooler, [
    [
      "readiness of the exporter",
      /readinessProbe:\n            exec: [^\n]*/,
      "readinessProbe:\n            httpGet: { path: /, port: 9127 }",
    ],
    [
      "a watcher that sleeps",
      "[/bin/sh, /etc/reconnect/reconnect.sh, {{ .Values.writer }}]",
      '[/bin/sh, -c, "sleep 1d"]',
    ],
  ]),
  ...edits("target", backend, [
    [
      "the backend writes to the readers",
      "{ name: DATABASE_NAME, value: {{ $database.name | quote }} }",
      "{ name: DATABASE_NAME, value: {{ $database.readOnlyName | quote }} }",
    ],
    ["a frontend for a backend", ".Values.backend.image", ".Values.frontend.image"],
  ]),
  ...edits("target", main, [
    [
      "the copy in the same Region",
      "recovery: { region: recoveryRegion, kmsKeyArn: keys.backupsRecovery.arn }",
      "recovery: { region, kmsKeyArn: keys.backupsRecovery.arn }",
    ],
    [
      "the copy under the wrong Region's key",
      "kmsKeyArn: keys.backupsRecovery.arn",
      "kmsKeyArn: keys.backups.arn",
    ],
    [
      "images copied to their own Region",
      "{ accountId, recoveryRegion }",
      "{ accountId, recoveryRegion: region }",
    ],
    [
      "secrets copied to their own Region",
      "  stackName,\n  recoveryRegion,\n  kmsKeyArn: keys.database.arn,",
      "  stackName,\n  recoveryRegion: region,\n  kmsKeyArn: keys.database.arn,",
    ],
    [
      "topics under a key that CloudWatch may not use",
      "  kmsKeyArn: keys.notifications.arn,",
      "  kmsKeyArn: keys.chaos.arn,",
    ],
    [
      "a topic under another Region's key",
      "globalKmsKeyArn: keys.globalNotifications.arn",
      "globalKmsKeyArn: keys.notifications.arn",
    ],
    ["another Region's authorities", "rdsCertificates(region)", "rdsCertificates(recoveryRegion)"],
    [
      "a pooler that knows no readers",
      '[credentials.database.app, credentials.database["read-only"]]',
      "[credentials.database.app]",
    ],
    [
      "the cache's token of somebody else",
      "cache: credentials.cache }",
      "cache: credentials.poolerStatistics }",
    ],
    [
      "target groups of another cluster",
      "  domain: config.domain,\n  clusterName,",
      '  domain: config.domain,\n  clusterName: "old",',
    ],
    [
      "dumps into the copy",
      "vault: { bucket: backups.bucket,",
      "vault: { bucket: backups.recoveryBucket,",
    ],
    [
      "dumps under the copy's key",
      "kmsKeyArn: keys.backups.arn, region }",
      "kmsKeyArn: keys.backupsRecovery.arn, region }",
    ],
    [
      "figures of the other Region",
      "config.images.edgeExporter),\n    region,",
      "config.images.edgeExporter),\n    region: recoveryRegion,",
    ],
    [
      "experiments that one alarm stops",
      "stopAlarmArns: alarms.usersHurtArns",
      "stopAlarmArns: alarms.usersHurtArns.slice(0, 1)",
    ],
    [
      "the application before its roles",
      'namespaces["mini-xdr"], roles, observability',
      'namespaces["mini-xdr"], observability',
    ],
  ]),
  ...edits("target", edge, [
    [
      "a path that the backend does not know",
      'this.targetGroup("backend", "/health/serving")',
      'this.targetGroup("backend", "/healthz")',
    ],
    [
      "a path that the frontend does not know",
      'this.targetGroup("frontend", "/healthz")',
      'this.targetGroup("frontend", "/health/serving")',
    ],
  ]),
  ...edits("target", notifications, [
    [
      "publishers of another account",
      '"aws:SourceAccount": this.args.accountId',
      '"aws:SourceAccount": "000000000000"',
    ],
    [
      "publishing to another topic",
      "Resource: topic.arn,",
      "Resource: pulumi.interpolate`${topic.arn}-old`,",
    ],
  ]),
  ...edits("target", keys, [
    [
      "publishers that may not encrypt",
      '["kms:Decrypt", "kms:GenerateDataKey"]',
      '["kms:Decrypt"]',
    ],
    ["a key that no publisher may use", "services: publishers.regional }", "}"],
    ["keys of another account", "arn:aws:iam::${accountId}:root", "arn:aws:iam::000000000000:root"],
    [
      "keys that nobody administers",
      'Action: "kms:*"',
      'Action: ["kms:Decrypt", "kms:GenerateDataKey"]',
    ],
  ]),
  ...edits("target", rights, [
    ["backups that may not encrypt", '["kms:Decrypt", "kms:GenerateDataKey"]', '["kms:Decrypt"]'],
    ["backups that may not be put", '        "s3:PutObject",\n', ""],
    [
      "backups from one address only",
      "Resource: [kmsKeyArn] }",
      'Resource: [kmsKeyArn], Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }',
    ],
  ]),
  ...edits("target", copies, [
    [
      "copies that may not be read",
      '{ Action: ["kms:Decrypt"], Resource: [this.args.kmsKeyArn] },\n',
      "",
    ],
    [
      "copies that S3 may not make",
      'trustPolicy("s3.amazonaws.com")',
      'trustPolicy("backup.amazonaws.com")',
    ],
    [
      "copies without their tags",
      '["s3:ReplicateObject", "s3:ReplicateTags"]',
      '["s3:ReplicateTags"]',
    ],
  ]),
  ...edits("target", identity, [
    ["pods without their rights", '          "sts:TagSession",\n', ""],
    ["rights for another service", '"pods.eks.amazonaws.com"', '"ec2.amazonaws.com"'],
  ]),
  ...edits("target", database, [
    [
      "a database in a group without rules",
      "securityGroup: this.securityGroup(),",
      'securityGroup: (this.securityGroup(), closedSecurityGroup(this, `${this.name}-members`, { vpcId: this.args.vpcId, guards: "members", tag: "members" })),',
    ],
  ]),
  ...edits("target", "components/chaos/experiments.ts", [
    ["experiments on every pod at once", '"COUNT(1)"', '"ALL"'],
  ]),
  ...edits("target", "components/credentials.ts", [
    [
      "passwords that change at every change",
      "{ length: 40, special: false }",
      "{ length: 40, special: false, keepers: { at: String(Date.now()) } }",
    ],
  ]),

  // ── Absence ─────────────────────────────────────────────────────────────────────────────────────
  ...edits("absence", pooler, [
    [
      "no watcher of the writer",
      /        # Sheds the connections[^]*?(?=        - name: exporter)/,
      "",
    ],
    [
      "poolers that do not follow their configuration",
      /      annotations:\n        checksum[^\n]*\n/,
      "",
    ],
    ["names that wait five seconds", /      # A lost DNS packet[^]*?(?=      affinity:)/, ""],
  ]),
  ...edits("absence", slo, [
    [
      "no page for the API's budget",
      /  - name: slo-api-availability-page[^]*?(?=  - name: slo-api-availability-warn)/,
      "",
    ],
    [
      "no silence of the API",
      /      - alert: ServiceSilent[^]*?(?=  - name: slo-api-availability-warn)/,
      "",
    ],
    ["no record of requests", /      - record: slo:events:sum30s[^]*?outcome: all\n/, ""],
  ]),
  ...edits("absence", common, [
    ["no record of nodes", /      - record: node_zone:kube_node_ready:max\n[^\n]*\n/, ""],
  ]),
  ...edits("absence", "charts/observability/templates/certificates.yaml", [
    [
      "no end of a certificate",
      "minixdr_certificate_expiry_timestamp_seconds",
      "minixdr_certificate_end",
    ],
  ]),
  ...edits("absence", "components/registry.ts", [
    ["images of one repository copied", 'filter: "mini-xdr/"', 'filter: "mini-xdr/backend"'],
  ]),
  ...edits("absence", main, [
    [
      "no pods' alarm of the cache",
      "cache: { memberIds: cache.memberIds }",
      "cache: { memberIds: cache.memberIds.slice(1) }",
    ],
    ["no rights of the backups", /new PodIdentity\("backup-identity"[^]*?\}\);\n/, ""],
    ["no alert rules", /new AlertRules\([^]*?\n\);\n/, ""],
  ]),
  ...edits("absence", "charts/database-backup/templates/exporter.yaml", [
    ["no budget of the exporters", /---\napiVersion: policy[^]*?(?=---\napiVersion: v1)/, ""],
  ]),
  ...edits("absence", keys, [
    [
      "no name of the backups' key",
      "    new kms.Alias(",
      '    if (purpose !== "backups") new kms.Alias(',
    ],
  ]),

  // ── A second one beside the good one ────────────────────────────────────────────────────────────
  ...edits("beside", "charts/mini-xdr/templates/pod-disruption-budget.yaml", [
    [
      "a budget for another release's poolers",
      /$/,
      "\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: poolers, namespace: database }\nspec: { maxUnavailable: 0, unhealthyPodEvictionPolicy: AlwaysAllow, selector: { matchLabels: { app.kubernetes.io/name: pgbouncer } } }\n",
    ],
    [
      "a budget that lets no job go",
      /$/,
      "\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: jobs }\nspec: { maxUnavailable: 0, unhealthyPodEvictionPolicy: AlwaysAllow, selector: { matchLabels: { app.kubernetes.io/component: migrations } } }\n",
    ],
  ]),
  ...edits("beside", "charts/mini-xdr/templates/target-group-binding.yaml", [
    [
      "the frontend's group for the backend too",
      /$/,
      "\n---\napiVersion: eks.amazonaws.com/v1\nkind: TargetGroupBinding\nmetadata: { name: more }\nspec: { targetGroupARN: {{ $.Values.frontend.targetGroupArn }}, targetType: ip, serviceRef: { name: {{ $.Release.Name }}-backend, port: http } }\n",
    ],
  ]),
  ...edits("beside", "charts/mini-xdr/templates/horizontal-pod-autoscaler.yaml", [
    [
      "a second autoscaler",
      /$/,
      "\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: night }\nspec: { minReplicas: 3, maxReplicas: 4, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: mini-xdr-backend }, metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 90 } } }] }\n",
    ],
  ]),
  ...edits("beside", pod, [
    [
      "at most one pod in a zone",
      "        matchLabelKeys: [pod-template-hash]\ntopology",
      '        matchLabelKeys: [pod-template-hash]\n      - topologyKey: topology.kubernetes.io/zone\n        labelSelector:\n          matchLabels:\n            {{- include "mini-xdr.selectorLabels" . | nindent 12 }}\ntopology',
    ],
    [
      "a spread over what no node has",
      "topologySpreadConstraints:\n",
      "topologySpreadConstraints:\n  - { topologyKey: example.com/rack, maxSkew: 1, whenUnsatisfiable: DoNotSchedule }\n",
    ],
    [
      "away from every other pod of the release",
      "        matchLabelKeys: [pod-template-hash]\ntopology",
      "        matchLabelKeys: [pod-template-hash]\n      - topologyKey: kubernetes.io/hostname\n        labelSelector:\n          matchLabels: { app.kubernetes.io/instance: {{ .root.Release.Name }} }\ntopology",
    ],
  ]),
  ...edits("beside", vault, [
    [
      "a second lifecycle",
      "    closeBucket(name, bucket, this, [], args.region);",
      '    closeBucket(name, bucket, this, [], args.region);\n    new s3.BucketLifecycleConfiguration(`${name}-thrift`, { bucket: bucket.bucket, region: args.region, rules: [{ id: "thrift", status: "Enabled", filter: { prefix: "" }, expiration: { days: 1 } }] }, { parent: this });',
    ],
    [
      "a second versioning",
      "    closeBucket(name, bucket, this, [], args.region);",
      '    closeBucket(name, bucket, this, [], args.region);\n    new s3.BucketVersioning(`${name}-thrift`, { bucket: bucket.bucket, region: args.region, versioningConfiguration: { status: "Suspended" } }, { parent: this });',
    ],
    [
      "a second lock",
      "    closeBucket(name, bucket, this, [], args.region);",
      '    closeBucket(name, bucket, this, [], args.region);\n    new s3.BucketObjectLockConfiguration(`${name}-thrift`, { bucket: bucket.bucket, region: args.region, rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } }, { parent: this });',
    ],
  ]),
  ...edits("beside", notifications, [
    [
      "a second policy of the topic",
      "    if (this.args.pagerDutyUrl)",
      '    new sns.TopicPolicy(`${this.name}-${kind}-more`, { arn: topic.arn, region, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sns:Publish", Resource: topic.arn }] }) }, { parent: this });\n    if (this.args.pagerDutyUrl)',
    ],
  ]),
  ...edits("beside", network, [
    [
      "half of the internet past the gateways",
      "      this.associate(`private-${s.zone}`, table, s.private);",
      '      this.associate(`private-${s.zone}`, table, s.private);\n      new ec2.Route(`${this.name}-half-${s.zone}`, { routeTableId: table.id, destinationCidrBlock: "128.0.0.0/1", gatewayId: internet.id }, { parent: this });',
    ],
    [
      "half of the internet through one zone",
      "      this.associate(`private-${s.zone}`, table, s.private);",
      '      this.associate(`private-${s.zone}`, table, s.private);\n      new ec2.Route(`${this.name}-half-${s.zone}`, { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/1", natGatewayId: gateways[0]!.id }, { parent: this });',
    ],
    [
      "a database that reaches the internet",
      'const table = this.routeTable("database", vpc);',
      'const table = this.routeTable("database", vpc);\n    this.defaultRoute("database", table, { gatewayId: pulumi.output(vpc.id).apply(() => "igw-1") });',
    ],
  ]),
  ...edits("beside", edge, [
    [
      "a rule before the others",
      "    this.hideMetrics(listener);",
      '    new lb.ListenerRule(`${name}-old-rule`, { listenerArn: listener.arn, priority: 1, conditions: [{ pathPattern: { values: ["/*"] } }], actions: [{ type: "forward", targetGroupArn: frontend.arn }] }, { parent: this });\n    this.hideMetrics(listener);',
    ],
    [
      "a second record of the same name",
      "    this.record(loadBalancer);",
      '    this.record(loadBalancer);\n    new route53.Record(`${name}-old`, { zoneId: args.domain.hostedZoneId, name: args.domain.name, type: "CNAME", ttl: 3600, records: ["old.example.com"], allowOverwrite: true }, { parent: this });',
    ],
  ]),
  ...edits("beside", platform, [
    [
      "a second class by default",
      "    this.enforceNetworkPolicies();",
      '    new k8s.storage.v1.StorageClass(`${name}-slow`, { metadata: { name: "slow", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }, provisioner: "ebs.csi.eks.amazonaws.com", parameters: { type: "gp3", encrypted: "true" }, volumeBindingMode: "WaitForFirstConsumer", reclaimPolicy: "Delete" }, { parent: this });\n    this.enforceNetworkPolicies();',
    ],
  ]),
  ...edits("beside", cache, [
    [
      "a cache of its own beside",
      "    this.primaryHost = group",
      '    new elasticache.ReplicationGroup(`${name}-more`, { replicationGroupId: "more", description: "more", nodeType: "cache.t4g.small", numCacheClusters: 1, automaticFailoverEnabled: false }, { parent: this });\n    this.primaryHost = group',
    ],
  ]),

  // ── Labels, templates, options ──────────────────────────────────────────────────────────────────
  ...edits("deployed", "charts/pgbouncer/templates/_helpers.tpl", [
    [
      "a selector that Kubernetes refuses to change",
      "app.kubernetes.io/instance: {{ .Release.Name }}\n",
      "app.kubernetes.io/instance: {{ .Release.Name }}\napp.kubernetes.io/version: {{ .Values.image.tag | quote }}\n",
    ],
  ]),
  ...edits("deployed", "charts/mini-xdr/Chart.yaml", [
    [
      "a chart within the chart",
      /$/,
      "\ndependencies:\n  - { name: redis, version: 20.0.0, repository: https://charts.bitnami.com/bitnami }\n",
    ],
  ]),
  ...edits("deployed", "charts/pgbouncer/files/reconnect.sh", [
    ["a watcher that looks once an hour", "sleep 1", "sleep 3600"],
  ]),
  ...edits("option", edge, [
    [
      "target groups of another parent",
      'tags: { "eks:eks-cluster-name": this.args.clusterName },\n      },\n      { parent: this },',
      'tags: { "eks:eks-cluster-name": this.args.clusterName },\n      },\n      {},',
    ],
  ]),
  ...edits("option", "components/workload.ts", [
    [
      "releases that wait for nothing",
      "dependsOn: mounted.length > 0 ? mounted : this.opts.dependsOn",
      "dependsOn: []",
    ],
  ]),
  ...edits("option", main, [
    [
      "a program that changes what it makes",
      "const config = readConfig();",
      'pulumi.runtime.registerResourceTransform(({ type, props, opts }) => type === "aws:ec2/natGateway:NatGateway" ? { props, opts: { ...opts, retainOnDelete: true } } : undefined);\nconst config = readConfig();',
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
  ...edits("type", "charts/pgbouncer/templates/service-account.yaml", [
    [
      "classes of priority",
      /$/,
      "\n---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: first }\nvalue: 1000000\nglobalDefault: true\n",
    ],
    [
      "a policy that changes pods",
      /$/,
      "\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: { name: defaults }\nwebhooks: []\n",
    ],
  ]),
];

/** What the pack lets pass, and why: titles of the edits above. */
const passing: Record<string, string> = {
  "a week of recovery": "within the declared floor",
  "slow storage": "within the declared floor",
  "a third of the nodes at once": "disruption budgets hold what matters",
  "a restore as the role that reads": "which role a job has is not declared by job",
  "another Region's authorities": "what a certificate says is not read",
  "a pooler that knows no readers": "a secret's content is not seen",
  "the cache's token of somebody else": "a secret's content is not seen",
  "experiments that one alarm stops": "how many alarms stop one is not declared",
  "the application before its roles": "what waits for what is not declared",
  "releases that wait for nothing": "what waits for what is not declared",
  "target groups of another parent": "another name of a resource shows beside the base revision's only",
  "names that wait five seconds": "that a pod's resolver is tuned is not demanded",
  "no record of requests": "another rule records the same name, and what a record means is not read",
  "away from every other pod of the release": "a selector may be wider than the pods' own",
  "a watcher that looks once an hour": "code: the database laboratory runs it",
};

export const unseenCareless: Edit[] = tried.map((edit) => {
  const passes = passing[edit.title];
  return passes === undefined ? edit : { ...edit, passes };
});
