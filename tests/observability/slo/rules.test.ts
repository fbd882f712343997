import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { isAlert } from "../../../observability/rule";
import { budgetQueries, sloGroups, sloPage, slos, tiers } from "../../../observability/slo";
import { root } from "../../support/planned";

describe("the rules of SLOs", () => {
  for (const tier of tiers)
    it(`${tier}: groups have names of their own`, () => {
      const names = sloGroups(tier).map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
    });

  it("each SLO pages for burning, and each service once for silence", () => {
    const alerts = sloGroups("pro").flatMap(({ rules }) => rules.filter(isAlert));
    const of = (name: string) => alerts.filter(({ alert }) => alert === name);
    assert.equal(of("ErrorBudgetBurn").length, 2 * slos.length);
    const silent = of("ServiceSilent").map(({ labels }) => labels!.service);
    assert.deepEqual(silent.sort(), [...new Set(slos.map(({ service }) => service))].sort());
  });

  it("the panels' queries name recorded series only", () => {
    const recorded = new Set(
      sloGroups("pro").flatMap(({ rules }) =>
        rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])),
      ),
    );
    for (const slo of slos)
      for (const query of queriesOf(slo))
        for (const [metric] of query.matchAll(/[a-z]+:[a-z:0-9]+/g))
          assert.ok(recorded.has(metric));
  });

  it("docs/slo.md is what is written from them", async () => {
    const page = await format(sloPage(), { parser: "markdown", printWidth: 100 });
    assert.equal(readFileSync(join(root, "docs/slo.md"), "utf8"), page);
  });
});

function queriesOf(slo: (typeof slos)[number]): string[] {
  const { burn, ...others } = budgetQueries(slo);
  return [...Object.values(others), ...Object.values(burn)];
}
