import { accessSync, constants } from "node:fs";
import type { Context } from "mocha";
import { chromium, type Browser } from "playwright-core";
import { skipLoudly } from "../../../support/need-tools";

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A real browser without a window; the suite is skipped, loudly, where there is none. */
export async function startBrowser(context: Context): Promise<Browser> {
  const found = candidates.find(isExecutable);
  if (!found) return skipLoudly(context, "chromium: it is not installed");
  return chromium.launch({
    executablePath: found,
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
