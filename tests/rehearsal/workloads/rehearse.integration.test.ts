import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { writePlan } from "../../../plan/plan";
import { missingRealNodes } from "../../../rehearsal/nodes/missing";
import { drills } from "../../../rehearsal/workloads/drills";
import { realRehearsalTools } from "../../../rehearsal/workloads/real-rehearsal";
import { rehearsalTools } from "../../../rehearsal/workloads/simulated-rehearsal";
import type { Report } from "../../../lib/report";
import { plannedStack } from "../../support/planned";
import { needTools, skipLoudly } from "../../support/need-tools";
import { runCommand } from "../support";

/** Mostly minReadySeconds and Helm's time-outs, one after the other: two thirds of all drills' time. */
const waiting = ["rolling-update", "bad-release"];
/** What `test:chaos` does on real nodes too, and under load. */
const underLoad = ["pod-deletion", "node-drain", "zone-loss"];
/** Side by side on simulated nodes. */
const onSimulated = [...waiting, ...underLoad];
const names = drills.map(({ name }) => name);
/** All of them where asked for. */
const onReal = process.env.EVERY_DRILL
  ? names
  : names.filter((name) => !onSimulated.includes(name));

describe("npm run rehearse", function () {
  this.timeout(900_000);
  let folder: string;
  let planFile: string;

  before(async function () {
    await needTools(this, rehearsalTools);
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-test-"));
    planFile = path.join(folder, "plan.json");
    writePlan(planFile, await plannedStack("prod"));
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it("proves the drills' claims on prod, on real nodes by default", async function () {
    const missing = await missingRealNodes();
    if (missing) skipLoudly(this, missing);
    await needTools(this, realRehearsalTools);
    const { tried, stdout } = await prove(folder, onReal, []);
    assert.deepEqual(
      tried.filter(({ kind }) => kind !== "measured"),
      [],
    );
    assert.match(stdout, /Nodes, containers, .* are real/);
  });

  it("proves the others' on simulated nodes, and says what is simulated", async () => {
    const { tried, stdout } = await prove(folder, onSimulated, ["--nodes", "simulated"]);
    assert.ok(tried.some(({ kind }) => kind === "simulated"));
    assert.match(stdout, /kwok's pods run no container/);
  });

  for (const nodes of ["real", "simulated"])
    it(`ends on Ctrl-C and leaves nothing, with ${nodes} nodes`, async function () {
      const missing = nodes === "real" && (await missingRealNodes());
      if (missing) skipLoudly(this, missing);
      const running = runCommand(
        "rehearse",
        ["--plan", planFile, "--drill", "placement", "--nodes", nodes],
        (text, child) => {
          if (text.includes("installing")) child.kill("SIGINT");
        },
      );
      const { code, pid, stderr } = await running;
      assert.equal(code, 130, stderr);
      assert.match(stderr, /stopped by SIGINT/);
      assert.deepEqual(await left(pid), []);
    });

  const badInput: { title: string; args: () => string[]; says: RegExp }[] = [
    {
      title: "an unknown stack",
      args: () => ["--stack", "nope"],
      says: /^error: --stack: "nope" is not allowed; allowed: prod, staging$/m,
    },
    {
      title: "an unknown drill",
      args: () => ["--drill", "nope"],
      says: /'nope' is invalid. Allowed choices are placement, /,
    },
    { title: "an unknown option", args: () => ["--nope"], says: /unknown option '--nope'/ },
    {
      title: "a plan that is not there",
      args: () => ["--plan", "nope.json"],
      says: /^error: nope.json: not a plan file/m,
    },
    {
      title: "a plan of another version",
      args: () => ["--plan", path.join(folder, "old.json")],
      says: /^error: .*old.json: version 0 is not allowed; allowed: 1/m,
    },
    {
      title: "a plan with too few zones",
      args: () => ["--plan", path.join(folder, "zones.json")],
      says: /^error: plan: 2 zones \(eu-central-1a, eu-central-1b\): 3 are needed$/m,
    },
    {
      title: "a chart that does not render",
      args: () => ["--plan", path.join(folder, "chart.json")],
      says: /^error: release pgbouncer: chart .\/charts\/nope does not render: /m,
    },
    {
      title: "a Secret that is sealed as a whole",
      args: () => ["--plan", path.join(folder, "sealed.json")],
      says: /^error: plan: .*stringData is \[secret\] as a whole/m,
    },
  ];

  for (const { title, args, says } of badInput)
    it(`refuses ${title}: one line, exit code 2, nothing left`, async () => {
      await writeBadPlans(folder);
      const { code, stderr, pid } = await runCommand("rehearse", args());
      assert.match(stderr, says);
      assert.equal(code, 2, stderr);
      assert.deepEqual(await left(pid), []);
    });

  it("keeps no real nodes up: they end with the command", async () => {
    const { code, stderr } = await runCommand("rehearse", ["--keep", "--nodes", "real"]);
    assert.match(stderr, /^error: --keep: /m);
    assert.equal(code, 2);
  });

  it("says how to get a missing tool: one line, exit code 2", async () => {
    const { code, stderr } = await runCommand("rehearse", ["--plan", planFile], undefined, {
      PATH: "",
      XDG_CACHE_HOME: folder,
    });
    assert.match(stderr, /^error: helm v3\S+ is not on the PATH, .*: install Go, or put helm/m);
    assert.equal(code, 2);
  });
});

/** Runs drills on prod, all of whose claims have to hold. */
async function prove(folder: string, names: string[], args: string[]) {
  const file = path.join(folder, "report.json");
  const all = [...args, "--json", file, "--drill", ...names];
  const { code, stdout, stderr, pid } = await runCommand("rehearse", all);
  const report = JSON.parse(await readFile(file, "utf8")) as Report;
  const tried = report.claims.filter(({ kind }) => kind !== "skipped");
  console.log(`    ${tried.length} claims in ${report.seconds} s`);
  const broken = tried.filter(({ holds }) => !holds);
  assert.deepEqual(broken, [], `${stdout}\n${stderr}`);
  assert.equal(code, 0);
  for (const name of names)
    assert.ok(
      tried.some(({ id }) => id.startsWith(`${name}.`)),
      name,
    );
  const ids = report.claims.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, "ids are unique");
  for (const { id } of report.claims) assert.match(stdout, new RegExp(id));
  assert.deepEqual(await left(pid), []);
  return { tried, stdout };
}

/** What a command has left among the machine's temporary files. */
async function left(pid: number): Promise<string[]> {
  return (await readdir(os.tmpdir())).filter((name) => name.includes(`-${pid}-`));
}

async function writeBadPlans(folder: string): Promise<void> {
  const plan = await plannedStack("prod");
  const write = (name: string, change: (copy: typeof plan) => void) => {
    const copy = structuredClone(plan);
    change(copy);
    return writeFile(path.join(folder, name), JSON.stringify(copy));
  };
  await write("old.json", (copy) => Object.assign(copy, { version: 0 }));
  await write("zones.json", ({ resources }) => {
    for (const { type, inputs } of resources)
      if (type === "aws:ec2/subnet:Subnet" && inputs.availabilityZone === "eu-central-1c")
        inputs.availabilityZone = "eu-central-1b";
  });
  await write("chart.json", ({ resources }) => {
    for (const { inputs } of resources)
      if (inputs.chart === "./charts/pgbouncer") inputs.chart = "./charts/nope";
  });
  await write("sealed.json", ({ resources }) => {
    resources.find(({ type }) => type === "kubernetes:core/v1:Secret")!.inputs.stringData =
      "[secret]";
  });
}
