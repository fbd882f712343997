import assert from "node:assert/strict";
import fc from "fast-check";
import type { Line } from "../../../../policies/models/line";
import { survival } from "../../../../policies/models/survival/survival";
import { Stack, type Resource } from "../../../../policies/model/resource";
import type { Tier } from "../../../../policies/model/settings";
import { setting } from "../../support";
import { settings } from "../small";
import { changed, leading, range, small, type Small } from "./small";

/** Problems by what is lost. */
function broken(resources: Resource[], tier: Tier = "enterprise"): Record<string, string[]> {
  const lines = survival.lines(new Stack(resources), { ...settings, tier });
  return Object.fromEntries(
    lines
      .filter((line) => line.broken.length > 0)
      .map(({ of, broken: found }) => [of, found.map(({ problem }) => problem)]),
  );
}

/** Every fault that is broken, and no other; each of its problems names every one of the words. */
function assertBroken(found: Record<string, string[]>, faults: string[], ...words: string[]): void {
  assert.deepEqual(Object.keys(found).sort(), [...faults].sort());
  for (const [fault, problems] of Object.entries(found))
    for (const problem of problems) {
      assert.ok(problem.startsWith(`${fault}: `), problem);
      for (const word of words) assert.ok(problem.includes(word), `${problem}: no ${word}`);
    }
}

const budgets = (replicas: number) => [
  { maxUnavailable: 1 },
  { minAvailable: replicas - 1 },
  { maxUnavailable: "34%" },
];

/** Any stack over three zones or more with every path doubled. */
const stacks: fc.Arbitrary<Small> = fc
  .record({
    zones: fc.integer({ min: 3, max: 5 }).map((count) => [..."abcde"].slice(0, count)),
    replicas: fc.integer({ min: 2, max: 9 }),
    budget: fc.integer({ min: 0, max: 2 }),
    database: fc.constantFrom("cluster" as const, "instance" as const),
    cacheNodes: fc.integer({ min: 2, max: 6 }),
  })
  .map((options) => ({ ...options, budget: budgets(options.replicas)[options.budget]! }));

/** Such a stack, and two of its zones. */
const withZones = fc
  .tuple(stacks, fc.nat(), fc.integer({ min: 1, max: 2 }))
  .map(([options, first, step]) => {
    const { zones } = options;
    const zone = zones[first % zones.length]!;
    return { options, zone, other: zones[(first + step) % zones.length]! };
  });

const runs = { numRuns: 40 };
const zonesAnd = (zones: string[], tier: string) =>
  zones.flatMap((zone) => [`zone ${zone} lost`, `subnet ${tier}-${zone} lost`]);

describe("survival, in any stack over three zones or more", () => {
  it("lets any one thing go, with every path alive", () => {
    fc.assert(
      fc.property(stacks, (options) => {
        assert.deepEqual(broken(small(options)), {});
      }),
      runs,
    );
  });

  it("has a line for every zone, node, pod, server, gateway and subnet, with a cell per column", () => {
    fc.assert(
      fc.property(stacks, (options) => {
        const lines: Line[] = survival.lines(new Stack(small(options)), {
          ...settings,
          tier: "pro",
        });
        const servers = options.database === "cluster" ? 1 : 2;
        // Zones with their subnets, gateway and load balancer node; a node; pods; servers; cache.
        const faults = options.zones.length * 6 + 1 + 3 + servers + 1;
        assert.equal(lines.length, 1 + faults);
        assert.equal(new Set(lines.map(({ of }) => of)).size, lines.length);
        for (const { cells } of lines) assert.equal(cells.length, survival.columns.length - 1);
      }),
      runs,
    );
  });

  it("names a route to another zone's NAT gateway, and whoever loses it", () => {
    fc.assert(
      fc.property(withZones, ({ options, zone, other }) => {
        const plan = changed(
          small(options),
          "Route",
          `route-private-${zone}`,
          leading("natGatewayId", `nat-${other}`),
        );
        assertBroken(
          broken(plan),
          [`zone ${other} lost`, `nat-${other} lost`, `subnet public-${other} lost`],
          `pods reach neither images nor AWS, because private-${zone} routes to nat-${other} in ${other}`,
        );
        // Below enterprise it is for nat-per-zone to say; the table says it in its cell.
        assert.deepEqual(broken(plan, "pro"), {});
      }),
      runs,
    );
  });

  it("names pods that are all in one zone", () => {
    fc.assert(
      fc.property(withZones, ({ options, zone }) => {
        const pinned = changed(
          small(options),
          "Deployment",
          "app/api",
          setting("spec/template/spec/nodeSelector", { "topology.kubernetes.io/zone": zone }),
        );
        assertBroken(broken(pinned), zonesAnd([zone], "private"), "app/api");
      }),
      runs,
    );
  });

  it("names pods that nothing spreads: any zone may have them all", () => {
    fc.assert(
      fc.property(stacks, (options) => {
        const free = changed(
          small(options),
          "Deployment",
          "pool/pooler",
          setting("spec/template/spec/topologySpreadConstraints", undefined),
        );
        assertBroken(broken(free), zonesAnd(options.zones, "private"), "pool/pooler");
      }),
      runs,
    );
  });

  it("names a database whose subnets lie in two zones, or in one", () => {
    fc.assert(
      fc.property(stacks, (options) => {
        const [first, second] = options.zones.map((zone) => `database-${zone}`);
        const plan = small(options);
        const narrow = (...subnets: string[]) =>
          broken(changed(plan, "SubnetGroup", "servers-subnets", leading("subnetIds", ...subnets)));
        const two = options.database === "cluster" ? options.zones.slice(0, 2) : [];
        assertBroken(narrow(first!, second!), zonesAnd(two, "database"), "servers", "no reader");
        assertBroken(narrow(first!), zonesAnd(options.zones.slice(0, 1), "database"), "servers");
      }),
      runs,
    );
  });

  it("names a security group's rule that is gone, for it is missed at once", () => {
    const paths: Record<string, string> = {
      "pods-to-database": "poolers reach no database, because ",
      "pods-to-cache": "the API reaches no cache, because store",
      "page-out": "users reach no page, because balancer",
      "api-in": "users reach no API, because balancer",
      users: "users reach no load balancer, because balancer",
    };
    fc.assert(
      fc.property(stacks, fc.constantFrom(...Object.keys(paths)), (options, rule) => {
        const plan = small(options).filter(({ name }) => name !== rule);
        assertBroken(broken(plan), ["nothing lost"], paths[rule]!);
      }),
      runs,
    );
  });

  it("names a zone's range that a network policy leaves out", () => {
    const rules: [policy: string, rule: string, tier: string, path: string][] = [
      ["app/page", "ingress/0/from", "public", "users reach no page"],
      ["app/api", "egress/2/to", "database", "the API reaches no cache"],
      ["pool/pooler", "egress/1/to", "database", "poolers reach no database"],
    ];
    fc.assert(
      fc.property(stacks, fc.nat(2), fc.constantFrom(...rules), (options, index, found) => {
        const [policy, rule, tier, path] = found;
        // The third zone of an instance has a replica; those after it have no server.
        const zone = options.zones[index]!;
        const plan = changed(
          small(options),
          "NetworkPolicy",
          policy,
          setting(`spec/${rule}/${index}`, undefined),
        );
        const problems = broken(plan);
        assertBroken(problems, ["nothing lost"], path, policy, `${tier}-${zone}`);
        assert.ok(!JSON.stringify(problems).includes(range(tier, "z")));
      }),
      runs,
    );
  });
});
