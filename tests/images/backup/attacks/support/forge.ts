import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { preAuthenticationEncoding, seal } from "../../../../../images/backup/dsse";
import {
  backupId,
  folderOf,
  payloadTypes,
  type Manifest,
  type Verification,
} from "../../../../../images/backup/manifest";
import type { Signer } from "../../../../../rehearsal/aws/signing-keys";
import { isParted } from "../../support/checkout";
import type { Stage } from "./stage";

/** By whom evidence is signed: a key of the stack's, somebody's own under that key's name, or nobody. */
export type By = Signer | "stranger" | "nobody";

const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

/** Evidence as whoever has a key can make it. Older code knows no signatures: there it is plain. */
export function evidence(
  stage: Stage,
  payload: object | string,
  by: By,
  type: string = payloadTypes.manifest,
): string {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  if (by === "nobody" || !isParted) return text;
  const body = Buffer.from(text);
  const encoded = preAuthenticationEncoding(type, body);
  const keyid = stage.keys.arn(by === "stranger" ? "manifests" : by);
  const sig =
    by === "stranger"
      ? sign("sha256", encoded, stranger)
      : stage.keys.sign(by, createHash("sha256").update(encoded).digest());
  return seal(type, body, { keyid, sig });
}

/** What evidence in the vault says, whoever has signed it. */
export async function payloadAt(stage: Stage, key: string): Promise<string> {
  const text = (await stage.read(key)).toString();
  if (!isParted) return text;
  const { payload } = JSON.parse(text) as { payload: string };
  return Buffer.from(payload, "base64").toString();
}

export interface Copied {
  id: string;
  folder: string;
  manifest: Manifest;
}

/**
 * A genuine backup's objects in another folder, all but its evidence, and a manifest that says so:
 * what somebody who may write can prepare.
 *
 * @param dump another content than the genuine one's
 */
export async function copied(
  stage: Stage,
  genuine: { id: string; folder: string },
  { at = new Date(), dump }: { at?: Date; dump?: Buffer } = {},
): Promise<Copied> {
  const id = backupId(at, "abcdef");
  const folder = folderOf({ tier: "daily", id });
  const text = await payloadAt(stage, `${genuine.folder}manifest.json`);
  const manifest = JSON.parse(
    text.replaceAll(genuine.folder, folder).replaceAll(genuine.id, id),
  ) as Manifest;
  const bytes = dump ?? (await stage.read(`${genuine.folder}database.dump`));
  const versionId = await stage.write(`${folder}database.dump`, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  Object.assign(manifest.dump, { bytes: bytes.length, sha256, versionId });
  for (const key of await stage.keysBelow(genuine.folder))
    if (key.endsWith("/roles.sql")) await stage.write(`${folder}roles.sql`, await stage.read(key));
  return { id, folder, manifest: { ...manifest, tier: "daily", snapshotAt: at.toISOString() } };
}

/** That a backup restores, as a verification would say it. */
export function verificationOf({ id, stack }: Manifest, payload: string): object {
  const at = new Date().toISOString();
  const seconds = 1;
  return isParted
    ? ({
        ...{ version: 2, id, stack, at, holds: true, seconds },
        manifestSha256: createHash("sha256").update(payload).digest("hex"),
        dataDifferences: [],
        settingsDifferences: [],
      } satisfies Verification)
    : { at, holds: true, differences: [], seconds };
}
