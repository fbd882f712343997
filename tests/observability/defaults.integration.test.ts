import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { doubled, lowered } from "../../observability/defaults";
import { rendered, type RenderedObject } from "../../plan/helm";
import { chartsOf, type InstallableRelease } from "../../rehearsal/workloads/charts";
import { needTools, skipLoudly } from "../support/need-tools";
import { plannedStack, root } from "../support/planned";

interface Rules extends RenderedObject {
  spec: { groups: { rules: { alert?: string; labels?: { severity?: string } }[] }[] };
}

/** Severities of each alert that objects hold. */
function alertsOf(objects: RenderedObject[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { spec } of objects.filter(({ kind }) => kind === "PrometheusRule") as Rules[])
    for (const { alert, labels } of spec.groups.flatMap(({ rules }) => rules))
      if (alert) found.set(alert, [...(found.get(alert) ?? []), labels!.severity!]);
  return found;
}

/** Against the chart itself: a name that it does not know it would leave unsaid. */
describe("the rules that kube-prometheus-stack brings", function () {
  this.timeout(120_000);
  let theirs: Map<string, string[]>;
  let released: Map<string, string[]>;

  before(async function () {
    await needTools(this, ["helm"]);
    const { releases, missing } = await chartsOf(await plannedStack("prod"));
    const isStack = ({ name }: { name: string }) => name === "kube-prometheus-stack";
    const lacking = missing.find(({ release }) => isStack(release));
    if (lacking) return skipLoudly(this, lacking.reason);
    const stack: InstallableRelease = releases.find(isStack)!;
    released = alertsOf(stack.objects);
    const { defaultRules, customRules, ...rest } = stack.values;
    assert.ok(defaultRules && customRules);
    theirs = alertsOf(await rendered(stack, rest));
  });

  it("are the chart's without those that ours double, and no other is missing", () => {
    const gone = [...theirs.keys()].filter((alert) => !released.has(alert));
    assert.deepEqual(gone.sort(), Object.keys(doubled).sort());
    console.log(`      ${released.size} alerts of ${theirs.size} are released`);
  });

  it("page less where users do not notice", () => {
    const changed = [...released].filter(
      ([alert, severities]) => String(severities) !== String(theirs.get(alert)),
    );
    assert.deepEqual(changed.map(([alert]) => alert).sort(), Object.keys(lowered).sort());
    for (const alert of Object.keys(lowered)) {
      assert.ok(theirs.get(alert)!.includes("critical"), alert);
      assert.ok(!released.get(alert)!.includes("critical"), alert);
    }
  });

  it("page where the runbook says why, and nowhere else", () => {
    const page = readFileSync(join(root, "docs/runbooks/on-call.md"), "utf8");
    const [, section] = /^## What kube-prometheus-stack pages$(.+?)^## /ms.exec(page)!;
    const named = [...section!.matchAll(/`([A-Z]\w+)`/g)].map(([, alert]) => alert!);
    const paging = [...released].filter(([, severities]) => severities.includes("critical"));
    assert.deepEqual(named.sort(), paging.map(([alert]) => alert).sort());
  });
});
