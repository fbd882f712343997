import type { Context } from "mocha";
import { chromium, type Browser } from "playwright-core";
import { tool } from "../../../../tools";
import { needTools } from "../../../support/need-tools";

/** A real browser without a window; the suite is skipped, loudly, where it cannot be had. */
export async function startBrowser(context: Context): Promise<Browser> {
  await needTools(context, ["chromium"]);
  return chromium.launch({
    executablePath: await tool("chromium"),
    // Its sandbox refuses to run for root; /dev/shm is small in containers.
    args: ["--disable-dev-shm-usage", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
}
