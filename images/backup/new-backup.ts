import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { largestEvidence } from "./evidence";
import type { Progress } from "./log";
import {
  backupId,
  folderOf,
  manifestKey,
  payloadTypes,
  tiers,
  timeOf,
  type Manifest,
  type StoredFile,
  type Tier,
} from "./manifest";
import { lockedUntil, tierOf } from "./retention";
import type { SigningKey } from "./signing";
import type { Listed, Vault } from "./vault";

/** What a dump finds out; the rest of a manifest is the vault's. */
export type Found = Omit<
  Manifest,
  "version" | "id" | "tier" | "stack" | "snapshotAt" | "dump" | "present"
>;

/**
 * A backup that is being made. It reads nothing in the vault but the names that are there: whoever
 * has a dump's rights cannot read the backups before it.
 */
export class NewBackup {
  readonly id: string;

  private constructor(
    private readonly vault: Vault,
    private readonly key: SigningKey,
    private readonly stack: string,
    private readonly snapshotAt: Date,
    readonly tier: Tier,
    private readonly present: string[],
    private readonly lock: Date | undefined,
  ) {
    this.id = backupId(snapshotAt, randomBytes(3).toString("hex"));
  }

  /** @param key signs its manifest. */
  static async begin(
    vault: Vault,
    key: SigningKey,
    stack: string,
    snapshotAt: Date,
  ): Promise<NewBackup> {
    const objects = await Promise.all(tiers.map((tier) => vault.objects(`${tier}/`)));
    const present = backupsIn(objects.flat());
    const tier = tierOf(snapshotAt, present);
    const lock = lockedUntil(tier, new Date());
    return new NewBackup(vault, key, stack, snapshotAt, tier, present, lock);
  }

  /** Streams the dump into the vault, and its SHA-256 beside it, for `sha256sum --check`. */
  async store(
    dump: Readable,
    options: { expectedBytes: number; progress: Progress; signal: AbortSignal },
  ): Promise<StoredFile> {
    const lock = { lockedUntil: this.lock };
    const key = `${folderOf(this)}database.dump`;
    const stored = await this.vault.upload(key, dump, { ...options, ...lock });
    await this.vault.put(`${key}.sha256`, `${stored.sha256}  database.dump\n`, lock);
    return stored;
  }

  /** Signs and writes the manifest: only now is there a backup. */
  async complete(dump: StoredFile, found: Found): Promise<Manifest> {
    const manifest: Manifest = {
      version: 2,
      id: this.id,
      tier: this.tier,
      stack: this.stack,
      snapshotAt: this.snapshotAt.toISOString(),
      present: this.present,
      dump,
      ...found,
    };
    const text = await this.key.seal(payloadTypes.manifest, JSON.stringify(manifest));
    if (text.length > largestEvidence)
      throw new Error(
        `${this.id}: its manifest has ${text.length} bytes, and nobody reads more than ${largestEvidence}: the database has too many objects or rights`,
      );
    await this.vault.put(manifestKey(this), text, { lockedUntil: this.lock });
    return manifest;
  }
}

/**
 * Names of the backups among objects, sorted. One with roles as SQL is of version 1: it does not
 * count, and is pruned, so nobody has to miss it.
 */
export function backupsIn(objects: Listed[]): string[] {
  const keys = new Set(objects.map(({ key }) => key));
  return [...keys]
    .map((key) => /^([^/]+\/([^/]+)\/)manifest\.json$/.exec(key))
    .filter((found) => found !== null)
    .filter(([, folder, id]) => timeOf(id!) && !keys.has(`${folder}roles.sql`))
    .map(([, , id]) => id!)
    .sort();
}
