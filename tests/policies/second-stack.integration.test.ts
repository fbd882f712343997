import assert from "node:assert/strict";
import { describeBudgets } from "../../policies/pack/budgets";
import { judge, stackOf, type Violation } from "../../policies/pack/judge";
import type { Settings } from "../../policies/model/settings";
import { tool } from "../../tools";
import type { Plan } from "../../plan/plan";
import { needTools } from "../support/need-tools";
import { planned } from "../support/planned";
import { secondStack } from "../support/second-stack";
import { judgedStack } from "./support";

/** Rendered by the real Helm: nothing of this stack is committed. */
describe("the pack, of a stack in a lost one's place", function () {
  this.timeout(120_000);
  let plan: Plan, settings: Settings;

  before(async function () {
    await needTools(this, ["helm"]);
    plan = await planned(secondStack("prod"));
    const prod = await judgedStack("prod");
    settings = {
      ...prod.settings,
      stack: plan.stack,
      helm: await tool("helm"),
      recoveryOf: "prod",
      alone: { until: prod.settings.today, reason: "eu-central-1 is lost" },
    };
  });

  const mandatory = (changed: Partial<Settings> = {}, of = plan): Violation[] =>
    judge(of.resources, { ...settings, ...changed }).filter(
      ({ enforcementLevel }) => enforcementLevel === "mandatory",
    );

  it("lets it pass for as long as it has leave", () => {
    assert.deepEqual(mandatory(), []);
  });

  it("says loudly what is not promised, until when and why", () => {
    const [line] = describeBudgets(stackOf(plan.resources, settings), settings).filter((one) =>
      /^ALONE/.test(one),
    );
    assert.match(
      line ?? "",
      /^ALONE until \d{4}-\d\d-\d\d: backups, images and secrets have no copy in another Region: .*; eu-central-1 is lost$/,
    );
  });

  it("demands every copy of it without leave", () => {
    const rules = new Set(mandatory({ alone: undefined }).map(({ policy }) => policy));
    for (const rule of [
      "bucket-replication",
      "copies-elsewhere",
      "expected",
      "restores",
      "secret-replicated",
    ])
      assert.ok(rules.has(rule), rule);
  });

  it("stops it once its leave has ended", () => {
    const alone = { until: "2026-01-01", reason: "eu-central-1 is lost" };
    assert.deepEqual(
      mandatory({ alone }).map(({ policy }) => policy),
      ["alone"],
    );
  });

  it("gives no leave, no import and no overwriting to a stack that takes nobody's place", () => {
    const found = mandatory({ recoveryOf: undefined });
    assert.deepEqual([...new Set(found.map(({ policy }) => policy))].sort(), [
      "alone",
      "backup-identities",
      "takes-over",
    ]);
    const repositories = plan.resources.filter(
      ({ type }) => type === "aws:ecr/repository:Repository",
    );
    // Each of them, and the users' name.
    const takesOver = found.filter(({ policy }) => policy === "takes-over");
    assert.equal(takesOver.length, repositories.length + 1);
  });

  it("lets no repository of another name be taken over", () => {
    const resources = plan.resources.map((resource) =>
      resource.name === "registry-backend"
        ? { ...resource, options: { ...resource.options, importId: "mini-xdr/frontend" } }
        : resource,
    );
    const [found, ...others] = mandatory({}, { ...plan, resources });
    assert.equal(found?.policy, "takes-over");
    assert.match(found.message, /^it imports "mini-xdr\/frontend"; it must be its own name/);
    assert.deepEqual(others, []);
  });
});
