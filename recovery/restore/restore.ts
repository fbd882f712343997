import { RDSClient } from "@aws-sdk/client-rds";
import { unlessStopped } from "../../lib/signals";
import type { Outputs } from "../engine";
import { recover, type Step } from "../procedure";
import type { RecoveryRequest } from "../request";
import { DatabaseJobs } from "./database-job";
import { fromDump, undo, type DumpChoice } from "./from-dump";
import { clusterTopology, instanceTopology } from "./server";
import { requireRestorable, toTime } from "./to-time";

/** A restore as its command was asked for it; without a choice, from the newest verified dump. */
export interface Restore extends RecoveryRequest, DumpChoice {
  /** By point-in-time recovery to this time, not from a dump. */
  to?: Date;
  /** Name of the database from before a restore, which gets its name back. */
  undo?: string;
}

/** Restores the stack's database; returns the exit code. */
export async function restore(asked: Restore): Promise<number> {
  const outputs = await asked.engine.outputs();
  return DatabaseJobs.with(outputs, asked.stop, async (jobs) => {
    const steps = await stepsOf(asked, outputs, jobs);
    const title = `To restore the database of ${asked.stack}:`;
    return recover({ ...asked, command: "restore", title, steps });
  });
}

async function stepsOf(asked: Restore, outputs: Outputs, jobs: DatabaseJobs): Promise<Step[]> {
  const { to, undo: old, engine, stop } = asked;
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_");
  if (old) return undo(outputs, jobs, old, stamp);
  if (!to) return fromDump(outputs, jobs, asked, stamp);
  const rds = new RDSClient({ region: outputs.regions.primary });
  const topology =
    outputs.databaseTopology === "cluster" ? clusterTopology(rds) : instanceTopology(rds);
  const recovery = { outputs, engine, jobs, topology, to, stamp };
  await unlessStopped(stop, requireRestorable(recovery));
  return toTime(recovery);
}
