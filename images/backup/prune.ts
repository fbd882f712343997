import type { Log } from "./log";
import { folderOf, tiers, type Backup } from "./manifest";
import { kept, pruneBlocker } from "./retention";
import { inParallel, type Vault } from "./vault";

/** A backup whose last object is this old is no longer being written: the job's deadline is shorter. */
const abandonedAfter = 24 * 3600 * 1000;

/**
 * Tags what the promise does not keep; the vault's lifecycle deletes it a day later. Refuses while
 * the newest backup is not verified. A backup's manifest is tagged first, so one that is half
 * tagged no longer counts, and the next run tags the rest.
 */
export async function prune(
  vault: Vault,
  log: Log,
  now = new Date(),
): Promise<{ kept: number; tagged: number }> {
  const backups = await vault.backups();
  const alive: Backup[] = [];
  await inParallel(backups, async (backup) => {
    if (!(await vault.isPruned(manifestOf(backup)))) alive.push(backup);
  });
  const blocker = pruneBlocker(alive);
  if (blocker) throw new Error(`prune: nothing is pruned, as ${blocker}; run verify`);

  const keep = new Set([...kept(alive)].map(({ manifest }) => folderOf(manifest)));
  const complete = new Set(backups.map(({ manifest }) => folderOf(manifest)));
  let tagged = 0;
  for (const [folder, objects] of await folders(vault)) {
    if (keep.has(folder)) continue;
    const newest = Math.max(...objects.map(({ modified }) => modified));
    if (!complete.has(folder) && now.getTime() - newest < abandonedAfter) continue;
    const untagged: string[] = [];
    for (const { key } of objects) if (!(await vault.isPruned(key))) untagged.push(key);
    untagged.sort((a, b) => Number(isManifest(b)) - Number(isManifest(a)));
    for (const key of untagged) await vault.markPruned(key);
    if (untagged.length > 0) log.info("pruned", { folder, objects: untagged.length });
    tagged += untagged.length;
  }
  log.info("kept", { backups: keep.size, objectsTagged: tagged });
  return { kept: keep.size, tagged };
}

async function folders(vault: Vault) {
  const found = new Map<string, { key: string; modified: number }[]>();
  for (const tier of tiers)
    for (const object of await vault.objects(`${tier}/`)) {
      const folder = object.key.slice(0, object.key.lastIndexOf("/") + 1);
      found.set(folder, [...(found.get(folder) ?? []), object]);
    }
  return found;
}

const manifestOf = ({ manifest }: Backup) => `${folderOf(manifest)}manifest.json`;
const isManifest = (key: string) => key.endsWith("/manifest.json");
