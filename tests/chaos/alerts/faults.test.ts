import assert from "node:assert/strict";
import { toldWithin } from "../../../chaos/alerts/fault";
import { faults } from "../../../chaos/alerts/faults";
import { toldBy } from "../../../chaos/alerts/receivers";
import { isAlert } from "../../../observability/rule";
import { groups } from "../../../observability/rules";
import { sloGroups, tiers } from "../../../observability/slo";

/** Alerts of the backups' own chart. */
const ofBackups = ["BackupJobFailed", "BackupJobNeverReported"];

describe("the faults whose alerts are watched", () => {
  it("have names of their own, and wait for alerts that are released", () => {
    const names = faults.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const released = [...groups, ...sloGroups("enterprise")]
      .flatMap(({ rules }) => rules)
      .flatMap((rule) => (isAlert(rule) ? rule.alert : []));
    for (const { name, alerts } of faults)
      for (const alert of alerts)
        assert.ok([...released, ...ofBackups].includes(alert), `${name}: ${alert}`);
  });

  it("name whom they tell, and nobody else", () => {
    for (const { name, tells, alerts } of faults)
      assert.equal(alerts.length > 0, ["page", "message"].includes(tells), name);
  });

  it("are told within a time that follows from the rules", () => {
    // A scrape, two evaluations, the minute that it has to last, the group's wait.
    assert.equal(toldWithin("PgBouncerDown", 10), 30 + 60 + 60 + 10);
    assert.equal(toldWithin("LowCacheHitRate", 30, 300), 300 + 30 + 60 + 600 + 30);
    assert.throws(() => toldWithin("NoSuchAlert", 10), /no alert NoSuchAlert/);
    for (const { name, within } of faults)
      for (const tier of tiers) assert.ok(within(tier) > 0 && within(tier) < 1200, name);
  });
});

describe("what a receiver was told", () => {
  it("names the alerts of a page, whose details are JSON in JSON", () => {
    const firing = [
      { labels: { alertname: "PgBouncerDown" } },
      { labels: { alertname: "ErrorBudgetBurn" } },
    ];
    const event = { payload: { custom_details: { firing: JSON.stringify(firing) } } };
    assert.deepEqual(toldBy(event, 1), { at: 1, alerts: ["ErrorBudgetBurn", "PgBouncerDown"] });
    const parsed = { payload: { custom_details: { firing } } };
    assert.deepEqual(toldBy(parsed, 1).alerts, ["ErrorBudgetBurn", "PgBouncerDown"]);
  });

  it("names the alerts of a message", () => {
    const text =
      "*NodeLost* 0 of 1: its pods are started elsewhere.\nRunbook: alerts.md#nodelost\n";
    assert.deepEqual(toldBy({ attachments: [{ text }] }, 2), { at: 2, alerts: ["NodeLost"] });
  });
});
