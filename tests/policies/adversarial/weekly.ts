import { edits, type Edit } from "./edit";

/** What a team changes every week: nothing of it costs availability, so nothing may stop it. */
export const weekly: Edit[] = [
  ...edits("property", "charts/mini-xdr/values.yaml", [
    ["more memory for the backend", "memory: 512Mi", "memory: 768Mi"],
    ["a higher limit", "cpu: 1000m", 'cpu: "2"'],
    [
      "an earlier autoscaler",
      "targetCPUUtilizationPercentage: 70",
      "targetCPUUtilizationPercentage: 60",
    ],
  ]),
  ...edits("property", "charts/mini-xdr/templates/_helpers.tpl", [
    [
      "a label of the team",
      "app.kubernetes.io/part-of: mini-xdr\n",
      "app.kubernetes.io/part-of: mini-xdr\nexample.com/team: platform\n",
    ],
  ]),
  ...edits("property", "charts/mini-xdr/templates/_pod.tpl", [
    [
      "an older revision more",
      "minReadySeconds: 30",
      "minReadySeconds: 30\nrevisionHistoryLimit: 20",
    ],
    ["a surge in percent", "maxSurge: 1", "maxSurge: 34%"],
    ["two new pods at once", "maxSurge: 1", "maxSurge: 2"],
    [
      "a pause by a program",
      "preStop: { sleep: { seconds: 25 } }",
      'preStop: { exec: { command: [sleep, "25"] } }',
    ],
    [
      "a longer pause",
      "preStop: { sleep: { seconds: 25 } }",
      "preStop: { sleep: { seconds: 30 } }",
    ],
    [
      "a preference for more spread",
      "topologySpreadConstraints:\n",
      'topologySpreadConstraints:\n  - topologyKey: kubernetes.io/hostname\n    maxSkew: 1\n    whenUnsatisfiable: ScheduleAnyway\n    labelSelector:\n      matchLabels:\n        {{- include "mini-xdr.selectorLabels" . | nindent 8 }}\n',
    ],
  ]),
  ...edits("property", "charts/mini-xdr/templates/backend.yaml", [
    [
      "a level of logs",
      "            - { name: DATABASE_PORT",
      "            - { name: LOG_LEVEL, value: info }\n            - { name: DATABASE_PORT",
    ],
    [
      "pods that name their main container",
      "      annotations:\n",
      "      annotations:\n        kubectl.kubernetes.io/default-container: backend\n",
    ],
    ["more temporary space", "sizeLimit: 256Mi", "sizeLimit: 512Mi"],
    [
      "images if they are not there",
      "          ports:\n",
      "          imagePullPolicy: IfNotPresent\n          ports:\n",
    ],
    ["the start asked a little later", "initialDelaySeconds: 0", "initialDelaySeconds: 5"],
  ]),
  ...edits("property", "charts/mini-xdr/templates/horizontal-pod-autoscaler.yaml", [
    [
      "a calmer way down",
      "  metrics:\n",
      "  behavior: { scaleDown: { stabilizationWindowSeconds: 600 } }\n  metrics:\n",
    ],
    [
      "memory as a second figure",
      "          averageUtilization: {{ .targetCPUUtilizationPercentage }}\n",
      "          averageUtilization: {{ .targetCPUUtilizationPercentage }}\n    - type: Resource\n      resource:\n        name: memory\n        target: { type: Utilization, averageUtilization: 80 }\n",
    ],
  ]),
  ...edits("property", "charts/mini-xdr/templates/service.yaml", [
    ["a protocol that is told", "targetPort: http }", "targetPort: http, appProtocol: http }"],
  ]),
  ...edits("property", "charts/mini-xdr/templates/service-monitor.yaml", [
    ["figures twice as often", "interval: 30s", "interval: 15s"],
  ]),
  ...edits("property", "charts/pgbouncer/templates/deployment.yaml", [
    [
      "a pooler's longer grace",
      "terminationGracePeriodSeconds: 150",
      "terminationGracePeriodSeconds: 180",
    ],
    [
      "more memory for the exporter",
      "limits: { memory: 128Mi, cpu: 100m }",
      "limits: { memory: 256Mi, cpu: 200m }",
    ],
  ]),
  ...edits("property", "charts/database-backup/templates/cron-jobs.yaml", [
    ["more jobs kept", "successfulJobsHistoryLimit: 3", "successfulJobsHistoryLimit: 5"],
    [
      "logs kept for two days",
      "ttlSecondsAfterFinished: 604800",
      "ttlSecondsAfterFinished: 172800",
    ],
  ]),
  ...edits("property", "charts/observability/files/rules/common.yaml", [
    [
      "an alert more",
      "  - name: watching\n",
      "  - name: more\n    rules:\n      - alert: QueueLong\n        expr: max(queue_length) > 100\n        for: 5m\n        labels:\n          severity: warning\n        annotations:\n          summary: The queue is long.\n  - name: watching\n",
    ],
    ["slow answers told at two seconds", "[5m]))) > 1", "[5m]))) > 2"],
  ]),
  ...edits("property", "charts/observability/files/dashboards/service.json", [
    ["another title of a panel", /"title": "[^"]+"/, '"title": "Requests"'],
  ]),
  ...edits("accepted", "Pulumi.prod.yaml", [
    ["another version of the backend", "backend: 1.0.0", "backend: 1.1.0"],
    ["a version with its digest", "frontend: 1.0.0", `frontend: 1.0.1@sha256:${"a".repeat(64)}`],
    [
      "more pods at least",
      "minReplicas: 3\n    maxReplicas: 12",
      "minReplicas: 6\n    maxReplicas: 24",
    ],
    ["more input and output", "storageGb: 400", "storageGb: 400\n    iops: 16000"],
    ["a larger cache", "cache.r7g.large", "cache.r7g.xlarge"],
    ["a newer class of servers", "db.r6gd.large", "db.r8gd.large"],
    [
      "a second administrator",
      'role/mini-xdr-admin"',
      'role/mini-xdr-admin", "arn:aws:iam::111122223333:role/on-call"',
    ],
    [
      "metrics for longer",
      "  mini-xdr:observability:\n",
      "  mini-xdr:observability:\n    retentionDays: 60\n    volumeGb: 200\n",
    ],
    [
      "five poolers",
      "  mini-xdr:backend:",
      "  mini-xdr:pgbouncer:\n    replicas: 5\n    poolSize: 15\n  mini-xdr:backend:",
    ],
  ]),
  ...edits("accepted", "components/alarms.ts", [
    [
      "errors told sooner",
      "threshold: 10,\n      });\n    for",
      "threshold: 5,\n      });\n    for",
    ],
    ["a disk told sooner", "storageGb * 0.15", "storageGb * 0.25"],
    [
      "an alarm of slow answers",
      "    this.backups();\n",
      '    this.backups();\n    this.alarm("edge-latency", { description: "Slow", namespace: "AWS/ApplicationELB", metric: "TargetResponseTime", dimensions: { LoadBalancer: args.edge.loadBalancer }, statistic: "Average", comparison: "GreaterThanThreshold", threshold: 2, minutes: 5 });\n',
    ],
    [
      "an alarm of refused connections",
      "    this.backups();\n",
      '    this.backups();\n    this.alarm("edge-rejected", { description: "Refused", namespace: "AWS/ApplicationELB", metric: "RejectedConnectionCount", dimensions: { LoadBalancer: args.edge.loadBalancer }, statistic: "Sum", comparison: "GreaterThanThreshold", threshold: 0, minutes: 2 });\n',
    ],
  ]),
  ...edits("accepted", "components/cache.ts", [
    ["a fortnight of snapshots", "snapshotRetentionLimit: 7", "snapshotRetentionLimit: 14"],
    ["a newer Valkey", 'engineVersion: "8.0"', 'engineVersion: "8.1"'],
  ]),
  ...edits("accepted", "components/cluster.ts", [
    ["the control plane's logs for half a year", "retentionInDays: 90", "retentionInDays: 180"],
  ]),
  ...edits("accepted", "components/registry.ts", [
    ["untagged images for longer", "countNumber: 30", "countNumber: 60"],
  ]),
  ...edits("accepted", "components/edge/access-logs.ts", [
    ["access logs for half a year", "expiration: { days: 90 }", "expiration: { days: 180 }"],
  ]),
  ...edits("accepted", "components/backups/backup-vault.ts", [
    ["earlier versions for longer", "noncurrentDays: 30", "noncurrentDays: 60"],
    [
      "a tag on the buckets",
      "        objectLockEnabled: true,\n        forceDestroy",
      '        objectLockEnabled: true,\n        tags: { data: "backups" },\n        forceDestroy',
    ],
  ]),
  ...edits("accepted", "components/database/multi-az-cluster.ts", [
    [
      "a tag on the database",
      "      copyTagsToSnapshot: true,",
      '      copyTagsToSnapshot: true,\n      tags: { data: "primary" },',
    ],
    ["figures of the host more often", "monitoringInterval: 15", "monitoringInterval: 5"],
  ]),
  ...edits("accepted", "components/nodes.ts", [
    ["nodes merged later", '"5m"', '"30m"'],
    ["one node in ten at once", 'nodes: "1"', 'nodes: "10%"'],
  ]),
  ...edits("accepted", "components/platform.ts", [
    ["more memory for the metrics server", 'memory: "400Mi"', 'memory: "600Mi"'],
  ]),
  ...edits("accepted", "components/observability.ts", [
    [
      "more memory for what is small",
      'limits: { cpu: "200m", memory: "256Mi" }',
      'limits: { cpu: "400m", memory: "512Mi" }',
    ],
  ]),
];
