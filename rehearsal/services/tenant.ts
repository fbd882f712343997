import { Database } from "../../images/backend/database";
import { createOrganization } from "../../images/backend/tenants";
import type { ManagedServices } from "./managed-services";

/** An organization of the platform, with a key for its API. */
export interface Tenant {
  organization: string;
  apiKey: string;
}

/** Makes one, as an operator would: straight at the writer, as the schema's owner. */
export async function newTenant(services: ManagedServices, name: string): Promise<Tenant> {
  const { writer } = services.database;
  const { username: user, password } = services.secrets.database.migrations;
  const database = new Database({
    host: writer.address,
    port: 5432,
    database: "minixdr",
    user,
    password,
    ca: services.authority.pem,
    maxConnections: 1,
  });
  try {
    return await createOrganization(database, name);
  } finally {
    await database.close();
  }
}

/** What the database holds of a tenant's writes: each key, and its events' number. */
export async function storedKeys(
  { database }: ManagedServices,
  { organization }: Tenant,
): Promise<{ organization: string; key: string; rows: number }[]> {
  return database.writer.sql(
    `SELECT organization_id AS organization, idempotency_key AS key, count(*)::int AS rows
       FROM minixdr.events WHERE organization_id = $1 GROUP BY 1, 2`,
    [organization],
    "minixdr",
  );
}
