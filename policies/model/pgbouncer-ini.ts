/** What a pgbouncer.ini sets: values by section and key. */
export type PgBouncerIni = Record<string, Record<string, string>>;

/** Reads a pgbouncer.ini as PgBouncer does: of a key that a section has twice the later value counts. */
export function parsePgBouncerIni(text: string): PgBouncerIni {
  const sections: PgBouncerIni = {};
  let section: Record<string, string> = {};
  for (const line of text.split("\n").map((part) => part.trim())) {
    if (/^[;#]/.test(line)) continue;
    const heading = /^\[(.+)\]$/.exec(line)?.[1];
    if (heading) section = sections[heading] ??= {};
    const [, key, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key && value !== undefined) section[key] = value;
  }
  return sections;
}

/** The server of a line in the section `databases`; undefined when it names none. */
export function hostOf(database: string): string | undefined {
  return /\bhost=(\S+)/.exec(database)?.[1];
}
