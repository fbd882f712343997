import { cpSync, rmSync, symlinkSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../../../../lib/processes";
import { root } from "../../../support/planned";

let folder: Promise<string> | undefined;

/** The folder `dist` as the image has it: made by the image's own build, with the project's packages. */
export function built(): Promise<string> {
  return (folder ??= (async () => {
    const copy = await mkdtemp(join(tmpdir(), "mx-frontend-"));
    // Every suite of the process uses it.
    process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
    for (const name of ["package.json", "server", "page"])
      cpSync(join(root, "images/frontend", name), join(copy, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    await output("npm", ["run", "build"], { cwd: copy });
    return join(copy, "dist");
  })());
}
