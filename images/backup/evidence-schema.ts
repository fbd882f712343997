import * as z from "zod";
import { Untrusted } from "./errors";
import { tiers, type Manifest, type Verification } from "./manifest";

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();
const lines = z.array(z.string());
const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const setting = z.object({ name: z.string(), value: z.string() });

const storedFile = z.object({
  key: z.string().min(1),
  versionId: z.string().min(1),
  bytes: count,
  sha256,
});

const role = z.object({
  name: z.string().min(1),
  login: z.boolean(),
  inherit: z.boolean(),
  createdb: z.boolean(),
  createrole: z.boolean(),
  connectionLimit: z.int(),
  memberOf: z.array(z.object({ role: z.string(), admin: z.boolean() })),
  settings: z.array(setting),
});

const grant = z.object({
  grantee: z.string().nullable(),
  privilege: z.string(),
  grantable: z.boolean(),
});

/** Ids and counts are numbers, times are times: what the program counts with cannot surprise it. */
export const manifestSchema: z.ZodType<Manifest> = z.object({
  version: z.literal(2),
  id: z.string(),
  tier: z.enum(tiers),
  stack: z.string(),
  database: z.string().min(1),
  snapshotAt: time,
  finishedAt: time,
  seconds,
  server: z.object({ major: count, version: z.string(), encoding: z.string() }),
  databaseBytes: count,
  dump: storedFile,
  roles: z.array(role),
  databaseGrants: z.array(grant).nullable(),
  databaseSettings: z.array(setting.extend({ role: z.string().nullable() })),
  unrepresented: lines,
  lacking: lines,
  largeObjects: count,
  present: lines,
  facts: z.object({
    rows: z.record(z.string(), count),
    rights: lines,
    settings: lines,
    canary: z.object({ id: z.string(), writtenAt: time }).nullable(),
  }),
});

export const verificationSchema: z.ZodType<Verification> = z.object({
  version: z.literal(2),
  id: z.string(),
  stack: z.string(),
  manifestSha256: sha256,
  at: time,
  holds: z.boolean(),
  dataDifferences: lines,
  settingsDifferences: lines,
  seconds,
});

/** A signed payload as what it has to be. @throws Untrusted with every problem in one line. */
export function parsePayload<T>(payload: Buffer, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(payload.toString("utf8"));
  } catch {
    throw new Untrusted("its payload is no JSON");
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Untrusted(`its payload is not as it should be: ${problems.slice(0, 5).join("; ")}`);
}
