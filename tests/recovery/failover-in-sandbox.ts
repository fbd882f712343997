// Runs inside the sandbox: `npm run failover` as people start it, on the laboratory's database. What
// RDS and the Pulumi engine would answer comes from stand-ins; servers, poolers and names are real.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Laboratory } from "../../rehearsal/database/laboratory";
import { enterSandbox } from "../../rehearsal/sandbox/sandbox";
import type { Shipped } from "../../rehearsal/database/shipped";
import type { Report } from "../../lib/report";
import { RdsStandIn } from "./support/rds-stand-in";

const root = path.join(__dirname, "../..");
const promotionTakes = 3000; // ms; AWS takes longer

async function main(folder: string, shipped: Shipped, outputs: object): Promise<void> {
  enterSandbox(folder);
  const laboratory = await Laboratory.start(folder, shipped);
  const pooler = laboratory.poolers[0]!;
  await laboratory.sidecar(pooler);
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(
    path.join(bin, "pulumi"),
    `#!/bin/sh\ncat <<'END'\n${JSON.stringify(outputs)}\nEND\n`,
  );
  chmodSync(path.join(bin, "pulumi"), 0o755);
  const rds = await RdsStandIn.start(
    {
      topology: "cluster",
      ...{ identifier: "mini-xdr-prod", status: "available", members: ["one", "two", "three"] },
    },
    async () => {
      await laboratory.cluster.failOver("switchover", {
        lost: () => pause(promotionTakes),
        promoted: () => void laboratory.moveNames(),
      });
    },
  );
  const json = path.join(folder, "failover.json");
  const environment = {
    ...laboratory.environment(pooler.address, pooler.port),
    ...{ PGSSLROOTCERT: laboratory.authority.file, PATH: `${bin}:${process.env.PATH}` },
    ...rds.environment,
  };
  const failover = async (answer: string) => {
    const command = ["commands/run.cjs", "failover", "--stack", "prod", "--json", json];
    const child = spawn(process.execPath, command, {
      ...{ cwd: root, env: environment, stdio: ["pipe", "inherit", "inherit"] },
    });
    child.stdin!.end(answer);
    return ((await once(child, "exit")) as [number])[0];
  };

  const writer = laboratory.cluster.writer;
  assert.equal(await failover(""), 2, "nobody confirmed");
  assert.equal(await failover("staging\n"), 2, "another stack was confirmed");
  assert.equal(laboratory.cluster.writer, writer);
  assert.ok(!rds.actions.includes("FailoverDBCluster"), rds.actions.join());

  assert.equal(await failover("prod\n"), 0);
  assert.notEqual(laboratory.cluster.writer, writer);
  assert.ok(rds.actions.includes("FailoverDBCluster"));
  const { claims } = JSON.parse(readFileSync(json, "utf8")) as Report;
  const gap = claims.find(({ id }) => id === "failover.gap")!.value!;
  assert.ok(gap > promotionTakes / 1000 && gap < promotionTakes / 1000 + 12, `${gap} s`);

  rds.database.status = "modifying";
  assert.equal(await failover("prod\n"), 2, "RDS is busy");
  rds.close();
}

const [folder = "", shipped = "", outputs = ""] = process.argv.slice(2);
main(folder, JSON.parse(shipped) as Shipped, JSON.parse(outputs) as object).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
