import { manifestKey, type Backup } from "./manifest";
import { isRestorable, kept } from "./retention";
import { inParallel, type Vault } from "./vault";

/** Names of the backups that the lifecycle will delete: manifest or dump has the tag, by whomever. */
export async function taggedOf(vault: Vault, backups: Backup[]): Promise<Set<string>> {
  const tagged = new Set<string>();
  await inParallel(backups, async ({ manifest }) => {
    if ((await vault.isPruned(manifestKey(manifest))) || (await vault.isPruned(manifest.dump.key)))
      tagged.add(manifest.id);
  });
  return tagged;
}

/**
 * The same of those alone that the promise needs, which are few; where one has the tag, whatever
 * could stand in for it is looked at too.
 */
export async function taggedOfPromised(vault: Vault, backups: Backup[]): Promise<Set<string>> {
  const tagged = new Set<string>();
  const seen = new Set<string>();
  for (;;) {
    const restorable = backups.filter(isRestorable).map(({ manifest }) => manifest.id);
    const needed = new Set([
      ...kept(backups.map(({ manifest }) => manifest.id)),
      ...kept(restorable.filter((id) => !tagged.has(id))),
    ]);
    const unseen = backups.filter(({ manifest: { id } }) => needed.has(id) && !seen.has(id));
    if (unseen.length === 0) return tagged;
    for (const id of await taggedOf(vault, unseen)) tagged.add(id);
    for (const { manifest } of unseen) seen.add(manifest.id);
  }
}
