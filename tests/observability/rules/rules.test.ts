import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlert } from "../../../observability/rule";
import { groups } from "../../../observability/rules";
import { metricsOf, partsOf, selectorsOf } from "../../support/promql";
import { root } from "../../support/planned";
import { casesOf, tables } from "./cases";

const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(isAlert);

describe("the alert rules", () => {
  it("have names of their own, and a table each", () => {
    const names = alerts.map(({ alert }) => alert);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(tables.map(({ alert }) => alert).sort(), names.sort());
    assert.equal(new Set(groups.map(({ name }) => name)).size, groups.length);
  });

  for (const { alert, expr, description, summary, runbook } of alerts) {
    it(`${alert}: says how much it is, and its runbook exists`, () => {
      assert.match(description, /\{\{ \$value/);
      assert.ok(!summary.includes("\n") && summary.length < 120, summary);
      const [page, heading] = runbook.split("#");
      const file = join(root, "docs/runbooks", page!);
      assert.ok(existsSync(file), file);
      const headings = [...readFileSync(file, "utf8").matchAll(/^## (.+)$/gm)].map(
        ([, text]) => text,
      );
      assert.ok(headings.includes(alert) && heading === alert.toLowerCase(), runbook);
    });

    it(`${alert}: is a query`, () => {
      assert.ok(partsOf(expr).length > 1);
    });
  }

  it("are asked something in every case", () => {
    for (const table of tables)
      for (const { title, fires = [], quiet = [] } of casesOf(table)) {
        assert.ok(fires.length + quiet.length > 0, `${table.alert}: ${title}`);
      }
  });
});

describe("a query's metrics", () => {
  it("are found wherever they stand, with their matchers", () => {
    const expr =
      'sum by (a) (rate(x_total{a="b",c!~"d|e"}[5m])) / on (a) max_over_time(y[1h:1m] offset 5m)';
    assert.deepEqual(metricsOf(`${expr} > 3 or x_total`), ["x_total", "y"]);
    assert.deepEqual(selectorsOf(expr)[0], {
      metric: "x_total",
      matchers: [
        { label: "a", operator: "=", value: "b" },
        { label: "c", operator: "!~", value: "d|e" },
      ],
    });
  });

  it("are refused where the query is none", () => {
    assert.throws(() => metricsOf("sum(rate(x[5m])"), /not PromQL/);
  });
});
