import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPlan } from "../../plan/plan-file";
import { command } from "../support/command";
import { plannedStack } from "../support/planned";

const preview = (...args: string[]) => command("preview", args);

describe("npm run preview", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mini-xdr-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("plans every stack when none is named, and tells both topologies", async () => {
    const { code, stdout } = await preview();
    assert.equal(code, 0);
    assert.match(stdout, /^mini-xdr prod/m);
    assert.match(stdout, /^mini-xdr staging/m);
    assert.match(stdout, /database .*Multi-AZ instance db\.t4g\.medium, 1 read replica/);
  });

  it("shows the components, the facts that matter and what to look at", async () => {
    const { stdout } = await preview("--stack", "prod");
    for (const shown of [
      /├─ database .*Cluster/,
      /zones .*eu-central-1a, eu-central-1b, eu-central-1c/,
      /database .*Multi-AZ DB cluster.*recovery 35 days/,
      /replicas .*backend 3–12.*pgbouncer 3/,
      /egress .*3 NAT gateway/,
      /warning: no digest yet for mini-xdr\/backend:1\.0\.0/,
      /warning: mini-xdr:pagerDutyRoutingKey is not set/,
      /planned in \d+\.\d\d s/,
    ])
      assert.match(stdout, shown);
  });

  it("writes the plan file of the stack", async () => {
    const file = join(folder, "plan.json");
    const { code } = await preview("--stack", "prod", "--json", file);
    assert.equal(code, 0);
    assert.deepEqual(readPlan(file), JSON.parse(JSON.stringify(await plannedStack("prod"))));
    assert.match(readFileSync(file, "utf8"), /\n$/);
  });

  it("a file that is no plan, or of another version: one line that says so", () => {
    const file = join(folder, "plan.json");
    writeFileSync(file, "{");
    assert.throws(() => readPlan(file), /plan\.json: not a plan file/);
    writeFileSync(file, JSON.stringify({ version: 2, resources: [], stack: "prod" }));
    assert.throws(() => readPlan(file), /version 2 is not allowed; allowed: 1; write it again/);
    assert.throws(() => readPlan(join(folder, "none.json")), /none\.json: not a plan file/);
  });
});
