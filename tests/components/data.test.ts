import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan";
import { named, ofType, only, plannedStack } from "../support/planned";

describe("keys", () => {
  it("are customer-managed, one per purpose, rotated, protected, with 30 days to regret", async () => {
    const keys = ofType(await plannedStack("prod"), "aws:kms/key:Key");
    assert.deepEqual(keys.map(({ name }) => name.replace("keys-", "")).sort(), [
      "backups",
      "backups-recovery",
      "cache",
      "chaos",
      "cluster",
      "database",
      "database-recovery",
      "global-notifications",
      "notifications",
    ]);
    for (const { inputs, protect } of keys) {
      assert.equal(inputs.enableKeyRotation, true);
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

  it("the topic's key admits CloudWatch, RDS and ElastiCache, for this account alone", async () => {
    const policy = JSON.parse(
      String(named(await plannedStack("prod"), "keys-notifications").inputs.policy),
    );
    const services = policy.Statement.slice(1);
    assert.deepEqual(
      services.map((s: { Principal: { Service: string } }) => s.Principal.Service),
      ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "elasticache.amazonaws.com"],
    );
    for (const statement of services)
      assert.ok(statement.Condition.StringEquals["aws:SourceAccount"]);
  });
});

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

    it(`${stack}: TLS only, SCRAM, an explicit max_connections`, async () => {
      const plan = await plannedStack(stack);
      const group = named(plan, "database-parameters");
      const value = (name: string) =>
        (group.inputs.parameters as { name: string; value: string }[]).find((p) => p.name === name)
          ?.value;
      assert.equal(group.inputs.family, "postgres15");
      assert.equal(value("rds.force_ssl"), "1");
      assert.equal(value("password_encryption"), "scram-sha-256");
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
