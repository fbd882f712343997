import assert from "node:assert/strict";
import { judge } from "../../../policies/pack/judge";
import { readSettings } from "../../../policies/pack/settings";
import { unknownMark, type Path, type PlannedResource } from "../../../plan/plan";
import { plannedStack, root } from "../../support/planned";

/** The engine's first preview knows nothing that only creation can tell. */
describe("the policy pack at a stack's first preview", () => {
  for (const stack of ["prod", "staging"])
    it(`finds no mandatory violation in ${stack} with every such value unknown`, async () => {
      const { resources } = await plannedStack(stack);
      const first = resources.map(withUnknowns);
      const marks = JSON.stringify(first).split(unknownMark).length - 1;
      assert.ok(marks > 100, `only ${marks} unknown values: the plan lists too few`);
      const violations = judge(first, { ...readSettings(root, stack), helm: "no-helm" });
      assert.deepEqual(
        violations.filter(({ enforcementLevel }) => enforcementLevel === "mandatory"),
        [],
      );
    });
});

function withUnknowns(resource: PlannedResource): PlannedResource {
  const inputs = structuredClone(resource.inputs);
  for (const path of resource.unknowns) mark(inputs, path);
  return { ...resource, inputs };
}

function mark(value: Record<string, unknown>, path: Path): void {
  const container = path
    .slice(0, -1)
    .reduce((found, step) => found[step] as Record<string, unknown>, value);
  container[path.at(-1)!] = unknownMark;
}
