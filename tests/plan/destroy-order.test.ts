import assert from "node:assert/strict";
import { awaited } from "../../policies/model/cluster-loss";
import { Stack, type Resource } from "../../policies/model/resource";
import { fromPlan } from "../../policies/pack/adapters/plan";
import { plannedStack } from "../support/planned";

/** A resource with the type of another: each has to be gone before the other is deleted. */
const order: [what: RegExp, goesBefore: RegExp, why: string][] = [
  [/^kubernetes:/, /accessPolicyAssociation/, "without access it could not be deleted any more"],
  [/^kubernetes:/, /^eks:index:Cluster/, "without a cluster there is nobody to ask"],
  [/:helm\.sh\//, /:NodePool$/, "its pods would hold up the drain of their nodes"],
  [/:helm\.sh\//, /:Namespace$/, "an uninstalled release would be searched for in vain"],
  [/:Namespace$/, /:NodePool$/, "what is left in it would hold up the drain"],
  [/:Namespace$/, /:StorageClass$/, "its volumes would lose their class"],
  [/:NodePool$/, /:NodeClass$/, "its nodes would keep their class from going"],
  [/accessPolicyAssociation/, /accessEntry/, "it is a part of it"],
  [/accessEntry/, /^eks:index:Cluster/, "it is a part of it"],
  [/podIdentityAssociation/, /^eks:index:Cluster/, "it is a part of it"],
  [/^eks:index:Cluster/, /:(Subnet|Vpc)$/, "its network interfaces would keep them"],
  [/^eks:index:Cluster/, /:LogGroup$/, "it would make it again"],
];
/** What AWS makes load balancers' targets of, and whoever binds pods to them. */
const application = "application-release";
const targets = ["edge-backend-targets", "edge-frontend-targets"];

describe("a destroy, which goes from what depends to what it depends on", () => {
  for (const name of ["prod", "staging"])
    describe(name, () => {
      let stack: Stack;
      before(async () => {
        stack = new Stack((await plannedStack(name)).resources.map(fromPlan));
      });

      for (const [what, ground, why] of order)
        it(`${String(what)} goes before ${String(ground)}: ${why}`, () => {
          const found = stack.resources.filter(({ type }) => what.test(type));
          assert.ok(found.length > 0);
          for (const resource of found.filter(({ type }) => !ground.test(type)))
            for (const needed of groundOf(resource, ground))
              assert.ok(needs(resource, stack).has(needed.urn), `${resource.name}: ${needed.name}`);
        });

      it("the pods' binding to the load balancer goes before its target groups", () => {
        const release = stack.resources.find((resource) => resource.name === application)!;
        for (const group of stack.resources.filter((found) => targets.includes(found.name)))
          assert.ok(needs(release, stack).has(group.urn), group.name);
      });

      it("waits in no circle", () => {
        for (const resource of stack.resources)
          assert.ok(!needs(resource, stack).has(resource.urn), resource.name);
      });

      /** Of a type of which a stack has many, those that the resource uses; of any other, all. */
      function groundOf(resource: Resource, ground: RegExp): Resource[] {
        const all = stack.resources.filter(({ type }) => ground.test(type));
        const used = all.filter(({ urn }) => needs(resource, stack).has(urn));
        const many = /Subnet|LogGroup|Namespace|accessEntry/.test(String(ground));
        if (!many) return all;
        // metrics-server lives in a namespace that Kubernetes brings.
        if (used.length === 0 && resource.name !== "platform-metrics-server")
          assert.fail(`${resource.name} uses none of ${String(ground)}`);
        return used;
      }
    });

  it("the walk can fail: a release that waits for nothing needs no nodes", async () => {
    const { resources } = await plannedStack("prod");
    const changed = resources.map((resource) =>
      resource.name === application
        ? { ...resource, dependencies: [], propertyDependencies: {} }
        : resource,
    );
    const stack = new Stack(changed.map(fromPlan));
    const release = stack.resources.find(({ name }) => name === application)!;
    const pool = stack.resources.find(({ type }) => type.endsWith(":NodePool"))!;
    assert.ok(!needs(release, stack).has(pool.urn));
  });
});

/** URNs of all that has to be there before a resource, and so is there until it is gone. */
function needs(resource: Resource, stack: Stack): Set<string> {
  const found = new Set<string>();
  const open = [resource];
  for (const next of open)
    for (const urn of [...awaited(next), ...(next.provider ? [next.provider] : [])]) {
      const needed = stack.get(urn);
      if (!needed || found.has(urn)) continue;
      found.add(urn);
      open.push(needed);
    }
  return found;
}
