import { edits, type Edit } from "../edit";
import { cache, edge, ini, network, nodes, notifications, platform, pod, vault } from "../files";

export const beside: Edit[] = [
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
      "a pool with a user of its own, whom no verifier logs in",
      "dbname={{ $database.dbname }}",
      "dbname={{ $database.dbname }} user=minixdr_app",
    ],
    [
      "users that the pooler asks the database for",
      "    auth_type = scram-sha-256",
      "    auth_type = scram-sha-256\n    auth_user = minixdr_app\n    auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1",
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
  ...edits("beside", nodes, [
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
      "    closeBucket(name, bucket, this, args.statements(bucket.arn), args.region);",
      '    closeBucket(name, bucket, this, args.statements(bucket.arn), args.region);\n    new s3.BucketLifecycleConfiguration(`${name}-thrift`, { bucket: bucket.bucket, region: args.region, rules: [{ id: "thrift", status: "Enabled", filter: { prefix: "" }, expiration: { days: 1 } }] }, { parent: this });',
    ],
    [
      "a second versioning",
      "    closeBucket(name, bucket, this, args.statements(bucket.arn), args.region);",
      '    closeBucket(name, bucket, this, args.statements(bucket.arn), args.region);\n    new s3.BucketVersioning(`${name}-thrift`, { bucket: bucket.bucket, region: args.region, versioningConfiguration: { status: "Suspended" } }, { parent: this });',
    ],
    [
      "a second lock",
      "    closeBucket(name, bucket, this, args.statements(bucket.arn), args.region);",
      '    closeBucket(name, bucket, this, args.statements(bucket.arn), args.region);\n    new s3.BucketObjectLockConfiguration(`${name}-thrift`, { bucket: bucket.bucket, region: args.region, rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } }, { parent: this });',
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
      "    this.hideInternals(listener);",
      '    new lb.ListenerRule(`${name}-old-rule`, { listenerArn: listener.arn, priority: 1, conditions: [{ pathPattern: { values: ["/*"] } }], actions: [{ type: "forward", targetGroupArn: frontend.arn }] }, { parent: this });\n    this.hideInternals(listener);',
    ],
    [
      "a second record of the same name",
      "    this.record(loadBalancer, listener);",
      '    this.record(loadBalancer, listener);\n    new route53.Record(`${name}-old`, { zoneId: args.domain.hostedZoneId, name: args.domain.name, type: "CNAME", ttl: 3600, records: ["old.example.com"], allowOverwrite: true }, { parent: this });',
    ],
  ]),
  ...edits("beside", platform, [
    [
      "a second class by default",
      "    this.metricsServer();",
      '    new k8s.storage.v1.StorageClass(`${name}-slow`, { metadata: { name: "slow", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }, provisioner: "ebs.csi.eks.amazonaws.com", parameters: { type: "gp3", encrypted: "true" }, volumeBindingMode: "WaitForFirstConsumer", reclaimPolicy: "Delete" }, { parent: this });\n    this.metricsServer();',
    ],
  ]),
  ...edits("beside", cache, [
    [
      "a cache of its own beside",
      "    this.primaryHost = group",
      '    new elasticache.ReplicationGroup(`${name}-more`, { replicationGroupId: "more", description: "more", nodeType: "cache.t4g.small", numCacheClusters: 1, automaticFailoverEnabled: false }, { parent: this });\n    this.primaryHost = group',
    ],
  ]),
];
