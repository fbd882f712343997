import assert from "node:assert/strict";
import type { Plan, PlannedResource } from "../../plan/plan";
import { plannedStack } from "../support/planned";

/** Components that must survive the loss of the cluster, with everything in them. */
const survivors = [
  "network",
  "keys",
  "credentials",
  "notifications",
  "database",
  "cache",
  "backups",
  "edge",
  "registry",
  "alarms",
];

describe("what outlives the cluster", () => {
  for (const stack of ["prod", "staging"])
    it(`${stack}: no data, edge or backup resource depends on the cluster through any path`, async () => {
      const plan = await plannedStack(stack);
      const graph = new Graph(plan);
      const cluster = graph.inside("cluster");
      assert.ok(cluster.length > 2, "the cluster is in the plan");
      for (const name of survivors) {
        const resources = graph.inside(name);
        assert.ok(resources.length > 1, `${name} is in the plan`);
        for (const resource of resources) {
          const path = graph.path(resource.urn, new Set(cluster.map(({ urn }) => urn)));
          assert.equal(
            path,
            undefined,
            `${resource.name} depends on the cluster: ${path?.join(" → ")}`,
          );
        }
      }
    });

  it("the walk can fail: it finds an application that stands on the cluster", async () => {
    const graph = new Graph(await plannedStack("prod"));
    const cluster = new Set(graph.inside("cluster").map(({ urn }) => urn));
    const release = graph.inside("application").find(({ type }) => type.endsWith(":Release"))!;
    assert.ok(graph.path(release.urn, cluster));
  });

  it("the walk can fail: it finds a dependency of each kind", async () => {
    const plan = await plannedStack("prod");
    const target = new Graph(plan).inside("cluster")[0]!.urn;
    const victim = plan.resources.find(({ name }) => name === "backups-primary-bucket")!;
    const bonds: Partial<PlannedResource>[] = [
      { dependencies: [target] },
      { propertyDependencies: { bucket: [target] } },
      { provider: target },
      { parent: target },
      { options: { ...victim.options, deletedWith: target } },
    ];
    for (const bond of bonds) {
      const resources = plan.resources.map((r) => (r === victim ? { ...r, ...bond } : r));
      const graph = new Graph({ ...plan, resources });
      assert.ok(graph.path(victim.urn, new Set([target])), Object.keys(bond)[0]);
    }
  });
});

/** A plan's resources by what they cannot be without. */
class Graph {
  private readonly byUrn: Map<string, PlannedResource>;

  constructor(private readonly plan: Plan) {
    this.byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  }

  /** A component and everything below it. */
  inside(component: string): PlannedResource[] {
    const top = this.plan.resources.find((r) => r.name === component && !r.custom);
    return this.plan.resources.filter((resource) => {
      for (let r: PlannedResource | undefined = resource; r; r = this.byUrn.get(r.parent ?? ""))
        if (r === top) return true;
      return false;
    });
  }

  /** Names on the way from a resource to one of the targets; undefined when there is none. */
  path(urn: string, targets: Set<string>, seen = new Set<string>()): string[] | undefined {
    if (targets.has(urn)) return [urn.split("::").pop()!];
    if (seen.has(urn)) return undefined;
    seen.add(urn);
    const resource = this.byUrn.get(urn);
    for (const next of resource ? bonds(resource) : []) {
      const rest = this.path(next, targets, seen);
      if (rest) return [resource!.name, ...rest];
    }
    return undefined;
  }
}

function bonds({ parent, provider, dependencies, propertyDependencies, options }: PlannedResource) {
  return [
    ...dependencies,
    ...Object.values(propertyDependencies).flat(),
    ...[parent, provider, options.deletedWith].filter((urn): urn is string => urn !== null),
  ];
}
