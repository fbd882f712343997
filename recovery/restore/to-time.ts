import { answers } from "../application";
import type { Engine, Outputs } from "../engine";
import type { Step } from "../procedure";
import { requireDataUntouched } from "../untouched";
import { UsageError } from "../../lib/ends";
import type { DatabaseJobs } from "./database-job";
import type { Replicas, Server, Topology } from "./server";

/** What a point-in-time recovery works with. */
export interface Recovery {
  outputs: Outputs;
  engine: Engine;
  jobs: DatabaseJobs;
  topology: Topology & Partial<Replicas>;
  to: Date;
  /** Makes the names of this run unique. */
  stamp: string;
}

/** @throws UsageError when RDS cannot restore to that time. */
export async function requireRestorable({ topology, outputs, to }: Recovery): Promise<void> {
  const { earliest, latest } = await topology.describe(outputs.databaseIdentifier);
  if (to < earliest || to > latest)
    throw new UsageError(
      `--to ${to.toISOString()}: RDS can restore from ${earliest.toISOString()} to ${latest.toISOString()}; choose a time between`,
    );
}

/**
 * A new server beside the old one, by point-in-time recovery; verified, then given the old one's
 * identifier and so its address. The old one stays, under another name, for an undo.
 */
export function toTime({ outputs, engine, jobs, topology, to, stamp }: Recovery): Step[] {
  const id = outputs.databaseIdentifier;
  const suffix = stamp.replaceAll("_", "-").toLowerCase();
  const [restored, old] = [`${id}-restored-${suffix}`, `${id}-before-${suffix}`];
  const replaced = new Map<string, string>();
  let before: Server;
  return [
    {
      id: "restore",
      title: `Restore ${id} as it was at ${to.toISOString()} into the new server ${restored}, with its subnets, groups and parameters`,
      async run() {
        before = await topology.describe(id);
        await topology.restore(id, to, restored);
        await topology.waitUntilAvailable(restored);
      },
    },
    {
      id: "verify",
      title:
        "Check in the new server that the tables are there and its canary row is not younger than that time",
      async run() {
        const { host } = await topology.describe(restored);
        // As the dump's role, which only reads: whatever is in the database runs as nobody else.
        const args = ["inspect", "--not-after", to.toISOString()];
        await jobs.run("dump", `inspect-${suffix}`, args, host);
      },
    },
    {
      id: "swap",
      title: `Rename ${id} to ${old} and ${restored} to ${id}: the address stays, its server changes`,
      async run() {
        await topology.rename(id, old);
        await topology.rename(restored, id);
        const after = await topology.describe(id);
        if (after.host !== before.host)
          throw new Error(`the address has changed from ${before.host} to ${after.host}`);
        replaced.set(before.resourceId, after.resourceId);
      },
    },
    ...(topology.replicasOf
      ? [readers(topology as Topology & Replicas, id, old, suffix, replaced)]
      : []),
    {
      id: "state",
      title: "Let the state know the new server by the old one's place, and refresh it",
      async run() {
        await engine.repoint(replaced);
        await engine.refresh(false);
        await requireDataUntouched(engine);
      },
    },
    {
      id: "answer",
      title: `Wait until the application answers at ${outputs.url}`,
      run: () => answers(outputs.url, 600),
    },
  ];
}

function readers(
  topology: Topology & Replicas,
  id: string,
  old: string,
  suffix: string,
  replaced: Map<string, string>,
): Step {
  return {
    id: "readers",
    title: `Rename the read replicas, which follow ${old}, and make new ones of ${id} under their names`,
    async run() {
      for (const replica of await topology.replicasOf(old)) {
        const gone = await topology.describe(replica);
        const renamed = `${replica}-before-${suffix}`;
        await topology.rename(replica, renamed);
        await topology.replicate(id, renamed, replica);
        replaced.set(gone.resourceId, (await topology.describe(replica)).resourceId);
      }
    },
  };
}
