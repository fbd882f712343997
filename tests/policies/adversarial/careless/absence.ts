import { edits, type Edit } from "../edit";
import {
  alarms,
  common,
  edge,
  ini,
  keys,
  main,
  network,
  notifications,
  policies,
  pooler,
  slo,
} from "../files";

export const absence: Edit[] = [
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
    ],
  ]),
  ...edits("absence", "charts/database-backup/templates/cron-jobs.yaml", [
    ["dumps that are suspended", "  suspend: false", "  suspend: true"],
    ["dumps in February", "  schedule: {{ $job.schedule | quote }}", '  schedule: "0 2 29 2 *"'],
  ]),
  ...edits("absence", "components/database-backup.ts", [
    ["a dump a day", "0,30 * * * *", "0 2 * * *"],
  ]),
  ...edits("absence", "charts/pgbouncer/templates/service-monitor.yaml", [
    [
      "no figures of what follows the topology",
      / {4}\{\{- if .Values.topology.enabled \}\}[^]*?\{\{- end \}\}\n/,
      "",
    ],
  ]),
  ...edits("absence", "charts/pgbouncer/templates/network-policy.yaml", [
    [
      "no way to the figures of what follows the topology",
      / {8}- \{ protocol: TCP, port: 9128 \}\n/,
      "",
    ],
  ]),
  ...edits("absence", ini, [
    [
      "a pooler that does not read where it is to go",
      "    %include /var/run/pgbouncer/entries.ini\n",
      "",
    ],
    ["a pool for each login of a rotation", / {4}max_db_connections[^\n]*\n/, ""],
  ]),
  ...edits("absence", pooler, [
    [
      "no watcher of the writer",
      / {8}# Sheds the connections[^]*?(?= {8}\{\{- with .Values.topology)/,
      "",
    ],
    [
      "no follower of the topology",
      / {8}\{\{- with .Values.topology[^]*?(?= {8}- name: exporter)/,
      "",
    ],
    [
      "a follower that may take all of its node",
      /(- \{ name: topology, containerPort[^]*?) {10}resources:\n[^\n]*\n[^\n]*\n/,
      "$1",
    ],
    [
      "a follower that may take all of its node's memory",
      "limits: { memory: 128Mi, cpu: 500m }",
      "limits: { cpu: 500m }",
    ],
    ["poolers that do not follow their configuration", / {8}checksum\/config[^\n]*\n/, ""],
    ["poolers that keep their old users", / {8}checksum\/secrets[^\n]*\n/, ""],
    ["names that wait five seconds", / {6}# A lost DNS packet[^]*?(?= {6}affinity:)/, ""],
  ]),
  ...edits("absence", slo, [
    [
      "no page for the API's budget",
      / {2}- name: slo-api-availability-page[^]*?(?= {2}- name: slo-api-availability-warn)/,
      "",
    ],
    [
      "no silence of the API",
      / {6}- alert: ServiceSilent[^]*?(?= {2}- name: slo-api-availability-warn)/,
      "",
    ],
    ["no record of requests", / {6}- record: slo:events:sum30s[^]*?outcome: all\n/, ""],
  ]),
  ...edits("absence", common, [
    ["no record of nodes", / {6}- record: node_zone:kube_node_ready:max\n[^\n]*\n/, ""],
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
    [
      "repositories that ECR makes by itself",
      "paths.map((path) => this.repository(path, region))",
      "[]",
    ],
  ]),
  ...edits("absence", main, [
    [
      "a cluster whose topology nobody follows",
      'config.database.topology === "cluster"\n        ? {',
      'config.database.topology !== "cluster"\n        ? {',
    ],
    [
      "no pods' alarm of the cache",
      "cache: { memberIds: cache.memberIds }",
      "cache: { memberIds: cache.memberIds.slice(1) }",
    ],
    [
      "no identities of the backups' pods",
      /new BackupPods\("backup-pods"[^]*?\}\);\n/,
      "undefined as never;\n",
    ],
    ["no containers' logs", /new ContainerLogs\("container-logs"[^]*?\}\);\n/, ""],
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
];
