/** Retention tier of a backup; also its prefix in the vault. */
export const tiers = ["daily", "weekly", "monthly"] as const;
export type Tier = (typeof tiers)[number];

/** One version of one object of a backup: what is stored later under its key is another. */
export interface StoredFile {
  key: string;
  versionId: string;
  bytes: number;
  sha256: string;
}

/** A role as data: nothing of it is SQL. No passwords. */
export interface Role {
  name: string;
  login: boolean;
  inherit: boolean;
  createdb: boolean;
  createrole: boolean;
  /** -1: none. */
  connectionLimit: number;
  memberOf: Membership[];
  /** Wherever it connects. */
  settings: Setting[];
}

export interface Membership {
  role: string;
  admin: boolean;
}

/** One configuration setting, its value as `pg_db_role_setting` keeps it: not quoted, not parsed. */
export interface Setting {
  name: string;
  value: string;
}

/** A right on the database itself. */
export interface DatabaseGrant {
  /** null: PUBLIC. */
  grantee: string | null;
  privilege: string;
  grantable: boolean;
}

/** A setting of the database; of one role in it only, or of all. */
export interface DatabaseSetting extends Setting {
  /** null: every role. */
  role: string | null;
}

/** What a dump leaves out, as data. */
export interface Roles {
  roles: Role[];
  /** null: PostgreSQL's default, nobody has granted or revoked. */
  databaseGrants: DatabaseGrant[] | null;
  databaseSettings: DatabaseSetting[];
  /** What cannot be made again by its name, one line each; it never stops a dump. */
  unrepresented: string[];
}

/** What is compared between a database and its restored copy. Names in it are quoted as in SQL. */
export interface Facts {
  /** Rows by table, `schema.table`, without the tables that the backup lacks. */
  rows: Record<string, number>;
  /** Owners, grants, default privileges; roles and memberships. One per line. */
  rights: string[];
  /** Settings of roles and of the database, one per line. */
  settings: string[];
  /** The row that every dump writes just before its snapshot. */
  canary: Canary | null;
}

export interface Canary {
  id: string;
  /** ISO 8601, by the server's clock. */
  writtenAt: string;
}

/**
 * The signed payload of `manifest.json`, which is written last: without it there is no backup. What
 * is in it was true of the dump's snapshot.
 */
export interface Manifest extends Roles {
  version: 2;
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
  /** Tables whose data could not be dumped, `schema.table`, sorted; empty: the backup is whole. */
  lacking: string[];
  /** Large objects that were there and are not in the dump. */
  largeObjects: number;
  /** Ids of the signed backups that the vault listed when the dump began, sorted. */
  present: string[];
  /** What a restore has to equal. */
  facts: Facts;
}

/** The signed payload of `verified.json`: the outcome of a restore that was compared with the manifest. */
export interface Verification {
  version: 2;
  id: string;
  stack: string;
  /** Of the manifest's payload: of these very bytes, and of no other manifest. */
  manifestSha256: string;
  /** ISO 8601. */
  at: string;
  /** No data differs. */
  holds: boolean;
  /** Rows, owners, grants, memberships, canary: one line each. */
  dataDifferences: string[];
  /** Settings of roles and database; they never make a backup bad. */
  settingsDifferences: string[];
  /** Download, restore and comparison. */
  seconds: number;
}

/** A complete backup in the vault, by signed evidence alone. */
export interface Backup {
  manifest: Manifest;
  /** Of its payload. */
  manifestSha256: string;
  verification?: Verification;
}

/** Evidence that does not count, and why. */
export interface Refusal {
  /** Key of the object. */
  key: string;
  kind: Doubt;
  reason: string;
}

/** S3 does not give it; it is no signed envelope, such as a version 1 manifest; or it is, and does not count. */
export type Doubt = "unreadable" | "unsigned" | "untrusted";

/** The media types of the two payloads. */
export const payloadTypes = {
  manifest: "application/vnd.mini-xdr.backup-manifest+json",
  verification: "application/vnd.mini-xdr.backup-verification+json",
} as const;

/** Name of a backup: sorts by time. */
export function backupId(snapshotAt: Date, random: string): string {
  return `${snapshotAt.toISOString().slice(0, 19).replaceAll(":", "-")}Z-${random}`;
}

/** Time in a backup's name, whole seconds; undefined when it is no such name. */
export function timeOf(id: string): Date | undefined {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-[0-9a-f]{6}$/.exec(id);
  if (!found) return undefined;
  const time = new Date(`${found[1]}T${found[2]}:${found[3]}:${found[4]}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Where a backup's objects are. */
export function folderOf({ tier, id }: Pick<Manifest, "tier" | "id">): string {
  return `${tier}/${id}/`;
}

export const manifestKey = (of: Pick<Manifest, "tier" | "id">) => `${folderOf(of)}manifest.json`;
export const verificationKey = (of: Pick<Manifest, "tier" | "id">) =>
  `${folderOf(of)}verified.json`;
