import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgeResources } from "../../../policies/pack/judge";
import { rules } from "../../../policies/rules";
import { problemsOfAlone } from "../../../policies/model/alone";
import { readSettings } from "../../../policies/pack/settings";
import { stackNames } from "../../../plan/stack-names";
import { readStackSettings } from "../../../plan/stack-settings";
import { root } from "../../support/planned";
import { judgedStack } from "../support";

describe("the policy pack's settings", function () {
  this.timeout(60_000);

  it("have every stack's own tier", () => {
    for (const stack of stackNames(root)) {
      const { project, config } = readStackSettings(root, stack);
      assert.equal(
        readSettings(root, stack).tier,
        config[`${project}:tier`] ?? "enterprise",
        stack,
      );
    }
  });

  it("are the strictest for a stack that nobody named", () => {
    const { tier, failoverTargetSeconds } = readSettings(root, "another");
    assert.deepEqual(
      { tier, failoverTargetSeconds },
      { tier: "enterprise", failoverTargetSeconds: undefined },
    );
  });

  it("exempt from rules that exist, with a reason", () => {
    const names = rules.map(({ name }) => name);
    for (const { excuses, reason } of readSettings(root, "prod").exemptions) {
      for (const rule of Object.keys(excuses)) assert.ok(names.includes(rule), rule);
      assert.ok(reason.length > 20, reason);
    }
  });

  it("give leave to be without copies only with a near day and a reason", () => {
    assert.deepEqual(
      problemsOfAlone("b", { until: "2026-12-20", reason: "lost" }, "2026-11-26"),
      [],
    );
    for (const until of ["2026-12-28", "soon", undefined])
      assert.deepEqual(problemsOfAlone("b", { until, reason: "lost" }, "2026-11-26"), [
        `alone.b.until: ${JSON.stringify(until)} is not allowed; allowed: a day, YYYY-MM-DD, 31 days ahead at most`,
      ]);
    assert.equal(problemsOfAlone("b", null, "2026-11-26").length, 2);
  });

  it("name the key that is wrong", () => {
    const folder = mkdtempSync(join(tmpdir(), "mini-xdr-settings-"));
    const writePack = (exemptions: unknown[]) =>
      writeFileSync(
        join(folder, "policies", "config.json"),
        JSON.stringify({ failoverTargetSeconds: {}, exemptions }),
      );
    const tierOf = (text: string) => {
      writeFileSync(join(folder, "Pulumi.prod.yaml"), text);
      return readSettings(folder, "prod").tier;
    };
    try {
      mkdirSync(join(folder, "policies"));
      writePack([]);
      assert.equal(tierOf("config:\n  mini-xdr:tier: starter\n"), "starter");
      for (const absent of ["", "config:\n", "config:\n  mini-xdr:alertEmail: a@example.com\n"])
        assert.equal(tierOf(absent), "enterprise", absent);
      for (const [wrong, shown] of [
        ["gold", '"gold"'],
        ["", "null"],
        ["[pro]", '["pro"]'],
      ])
        assert.throws(() => tierOf(`config:\n  mini-xdr:tier: ${wrong}\n`), {
          message: `Pulumi.prod.yaml: mini-xdr:tier: ${shown} is not allowed; allowed: starter, pro, enterprise`,
        });
      assert.throws(
        () => tierOf("config: [\n"),
        /^SettingsError: Pulumi\.prod\.yaml: not readable: /,
      );
      tierOf("");
      writePack([{ object: "Pod a/b", excuses: { replicas: ["it"] } }]);
      assert.throws(() => readSettings(folder, "prod"), /exemptions: "Pod a\/b" is incomplete/);
      for (const until of ["soon", "2026-1-1", "2999-01-01"]) {
        writePack([{ object: "Pod a", until, reason: "b", excuses: { replicas: ["it"] } }]);
        assert.throws(() => readSettings(folder, "prod"), /until: ".*" is not allowed/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("let the tier decide what is mandatory", async () => {
    const { settings, resources } = await judgedStack("staging");
    const levels = (tier: "starter" | "pro" | "enterprise") => {
      const found = judgeResources(resources, { ...settings, tier });
      return new Set(
        found.filter(({ policy }) => policy === "nat-per-zone").map((v) => v.enforcementLevel),
      );
    };
    assert.deepEqual(levels("pro"), new Set(["advisory"]));
    assert.deepEqual(levels("enterprise"), new Set(["mandatory"]));
  });
});
