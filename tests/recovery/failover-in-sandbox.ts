// Runs inside the sandbox: `npm run failover` as people start it, on the laboratory's database. What
// RDS and the Pulumi engine would answer comes from stand-ins; servers, poolers and names are real.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../../lib/processes";
import type { Report } from "../../lib/report";
import { RdsStandIn } from "../../rehearsal/aws/rds";
import { Laboratory } from "../../rehearsal/database/laboratory";
import type { Shipped } from "../../rehearsal/database/shipped";
import { enterSandbox } from "../../rehearsal/sandbox/sandbox";
import { root } from "../support/planned";
import { StandIns } from "./support/stand-ins";

const promotionTakes = 3000; // ms; AWS takes longer

async function main(folder: string, shipped: Shipped, outputs: object): Promise<void> {
  enterSandbox(folder);
  const laboratory = await Laboratory.start(folder, shipped);
  const pooler = laboratory.poolers[0]!;
  await laboratory.sidecar(pooler);
  const standIns = await StandIns.make(
    { pulumi: [{ when: "^stack output", stdout: JSON.stringify(outputs) }] },
    folder,
  );
  const rds = await RdsStandIn.start(
    {
      topology: "cluster",
      identifier: "mini-xdr-prod",
      members: ["one", "two", "three"],
    },
    async () => {
      const old = await laboratory.cluster.failOver("switchover", {
        lost: () => pause(promotionTakes),
        promoted: () => void laboratory.moveNames(),
      });
      // RDS says "available" when both readers follow again.
      await laboratory.cluster.restore(old, "switchover");
    },
  );
  const json = path.join(folder, "failover.json");
  const environment = {
    ...laboratory.environment(pooler.address, pooler.port),
    ...standIns.environment,
    ...rds.environment,
    PGSSLROOTCERT: laboratory.authority.file,
  };
  const failover = async (input: string, other: NodeJS.ProcessEnv = {}) => {
    const args = ["commands/run.cjs", "failover", "--stack", "prod", "--json", json];
    const { code, stdout, stderr } = await run(process.execPath, args, {
      cwd: root,
      env: { ...environment, ...other },
      input,
    });
    process.stdout.write(stdout + stderr);
    return code;
  };

  const writer = laboratory.cluster.writer;
  assert.equal(await failover(""), 2, "nobody confirmed");
  assert.equal(await failover("staging\n"), 2, "another stack was confirmed");
  assert.equal(laboratory.cluster.writer, writer);
  assert.deepEqual(rds.changes, []);

  assert.equal(await failover("prod\n"), 0);
  assert.notEqual(laboratory.cluster.writer, writer);
  assert.deepEqual(
    rds.changes.map(({ action }) => action),
    ["FailoverDBCluster"],
  );
  const reported = () => {
    const { claims } = JSON.parse(readFileSync(json, "utf8")) as Report;
    return new Map(claims.map(({ id, value }) => [id, value!]));
  };
  const gap = reported().get("failover.gap")!;
  assert.ok(gap > promotionTakes / 1000 && gap < promotionTakes / 1000 + 12, `${gap} s`);
  assert.deepEqual(
    [...reported().keys()].filter((id) => id.startsWith("failover.phase")),
    [],
    "nobody follows the topology",
  );

  const followed = await laboratory.addFollowed();
  const sidecar = await laboratory.sidecar(followed);
  const follower = await laboratory.follow(followed);
  const there = {
    PGHOST: followed.address,
    TOPOLOGY_METRICS_PORT: follower.environment.TOPOLOGY_METRICS_PORT,
  };
  const second = laboratory.cluster.writer;
  assert.equal(await failover("prod\n", there), 0);
  assert.notEqual(laboratory.cluster.writer, second);
  const found = reported();
  const [promotion, ...ours] = ["promotion", "noticing", "pointing", "first-write"].map((phase) =>
    found.get(`failover.phase.${phase}`)!,
  );
  const own = ours.reduce((sum, seconds) => sum + seconds, 0);
  assert.ok(Math.abs(promotion! + own - found.get("failover.gap")!) < 0.01, "phases are the gap");
  assert.ok(Math.abs(own - found.get("failover.phase.ours")!) < 0.01, "ours are together");
  assert.ok(promotion! > promotionTakes / 1000, `${promotion} s until the promotion`);
  assert.ok(Math.min(...ours) >= 0 && own < 3, `${ours.join(", ")} s after it`);
  await follower.kill();
  await sidecar.close();

  rds.server("mini-xdr-prod")!.status = "modifying";
  assert.equal(await failover("prod\n"), 2, "RDS is busy");
  await rds.stop();
}

const [folder = "", shipped = "", outputs = ""] = process.argv.slice(2);
main(folder, JSON.parse(shipped) as Shipped, JSON.parse(outputs) as object).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
