import assert from "node:assert/strict";
import { template } from "../../../plan/helm";
import { localReleases, type PlannedRelease } from "../../../plan/releases";
import { needTools } from "../../support/need-tools";
import { plannedStack } from "../../support/planned";

type Values = Record<string, Record<string, unknown>>;

describe("the chart database-backup", function () {
  this.timeout(600_000);
  let planned: PlannedRelease;

  before(async function () {
    planned = localReleases(await plannedStack("prod")).find(
      ({ name }) => name === "database-backup",
    )!;
    await needTools(this, ["helm"]);
  });

  const refusals: [string, (values: Values) => void, RegExp][] = [
    ["two exporters", (v) => (v.exporter = { replicas: 2 }), /replicas.*minimum/s],
    ["a moving tag", (v) => (v.image!.tag = "latest"), /image.tag/],
    ["a schedule that is none", (v) => (v.schedule = { dump: "hourly" }), /dump/],
    ["a key by its alias", (v) => (v.vault!.kmsKeyArn = "alias/mini-xdr-backup-key"), /kmsKeyArn/],
    ["an RTO above four hours", (v) => (v.objectives = { rtoSeconds: 20000 }), /rtoSeconds/],
    ["an unknown value", (v) => (v.retention = { daily: 3 }), /retention/],
    ["an empty database host", (v) => (v.database!.host = ""), /host/],
  ];
  for (const [title, change, says] of refusals)
    it(`refuses ${title}`, async () => {
      const values = structuredClone(planned.values) as Values;
      change(values);
      const { code, stderr } = await template({ ...planned, values });
      assert.notEqual(code, 0, "Helm rendered it");
      assert.match(stderr, says);
    });

  it("prod is dumped every half an hour, staging once a day; both below their RPO", async () => {
    for (const [stack, dump, rpo] of [
      ["prod", "0,30 * * * *", 3600],
      ["staging", "0 2 * * *", 26 * 3600],
    ] as const) {
      const release = localReleases(await plannedStack(stack)).find(
        ({ name }) => name === "database-backup",
      )!;
      const { schedule, objectives } = release.values as Values;
      assert.equal(schedule!.dump, dump);
      assert.equal(objectives!.rpoSeconds, rpo);
    }
  });

  it("archives the stack's configuration every night", async () => {
    const { stdout } = await template(planned);
    const job = stdout
      .split(/^---$/m)
      .find((text) => text.includes("name: database-backup-state"))!;
    assert.match(job, /schedule: "30 2 \* \* \*"/);
    assert.match(job, /args: \["state","\/state\/stack-configuration"\]/);
    assert.match(job, /configMap: \{ name: stack-configuration \}/);
  });

  it("only the restore job gets the master's password, and it is never scheduled", async () => {
    const { stdout } = await template(planned);
    for (const object of stdout
      .split(/^---$/m)
      .filter((text) => text.includes("database-master"))) {
      assert.match(object, /name: database-backup-restore/);
      assert.match(object, /suspend: true/);
    }
    assert.match(stdout, /database-master/);
  });
});
