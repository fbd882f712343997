import assert from "node:assert/strict";
import { PagerDutyStandIn } from "../../../rehearsal/receivers/pagerduty";
import { SlackStandIn } from "../../../rehearsal/receivers/slack";

const key = "0123456789abcdef0123456789abcdef";
const payload = { summary: "s", source: "here", severity: "critical" };

describe("the stand-in of PagerDuty", () => {
  let pagerDuty: PagerDutyStandIn;
  beforeEach(async () => (pagerDuty = await PagerDutyStandIn.start(key)));
  afterEach(() => pagerDuty.stop());

  const send = async (event: unknown) => {
    const body = typeof event === "string" ? event : JSON.stringify(event);
    const response = await fetch(pagerDuty.url, { method: "POST", body });
    const { errors } = (await response.json()) as { errors?: string[] };
    return { status: response.status, errors };
  };

  for (const [what, event, error] of [
    ["a short key", { routing_key: "short" }, /should be 32 characters/],
    ["no key", {}, /should be 32 characters/],
    ["another's key", { routing_key: "f".repeat(32) }, /Invalid routing key/],
    ["an unknown action", { event_action: "ring" }, /event_action/],
    ["no payload", { payload: undefined }, /payload.summary.*payload.source.*payload.severity/],
    ["no summary", { payload: { ...payload, summary: "" } }, /payload.summary/],
    ["an unknown severity", { payload: { ...payload, severity: "page" } }, /must be one of/],
    ["a long summary", { payload: { ...payload, summary: "s".repeat(1025) } }, /too long/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const good = what === "no key" ? {} : { routing_key: key };
      const answer = await send({ ...good, event_action: "trigger", payload, ...event });
      assert.equal(answer.status, 400);
      assert.match(String(answer.errors), error);
      assert.deepEqual(pagerDuty.events, []);
      assert.equal(pagerDuty.refused.length, answer.errors!.length);
    });

  it("refuses what is no JSON", async () => {
    assert.equal((await send("{")).status, 400);
  });

  it("pages once an incident, until it is resolved", async () => {
    const event = { routing_key: key, dedup_key: "one", payload };
    for (const action of ["trigger", "trigger", "resolve", "trigger"])
      assert.equal((await send({ ...event, event_action: action })).status, 202);
    assert.equal(pagerDuty.pages.length, 2);
    assert.equal(pagerDuty.incidents.length, 1);
  });
});

describe("the stand-in of Slack", () => {
  let slack: SlackStandIn;
  beforeEach(async () => (slack = await SlackStandIn.start()));
  afterEach(() => slack.stop());

  for (const [body, status, words] of [
    [JSON.stringify({ attachments: [{ title: "t" }] }), 200, "ok"],
    ["payload", 400, "invalid_payload"],
    ["null", 400, "invalid_payload"],
    ["{}", 400, "no_text"],
    [JSON.stringify({ attachments: Array(101).fill({}) }), 400, "too_many_attachments"],
  ] as const)
    it(`answers ${status} ${words}`, async () => {
      const response = await fetch(slack.url, { method: "POST", body });
      assert.deepEqual([response.status, await response.text()], [status, words]);
    });

  it("refuses another address", async () => {
    const response = await fetch(`${slack.url}x`, { method: "POST", body: '{"text":"t"}' });
    assert.deepEqual([response.status, await response.text()], [403, "invalid_token"]);
  });
});
