import type { Context } from "mocha";
import { MissingTool } from "../../lib/ends";
import { tool, type ToolName } from "../../tools";

/** Skips the suite, loudly, on a machine that lacks one of these tools and cannot get it. */
export async function needTools(context: Context, tools: readonly ToolName[]): Promise<void> {
  // The first run builds them, for some minutes each on two cores.
  context.timeout(1_800_000);
  try {
    for (const name of tools) await tool(name);
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    skipLoudly(context, error.message);
  }
}

/** Skips a suite or a test, and says why where everybody sees it. */
export function skipLoudly(context: Context, reason: string): never {
  console.log(`    SKIPPED, nothing of this is proved here: ${reason}`);
  return context.skip();
}
