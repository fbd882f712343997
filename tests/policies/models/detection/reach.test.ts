import assert from "node:assert/strict";
import { expectedAlerts } from "../../../../policies/declared/alerts";
import { limits } from "../../../../policies/declared/limits";
import { outOfReach } from "../../../../policies/models/detection/reach";

const problems = (alert: string, expr: string, tier: "pro" | "enterprise" = "enterprise") =>
  outOfReach(alert, expr, tier).length;

describe("whether an alert's limit is within reach", () => {
  for (const [alert, expr, expected] of [
    ["HighErrorRate", "sum(a) >= 10 / b > 0.05", 0],
    ["HighErrorRate", "sum(a) >= 10 / b > 0.5", 1],
    ["HighErrorRate", "sum(a) >= 1e6 / b > 0.05", 1],
    ["HighErrorRate", "sum(a) > bool 0.2", 1],
    ["HighErrorRate", "a > 0.05 unless sum by (job) (b) / (c) >= 0.99", 0],
    ["HighErrorRate", "a > 0.05 unless sum by (job) (b) / (c) >= 0.5", 1],
    ["HighErrorRate", "a > 0.05 unless (b / c >= 0.5)", 1],
    ["HighErrorRate", "a > 0.05 unless b > 0.99", 1],
    ["HighErrorRate", "(a unless b offset 5m) >= 10", 0],
    ["HighErrorRate", "a unless b and c >= 10 or d >= 10", 0],
    ["HighErrorRate", "a unless (b unless c >= 10)", 0],
    ["CertificateExpiring", "ends - time() < 30 * 86400", 0],
    ["CertificateExpiring", "ends - time() < 3 * 86400", 1],
    ["PgBouncerDown", "absent(pgbouncer_up == 1)", 0],
    ["PgBouncerDown", "absent(pgbouncer_up == 2)", 1],
    ["PgBouncerDown", "absent(pgbouncer_up == 1) > 5", 1],
    ["PgBouncerDown", "pgbouncer_up < other_series", 1],
    ["PgBouncerDown", "absent(pgbouncer_up == 1) and on () vector(0)", 1],
    ["PgBouncerDown", "absent(pgbouncer_up == 1) unless vector(1)", 1],
    ["LowCacheHitRate", "hits / (hits + (errors or vector(0)) > 0.5) < 0.8", 0],
    ["DatabaseFailover", 'max_over_time(waits{database=">9"}[10m:15s]) > 0', 0],
  ] as const)
    it(`${alert}: ${expr}`, () => assert.equal(problems(alert, expr), expected));

  it("depends on the tier where the promise does", () => {
    assert.equal(problems("BackupTooOld", "max(age) > 93600", "pro"), 0);
    assert.equal(problems("BackupTooOld", "max(age) > 93600", "enterprise"), 1);
  });

  it("is declared of alerts that are expected", () => {
    const names = expectedAlerts.map(({ alert }) => alert);
    assert.deepEqual(
      Object.keys(limits).filter((alert) => !names.includes(alert)),
      [],
    );
  });
});
