import { cp, readdir } from "node:fs/promises";
import path from "node:path";
import type { AlertBed } from "./bed";

/**
 * A copy of one Prometheus' data, from its volume on its node's disk.
 *
 * @param to folder, which is made
 * @throws Error when there is none
 */
export async function keepData({ platform }: AlertBed, to: string): Promise<void> {
  for (const { disk } of platform.nodes.all) {
    const volumes = path.join(disk, "rehearsal-volumes");
    for (const volume of await readdir(volumes).catch(() => [] as string[])) {
      const data = path.join(volumes, volume, "prometheus-db");
      const found = await readdir(data).catch(() => [] as string[]);
      if (!found.includes("wal")) continue;
      await cp(data, to, { recursive: true });
      return;
    }
  }
  throw new Error("no volume of a Prometheus has data");
}
