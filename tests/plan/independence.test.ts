import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/plan";
import { Stack, type Resource } from "../../policies/model/resource";
import { isOfCluster, outlivesCluster, wayTo } from "../../policies/model/cluster-loss";
import { fromPlan } from "../../policies/pack/adapters/plan";
import { plannedStack } from "../support/planned";

/** Components that a lost cluster takes along; a new one belongs here or among the survivors. */
const lost = [
  "AlertRules",
  "Application",
  "BackupPods",
  "Chaos",
  "Cluster",
  "ClusterTraffic",
  "ContainerLogs",
  "DatabaseBackup",
  "DatabaseRoles",
  "EdgeMetrics",
  "Nodes",
  "Observability",
  "PgBouncer",
  "Platform",
  "PodIdentity",
];

describe("what outlives the cluster", () => {
  for (const name of ["prod", "staging"]) {
    it(`${name}: no data, edge or backup resource depends on the cluster through any path`, async () => {
      const stack = await stackOf(name);
      const survivors = stack.resources.filter(({ urn }) => outlivesCluster(urn));
      assert.ok(survivors.length > 150, `${survivors.length} survivors`);
      assert.ok(stack.resources.filter(({ urn }) => isOfCluster(urn)).length > 2);
      for (const resource of survivors) {
        const way = wayToCluster(resource, stack);
        assert.equal(way, undefined, `${resource.name} depends on the cluster: ${way}`);
      }
    });

    it(`${name}: is every component but the cluster and what runs on it`, async () => {
      const { resources } = await stackOf(name);
      const others = resources
        .filter(({ urn }) => /^mini-xdr:index:\w+$/.test(urn.split("::")[2]!))
        .filter(({ urn }) => !outlivesCluster(urn));
      assert.deepEqual(others.map(({ type }) => type.split(":")[2]).sort(), lost);
    });
  }

  it("is known by a URN alone: by its component, and data wherever it is", () => {
    const urn = (types: string) => `urn:pulumi:prod::mini-xdr::${types}::name`;
    for (const types of [
      "mini-xdr:index:Registry$aws:ecr/repository:Repository",
      "mini-xdr:index:Backups$mini-xdr:index:BackupVault$aws:s3/bucketVersioning:BucketVersioning",
      "mini-xdr:index:Backups$aws:iam/role:Role",
      "mini-xdr:index:Cluster$aws:kms/key:Key",
      "aws:rds/instance:Instance",
      "aws:ec2/subnet:Subnet",
    ])
      assert.ok(outlivesCluster(urn(types)), types);
    for (const types of [
      "mini-xdr:index:Cluster$eks:index:Cluster$aws:ec2/securityGroup:SecurityGroup",
      "mini-xdr:index:PodIdentity$aws:iam/role:Role",
      "mini-xdr:index:DatabaseBackup$kubernetes:helm.sh/v3:Release",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      "pulumi:pulumi:Stack",
    ])
      assert.ok(!outlivesCluster(urn(types)), types);
  });

  it("the walk can fail: it finds an application that stands on the cluster", async () => {
    const stack = await stackOf("prod");
    const release = stack.resources.find(({ name }) => name === "application-release")!;
    assert.ok(wayToCluster(release, stack));
  });

  it("the walk can fail: it finds a dependency of each kind, near and far", async () => {
    const { resources } = await plannedStack("prod");
    const target = resources.find(({ type }) => type === "eks:index:Cluster")!.urn;
    const bucket = resources.find(({ name }) => name === "backups-primary-bucket")!;
    const key = resources.find(({ name }) => name === "keys-backups")!;
    for (const victim of [bucket, key]) {
      const bonds: Partial<PlannedResource>[] = [
        { dependencies: [target] },
        { propertyDependencies: { bucket: [target] } },
        { provider: target },
        { parent: target },
        { options: { ...victim.options, deletedWith: target } },
      ];
      for (const bond of bonds) {
        const changed = resources.map((r) => (r === victim ? { ...r, ...bond } : r));
        const stack = new Stack(changed.map(fromPlan));
        const way = wayToCluster(stack.get(bucket.urn)!, stack);
        assert.ok(way, Object.keys(bond)[0]);
        assert.equal(way.includes(victim.name), true, way.join(" → "));
      }
    }
  });
});

async function stackOf(name: string): Promise<Stack> {
  return new Stack((await plannedStack(name)).resources.map(fromPlan));
}

/** Names on the way from a resource to the cluster; undefined when there is none. */
function wayToCluster(resource: Resource, stack: Stack): string[] | undefined {
  return wayTo(({ urn }) => isOfCluster(urn), resource, stack)?.map(({ name }) => name);
}
