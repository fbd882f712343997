import type { Context } from "mocha";
import { readdir } from "node:fs/promises";
import os from "node:os";
import { folderPrefix } from "../../commands/rehearse/control-plane/leftovers";
import { View } from "../../commands/rehearse/view";
import { rehearsalTools } from "../../commands/rehearse/rehearsal";
import { MissingTool, tool } from "../../tools";

/** Skips the suite, loudly, on a machine that lacks a tool and cannot get it. */
export async function needTools(context: Context): Promise<void> {
  // The first run builds them, about seven minutes on two cores.
  context.timeout(1_200_000);
  try {
    for (const name of rehearsalTools) await tool(name);
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    console.log(`    SKIPPED, nothing of this is proved here: ${error.message}`);
    context.skip();
  }
}

/** A view that shows nothing. */
export function quiet(): View {
  return new View({ isTTY: false, columns: 80, write: () => true });
}

/** Folders of this process's control planes, or of `pid`'s. */
export async function folders(pid = process.pid): Promise<string[]> {
  const names = await readdir(os.tmpdir());
  return names.filter((name) => name.startsWith(`${folderPrefix}${pid}-`));
}
