import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { output } from "../../../../../lib/processes";
import { newFolder } from "../../support/folder";
import { postgresFolder } from "../../support/postgres-folder";
import type { Stage } from "./stage";

/** The SQL of a stored dump, its rows too: proof that an attack is in it. Nothing of it is run. */
export async function dumpedSql(stage: Stage, folder: string): Promise<string> {
  const file = join(await newFolder(), "database.dump");
  await writeFile(file, await stage.read(`${folder}database.dump`));
  return output(join(await postgresFolder(), "pg_restore"), ["--file=-", file]);
}
