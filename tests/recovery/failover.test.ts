import assert from "node:assert/strict";
import { RDSClient } from "@aws-sdk/client-rds";
import {
  managedCluster,
  managedInstance,
  requireReady,
} from "../../recovery/failover/managed-database";
import { phasesOf } from "../../recovery/failover/phases";
import { RdsStandIn, type StandInDatabase } from "../../rehearsal/aws/rds";
import { command } from "../support/command";

const cluster: StandInDatabase = {
  topology: "cluster",
  identifier: "mini-xdr-prod",
  members: ["one", "two", "three"],
};
const instance: StandInDatabase = {
  topology: "instance",
  identifier: "mini-xdr-staging",
  members: ["zone-a", "zone-b"],
};

/** Where a pool would be; any file does for its certificate. */
const libpq = {
  ...process.env,
  PGSSLROOTCERT: __filename,
  PGHOST: "127.0.0.1",
  PGUSER: "app",
  PGPASSWORD: "secret",
};

/** The database of a stand-in, asked through AWS's own SDK. */
async function managed(database: StandInDatabase) {
  const rds = await RdsStandIn.start(database);
  const client = new RDSClient({
    region: "eu-central-1",
    endpoint: rds.environment.AWS_ENDPOINT_URL_RDS,
    credentials: { accessKeyId: "stand-in", secretAccessKey: "stand-in" },
  });
  const make = database.topology === "cluster" ? managedCluster : managedInstance;
  return { rds, database: make(client, database.identifier) };
}

describe("a managed failover, against a stand-in of the RDS API", () => {
  for (const [given, action, writer] of [
    [cluster, "FailoverDBCluster", "two"],
    [instance, "RebootDBInstance", "zone-b"],
  ] as const)
    it(`moves the writer of a ${given.topology} by ${action}`, async () => {
      const { rds, database } = await managed(given);
      assert.equal((await requireReady(database)).writer, given.members[0]);
      await database.failOver();
      assert.deepEqual(await database.state(), { status: "available", writer, standby: true });
      assert.deepEqual(
        rds.changes.map((change) => change.action),
        [action],
      );
      await rds.stop();
    });

  const refusals: [string, StandInDatabase, RegExp][] = [
    ["a busy cluster", { ...cluster, status: "modifying" }, /is modifying: wait until/],
    ["a cluster without standbys", { ...cluster, members: ["one"] }, /has no standby/],
    ["an instance in one zone", { ...instance, members: ["zone-a"] }, /has no standby/],
  ];
  for (const [what, given, expected] of refusals)
    it(`refuses ${what}`, async () => {
      const { rds, database } = await managed(given);
      await assert.rejects(requireReady(database), expected);
      await rds.stop();
    });

  it("names the variable that says where the pool is", async () => {
    const env = { ...process.env, PGSSLROOTCERT: "" };
    const { code, stdout, stderr } = await command("failover", ["--stack", "prod"], { env });
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^error: PGSSLROOTCERT: it is not set: [^\n]*$/);
  });

  it("names the port of the sidecar's metrics when it is none", async () => {
    const env = { ...libpq, TOPOLOGY_METRICS_PORT: "metrics" };
    const { code, stdout, stderr } = await command("failover", ["--stack", "prod"], { env });
    assert.deepEqual([code, stdout], [2, ""]);
    assert.equal(stderr, "error: TOPOLOGY_METRICS_PORT: metrics is no port");
  });
});

describe("a gap in the writes", () => {
  const gap = { from: 1000, to: 9000 };
  const steps = { held: 1200, claimed: 8000, confirmed: 8200, pointed: 8700 };

  it("is AWS's until an instance says that it is the writer, and then ours", () => {
    assert.deepEqual(phasesOf(gap, steps), {
      promotion: 7,
      noticing: 0.2,
      pointing: 0.5,
      firstWrite: 0.3,
    });
  });

  it("ends with the write that is acknowledged before the sidecar hears of it", () => {
    const phases = phasesOf(gap, { ...steps, pointed: 9010 });
    assert.deepEqual([phases?.pointing, phases?.firstWrite], [0.8, 0]);
  });

  const others: [string, object][] = [
    ["a sidecar that has followed nothing", {}],
    ["a takeover before the gap", { ...steps, claimed: 900 }],
    ["one after it", { ...steps, confirmed: 9100, pointed: 9200 }],
    ["an instance that was never confirmed", { ...steps, confirmed: 500 }],
  ];
  for (const [what, seen] of others)
    it(`has no phases by ${what}`, () =>
      assert.equal(phasesOf(gap, seen as Record<string, number>), undefined));
});
