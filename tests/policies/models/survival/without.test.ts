import assert from "node:assert/strict";
import fc from "fast-check";
import { faultsOf, without, type Fault } from "../../../../policies/models/survival/fault";
import type { Group } from "../../../../policies/models/survival/group";
import { siteOf, type Site } from "../../../../policies/models/survival/site";
import { Stack } from "../../../../policies/model/resource";
import { small, three } from "./small";

const site = siteOf(new Stack(small(three)));
const groups = ({ balancers, gateways, endpoints, pods, databases, caches }: Site): Group[] => [
  ...balancers,
  ...gateways,
  ...endpoints,
  ...pods,
  ...databases,
  ...caches,
];
const counts = (found: Site) => groups(found).map(({ count }) => count);
const subnet = (name: string) => site.subnets.find((found) => found.name === name)!;

describe("a site without what a fault takes", () => {
  it("has nothing left in a lost zone", () => {
    const left = without(site, { kind: "zone", zone: "a" });
    assert.deepEqual(left.zones, ["b", "c"]);
    assert.deepEqual(
      left.subnets.filter(({ name }) => name.endsWith("-a")),
      [],
    );
    assert.equal(left.subnets.length, 6);
    // Load balancer nodes, gateways, three workloads, the database and the cache.
    assert.deepEqual(counts(site), [3, 1, 1, 1, 3, 3, 3, 3, 3]);
    assert.deepEqual(counts(left), [2, 0, 1, 1, 2, 2, 2, 2, 2]);
    for (const { inZone } of groups(left)) assert.ok(!inZone.has("a"));
    assert.deepEqual(
      left.pools.map(({ subnets }) => subnets.length),
      [2],
    );
  });

  it("has lost with a subnet what stands in it, and nothing else", () => {
    const lost = (name: string) => counts(without(site, { kind: "subnet", subnet: subnet(name) }));
    assert.deepEqual(lost("public-b"), [2, 1, 0, 1, 3, 3, 3, 3, 3]);
    assert.deepEqual(lost("private-b"), [3, 1, 1, 1, 2, 2, 2, 3, 3]);
    assert.deepEqual(lost("database-b"), [3, 1, 1, 1, 3, 3, 3, 2, 2]);
  });

  it("has lost with a node a pod of each workload, and with one of a group that one", () => {
    assert.deepEqual(counts(without(site, { kind: "node" })), [3, 1, 1, 1, 2, 2, 2, 3, 3]);
    const { resource } = site.caches[0]!;
    const one: Fault = { kind: "one", noun: "a node of", resource };
    assert.deepEqual(counts(without(site, one)), [3, 1, 1, 1, 3, 3, 3, 3, 2]);
  });

  const zones = fc.shuffledSubarray(["a", "b", "c"]);
  const lose = (from: Site, lost: string[]) =>
    lost.reduce((left, zone) => without(left, { kind: "zone", zone }), from);

  it("is pure: what it was given stays whole", () => {
    const before = counts(site);
    for (const fault of faultsOf(site)) without(site, fault);
    assert.deepEqual(counts(site), before);
    assert.equal(site.subnets.length, 9);
  });

  it("does not depend on the order in which zones are lost, and has nothing without any", () => {
    fc.assert(
      fc.property(zones, (lost) => {
        assert.deepEqual(counts(lose(site, lost)), counts(lose(site, [...lost].sort())));
      }),
    );
    const none = lose(site, ["a", "b", "c"]);
    assert.ok(counts(none).every((count) => count === 0));
    assert.deepEqual(none.subnets, []);
  });

  it("never has more than before", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(faultsOf(site)), (faults) => {
        let left = site;
        for (const fault of faults) {
          const before = counts(left);
          left = without(left, fault);
          counts(left).forEach((count, index) => assert.ok(count >= 0 && count <= before[index]!));
        }
      }),
    );
  });
});
