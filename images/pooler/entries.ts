import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** A database of PgBouncer and the server that it leads to. */
export interface Entry {
  database: string;
  host: string;
  port: number;
  dbname: string;
}

/**
 * The file that PgBouncer's configuration includes after its own entries: a line in it overrides the
 * entry by the name, and an empty file leaves all to the names. It is in memory and gone with the pod.
 */
export class EntriesFile {
  constructor(private readonly path: string) {}

  /** Host by database, as the file says; what cannot be read is nothing. */
  read(): Map<string, string> {
    let text = "";
    try {
      text = readFileSync(this.path, "utf8");
    } catch {
      // The pod's first process makes it; until then PgBouncer goes by the names.
    }
    const lines = text.matchAll(/^([a-z_][a-z0-9_]*) = host=(\S+) /gm);
    return new Map([...lines].map(([, database, host]) => [database!, host!]));
  }

  /** Replaces it whole: whoever reads it meanwhile sees the old one or the new one. */
  write(entries: readonly Entry[]): void {
    const lines = entries.map(
      ({ database, host, port, dbname }) =>
        `${database} = host=${host} port=${port} dbname=${dbname}\n`,
    );
    writeFileSync(`${this.path}.new`, lines.join(""));
    renameSync(`${this.path}.new`, this.path);
  }
}
