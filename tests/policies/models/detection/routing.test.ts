import assert from "node:assert/strict";
import { matchersOf, matchesAll } from "../../../../policies/models/detection/matchers";
import { endsOf, suppressor } from "../../../../policies/models/detection/routing";

const labels = { alertname: "PgBouncerDown", severity: "critical", cluster: "small", empty: "" };

describe("Alertmanager's matchers", () => {
  for (const [matcher, answer] of Object.entries({
    'alertname="PgBouncerDown"': "yes",
    "alertname=PgBouncerDown": "yes",
    'alertname = "PgBouncerDown"': "yes",
    'alertname="PgBouncer"': "no",
    'alertname=~"PgBouncer"': "no",
    'alertname=~"PgBouncer.*|Another"': "yes",
    'alertname!~"PgBouncer.*"': "no",
    'severity!="warning"': "yes",
    'empty=""': "yes",
    'empty!=""': "no",
    'namespace="database"': "maybe",
    'alertname=~"("': "maybe",
    "no matcher at all": "maybe",
  }))
    it(`${matcher}: ${answer}`, () => assert.equal(matchesAll([matcher], labels), answer));

  it("all have to match, and none is enough to match", () => {
    assert.equal(matchesAll([], labels), "yes");
    assert.equal(matchesAll(['severity="critical"', 'namespace="a"'], labels), "maybe");
    assert.equal(matchesAll(['severity="warning"', 'namespace="a"'], labels), "no");
  });

  it("a template may be anything", () => {
    assert.equal(matchesAll(['team="a"'], { team: "{{ $labels.team }}" }), "maybe");
  });

  it("are read in their old spelling too", () => {
    const route = { match: { severity: "critical" }, match_re: { alertname: "Pg.*" } };
    assert.equal(matchesAll(matchersOf(route), labels), "yes");
  });
});

describe("Alertmanager's routes", () => {
  const critical = { matchers: ['severity="critical"'], receiver: "pages" };
  const ends = (routes: object[], root: object = {}) =>
    endsOf({ receiver: "messages", ...root, routes }, labels).map((leaves) =>
      leaves.map(({ receiver }) => receiver),
    );

  it("lead to the root where no child matches", () =>
    assert.deepEqual(ends([{ matchers: ['severity="none"'], receiver: "null" }]), [["messages"]]));
  it("end at the first child that matches", () =>
    assert.deepEqual(ends([critical, { receiver: "null" }]), [["pages"]]));
  it("go on where a child continues", () =>
    assert.deepEqual(ends([{ receiver: "messages", continue: true }, critical]), [
      ["messages", "pages"],
    ]));
  it("do not go back to the root where a child that continues was the last", () =>
    assert.deepEqual(ends([{ receiver: "null", continue: true }]), [["null"]]));
  it("take a child's receiver and wait from above where it has none", () => {
    const nested = { ...critical, group_wait: "10s", routes: [{ matchers: [] }] };
    assert.deepEqual(endsOf({ receiver: "messages", routes: [nested] }, labels), [
      [{ receiver: "pages", wait: 10, muted: false }],
    ]);
  });
  it("lead two ways where a label decides that is not known yet", () =>
    assert.deepEqual(ends([{ matchers: ['pod="a"'], receiver: "null" }, critical]), [
      ["null"],
      ["pages"],
    ]));
  it("tell that one is muted at times", () => {
    const muted = { ...critical, mute_time_intervals: ["nights"] };
    assert.deepEqual(endsOf({ receiver: "messages", routes: [muted] }, labels), [
      [{ receiver: "pages", wait: 30, muted: true }],
    ]);
  });
});

describe("Alertmanager's inhibitions by what always fires", () => {
  const watchdog = { alertname: "Watchdog", severity: "none", cluster: "small" };
  const suppresses = (rule: object) =>
    suppressor({ inhibit_rules: [rule] }, labels, [watchdog]) !== undefined;
  const source_matchers = ['alertname="Watchdog"'];
  const target_matchers = ['severity="critical"'];

  it("suppress what matches", () => assert.ok(suppresses({ source_matchers, target_matchers })));
  it("suppress where labels are the same, or may be", () =>
    assert.ok(suppresses({ source_matchers, target_matchers, equal: ["cluster", "zone"] })));
  it("do not where a label differs", () =>
    assert.ok(!suppresses({ source_matchers, target_matchers, equal: ["severity"] })));
  it("do not where the source is another alert", () =>
    assert.ok(!suppresses({ source_matchers: ['alertname="ZoneLost"'], target_matchers })));
  it("do not suppress what is on both sides", () =>
    assert.ok(!suppresses({ source_matchers: [], target_matchers: [] })));
});
