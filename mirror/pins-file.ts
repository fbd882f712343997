import { readFile, rename, writeFile } from "node:fs/promises";
import * as z from "zod";
import { UsageError } from "../lib/ends";
import type { Pins } from "../upstream/upstream";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits");
const none = z.literal("");
const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower case words with hyphens");

const schema = z.strictObject({
  charts: z.record(
    name,
    z.strictObject({
      version: z.string().min(1),
      repository: z.url("an address"),
      archive: digest,
      digest: digest.or(none),
    }),
  ),
  images: z.record(
    name,
    z.strictObject({
      source: z.string().regex(/^[^\s/@]+(\/[a-z0-9._-]+)+$/, "a registry and a repository"),
      tag: z.string().regex(/^(?!latest$)\w[\w.-]*$/, "a tag, never latest"),
      digest: digest.or(none),
    }),
  ),
});

/** The file that holds every pin, into which the mirror writes the digests of what it copies. */
export class PinsFile {
  private constructor(
    private readonly file: string,
    readonly pins: Pins,
  ) {}

  /** @throws UsageError, a line for each problem. */
  static async read(file: string): Promise<PinsFile> {
    const text = await readFile(file, "utf8");
    const result = schema.safeParse(parsed(text));
    if (result.success) return new PinsFile(file, result.data);
    const lines = result.error.issues.map(
      ({ path, message }) =>
        `${path.join(".") || "it"}: ${message.replace(/^Invalid input: /, "")}`,
    );
    throw new UsageError(`upstream/pins.json cannot be used:\n  ${lines.join("\n  ")}`);
  }

  /** Writes a digest that was not known yet. A run that is interrupted keeps those before it. */
  async pin(kind: "charts" | "images", name: string, digest: string): Promise<void> {
    this.pins[kind][name]!.digest = digest;
    await writeFile(`${this.file}.part`, `${JSON.stringify(this.pins, null, 2)}\n`);
    await rename(`${this.file}.part`, this.file);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
