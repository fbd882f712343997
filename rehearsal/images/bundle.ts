import { rmSync } from "node:fs";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";

const bundles = new Map<string, Promise<string>>();

/**
 * A program of images/ in one file, by the options of its image's own build. Bundled once a process,
 * and gone with it; any user may read it, as pods' programs run under one of their own.
 *
 * @param entry absolute path of its first file, in this checkout or another
 */
export function bundle(entry: string): Promise<string> {
  const made = bundles.get(entry) ?? makeBundle(entry);
  bundles.set(entry, made);
  return made;
}

async function makeBundle(entry: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "mx-bundle-"));
  await chmod(folder, 0o755);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outfile = path.join(folder, `${path.basename(path.dirname(entry))}.cjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    loader: { ".sql": "text" },
    external: ["pg-native"],
    logLevel: "error",
  });
  return outfile;
}
