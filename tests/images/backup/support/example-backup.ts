import {
  backupId,
  folderOf,
  manifestKey,
  verificationKey,
  type Backup,
  type Manifest,
  type Verification,
} from "../../../../images/backup/manifest";
import type { Inventory } from "../../../../images/backup/evidence";
import { tierOf } from "../../../../images/backup/retention";
import type { Listed } from "../../../../images/backup/vault";

const sha256 = "0".repeat(64);

/** A manifest as a dump of `at` writes it, of an empty database; `others` are the names that were there. */
export function exampleManifest(at: Date, others: string[] = [], more: Partial<Manifest> = {}) {
  // Always the same for a time: a failing property shows the same names again.
  const id = backupId(at, "00000a");
  const tier = tierOf(at, others);
  const manifest: Manifest = {
    version: 2,
    id,
    tier,
    stack: "mini-xdr-prod",
    database: "minixdr",
    snapshotAt: at.toISOString(),
    finishedAt: at.toISOString(),
    seconds: 1,
    server: { major: 15, version: "15.18", encoding: "UTF8" },
    databaseBytes: 8_000_000,
    dump: {
      key: `${folderOf({ tier, id })}database.dump`,
      versionId: "v1",
      bytes: 1000,
      sha256,
    },
    roles: [],
    databaseGrants: null,
    databaseSettings: [],
    unrepresented: [],
    lacking: [],
    largeObjects: 0,
    present: others,
    facts: { rows: {}, rights: [], settings: [], canary: null },
  };
  return { ...manifest, ...more };
}

export function exampleBackup(
  at: Date,
  others: string[] = [],
  more: Partial<Manifest> = {},
): Backup {
  return { manifest: exampleManifest(at, others, more), manifestSha256: sha256 };
}

export function exampleVerification(
  { manifest, manifestSha256 }: Backup,
  at: Date,
  holds = true,
): Verification {
  return {
    version: 2,
    id: manifest.id,
    stack: manifest.stack,
    manifestSha256,
    at: at.toISOString(),
    holds,
    dataDifferences: holds ? [] : ["rows of minixdr.events: 2 dumped, 1 restored"],
    settingsDifferences: [],
    seconds: 1,
  };
}

/** A vault in which these backups are whole. */
export function inventoryOf(backups: Backup[]): Inventory {
  return { backups, refused: [], objects: backups.flatMap(objectsOf) };
}

export function objectsOf({ manifest, verification }: Backup): Listed[] {
  const modified = Date.parse(manifest.snapshotAt);
  const keys = [manifest.dump.key, `${manifest.dump.key}.sha256`, manifestKey(manifest)];
  if (verification) keys.push(verificationKey(manifest));
  return keys.map((key) => ({ key, modified, bytes: 1000, etag: key }));
}

export const idsOf = (backups: Backup[]) => backups.map(({ manifest }) => manifest.id);
