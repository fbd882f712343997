import assert from "node:assert/strict";
import type { Plan } from "../../plan/plan";
import { dependentsOf } from "../../plan/dependents";
import { objectsOf, releasesOf, zonesOf } from "../../plan/releases";
import { withEachReplicaCount, withTag } from "../../rehearsal/workloads/values";
import { only, plannedStack } from "../support/planned";

describe("what a rehearsal reads of a plan", () => {
  let plan: Plan;

  before(async () => {
    plan = structuredClone(await plannedStack("prod"));
  });

  it("orders releases by what they depend on", () => {
    const names = releasesOf(plan).map(({ name }) => name);
    for (const { name, after } of releasesOf(plan))
      for (const other of after) assert.ok(names.indexOf(other) < names.indexOf(name), name);
    assert.ok(names.includes("mini-xdr") && names.includes("pgbouncer"));
  });

  it("takes a release's flags from the plan", () => {
    for (const release of releasesOf(plan)) {
      assert.equal(release.atomic, true, release.name);
      assert.ok(release.timeout > 0 && release.maxHistory > 0, release.name);
    }
  });

  it("has every other Kubernetes object, closed values included", () => {
    const objects = objectsOf(plan);
    const secret = objects.find(
      ({ kind, metadata }) => kind === "Secret" && metadata.name === "cache",
    );
    assert.deepEqual((secret as unknown as { stringData: object }).stringData, {
      token: "[secret]",
    });
    assert.ok(objects.some(({ kind }) => kind === "Namespace"));
    assert.ok(!objects.some(({ kind }) => kind === "Release"));
  });

  it("knows the zones", () => {
    assert.deepEqual(zonesOf(plan), ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
  });

  it("follows every kind of dependency", () => {
    const cluster = plan.resources.find(({ type }) => type === "eks:index:Cluster")!;
    const database = only(plan, "aws:rds/cluster:Cluster");
    const touched = (change: Partial<typeof database>) => {
      const copy = structuredClone(plan);
      const same = copy.resources.find(({ urn }) => urn === database.urn)!;
      Object.assign(same, change);
      return dependentsOf(copy, [cluster]).some(({ urn }) => urn === database.urn);
    };
    assert.equal(touched({}), false);
    assert.equal(touched({ dependencies: [cluster.urn] }), true);
    assert.equal(touched({ propertyDependencies: { vpcId: [cluster.urn] } }), true);
    assert.equal(touched({ parent: cluster.urn }), true);
    assert.equal(touched({ provider: cluster.urn }), true);
    assert.equal(touched({ options: { ...database.options, deletedWith: cluster.urn } }), true);
  });
});

describe("changes to a release's values", () => {
  const values = {
    backend: { image: { repository: "a", tag: "1", digest: "sha256:0" }, minReplicas: 3 },
    frontend: { image: { repository: "b", tag: "1", digest: "" }, replicas: 4 },
    list: [{ image: { repository: "c", tag: "1" } }],
  };
  const ofOthers = { image: { repository: "d", tag: "1", sha: "0", distroless: true } };

  it("set the tag of all images, or of some, and drop their digests", () => {
    assert.deepEqual(withTag(values, "2"), {
      backend: { image: { repository: "a", tag: "2", digest: "" }, minReplicas: 3 },
      frontend: { image: { repository: "b", tag: "2", digest: "" }, replicas: 4 },
      list: [{ image: { repository: "c", tag: "2", digest: "" } }],
    });
    assert.deepEqual(withTag(ofOthers, "2"), {
      image: { repository: "d", tag: "2", digest: "", sha: "", distroless: false },
    });
    const some = withTag(values, "2", (repository) => repository === "b");
    assert.deepEqual(some.backend, values.backend);
  });

  it("set one replica count at a time and leave the original alone", () => {
    const changed = withEachReplicaCount(values, 2);
    assert.deepEqual(
      changed.map(({ path }) => path),
      ["backend.minReplicas", "frontend.replicas"],
    );
    assert.deepEqual(changed[1]!.values, {
      ...values,
      frontend: { ...values.frontend, replicas: 2 },
    });
    assert.equal(values.frontend.replicas, 4);
  });
});
