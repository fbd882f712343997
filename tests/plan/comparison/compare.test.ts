import assert from "node:assert/strict";
import { compare } from "../../../plan/comparison/compare";
import type { Change } from "../../../plan/comparison/change";
import { compareObjects, type DeployedObject } from "../../../plan/comparison/objects";
import type { PlannedResource } from "../../../plan/plan";

const stackUrn = "urn:pulumi:prod::mini-xdr::pulumi:pulumi:Stack::mini-xdr-prod";

/** A resource; what matters to a test is said there. */
function resource(
  type: string,
  name: string,
  given: Partial<PlannedResource> = {},
): PlannedResource {
  const parent = given.parent ?? stackUrn;
  const types = parent.split("::")[2]!;
  const chain = types === "pulumi:pulumi:Stack" ? type : `${types}$${type}`;
  return {
    urn: `urn:pulumi:prod::mini-xdr::${chain}::${name}`,
    type,
    name,
    custom: !type.startsWith("mini-xdr:"),
    remote: false,
    provider: null,
    protect: false,
    inputs: {},
    unknowns: [],
    dependencies: [],
    propertyDependencies: {},
    ...given,
    parent,
    options: {
      ignoreChanges: [],
      deletedWith: null,
      retainOnDelete: false,
      aliases: [],
      deleteBeforeReplace: false,
      replaceOnChanges: [],
      importId: "",
      customTimeouts: false,
      ...given.options,
    },
  };
}

const subnetType = "aws:ec2/subnet:Subnet";
const [vpcType, natType, clusterType] = [
  "aws:ec2/vpc:Vpc",
  "aws:ec2/natGateway:NatGateway",
  "aws:rds/cluster:Cluster",
];

function network(cidr: string): PlannedResource[] {
  const vpc = resource(vpcType, "vpc", { inputs: { cidrBlock: "10.0.0.0/16" } });
  const subnet = resource(subnetType, "subnet", {
    inputs: { cidrBlock: cidr, vpcId: "vpc-1" },
    propertyDependencies: { vpcId: [vpc.urn] },
  });
  const nat = resource(natType, "nat", {
    inputs: { subnetId: "subnet-1" },
    propertyDependencies: { subnetId: [subnet.urn] },
  });
  const group = resource("aws:rds/subnetGroup:SubnetGroup", "group", {
    inputs: { name: "prod", subnetIds: ["subnet-1"] },
    propertyDependencies: { subnetIds: [subnet.urn] },
  });
  const database = resource(clusterType, "database", {
    inputs: { dbSubnetGroupName: "prod", clusterIdentifier: "prod" },
    propertyDependencies: { dbSubnetGroupName: [group.urn] },
    protect: true,
  });
  return [vpc, subnet, nat, group, database];
}

const named = (changes: Change[], name: string) => changes.find((change) => change.name === name);

describe("two plans compared", () => {
  it("says nothing of what is the same", () => {
    assert.deepEqual(compare(network("10.0.0.0/24"), network("10.0.0.0/24")), []);
  });

  it("names all that a replaced subnet drags along, and stops at what is updated", () => {
    const changes = compare(network("10.0.0.0/24"), network("10.0.1.0/24"));
    assert.equal(named(changes, "subnet")!.replaced, "yes");
    assert.equal(named(changes, "subnet")!.holds, "the addresses in it");
    assert.equal(named(changes, "nat")!.replaced, "yes");
    assert.deepEqual(
      named(changes, "nat")!.dragged.map(({ by }) => by),
      ["subnetId"],
    );
    // The group is updated, and its name stays: the database notices nothing.
    assert.equal(named(changes, "group")!.replaced, "no");
    assert.equal(named(changes, "database"), undefined);
    assert.equal(named(changes, "vpc"), undefined);
  });

  it("tells in which order a fixed name goes and comes, and what `up` refuses", () => {
    const database = (kmsKeyId: string, protect = true, given: Partial<PlannedResource> = {}) => [
      resource(clusterType, "database", {
        inputs: { clusterIdentifier: "prod", kmsKeyId },
        protect,
        ...given,
      }),
    ];
    const [kept] = compare(database("a"), database("b"));
    assert.equal(kept!.refused, true);
    assert.match(kept!.order!, /deleted first by the provider, as its name prod is fixed/);
    // Protection that goes with the same change protects nothing.
    assert.equal(compare(database("a"), database("b", false))[0]!.refused, false);
    const bucket = (objectLockEnabled: boolean) => [
      resource("aws:s3/bucket:Bucket", "bucket", { inputs: { bucket: "b", objectLockEnabled } }),
    ];
    assert.match(compare(bucket(true), bucket(false))[0]!.order!, /fails: the name b is taken/);
    const options = { deleteBeforeReplace: true } as PlannedResource["options"];
    const [first] = compare(database("a"), database("b", true, { options }));
    assert.match(first!.order!, /deleted first, by deleteBeforeReplace/);
    assert.match(compare(network("10.0.0.0/24"), network("10.0.1.0/24"))[0]!.order!, /made first/);
  });

  it("takes a URN that changed without an alias for a deletion", () => {
    const [before, after] = [
      [resource(clusterType, "database", { protect: true })],
      [resource(clusterType, "store", { protect: true })],
    ];
    const changes = compare(before, after);
    assert.deepEqual(changes.map(({ kind, name, refused }) => [kind, name, refused]).sort(), [
      ["created", "store", false],
      ["deleted", "database", true],
    ]);
  });

  describe("finds what was renamed by its alias", () => {
    const component = (name: string, aliases: string[] = []) =>
      resource("mini-xdr:index:Database", name, {
        options: { aliases } as PlannedResource["options"],
      });
    const child = (of: PlannedResource) =>
      resource(clusterType, `${of.name}-cluster`, {
        parent: of.urn,
        inputs: { clusterIdentifier: "prod" },
      });
    const old = component("database");
    const before = [old, child(old)];
    const aliases: [title: string, alias: string][] = [
      ["a URN", old.urn],
      ["a URN in the SDK's form", JSON.stringify({ urn: old.urn })],
      ["a name", JSON.stringify({ urn: "", spec: { name: "database" } })],
      ["a name without a parent", JSON.stringify({ spec: { name: "database", noparent: true } })],
    ];
    for (const [title, alias] of aliases)
      it(`by ${title}, children included`, () => {
        const now = component("store", [alias]);
        const changes = compare(before, [now, child(now)]);
        assert.deepEqual(
          changes.map(({ was, kind, replaced }) => [was, kind, replaced]).sort(),
          before.map(({ urn }) => [urn, "changed", "no"]).sort(),
        );
      });

    it("and calls what follows a renamed one by its stand-in no change of value", () => {
      const subnet = (name: string, list: string[]) =>
        resource(subnetType, name, { options: { aliases: list } as PlannedResource["options"] });
      const nat = (of: PlannedResource) =>
        resource(natType, "nat", {
          inputs: { subnetId: `subnet-of-${of.name}` },
          propertyDependencies: { subnetId: [of.urn] },
        });
      const [was, now] = [subnet("a", []), subnet("b", [])];
      now.options.aliases = [was.urn];
      const changes = compare([was, nat(was)], [now, nat(now)]);
      assert.equal(named(changes, "nat")!.replaced, "no");
      assert.match(named(changes, "nat")!.properties[0]!.because!, /stand-ins/);
    });
  });

  it("counts what the program asks of the engine: ignored changes, and demanded replacements", () => {
    const subnet = (cidrBlock: string, options: Partial<PlannedResource["options"]>) => [
      resource(subnetType, "s", {
        inputs: { cidrBlock, mapPublicIpOnLaunch: cidrBlock === "a" },
        options: options as PlannedResource["options"],
      }),
    ];
    const ignored = { ignoreChanges: ["cidrBlock"] };
    assert.equal(compare(subnet("a", ignored), subnet("b", ignored))[0]!.replaced, "no");
    const demanded = { ignoreChanges: ["cidrBlock"], replaceOnChanges: ["mapPublicIpOnLaunch"] };
    assert.equal(compare(subnet("a", demanded), subnet("b", demanded))[0]!.replaced, "yes");
  });

  it("shows a protection that is taken away, and never what is secret", () => {
    const key = (protect: boolean, policy: string) => [
      resource("aws:kms/key:Key", "key", { protect, inputs: { policy } }),
    ];
    const [change] = compare(key(true, "[secret]"), key(false, "[secret]"));
    assert.deepEqual(
      change!.properties.map(({ path, before, after }) => [path, before, after]),
      [[["protect"], true, false]],
    );
  });

  it("takes everything on a cluster along with it", () => {
    const eks = resource("eks:index:Cluster", "cluster", { remote: true, custom: false });
    const managed = (serviceIpv4Cidr: string) =>
      resource("aws:eks/cluster:Cluster", "cluster-eksCluster", {
        parent: eks.urn,
        inputs: { name: "prod", kubernetesNetworkConfig: { serviceIpv4Cidr } },
      });
    const provider = resource("pulumi:providers:kubernetes", "k8s", {
      inputs: { clusterIdentifier: "2026" },
      propertyDependencies: { clusterIdentifier: [eks.urn] },
    });
    const release = resource("kubernetes:helm.sh/v3:Release", "app", { provider: provider.urn });
    const plan = (cidr: string) => [eks, managed(cidr), provider, release];
    const changes = compare(plan("172.20.0.0/16"), plan("172.21.0.0/16"));
    assert.equal(named(changes, "app")!.replaced, "yes");
    assert.equal(named(changes, "app")!.holds, "what the release runs, and its volumes");
  });
});

describe("what releases deploy, compared", () => {
  const release = "urn:pulumi:prod::mini-xdr::kubernetes:helm.sh/v3:Release::app";
  const object = (type: string, spec: object, metadata: object = {}): DeployedObject => ({
    release,
    type: `kubernetes:${type}`,
    name: "mini-xdr/app",
    properties: { metadata, spec },
  });

  it("names a field that nobody may change: the upgrade fails", () => {
    const of = (app: string) => [object("apps/v1:Deployment", { selector: { app } })];
    const [change] = compareObjects(of("a"), of("b"));
    assert.deepEqual(change!.fails, ["spec.selector"]);
    const volume = (size: string) => [
      object("apps/v1:StatefulSet", { volumeClaimTemplates: [{ spec: { size } }] }),
    ];
    assert.deepEqual(compareObjects(volume("1"), volume("2"))[0]!.fails, [
      "spec.volumeClaimTemplates",
    ]);
  });

  it("knows that a hook is made anew", () => {
    const hook = { annotations: { "helm.sh/hook": "pre-install" } };
    const of = (image: string) => [object("batch/v1:Job", { template: { image } }, hook)];
    assert.deepEqual(compareObjects(of("a"), of("b"))[0]!.fails, []);
    const job = (image: string) => [object("batch/v1:Job", { template: { image } })];
    assert.deepEqual(compareObjects(job("a"), job("b"))[0]!.fails, ["spec.template"]);
  });

  it("tells what comes and goes, and nothing of a release that is new as a whole", () => {
    const [one, other] = [object("apps/v1:Deployment", {}), object("core/v1:Service", {})];
    assert.deepEqual(
      compareObjects([one], [one, other]).map(({ kind }) => kind),
      ["created"],
    );
    assert.deepEqual(
      compareObjects([one, other], [one]).map(({ kind }) => kind),
      ["deleted"],
    );
    assert.deepEqual(compareObjects([], [one]), []);
  });

  it("follows a renamed release", () => {
    const moved = { ...object("apps/v1:Deployment", { replicas: 4 }), release: `${release}-2` };
    const before = [object("apps/v1:Deployment", { replicas: 3 })];
    const [change] = compareObjects(before, [moved], () => release);
    assert.deepEqual(change!.properties[0], { path: ["spec", "replicas"], before: 3, after: 4 });
  });
});
