import { edits, type Edit } from "../edit";
import {
  backend,
  copies,
  database,
  edge,
  identity,
  keys,
  main,
  network,
  notifications,
  pooler,
  rights,
} from "../files";

export const target: Edit[] = [
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
      "cidrs: network.databaseCidrs,\n    },\n    credentials",
      "cidrs: network.databaseCidrs.slice(0, 1),\n    },\n    credentials",
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
      "the vault under the database's key, and the backups' rights with it",
      "    vault: keys.backups.arn,",
      "    vault: keys.database.arn,",
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
    [
      "a name that may be another stack's",
      "...(this.args.takesName ? { allowOverwrite: true } : {})",
      "allowOverwrite: true",
    ],
    ["a probe of the page alone", 'resourcePath: "/health/ready"', 'resourcePath: "/"'],
  ]),
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
      /readinessProbe:\n {12}exec: [^\n]*/,
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
      "recovery: keys.recovery?.backups",
      "recovery: { ...keys.recovery!.backups, region }",
    ],
    [
      "the copy under the wrong Region's key",
      "recovery: keys.recovery?.backups",
      "recovery: { ...keys.recovery!.backups, kmsKeyArn: keys.backups.arn }",
    ],
    [
      "images copied to their own Region",
      "  region,\n  recoveryRegion,\n  adopts",
      "  region,\n  recoveryRegion: region,\n  adopts",
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
      "token: cache.token,",
      "token: credentials.poolerStatistics.password,",
    ],
    [
      "the cache's token before the cache has taken it",
      "token: cache.token,",
      "token: credentials.cache.password,",
    ],
    [
      "a pooler that knows one login of the two",
      "({ logins }) => logins,",
      "({ logins }) => logins.slice(0, 1),",
    ],
    [
      "a sidecar that asks as the application",
      "login: credentials.database.exporter,",
      "login: credentials.database.app,",
    ],
    [
      "a sidecar that asks as the master",
      "login: credentials.database.exporter,",
      "login: credentials.database.master,",
    ],
    [
      "a sidecar of another image",
      'image: registry.image("pooler", config.images.pooler),',
      'image: registry.image("backend", config.images.backend),',
    ],
    [
      "a sidecar that asks two members of three",
      "memberIds: database.endpoints.memberIds,\n            login",
      "memberIds: database.endpoints.memberIds.slice(1),\n            login",
    ],
    [
      "a sidecar that asks another cluster's members",
      "memberIds: database.endpoints.memberIds,\n            login",
      'memberIds: database.endpoints.memberIds.map((id) => id.replace("prod", "old")),\n            login',
    ],
    [
      "a sidecar that is let in as often as there are poolers",
      "topologyConnections: topologyConnections(config.pgbouncer)",
      "topologyConnections: config.pgbouncer.replicas * 2 - 1",
    ],
    [
      "the pooler before the roles",
      "onCluster(roles, observability.definitions),\n);\n\nnew AlertRules",
      "onCluster(namespaces.database, traffic, observability.definitions),\n);\n\nnew AlertRules",
    ],
    [
      "target groups of another cluster",
      "  domain: config.domain,\n  clusterName,",
      '  domain: config.domain,\n  clusterName: "old",',
    ],
    [
      "dumps into the copy",
      "      bucket: backups.bucket,",
      "      bucket: backups.recoveryBucket!,",
    ],
    [
      "dumps under the copy's key",
      "      kmsKeyArn: keys.backups.arn,\n      manifestKeyArn",
      "      kmsKeyArn: keys.recovery!.backups.kmsKeyArn,\n      manifestKeyArn",
    ],
    [
      "figures of the other Region",
      'upstreamImage("edge-exporter"),\n    region,',
      'upstreamImage("edge-exporter"),\n    region: recoveryRegion,',
    ],
    [
      "charts and images of the other Region's registry",
      "  region,\n  recoveryRegion,\n  adopts",
      "  region: recoveryRegion!,\n  recoveryRegion,\n  adopts",
    ],
    [
      "experiments that one alarm stops",
      "stopAlarmArns: alarms.usersHurtArns",
      "stopAlarmArns: alarms.usersHurtArns.slice(0, 1)",
    ],
    [
      "the application before its roles",
      'namespaces["mini-xdr"], pgbouncer, observability',
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
      "            Resource: topic.arn,",
      "            Resource: pulumi.interpolate`${topic.arn}-old`,",
    ],
  ]),
  ...edits("target", notifications, [
    [
      "the cache's events by the account that acts",
      '"aws:SourceOwner": this.args',
      '"aws:SourceAccount": this.args',
    ],
    [
      "the cache's events at an encrypted topic",
      'name: "cache-events", publisher',
      'name: "cache-events", kmsKeyArn: this.args.kmsKeyArn, publisher',
    ],
    [
      "a topic that anybody may use",
      'StringEquals: { "aws:SourceOwner": this.args.accountId }',
      'StringLike: { "aws:SourceOwner": "*" }',
    ],
  ]),
  ...edits("target", main, [
    [
      "the cache's events among the alarms",
      "notifications.cacheTopicArn",
      "notifications.topicArn",
    ],
  ]),
  ...edits("target", keys, [
    ["a key that no publisher may use", "services: publishers.regional }", "}"],
  ]),
  ...edits("target", "components/key-policy.ts", [
    [
      "publishers that may not encrypt",
      '["kms:Decrypt", "kms:GenerateDataKey"]',
      '["kms:Decrypt"]',
    ],
    ["keys of another account", "arn:aws:iam::${accountId}:root", "arn:aws:iam::000000000000:root"],
    [
      "keys that nobody administers",
      'Action: "kms:*"',
      'Action: ["kms:Decrypt", "kms:GenerateDataKey"]',
    ],
  ]),
  ...edits("target", "components/backups/replication.ts", [
    ["copies that may not be read", '{ Action: ["kms:Decrypt"], Resource: [kmsKeyArn] },\n', ""],
    ["copies that may not be written", '"s3:ReplicateObject",', '"s3:ReplicateDelete",'],
  ]),
  ...edits("target", rights, [
    ["backups that may not encrypt", '("kms:Decrypt", "kms:GenerateDataKey")', '("kms:Decrypt")'],
    ["backups that may not be put", 'Action: ["s3:PutObject"],', 'Action: ["s3:PutObjectAcl"],'],
    [
      "backups from one address only",
      "({ Action, Resource: [kmsKeyArn] })",
      '({ Action, Resource: [kmsKeyArn], Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } })',
    ],
  ]),
  ...edits("target", copies, [
    [
      "copies that S3 may not make",
      'trustPolicy("s3.amazonaws.com")',
      'trustPolicy("backup.amazonaws.com")',
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
  ...edits("target", "components/pgbouncer.ts", [
    ["a sidecar at the cluster's own endpoints", '.replace(".cluster-", ".")', ""],
    [
      "poolers that do not follow the sidecar's login",
      "checksum(this.users, this.statistics, this.asking)",
      "checksum(this.users, this.statistics)",
    ],
    [
      "poolers that do not follow their users",
      "checksum(this.users, this.statistics, this.asking)",
      "checksum(this.statistics, this.asking)",
    ],
  ]),
  ...edits("target", "components/application.ts", [
    [
      "pods that do not follow the cache's token",
      "checksum(...roles.map((role) => this.login(role)), this.token)",
      "checksum(...roles.map((role) => this.login(role)))",
    ],
  ]),
  ...edits("target", "components/database-roles.ts", [
    [
      "a bootstrap that runs once",
      "checksum(login(args.credentials.master), this.verifiers)",
      "checksum(login(args.credentials.master))",
    ],
  ]),
  ...edits("target", "components/credentials.ts", [
    [
      "passwords that change at every change",
      "...(rotation > 0 ? { keepers: { rotation: String(rotation) } } : {}),",
      "keepers: { rotation: String(Date.now()) },",
    ],
    [
      "a password that follows the clock beside its rotation",
      "special: false,\n",
      "special: false,\n        keepers: { at: String(Date.now()) },\n",
    ],
  ]),
];
