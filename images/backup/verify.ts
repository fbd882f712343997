import { BadBackup, UsageError } from "./errors";
import type { Log } from "./log";
import { folderOf, type Backup, type Manifest, type Verification } from "./manifest";
import { fetchFiles, inFolder, requireEqual, restoreInto } from "./restored";
import { byTime, isGood } from "./retention";
import { requireSpace, ScratchServer } from "./scratch-server";
import type { Vault } from "./vault";
import type { Facts } from "./facts";

export interface VerifyOptions {
  vault: Vault;
  /** Backup to verify; absent: the newest. */
  id?: string;
  /** Folder with room for dump and database. */
  work: string;
  log: Log;
  signal: AbortSignal;
}

/** A restored database is rarely more than this many times its size on the server: indexes are rebuilt, no bloat. */
const room = 1.2;

/**
 * Restores a backup into a PostgreSQL of the job's own and compares it with what was dumped. The
 * outcome is written beside the backup. Only what proves the backup itself bad (size, checksum,
 * contents) marks it so; a full disk or a denied key says nothing about it and changes nothing.
 */
export async function verify(
  options: VerifyOptions,
): Promise<{ manifest: Manifest; restored: Facts; seconds: number }> {
  const { vault, log } = options;
  const { manifest } = choose(await vault.backups(), options.id);
  const started = Date.now();
  const outcome = (holds: boolean, differences: string[]) =>
    vault.put(
      `${folderOf(manifest)}verified.json`,
      `${JSON.stringify({ at: new Date().toISOString(), holds, differences, seconds: (Date.now() - started) / 1000 } satisfies Verification, null, 2)}\n`,
    );
  log.info("verifying", { id: manifest.id, bytes: manifest.dump.bytes });
  try {
    const restored = await restoreOnScratch(manifest, options);
    requireEqual(manifest, restored);
    await outcome(true, []);
    const seconds = (Date.now() - started) / 1000;
    log.info("verified", { id: manifest.id, tables: Object.keys(restored.rows).length, seconds });
    return { manifest, restored, seconds };
  } catch (error) {
    if (error instanceof BadBackup) await outcome(false, [error.message]);
    throw error;
  }
}

async function restoreOnScratch(
  manifest: Manifest,
  { vault, work, log, signal }: VerifyOptions,
): Promise<Facts> {
  await requireSpace(work, manifest.dump.bytes + room * manifest.databaseBytes);
  return inFolder(work, async (folder) => {
    const files = await fetchFiles(vault, manifest, folder, log, signal);
    const server = await ScratchServer.start(folder, signal);
    try {
      const environment = server.environment();
      const to = { environment, host: server.host, user: server.user, database: manifest.database };
      return await restoreInto(to, files, manifest.server.encoding, signal);
    } finally {
      await server.stop();
    }
  });
}

function choose(backups: Backup[], id?: string): Backup {
  if (id) {
    const found = backups.find(({ manifest }) => manifest.id === id);
    if (!found)
      throw new UsageError(`--backup ${id}: the vault has none of that name; list shows all`);
    return found;
  }
  const newest = [...backups].sort(byTime).at(-1);
  if (!newest) throw new UsageError("vault: it holds no complete backup; run dump first");
  if (!isGood(newest))
    throw new UsageError(
      `vault: the newest backup ${newest.manifest.id} is known to be bad; run dump`,
    );
  return newest;
}
