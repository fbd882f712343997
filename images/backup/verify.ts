import { BadBackup, UsageError } from "./errors";
import { logRefused, recordVerification, type Evidence } from "./evidence";
import { differences } from "./facts";
import type { Log } from "./log";
import type { Facts, Backup, Manifest, Verification } from "./manifest";
import { fetchDump, inFolder } from "./restored";
import { byTime, isGood } from "./retention";
import { expectedOnScratch, restoreOnScratch, type ScratchAddress } from "./scratch-client";
import { requireSpace } from "./scratch-server";
import type { SigningKey } from "./signing";
import type { Vault } from "./vault";

export interface VerifyOptions {
  vault: Vault;
  evidence: Evidence;
  /** Signs the outcome. */
  key: SigningKey;
  /** Backup to verify; absent: the newest. */
  id?: string;
  /** Folder with room for the dump. */
  work: string;
  /** The server that is restored on. */
  scratch: ScratchAddress;
  log: Log;
  signal: AbortSignal;
}

export interface Verified {
  manifest: Manifest;
  /** What the restored database holds. */
  restored: Facts;
  seconds: number;
}

/**
 * Restores a backup on a scratch server and compares it with what was dumped. The outcome is written
 * beside the backup, signed. Only what proves the backup itself bad (size, checksum, contents) marks
 * it so; a full disk or a denied key says nothing about it and changes nothing. Settings that differ
 * are recorded, and no more.
 *
 * @throws BadBackup
 */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const { vault, evidence, key, id, log } = options;
  const { backups, refused } = await evidence.read();
  logRefused(refused, log);
  const backup = choose(backups, id);
  const { manifest } = backup;
  const started = Date.now();
  const seconds = () => (Date.now() - started) / 1000;
  const record = async (outcome: Pick<Verification, "dataDifferences" | "settingsDifferences">) => {
    const holds = outcome.dataDifferences.length === 0;
    const whole = { holds, seconds: seconds(), ...outcome };
    if (!(await recordVerification(vault, key, backup, whole)))
      log.info("it has an outcome already, which stays", { id: manifest.id });
  };
  log.info("verifying", { id: manifest.id, bytes: manifest.dump.bytes });
  try {
    const restored = await restoreAndRead(manifest, options);
    const { data, settings } = differences(expectedOnScratch(manifest), restored);
    if (data.length > 0) throw new BadBackup(`${manifest.id}: ${data.join("; ")}`);
    for (const line of settings) log.info("only settings differ", { line });
    await record({ dataDifferences: [], settingsDifferences: settings });
    const tables = Object.keys(restored.rows).length;
    log.info("verified", { id: manifest.id, tables, seconds: seconds() });
    return { manifest, restored, seconds: seconds() };
  } catch (error) {
    if (error instanceof BadBackup)
      await record({ dataDifferences: [error.message], settingsDifferences: [] });
    throw error;
  }
}

async function restoreAndRead(
  manifest: Manifest,
  { vault, work, scratch, log, signal }: VerifyOptions,
): Promise<Facts> {
  await requireSpace(work, manifest.dump.bytes);
  return inFolder(work, async (folder) => {
    const dump = await fetchDump(vault, manifest, folder, log, signal);
    return restoreOnScratch(manifest, dump, scratch, log, signal);
  });
}

function choose(backups: Backup[], id?: string): Backup {
  if (id) {
    const found = backups.find(({ manifest }) => manifest.id === id);
    if (!found)
      throw new UsageError(
        `--backup ${id}: the vault has no signed one of that name; list shows all`,
      );
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
