import { sayRefused, type Evidence, type Inventory } from "./evidence";
import type { Log } from "./log";
import { folderOf, type Backup } from "./manifest";
import { byTime, isRestorable, isVerified, kept } from "./retention";
import { taggedOf } from "./tagged";
import type { Listed, Vault } from "./vault";

const day = 24 * 3600 * 1000;
/** A backup whose last object is this old is no longer being written: the job's deadline is shorter. */
const abandonedAfter = day;
/** A verification that is older says too little about what is there now: there is one a week. */
const verifiedWithin = 8 * day;

/**
 * Tags what the promise does not keep; the vault's lifecycle deletes it a day later. It goes by
 * signed evidence alone, and refuses while that does not say that a recent backup restores. A
 * backup's manifest is tagged first, so one that is half tagged no longer counts, and the next run
 * tags the rest.
 */
export async function prune(
  vault: Vault,
  evidence: Evidence,
  log: Log,
  now = new Date(),
): Promise<{ kept: number; tagged: number }> {
  const inventory = await evidence.read();
  sayRefused(inventory.refused, log);
  const tagged = await taggedOf(vault, inventory.backups);
  const blocker = pruneBlocker(inventory, tagged, now);
  if (blocker) throw new Error(`prune: nothing is pruned, as ${blocker}`);

  let count = 0;
  for (const [folder, objects] of superfluous(inventory, tagged, now)) {
    const untagged: string[] = [];
    for (const { key } of objects) if (!(await vault.isPruned(key))) untagged.push(key);
    untagged.sort((a, b) => Number(isManifest(b)) - Number(isManifest(a)));
    for (const key of untagged) await vault.markPruned(key);
    if (untagged.length > 0) log.info("pruned", { folder, objects: untagged.length });
    count += untagged.length;
  }
  const keep = keptOf(inventory.backups, tagged).size;
  log.info("kept", { backups: keep, objectsTagged: count });
  return { kept: keep, tagged: count };
}

/** Why nothing may be pruned now; undefined when it may. */
export function pruneBlocker(
  { backups, refused }: Pick<Inventory, "backups" | "refused">,
  tagged: Set<string>,
  now: Date,
): string | undefined {
  if (backups.length === 0) return "there is no backup that counts; run dump";
  // A key that was replaced must not cost every backup that the old one has signed.
  const untrusted = refused.filter(({ key, kind }) => isManifest(key) && kind === "untrusted");
  if (untrusted.length > backups.length)
    return `${untrusted.length} manifests do not count, and only ${backups.length} do: ${untrusted[0]!.key}: ${untrusted[0]!.reason}`;
  const since = now.getTime() - verifiedWithin;
  const recent = backups.some(
    (one) =>
      isVerified(one) && !tagged.has(one.manifest.id) && Date.parse(one.verification!.at) >= since,
  );
  return recent
    ? undefined
    : "no signed verification of the last 8 days says that a backup restores; run verify";
}

/**
 * Names of what stays: what the promise keeps of all that was signed, so that nothing which is
 * missing later can have been pruned; what it keeps of all that can be restored, so that a bad
 * backup takes no good one's place; and the newest verified one with all that is newer.
 *
 * @param tagged names of those that the lifecycle will delete, by whomever they were tagged.
 */
export function keptOf(backups: Backup[], tagged: Set<string>): Set<string> {
  const ids = (of: Backup[]) => of.map(({ manifest }) => manifest.id);
  const alive = [...backups].sort(byTime).filter(({ manifest }) => !tagged.has(manifest.id));
  const newest = alive.findLastIndex(isVerified);
  return new Set([
    ...kept(ids(backups)),
    ...kept(ids(alive.filter(isRestorable))),
    ...ids(newest < 0 ? alive : alive.slice(newest)),
  ]);
}

/** Folders whose objects are tagged: backups that are not kept, and what no longer becomes one. */
export function superfluous(
  { backups, refused, objects }: Inventory,
  tagged: Set<string>,
  now: Date,
): Map<string, Listed[]> {
  const keep = keptOf(backups, tagged);
  const folders = new Map(backups.map(({ manifest }) => [folderOf(manifest), manifest.id]));
  // What S3 does not give now it may give tomorrow.
  const unreadable = new Set(
    refused
      .filter(({ key, kind }) => isManifest(key) && kind === "unreadable")
      .map(({ key }) => folderIn(key)),
  );
  const found = new Map<string, Listed[]>();
  for (const object of objects) {
    const folder = folderIn(object.key);
    found.set(folder, [...(found.get(folder) ?? []), object]);
  }
  for (const [folder, inside] of found) {
    const id = folders.get(folder);
    const newest = Math.max(...inside.map(({ modified }) => modified));
    const stays =
      id === undefined
        ? unreadable.has(folder) || now.getTime() - newest < abandonedAfter
        : keep.has(id);
    if (stays) found.delete(folder);
  }
  return found;
}

const folderIn = (key: string) => key.slice(0, key.lastIndexOf("/") + 1);
const isManifest = (key: string) => key.endsWith("/manifest.json");
