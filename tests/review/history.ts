/** One change of a made-up history: what is edited, and what a reviewer has to be told, or spared. */
export interface Step {
  title: string;
  /** Edits of files; a text that is to stand there, or a new file without one. */
  edits: [file: string, from: string | RegExp | undefined, to: string][];
  /** By default prod. */
  stack?: string;
  says: RegExp[];
  never?: RegExp[];
  /** Whether something goes that holds data or an address. */
  loses: boolean;
}

const [prod, staging] = ["Pulumi.prod.yaml", "Pulumi.staging.yaml"];
const multiAz = "components/database/multi-az-cluster.ts";
const cache = "components/cache.ts";
const edge = "components/edge/edge.ts";
const gone = /takes along/;

/** From what nobody need look at to what nobody may overlook. */
export const history: Step[] = [
  { title: "nothing", edits: [], says: [/no change/], never: [gone], loses: false },
  {
    title: "a comment in the program",
    edits: [[cache, "/**", "/** \n * Reviewed.\n */\n/**"]],
    says: [/no change/],
    loses: false,
  },
  {
    title: "a file that moves",
    edits: [
      ["components/moved.ts", undefined, 'export * from "./cache";\n'],
      ["index.ts", "./components/cache", "./components/moved"],
    ],
    says: [/no change/],
    loses: false,
  },
  {
    title: "a policy that accepts more",
    edits: [["policies/rules/workloads/disruption-budget.ts", "most === 1", "most !== 0"]],
    says: [/edits policies.*disruption-budget\.ts/],
    never: [gone],
    loses: false,
  },
  {
    title: "an exemption more",
    edits: [["policies/config.json", '"exemptions": [', '"exemptions": [ ']],
    says: [/edits exemptions.*policies\/config\.json/],
    loses: false,
  },
  {
    title: "a workflow",
    edits: [[".github/workflows/pull-request.yml", "npm run preview", "true"]],
    says: [/edits workflows.*pull-request\.yml/],
    loses: false,
  },
  {
    title: "a lower tier",
    edits: [[prod, "tier: enterprise", "tier: pro"]],
    says: [/edits the tier of prod/, /mini-xdr:tier: enterprise → pro/],
    loses: false,
  },
  {
    title: "more replicas",
    edits: [[prod, "minReplicas: 3\n    maxReplicas: 12", "minReplicas: 4\n    maxReplicas: 12"]],
    says: [/HorizontalPodAutoscaler mini-xdr\/.*backend: changed/, /spec\.minReplicas: 3 → 4/],
    never: [gone],
    loses: false,
  },
  {
    title: "a release of the backend",
    edits: [[prod, "backend: 1.0.0", "backend: 1.1.0"]],
    says: [/Deployment mini-xdr\/.*: changed/, /backend:1\.0\.0 → .*backend:1\.1\.0/],
    never: [gone],
    loses: false,
  },
  {
    title: "another selector",
    edits: [
      [
        "charts/mini-xdr/templates/_helpers.tpl",
        "app.kubernetes.io/name: mini-xdr\n",
        "app.kubernetes.io/name: xdr\n",
      ],
    ],
    says: [/Deployment mini-xdr\/.*its upgrade fails, as nobody may change spec\.selector/],
    loses: false,
  },
  {
    title: "one eviction too many",
    edits: [
      [
        "charts/mini-xdr/templates/pod-disruption-budget.yaml",
        "maxUnavailable: 1",
        "maxUnavailable: 2",
      ],
    ],
    says: [
      /PodDisruptionBudget .*: changed/,
      /spec\.maxUnavailable: 1 → 2/,
      /disruption-budget \[mandatory\]/,
    ],
    loses: false,
  },
  {
    title: "two new pods at once",
    edits: [["charts/mini-xdr/templates/_pod.tpl", "maxSurge: 1", "maxSurge: 2"]],
    says: [/maxSurge: 1 → 2/],
    loses: false,
  },
  {
    title: "a spread that may be given up",
    edits: [
      [
        "charts/mini-xdr/templates/_pod.tpl",
        /whenUnsatisfiable: DoNotSchedule/g,
        "whenUnsatisfiable: ScheduleAnyway",
      ],
    ],
    says: [/whenUnsatisfiable: DoNotSchedule → ScheduleAnyway/, /\[mandatory\]/],
    loses: false,
  },
  {
    // The copy in the other Region cannot be changed, and is protected.
    title: "longer backups",
    stack: "staging",
    edits: [[staging, "backupRetentionDays: 7", "backupRetentionDays: 14"]],
    says: [
      /backupRetentionPeriod: 7 → 14/,
      /mini-xdr:database\.backupRetentionDays: 7 → 14/,
      /Replication database-backups-copy: up will refuse it.*takes along the backups in the other Region/,
    ],
    never: [/Instance database-instance: .*replaced/],
    loses: true,
  },
  {
    title: "a longer lock",
    edits: [
      [
        prod,
        "  mini-xdr:alertEmail",
        "  mini-xdr:backups: { lockDays: 14 }\n  mini-xdr:alertEmail",
      ],
    ],
    says: [/rule\.defaultRetention\.days: 7 → 14/],
    loses: false,
  },
  {
    title: "larger nodes of the cache",
    edits: [[prod, "cache.r7g.large", "cache.r7g.xlarge"]],
    says: [
      /nodeType: cache\.r7g\.large → cache\.r7g\.xlarge/,
      /without a price.*cache\.r7g\.xlarge/,
    ],
    never: [gone],
    loses: false,
  },
  {
    title: "a gateway in every zone",
    stack: "staging",
    edits: [[staging, "natGateways: single", "natGateways: perZone"]],
    says: [/NatGateway .*: created/, /\+ US\$ \d+\.\d\d a month/],
    loses: false,
  },
  {
    title: "logs that are kept for longer",
    edits: [["components/network/network.ts", "retentionInDays: 90", "retentionInDays: 180"]],
    says: [/LogGroup .*retentionInDays: 90 → 180/s],
    never: [gone],
    loses: false,
  },
  {
    title: "a newer PostgreSQL",
    edits: [["components/database/foundation.ts", 'postgresMajor = "15"', 'postgresMajor = "16"']],
    says: [/Cluster database-cluster: changed/, /engineVersion: 15 → 16/],
    never: [/database-cluster: .*replaced/],
    loses: false,
  },
  {
    title: "a newer Kubernetes",
    edits: [[prod, 'version: "1.36"', 'version: "1.37"']],
    says: [/version: 1\.36 → 1\.37/],
    never: [gone],
    loses: false,
  },
  {
    title: "a zone at the end",
    edits: [
      [prod, "eu-central-1b, eu-central-1c]", "eu-central-1b, eu-central-1c, eu-central-1d]"],
    ],
    says: [/Subnet .*: created/],
    never: [/Vpc .*replaced/, /database-cluster: .*replaced/],
    loses: false,
  },
  {
    title: "passwords drawn anew",
    edits: [
      [
        prod,
        "  mini-xdr:alertEmail",
        "  mini-xdr:credentials: { rotation: 1 }\n  mini-xdr:alertEmail",
      ],
    ],
    says: [/mini-xdr:credentials/, /RandomPassword .*: (created|replaced)/],
    never: [/database-cluster: .*replaced/],
    loses: false,
  },
  {
    title: "a component under another name, with its alias",
    edits: [
      ["index.ts", 'new Cache("cache", {', 'new Cache("store", {'],
      [
        "index.ts",
        "  topicArn: notifications.cacheTopicArn,\n});",
        '  topicArn: notifications.cacheTopicArn,\n}, { aliases: [{ name: "cache" }] });',
      ],
    ],
    says: [/ReplicationGroup store-[\w-]+: renamed, was cache-/],
    never: [/ReplicationGroup [\w-]+: .*(deleted|replaced)/],
    loses: false,
  },
  {
    title: "a component under another name",
    edits: [["index.ts", 'new Cache("cache", {', 'new Cache("store", {']],
    says: [
      /ReplicationGroup cache-[\w-]+: deleted; takes along the cache/,
      /ReplicationGroup store-[\w-]+: created/,
    ],
    loses: true,
  },
  {
    title: "another topology of the database",
    edits: [[prod, "topology: cluster", "topology: instance\n    readReplicas: 1"]],
    says: [/Cluster database-cluster: up will refuse it.*deleted.*takes along the database/],
    loses: true,
  },
  {
    title: "other addresses for the network",
    edits: [[prod, "10.20.0.0/16", "10.21.0.0/16"]],
    says: [
      /Vpc .*: replaced; takes along every address of the network/,
      /Subnet .*: replaced; takes along the addresses in it/,
      /NatGateway .*: replaced.*follows .* by subnetId/,
      /TargetGroup .*: replaced.*follows .* by vpcId/,
    ],
    loses: true,
  },
  {
    title: "another kind of storage",
    edits: [[multiAz, 'storageType: "gp3"', 'storageType: "io1"']],
    says: [/Cluster database-cluster: may be replaced/, /storageType: gp3 → io1/, /patch 0030/],
    loses: true,
  },
  {
    title: "another key for the database",
    edits: [
      [
        "index.ts",
        "kmsKeyArn: keys.database.arn,\n  master:",
        "kmsKeyArn: keys.cache.arn,\n  master:",
      ],
    ],
    says: [/Cluster database-cluster: up will refuse it.*replaced.*deleted first by the provider/],
    loses: true,
  },
  {
    title: "another key, and no protection",
    edits: [
      [
        "index.ts",
        "kmsKeyArn: keys.database.arn,\n  master:",
        "kmsKeyArn: keys.cache.arn,\n  master:",
      ],
      [multiAz, "protect: true", "protect: false"],
    ],
    says: [
      /Cluster database-cluster: replaced; takes along the database/,
      /protect: true → false/,
      /data-protected \[mandatory\]/,
    ],
    never: [/database-cluster: up will refuse/],
    loses: true,
  },
  {
    title: "an older cache",
    edits: [[cache, 'engineVersion: "8.0"', 'engineVersion: "7.2"']],
    says: [/ReplicationGroup .*: .*replaced.*takes along the cache/, /engineVersion: 8\.0 → 7\.2/],
    loses: true,
  },
  {
    title: "another name of the load balancer",
    edits: [
      [
        edge,
        "name: this.args.stackName,\n        loadBalancerType",
        "name: `${this.args.stackName}-2`,\n        loadBalancerType",
      ],
    ],
    says: [
      /LoadBalancer .*: up will refuse it.*takes along the users' address/,
      /Listener .*follows/,
    ],
    loses: true,
  },
  {
    title: "another domain",
    edits: [[prod, "name: xdr.example.com", "name: soc.example.com"]],
    says: [
      /Record .*: replaced; takes along a name that is looked up/,
      /Certificate .*: replaced/,
      /mini-xdr:domain\.name: xdr\.example\.com → soc\.example\.com/,
    ],
    loses: true,
  },
  {
    title: "a release in another namespace",
    edits: [
      [
        "components/pgbouncer.ts",
        /super\("PgBouncer", name, args\.namespace/,
        'super("PgBouncer", name, `${args.namespace}-2`',
      ],
    ],
    says: [/Release .*: replaced; takes along what the release runs/],
    loses: true,
  },
];
