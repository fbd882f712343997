import { accessSync, constants } from "node:fs";
import type { Context } from "mocha";
import { chromium, type Browser } from "playwright-core";
import { tool } from "../../../../tools";
import { needTools } from "../../../support/need-tools";

const others = ["/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A real browser without a window; where none can be had, the suite is skipped, loudly. */
export async function startBrowser(context: Context): Promise<Browser> {
  const found = others.find(isExecutable);
  if (!found) await needTools(context, ["chromium"]);
  return chromium.launch({
    executablePath: found ?? (await tool("chromium")),
    // Its sandbox refuses to run for root; /dev/shm is small in containers.
    args: ["--disable-dev-shm-usage", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
