import { dirname } from "node:path";
import { tool } from "../../../../tools";

/** Folder of PostgreSQL 15's programs. */
export async function postgresFolder(): Promise<string> {
  return dirname(await tool("postgres"));
}
