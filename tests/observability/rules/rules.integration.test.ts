import assert from "node:assert/strict";
import { join } from "node:path";
import { output } from "../../../lib/processes";
import { files as filesOfChart } from "../../../observability/files";
import { isAlert, type Alert } from "../../../observability/rule";
import { groups } from "../../../observability/rules";
import { tool } from "../../../tools";
import { needTools } from "../../support/need-tools";
import { root } from "../../support/planned";
import { casesOf, tables, type Table } from "./cases";
import { judge, mutants, recordingsOf, type Failures, type Judged } from "./promtool";

const rules = groups.flatMap((group) => group.rules);

function ruleOf({ alert }: Table) {
  const rule = rules.find((each): each is Alert => isAlert(each) && each.alert === alert)!;
  return { rule, recordings: recordingsOf(rule, rules) };
}

/** All cases of an alert; its value counts where its table says so. */
function judged(table: Table): Judged {
  const { labels, valued } = table;
  return {
    ...ruleOf(table),
    cases: casesOf(table),
    labels,
    annotations: valued ? { value: "{{ $value }}" } : {},
    annotated: ({ value }) => (valued ? { value } : {}),
  };
}

/** What an alert says at the first moment of the case that fires it. */
function spoken(table: Table): Judged {
  const { rule, recordings } = ruleOf(table);
  const { fires } = table.kinds;
  const cases = [{ ...fires, title: "says", fires: fires.fires!.slice(0, 1), quiet: [] }];
  return {
    rule,
    recordings,
    cases,
    labels: table.labels,
    annotations: { description: rule.description },
    annotated: () => ({ description: table.says }),
  };
}

describe("the alert rules, by promtool", function () {
  this.timeout(300_000);
  const wrong = tables.map(ruleOf).flatMap(({ rule, recordings }) => mutants(rule, recordings));
  let failures: Failures;

  before(async function () {
    await needTools(this, ["promtool"]);
    failures = await judge(tables.map(judged), wrong);
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
    const rest = tables.flatMap(({ equivalent = {} }) => Object.keys(equivalent)).length;
    console.log(`      ${found} mutants of ${tables.length} alerts found, ${rest} equivalent`);
    assert.equal(found + rest, wrong.length);
  });

  it("are files that Prometheus takes", async () => {
    const files = [...filesOfChart().keys()].filter((name) => name.startsWith("rules/"));
    const folder = join(root, "charts/observability/files");
    await output(await tool("promtool"), ["check", "rules", ...files], { cwd: folder });
  });

  it("says in its description how much it is", async () => {
    assert.deepEqual([...(await judge(tables.map(spoken)))], []);
  });
});
