import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { drills } from "../../../rehearsal/database/drills";
import { databaseTools } from "../../../rehearsal/database/rehearsal";
import { runInSandbox } from "../../../rehearsal/sandbox/sandbox";
import { shippedIn } from "../../../rehearsal/database/shipped";
import { rendered } from "../../../plan/helm";
import { readPlan } from "../../../plan/plan-file";
import { localReleases } from "../../../plan/releases";
import type { Report } from "../../../lib/report";
import { run, start } from "../../../lib/processes";
import { needTools } from "../../support/need-tools";
import { needSandbox } from "../support";

const root = path.join(__dirname, "../../..");
const minutes = 60_000;
/**
 * `npm test` has one of each failover, and leaves out what takes minutes and is as long however often it is
 * repeated; `npm run test:full` sets ten, and has all.
 */
const { REPETITIONS } = process.env;
const repetitions = REPETITIONS ?? "1";
const long = ["crowd", "connections"];
const chosen = drills
  .map(({ name }) => name)
  .filter((name) => REPETITIONS !== undefined || !long.includes(name));

const launcher = ["commands/run.cjs", "rehearse-database"];

/** Runs the command to its end; what it printed to both streams is one text. */
async function rehearse(args: string[], before: string[] = []): Promise<[number, string]> {
  const [file = "", ...rest] = [...before, process.execPath, ...launcher, ...args];
  const { code, stdout, stderr } = await run(file, rest, { cwd: root });
  return [code, stderr + stdout];
}

/** Resolves when the laboratory is up and a drill has begun. */
async function underway(child: ChildProcess): Promise<void> {
  let said = "";
  for await (const text of child.stderr!.setEncoding("utf8"))
    if ((said += text).includes("▸")) return;
  throw new Error(`it ended early: ${said}`);
}

/** Ids of all processes whose command line names this folder. */
function processesIn(folder: string): string[] {
  return readdirSync("/proc").filter((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/cmdline`, "utf8").includes(folder);
    } catch {
      return false; // it ended meanwhile
    }
  });
}

/** Of a rendered object what the tests read. */
interface Rendered {
  data?: Record<string, string>;
  spec?: {
    template?: {
      spec: { containers?: { name: string; env?: { name: string; value?: string }[] }[] };
    };
  };
}

describe("rehearse:database", function () {
  let folder: string;
  let plan: string;

  before(async function () {
    await needTools(this, databaseTools);
    folder = mkdtempSync(path.join(tmpdir(), "mini-xdr-test-"));
    plan = path.join(folder, "plan.json");
    const command = ["commands/run.cjs", "preview", "--stack", "prod", "--json", plan];
    await run(process.execPath, command);
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  const refusals: [string, string[], RegExp][] = [
    ["an unknown drill", ["--drill", "earthquake"], /earthquake.*is invalid/],
    ["a number of repetitions that is none", ["--repetitions", "0"], /whole number from 1/],
    ["a plan that is not there", ["--plan", "absent.json"], /absent\.json: not a plan file/],
  ];
  for (const [what, args, expected] of refusals)
    it(`refuses ${what} with exit code 2`, async function () {
      await needSandbox(this);
      const [code, said] = await rehearse(args);
      assert.equal(code, 2, said);
      assert.match(said, expected);
    });

  it("refuses a plan without a pooler", async function () {
    await needSandbox(this);
    const poor = path.join(folder, "poor.json");
    writeFileSync(poor, JSON.stringify({ ...readPlan(plan), resources: [] }));
    const [code, said] = await rehearse(["--plan", poor]);
    assert.equal(code, 2, said);
    assert.match(said, /no release pgbouncer/);
  });

  for (const signal of ["SIGINT", "SIGKILL"] as const)
    it(`leaves nothing running after ${signal}`, async function () {
      this.timeout(2 * minutes);
      await needSandbox(this);
      const own = mkdtempSync(path.join(folder, signal));
      const laboratory = path.join(own, "mini-xdr-laboratory-");
      const args = ["--plan", plan, "--drill", "pool-exhaustion"];
      const child = await start(process.execPath, [...launcher, ...args], {
        cwd: root,
        env: { TMPDIR: own },
      });
      await underway(child);
      assert.ok(processesIn(laboratory).length > 8, "servers and poolers run");
      child.kill(signal);
      await once(child, "exit");
      const end = Date.now() + 5000;
      const gone = () => {
        const left = processesIn(laboratory);
        assert.ok(Date.now() < end, `still running: ${left.join(" ")}`);
        return left.length === 0;
      };
      await pWaitFor(gone, { interval: 50 });
      // Whoever is killed removes nothing: the janitor does.
      const left = () => readdirSync(own).filter((name) => name.startsWith("mini-xdr-laboratory-"));
      await pWaitFor(() => left().length === 0, { interval: 50, timeout: 10_000 });
    });

  it("believes no drill whose fault did not happen", async function () {
    this.timeout(3 * minutes);
    await needSandbox(this);
    const shipped = JSON.stringify(await shippedIn(readPlan(plan)));
    assert.equal(await runInSandbox(path.join(__dirname, "without-fault.ts"), [shipped]), 0);
  });

  it("copies a replica anew that received more than the standby that took over", async function () {
    this.timeout(3 * minutes);
    await needSandbox(this);
    const shipped = JSON.stringify(await shippedIn(readPlan(plan)));
    const script = path.join(__dirname, "replica-ahead-in-sandbox.ts");
    assert.equal(await runInSandbox(script, [shipped]), 0);
  });

  it("runs what the chart renders, by the name and with the topology followed", async function () {
    this.timeout(3 * minutes);
    await needSandbox(this);
    const planned = readPlan(plan);
    const release = localReleases(planned).find(({ name }) => name === "pgbouncer")!;
    const { image } = release.values as { image: object };
    const topology = { enabled: true, image, endpoints: ["one.test", "two.test"] };
    const of = async (values: object) => {
      const objects = (await rendered(release, { ...release.values, ...values })) as Rendered[];
      const map = objects.find(({ data }) => data?.["pgbouncer.ini"])!;
      const containers = objects.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);
      const { env = [] } = containers.find(({ name }) => name === "topology") ?? {};
      const literal = env.filter(({ value }) => value !== undefined);
      return {
        ini: map.data!["pgbouncer.ini"],
        environment: Object.fromEntries(literal.map(({ name, value }) => [name, value])),
      };
    };
    const named = await of({ topology: { enabled: false } });
    const followed = await of({ topology });
    const script = path.join(__dirname, "rendered-in-sandbox.ts");
    const chart = { named: named.ini, followed: followed.ini, environment: followed.environment };
    const args = [await shippedIn(planned), chart].map((each) => JSON.stringify(each));
    assert.equal(await runInSandbox(script, args), 0);
  });

  it("is skipped loudly where namespaces cannot be had", async () => {
    const json = path.join(folder, "skipped.json");
    const command = `echo 0 > /proc/sys/user/max_net_namespaces && exec "$0" "$@"`;
    const forbidden = ["unshare", "--user", "--map-root-user", "sh", "-c", command];
    const [code, said] = await rehearse(["--plan", plan, "--json", json], forbidden);
    assert.equal(code, 0, said);
    assert.match(said, /SKIPPED: needs namespaces of its own/);
    const { claims } = JSON.parse(readFileSync(json, "utf8")) as Report;
    assert.deepEqual(
      claims.map(({ kind, holds }) => ({ kind, holds })),
      [{ kind: "skipped", holds: false }],
    );
  });

  it("fails a database over on request, and measures the gap", async function () {
    this.timeout(5 * minutes);
    await needSandbox(this);
    const planned = readPlan(plan);
    const shipped = await shippedIn(planned);
    const script = path.join(__dirname, "../../recovery/failover-in-sandbox.ts");
    assert.equal(
      await runInSandbox(script, [JSON.stringify(shipped), JSON.stringify(planned.outputs)]),
      0,
    );
  });

  it(`holds every claim of ${chosen.length} drills, repetitions: ${repetitions}`, async function () {
    this.timeout(40 * minutes);
    await needSandbox(this);
    const json = path.join(folder, "report.json");
    const args = ["--plan", plan, "--json", json, "--repetitions", repetitions];
    args.push("--drill", ...chosen);
    const [code, said] = await rehearse(args);
    const { claims } = JSON.parse(readFileSync(json, "utf8")) as Report;
    assert.deepEqual(
      claims.filter((claim) => !claim.holds),
      [],
      said,
    );
    assert.equal(code, 0);
    console.log(said);
  });
});
