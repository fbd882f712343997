import assert from "node:assert/strict";
import fc from "fast-check";
import { iopsOfGp3, refusedByRds } from "../../config-schema";
import type { Plan } from "../../plan/plan";
import { broken, changing, judgedStack, setting } from "../policies/support";
import { named, ofType, only, plannedStack, plannedWith } from "../support/planned";

describe("keys", () => {
  it("are customer-managed, one per purpose, rotated, protected, with 30 days to regret", async () => {
    const keys = ofType(await plannedStack("prod"), "aws:kms/key:Key");
    assert.deepEqual(keys.map(({ name }) => name.replace("keys-", "")).sort(), [
      "backup-manifests",
      "backup-verifications",
      "backups",
      "backups-recovery",
      "cache",
      "chaos",
      "cluster",
      "database",
      "database-recovery",
      "global-notifications",
      "notifications",
      "recovery-notifications",
    ]);
    for (const { inputs, protect } of keys) {
      // KMS rotates symmetric keys alone (KMS developer guide, "Rotate AWS KMS keys").
      assert.equal(inputs.enableKeyRotation, inputs.keyUsage === "SIGN_VERIFY" ? undefined : true);
      assert.equal(inputs.deletionWindowInDays, 30);
      assert.equal(protect, true);
    }
  });

  it("have aliases of the stack's own, in both Regions", async () => {
    const plan = await plannedStack("prod");
    for (const purpose of ["backups", "backups-recovery"])
      assert.equal(
        named(plan, `keys-${purpose}-alias`).inputs.name,
        `alias/mini-xdr-prod-${purpose}`,
      );
  });

  it("the topic's key admits who publishes, for this account alone where that can be asked", async () => {
    const policy = JSON.parse(
      String(named(await plannedStack("prod"), "keys-notifications").inputs.policy),
    ) as { Statement: Statement[] };
    const services = policy.Statement.filter(({ Principal }) => Principal.Service);
    const alone = services.filter(({ Condition }) => Condition?.StringEquals["aws:SourceAccount"]);
    const namesOf = (statements: Statement[]) => statements.map((s) => s.Principal.Service);
    // EventBridge names no account when it publishes (Amazon SNS developer guide, "Key management").
    assert.deepEqual(namesOf(services), [
      "cloudwatch.amazonaws.com",
      "events.amazonaws.com",
      "events.rds.amazonaws.com",
    ]);
    assert.deepEqual(namesOf(alone), ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]);
  });
});

interface Statement {
  Principal: { Service?: string };
  Condition?: { StringEquals: Record<string, string> };
}

describe("credentials", () => {
  it("has a secret of its own for every role, copied to the recovery Region", async () => {
    const secrets = ofType(await plannedStack("prod"), "aws:secretsmanager/secret:Secret");
    for (const role of ["master", "migrations", "app", "read-only", "backup", "exporter"]) {
      const secret = secrets.find(({ inputs }) => inputs.name === `mini-xdr-prod/database-${role}`);
      assert.ok(secret, role);
      assert.deepEqual(secret.inputs.replicas, [{ region: "eu-west-1" }]);
      assert.ok(secret.inputs.kmsKeyId);
    }
  });

  it("gives the master's password to nobody but the database and its bootstrap", async () => {
    const plan = await plannedStack("prod");
    const master = named(plan, "credentials-database-master-password").urn;
    const holders = plan.resources.filter((r) =>
      Object.values(r.propertyDependencies).some((urns) => urns.includes(master)),
    );
    assert.deepEqual(
      holders
        .filter(({ custom }) => custom)
        .map(({ name }) => name)
        .sort(),
      [
        "credentials-database-master-value",
        "database-cluster",
        // Its checksum alone.
        "database-roles-release",
        "database-roles-secret-database-master",
      ],
    );
  });
});

describe("the database", () => {
  const common = (inputs: Record<string, unknown>) => {
    assert.equal(inputs.engineVersion, "15");
    assert.equal(inputs.storageEncrypted, true);
    assert.equal(inputs.deletionProtection, true);
    assert.equal(inputs.skipFinalSnapshot, false);
    assert.match(String(inputs.finalSnapshotIdentifier), /^mini-xdr-\w+-final-[0-9a-f]{8}$/);
    assert.equal(inputs.copyTagsToSnapshot, true);
    assert.equal(inputs.autoMinorVersionUpgrade, true);
    assert.equal(inputs.performanceInsightsEnabled, true);
    assert.ok(Number(inputs.monitoringInterval) > 0);
    assert.deepEqual(inputs.enabledCloudwatchLogsExports, ["postgresql", "upgrade"]);
  };

  it("prod: a Multi-AZ DB cluster over three zones, 35 days of point-in-time recovery", async () => {
    const plan = await plannedStack("prod");
    const { inputs, protect } = only(plan, "aws:rds/cluster:Cluster");
    common(inputs);
    assert.equal(inputs.clusterIdentifier, "mini-xdr-prod");
    assert.equal(inputs.databaseName, "minixdr");
    assert.equal(new Set(inputs.availabilityZones as string[]).size, 3);
    assert.ok(inputs.dbClusterInstanceClass, "without it, AWS would make an Aurora cluster");
    assert.equal(inputs.backupRetentionPeriod, 35);
    assert.equal(inputs.caCertificateIdentifier, "rds-ca-rsa2048-g1");
    assert.equal(protect, true);
    assert.equal(ofType(plan, "aws:rds/instance:Instance").length, 0);
  });

  it("staging: a Multi-AZ instance and a replica in a zone that neither of its two can have", async () => {
    const plan = await plannedStack("staging");
    const primary = named(plan, "database-instance");
    const replica = named(plan, "database-replica-1");
    common(primary.inputs);
    assert.equal(primary.inputs.multiAz, true);
    assert.equal(primary.inputs.dbName, "minixdr");
    assert.equal(primary.inputs.deleteAutomatedBackups, false);
    assert.ok(Number(primary.inputs.maxAllocatedStorage) > Number(primary.inputs.allocatedStorage));
    const primaryZones = named(plan, "database-primary-subnets").propertyDependencies.subnetIds!;
    assert.equal(primaryZones.length, 2);
    assert.ok(primaryZones.every((urn) => !urn.endsWith(String(replica.inputs.availabilityZone))));
    for (const forbidden of ["dbName", "username", "password"])
      assert.ok(!(forbidden in replica.inputs), `${forbidden} on a replica`);
    assert.equal(replica.inputs.deletionProtection, true);
    assert.equal(replica.inputs.storageEncrypted, true);
  });

  it("staging: automated backups are replicated to the recovery Region under its own key", async () => {
    const copy = named(await plannedStack("staging"), "database-backups-copy");
    assert.equal(copy.inputs.region, "eu-west-1");
    assert.match(String(copy.inputs.kmsKeyId), /:eu-west-1:/);
  });

  for (const stack of ["prod", "staging"]) {
    it(`${stack}: no replica names a DB cluster`, async () => {
      noReplicaOfACluster(await plannedStack(stack));
    });

    it(`${stack}: TLS only and SCRAM by its family, an explicit max_connections`, async () => {
      const plan = await plannedStack(stack);
      const group = named(plan, "database-parameters");
      const value = (name: string) =>
        (group.inputs.parameters as { name: string; value: string }[]).find((p) => p.name === name)
          ?.value;
      assert.equal(group.inputs.family, "postgres15");
      assert.deepEqual(
        [value("rds.force_ssl"), value("password_encryption")],
        [undefined, undefined],
      );
      assert.match(value("max_connections") ?? "", /^\d+$/);
      assert.ok(group.inputs.skipDestroy === true || group.options.retainOnDelete);
    });

    it(`${stack}: events reach the topic`, async () => {
      const { inputs } = only(
        await plannedStack(stack),
        "aws:rds/eventSubscription:EventSubscription",
      );
      assert.ok((inputs.eventCategories as string[]).includes("failover"));
      assert.deepEqual(inputs.sourceIds, [`mini-xdr-${stack}`]);
    });
  }

  it("the check on replicas can fail", async () => {
    const plan = await plannedStack("prod");
    const cluster = only(plan, "aws:rds/cluster:Cluster");
    const replica = {
      ...cluster,
      type: "aws:rds/instance:Instance",
      inputs: { replicateSourceDb: "mini-xdr-prod" },
      propertyDependencies: {},
    };
    assert.throws(() => noReplicaOfACluster({ ...plan, resources: [...plan.resources, replica] }));
  });
});

/** By name, by ARN and by dependency: mocks accept what AWS refuses. */
function noReplicaOfACluster(plan: Plan): void {
  const clusters = ofType(plan, "aws:rds/cluster:Cluster");
  const names = clusters.map(({ inputs }) => String(inputs.clusterIdentifier));
  for (const { inputs, name, propertyDependencies } of ofType(plan, "aws:rds/instance:Instance")) {
    const source = String(inputs.replicateSourceDb ?? "");
    assert.ok(!names.includes(source) && !source.includes(":cluster:"), name);
    for (const urn of propertyDependencies.replicateSourceDb ?? [])
      assert.ok(!clusters.some((cluster) => cluster.urn === urn), name);
  }
}

describe("a fourth zone", () => {
  const zones = ["a", "b", "c", "d"].map((letter) => `eu-central-1${letter}`);
  const data = /^aws:(rds|elasticache)\//;
  const described = ({ resources }: Plan) =>
    resources
      .filter(({ type }) => data.test(type))
      .map(({ urn, inputs, propertyDependencies }) => ({ urn, inputs, propertyDependencies }));

  for (const [stack, more] of [
    ["prod", { nodes: 6 }],
    ["staging", { nodes: 4 }],
  ] as const)
    it(`${stack}: moves neither database nor cache, and still holds nodes and load balancer`, async () => {
      const four = await plannedWith(stack, "network", { zones });
      assert.deepEqual(described(four), described(await plannedStack(stack)));
      assert.equal(ofType(four, "aws:ec2/subnet:Subnet").length, 4 * 2 + 3);
      const crowded = only(
        await plannedWith(stack, "cache", more),
        "aws:elasticache/replicationGroup:ReplicationGroup",
      );
      const names = crowded.inputs.preferredCacheClusterAzs as string[];
      assert.ok(names.every((zone) => zones.slice(0, 3).includes(zone)));
    });

  it("a DB cluster is refused where its subnets lie in a zone that it does not name", async () => {
    const judged = await judgedStack("prod");
    const subnet: [string, string] = ["aws:ec2/subnet:Subnet", "network-database-eu-central-1c"];
    const moved = changing(judged, subnet, setting("availabilityZone", "eu-central-1d"));
    assert.notDeepEqual(broken(judged, moved, "database-subnets"), []);
    const cluster: [string, string] = ["aws:rds/cluster:Cluster", ""];
    const named = changing(judged, cluster, setting("availabilityZones", zones));
    assert.notDeepEqual(broken(judged, named, "database-multi-az"), []);
  });
});

describe("the database's storage", () => {
  it("prod: gp3 with the IOPS in its price, stated", async () => {
    const { inputs } = only(await plannedStack("prod"), "aws:rds/cluster:Cluster");
    assert.deepEqual([inputs.storageType, inputs.iops], ["gp3", 12_000]);
  });

  const database = (values: object) => {
    const all = {
      topology: "cluster",
      instanceClass: "db.r6gd.large",
      storageGb: 400,
      maxConnections: 400,
      backupRetentionDays: 35,
      ...values,
    };
    return refusedByRds(all as Parameters<typeof refusedByRds>[0]).map(([key]) => key);
  };

  it("takes what RDS takes, whatever the size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 400, max: 65_536 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (storageGb, share) => {
          const { least, most } = iopsOfGp3(storageGb);
          const iops = Math.floor(least + share * (most - least));
          assert.ok(iops >= 12_000 && iops <= 64_000);
          assert.ok(iops >= storageGb / 2 && iops <= storageGb * 50);
          assert.deepEqual(database({ storageGb, iops }), []);
          assert.deepEqual(database({ storageGb }), []);
          assert.deepEqual(database({ storageGb, iops: most + 1 }), ["database.iops"]);
          assert.deepEqual(database({ storageGb, iops: least - 1 }), ["database.iops"]);
        },
      ),
    );
  });

  it("refuses what RDS refuses, everything at once", () => {
    assert.deepEqual(database({ storageGb: 399 }), ["database.storageGb"]);
    assert.deepEqual(database({ storageGb: 200, instanceClass: "db.r6g.large", readReplicas: 1 }), [
      "database.readReplicas",
      "database.instanceClass",
      "database.storageGb",
    ]);
    assert.deepEqual(database({ topology: "instance", storageGb: 50, iops: 12_000 }), [
      "database.readReplicas",
      "database.iops",
    ]);
    for (const instanceClass of [
      "db.m6id.large",
      "db.r6idn.xlarge",
      "db.x2iedn.2xlarge",
      "db.r8gd.large",
    ])
      assert.deepEqual(database({ instanceClass }), []);
  });
});

describe("the cache", () => {
  for (const stack of ["prod", "staging"])
    it(`${stack}: fails over by itself, across zones, encrypted, with a token`, async () => {
      const { inputs } = only(
        await plannedStack(stack),
        "aws:elasticache/replicationGroup:ReplicationGroup",
      );
      assert.equal(inputs.engine, "valkey");
      assert.equal(inputs.multiAzEnabled, true);
      assert.equal(inputs.automaticFailoverEnabled, true);
      assert.equal(
        new Set(inputs.preferredCacheClusterAzs as string[]).size,
        Math.min(3, Number(inputs.numCacheClusters)),
      );
      assert.equal(inputs.transitEncryptionEnabled, true);
      assert.equal(inputs.transitEncryptionMode, "required");
      assert.equal(inputs.atRestEncryptionEnabled, true);
      assert.equal(inputs.authToken, "[secret]");
    });
});
