import { readdirSync } from "node:fs";
import path from "node:path";
import type { Change } from "../plan/comparison/change";
import { differences, pathText, type Difference } from "../plan/comparison/difference";
import { textOf } from "./revision";

/** Configuration that differs, by key: `mini-xdr:database.storageGb`. */
export function configChanges(
  before: Record<string, string>,
  after: Record<string, string>,
): Difference[] {
  return differences(before, after);
}

/** Where in a checkout what a change changes is written. */
export class Origins {
  private readonly components: { file: string; lines: string[] }[];

  constructor(
    checkout: string,
    private readonly config: Difference[],
  ) {
    this.components = typescriptIn(checkout, "components").map((file) => ({
      file,
      lines: textOf(checkout, file).split("\n"),
    }));
  }

  /**
   * The configuration key whose value goes the same way as one of the properties, or else the line of the
   * component that names the resource. Undefined: neither is found.
   */
  of({ urn, properties }: Change): string | undefined {
    const key = this.config.find(({ before, after }) =>
      properties.some((one) => same(one.before, before) && same(one.after, after)),
    );
    return key ? pathText(key.path) : this.lineOf(urn);
  }

  /** The nearest component's file, at the line with the name that it gives the resource. */
  private lineOf(urn: string): string | undefined {
    const kinds = [...urn.matchAll(/mini-xdr:index:(\w+)/g)].map(([, kind]) => kind!).reverse();
    const name = urn.split("::").at(-1)!;
    for (const kind of kinds) {
      const home = this.components.find(({ lines }) =>
        lines.some((line) => line.includes(`index:${kind}"`) || line.includes(`super("${kind}"`)),
      );
      if (!home) continue;
      // A component of several files names its children in any of them.
      const folder = path.dirname(home.file);
      const files = this.components.filter(({ file }) =>
        folder === "components" ? file === home.file : file.startsWith(`${folder}/`),
      );
      for (const suffix of suffixesOf(name))
        for (const { file, lines } of files) {
          const line = lines.findIndex((text) => text.includes(`}-${suffix}\``));
          if (line >= 0) return `${file}:${line + 1}`;
        }
      return home.file;
    }
    return undefined;
  }
}

/** Ends of a name at its hyphens, the longest first: what follows a component's own name. */
function suffixesOf(name: string): string[] {
  const parts = name.split("-");
  return parts.slice(1).map((_, index) => parts.slice(index + 1).join("-"));
}

/** The same value, where one is text and the other a number. */
function same(one: unknown, other: unknown): boolean {
  return one !== undefined && other !== undefined && String(one) === String(other);
}

function typescriptIn(checkout: string, folder: string): string[] {
  return readdirSync(path.join(checkout, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const file = `${folder}/${entry.name}`;
      return entry.isDirectory() ? typescriptIn(checkout, file) : [file];
    })
    .filter((file) => file.endsWith(".ts"))
    .sort();
}
