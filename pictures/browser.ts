import { accessSync, constants } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { tool } from "../tools";

const others = ["/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts a real browser without a window. @throws MissingTool where none can be had */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: others.find(isExecutable) ?? (await tool("chromium")),
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
