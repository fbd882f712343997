import assert from "node:assert/strict";
import { isAlert, type Alert } from "../../../observability/rule";
import { groups } from "../../../observability/rules";
import { needTools } from "../../support/need-tools";
import { tables } from "./cases";
import { judge, mutants, type Failures } from "./promtool";

const rules = groups.flatMap((group) => group.rules);
const alertOf = (name: string) =>
  rules.find((rule): rule is Alert => isAlert(rule) && rule.alert === name)!;

describe("the alert rules, by promtool", function () {
  this.timeout(180_000);
  const wrong = tables.flatMap(({ alert }) => mutants(alertOf(alert), rules));
  let failures: Failures;

  before(async function () {
    await needTools(this, ["promtool"]);
    failures = await judge(
      tables.map((table) => ({ rule: alertOf(table.alert), table })),
      rules,
      wrong,
    );
  });

  for (const { alert, equivalent = {} } of tables) {
    it(`${alert}: fires and is silent when it must`, () => {
      assert.deepEqual(failures.get(alert) ?? [], []);
    });

    it(`${alert}: every mistake in it is found`, () => {
      const alive = wrong
        .filter((mutant) => mutant.alert === alert && !failures.has(mutant.name))
        .map(({ what }) => what);
      assert.deepEqual(alive.sort(), Object.keys(equivalent).sort());
    });
  }

  it("says how many mistakes were found", () => {
    const found = wrong.filter(({ name }) => failures.has(name)).length;
    console.log(`      ${found} of ${wrong.length} mutants found; the others are equivalent`);
  });
});
