import type { Context } from "mocha";
import type { Browser } from "playwright-core";
import { MissingTool } from "../../../../lib/ends";
import { startBrowser as start } from "../../../../pictures/browser";
import { skipLoudly } from "../../../support/need-tools";

/** A real browser without a window; where none can be had, the suite is skipped, loudly. */
export async function startBrowser(context: Context): Promise<Browser> {
  // The first run may fetch it.
  context.timeout(1_800_000);
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error;
    return skipLoudly(context, error.message);
  }
}
