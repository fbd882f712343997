import { isAlive } from "../../lib/processes";
import type { Platform } from "../platform";

/** A zone that is lost. */
export interface LostZone {
  /** How that was proved. */
  proof: string;
  /** Brings node and database member back; when all replicas serve, the workloads say. */
  restore(): Promise<void>;
}

/** Takes the power from the last zone's node, and from the database's standby that stands for its own. */
export async function loseZone({ workloads, nodes, services, plane }: Platform): Promise<LostZone> {
  const node = nodes.all.at(-1)!;
  const { database } = services;
  const member = database.standbys.at(-1)!;
  const { pid } = node;
  await Promise.all([plane.loseZone(node.zone), member.crash()]);
  workloads.lose([node.name]);
  services.moveNames();
  if (isAlive(pid)) throw new Error(`${node.name} lives on as process ${pid}`);
  return {
    proof: `${node.name}'s first process ${pid} and the standby ${member.name} were killed`,
    restore: async () => {
      await Promise.all([plane.restoreZone(node.zone), database.restore(member, "crash")]);
      services.moveNames();
      workloads.lose([]);
    },
  };
}
