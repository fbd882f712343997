import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writePlan, type Plan } from "../../plan/plan";
import { command, ownCheckout, stackTrace } from "../support/command";
import { plannedStack } from "../support/planned";

describe("npm run policy", function () {
  this.timeout(60_000);
  let folder: string;
  let printed: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mini-xdr-policy-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await command("policy", args);
    assert.doesNotMatch(stderr, stackTrace);
    printed = stdout + stderr;
    return code;
  };
  const saved = (plan: Plan) => {
    const file = join(folder, "plan.json");
    writePlan(file, plan);
    return file;
  };

  it("finds nothing in a sound plan, and prints both budgets", async () => {
    assert.equal(await run("--plan", saved(await plannedStack("prod"))), 0);
    assert.match(printed, /failover budget: 35 s quoted by AWS .* of 45 s/);
    assert.match(printed, /availability ledger: .* 99\.870 %.*bridged by degraded read-only mode/);
    assert.match(printed, /every rule holds/);
  });

  it("exits 1 on a mandatory violation, and writes it into the plan file", async () => {
    const plan = await plannedStack("prod");
    const resources = plan.resources.map((resource) =>
      resource.name === "database-cluster" ? { ...resource, protect: false } : resource,
    );
    const report = join(folder, "judged.json");
    assert.equal(await run("--plan", saved({ ...plan, resources }), "--json", report), 1);
    assert.match(printed, /✗ data-protected \[mandatory\] database-cluster/);
    const { violations } = JSON.parse(readFileSync(report, "utf8")) as Plan;
    assert.deepEqual(
      violations.map(({ policy, enforcementLevel }) => [policy, enforcementLevel]),
      [["data-protected", "mandatory"]],
    );
  });

  describe("of another checkout, which has edited pack and charts alike", () => {
    const head = ownCheckout();

    it("judges its charts by the rules of this one", async () => {
      const edit = (file: string, from: string | RegExp, to: string) => {
        const text = readFileSync(join(head(), file), "utf8");
        assert.match(text, new RegExp(from));
        writeFileSync(join(head(), file), text.replace(from, to));
      };
      const plan = saved(await plannedStack("prod"));
      assert.equal(await run("--plan", plan, "--of", head()), 0);
      // Its own committed objects and its own pack say that one eviction too many is fine.
      edit("charts/rendered/prod/mini-xdr.yaml", /maxUnavailable: 1\b/g, "maxUnavailable: 2");
      edit("policies/rules/workloads/disruption-budget.ts", "most === 1", "most !== 0");
      assert.equal(await run("--plan", plan, "--of", head()), 1);
      assert.match(printed, /✗ disruption-budget \[mandatory\]/);
    });

    it("has to be one", async () => {
      const plan = saved(await plannedStack("prod"));
      assert.equal(await run("--plan", plan, "--of", folder), 2);
      assert.match(printed, /^error: --of: .*: no checkout, as it has no folder charts/);
    });
  });

  it("exits 0 on what only advises", async () => {
    assert.equal(await run("--plan", saved(await plannedStack("staging"))), 0);
    assert.match(printed, /0 mandatory and 3 advisory violations/);
    assert.match(printed, /! nat-per-zone \[advisory\]/);
  });

  it("exits 2 on a file that is no plan, in one line", async () => {
    assert.equal(await run("--plan", join(folder, "none.json")), 2);
    assert.match(printed, /^error: .*none\.json: not a plan file/);
  });

  const broken: [title: string, change: (plan: Plan) => unknown, says: RegExp][] = [
    ["nothing", () => null, /not a plan file:\n {2}it: /],
    [
      "another version",
      (plan) => ({ ...plan, version: 2 }),
      /version 2 is not allowed; allowed: 1/,
    ],
    [
      "a stack that is a path",
      (plan) => ({ ...plan, stack: "../prod" }),
      /stack: expected the name/,
    ],
    [
      "resources without their parts",
      (plan) => ({ ...plan, resources: [{}, null] }),
      /resources\.0\.urn: .*\n.*\n.*\n.*\n.*\n {2}and \d+ more$/m,
    ],
    [
      "a resource without inputs",
      (plan) => ({ ...plan, resources: [{ ...plan.resources[0], inputs: null }] }),
      /not a plan file:\n {2}resources\.0\.inputs: /,
    ],
  ];
  for (const [title, change, says] of broken)
    it(`exits 2 on a plan file with ${title}, and names the place`, async () => {
      const plan = change(await plannedStack("prod")) as Plan;
      assert.equal(await run("--plan", saved(plan)), 2);
      assert.match(printed, says);
    });
});
