/** Settings whose value is a list of quoted names (PostgreSQL, src/bin/pg_dump/dumputils.c, variable_is_guc_list_quote). */
const lists = [
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
];
/** Of these the names are of the catalog, in which an unquoted one is written in small letters. */
const ofCatalog = ["search_path", "temp_tablespaces"];

/** Bytes of a name that PostgreSQL keeps (NAMEDATALEN - 1). */
const longestName = 63;

/** Whether a setting's value is a list of names. */
export function isList(setting: string): boolean {
  return lists.includes(setting.toLowerCase());
}

/**
 * The names in a stored list, as PostgreSQL 15 itself reads them (src/backend/utils/adt/varlena.c,
 * SplitIdentifierString); undefined where it would refuse the list. Names are separated by commas,
 * and may be quoted. Empty names mean nothing and are left out.
 */
export function namesOf(setting: string, value: string): string[] | undefined {
  const folds = ofCatalog.includes(setting.toLowerCase());
  const names: string[] = [];
  const rest = new Scanner(value);
  rest.skipSpace();
  if (rest.atEnd) return [];
  for (;;) {
    const name = rest.quoted() ?? rest.bare(folds);
    if (name === undefined) return undefined;
    names.push(folds ? shortened(name) : name);
    rest.skipSpace();
    if (rest.atEnd) return names.filter((each) => each !== "");
    if (!rest.take(",")) return undefined;
    rest.skipSpace();
  }
}

/** The separators that PostgreSQL's own scanner knows: other blanks are part of a name. */
const space = /[ \t\n\r\f]/;

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  skipSpace(): void {
    while (!this.atEnd && space.test(this.text[this.at]!)) this.at += 1;
  }

  take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  /** A name in quotes, in which two quotes are one; undefined where there is none, or it has no end. */
  quoted(): string | undefined {
    const pattern = /"([^"]*(?:""[^"]*)*)"/y;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at = pattern.lastIndex;
    return found[1]!.replaceAll('""', '"');
  }

  /** A name up to the next comma or space; undefined where it is empty, or begins a quote that has no end. */
  bare(folds: boolean): string | undefined {
    if (this.text[this.at] === '"') return undefined;
    const start = this.at;
    while (!this.atEnd && this.text[this.at] !== "," && !space.test(this.text[this.at]!))
      this.at += 1;
    const name = this.text.slice(start, this.at);
    if (name === "") return undefined;
    // Of a multi-byte encoding only ASCII is folded (src/backend/parser/scansup.c, downcase_identifier).
    return folds ? name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) : name;
  }
}

/** At most 63 bytes, and no half character. */
function shortened(name: string): string {
  let kept = "";
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > longestName) break;
    kept += character;
  }
  return kept;
}
