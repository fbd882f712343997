import { hash, randomBytes } from "node:crypto";
import type { Cache } from "./cache";
import type { Database } from "./database";
import { Problem } from "./problems";
import type { Store } from "./store";

/** The organization that an API key belongs to. */
export interface Tenant {
  id: string;
  name: string;
}

/** A revoked key works for so long at most, and while the database is away. */
const freshSeconds = 30;
const keyPattern = /^mx_[\w-]{43}$/;
const sha256 = (key: string) => hash("sha256", key, "hex");

/** Finds tenants by their API keys. */
export class Tenants {
  constructor(
    private readonly store: Store,
    private readonly cache: Cache,
  ) {}

  /** @throws Problem 401 for no or an unknown key */
  async of(key: string | undefined): Promise<Tenant> {
    // What cannot be a key costs no look-up.
    if (!key || !keyPattern.test(key)) throw new Problem("unauthorized");
    const digest = sha256(key);
    const load = async () => {
      const { rows } = await this.store.read("read", (client) =>
        client.query<Tenant>(
          `SELECT o.id, o.name FROM minixdr.api_keys k JOIN minixdr.organizations o ON o.id = k.organization_id
            WHERE k.sha256 = decode($1, 'hex') AND k.revoked_at IS NULL`,
          [digest],
        ),
      );
      if (!rows[0]) throw new Problem("unauthorized");
      return JSON.stringify(rows[0]);
    };
    const { text } = await this.cache.read(`tenant:${digest}`, load, freshSeconds);
    return JSON.parse(text) as Tenant;
  }
}

/** Makes an organization, or finds it, and gives it one more key, which is shown only here. */
export async function createOrganization(
  database: Database,
  name: string,
): Promise<{ organization: string; apiKey: string }> {
  const apiKey = `mx_${randomBytes(32).toString("base64url")}`;
  const organization = await database.transaction(async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO minixdr.organizations (name) VALUES ($1)
       ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id`,
      [name],
    );
    await client.query(
      "INSERT INTO minixdr.api_keys (sha256, organization_id) VALUES (decode($1, 'hex'), $2)",
      [sha256(apiKey), rows[0]!.id],
    );
    return rows[0]!.id;
  });
  return { organization, apiKey };
}
