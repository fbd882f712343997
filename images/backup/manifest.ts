import type { Facts } from "./facts";

/** Retention tier of a backup; also its prefix in the vault. */
export const tiers = ["daily", "weekly", "monthly"] as const;
export type Tier = (typeof tiers)[number];

/** One object of a backup. */
export interface StoredFile {
  key: string;
  bytes: number;
  sha256: string;
}

/** Written last: without a manifest there is no backup. */
export interface Manifest {
  version: 1;
  /** Time of the snapshot and a random end, such as `2026-11-23T02-00-00Z-3f9c2e`. */
  id: string;
  tier: Tier;
  stack: string;
  database: string;
  /** Everything committed before it is in the backup. ISO 8601. */
  snapshotAt: string;
  finishedAt: string;
  seconds: number;
  server: { major: number; version: string; encoding: string };
  /** Size of the database on the server, bytes: what a restore needs on a disk. */
  databaseBytes: number;
  dump: StoredFile;
  /** Roles, memberships and rights on the database, which a dump leaves out. No passwords. */
  roles: StoredFile;
  /** Of the snapshot: what a restore has to equal. */
  facts: Facts;
}

/** The outcome of a restore that was compared with the manifest. */
export interface Verification {
  at: string;
  holds: boolean;
  /** What differed; empty when it holds. */
  differences: string[];
  /** Download, restore and comparison. */
  seconds: number;
}

/** A complete backup in the vault. */
export interface Backup {
  manifest: Manifest;
  verification?: Verification;
}

/** Name of a backup: sorts by time. */
export function backupId(snapshotAt: Date, random: string): string {
  return `${snapshotAt.toISOString().slice(0, 19).replaceAll(":", "-")}Z-${random}`;
}

/** Where a backup's objects are. */
export function folderOf({ tier, id }: Pick<Manifest, "tier" | "id">): string {
  return `${tier}/${id}/`;
}
