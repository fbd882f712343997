import { join } from "node:path";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { pageWidth } from "./answers";
import type { Drawing } from "./page/drawing";

/** The page's script and styles as one text; made once for all pictures of a run. */
export async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, "page/page.ts")],
    bundle: true,
    format: "iife",
    loader: { ".css": "text" },
    write: false,
  });
  return outputFiles[0]!.text;
}

/** Draws a dashboard in a tab of its own, and photographs all of it as a PNG file. */
export async function photograph(
  browser: Browser,
  script: string,
  drawing: Drawing,
  file: string,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: pageWidth, height: 900 } });
  try {
    const failed = new Promise<never>((_, reject) => page.once("pageerror", reject));
    failed.catch(() => {}); // told below, if it comes before the picture
    await page.setContent(
      `<!doctype html><html lang="en"><title>dashboard</title><body></body></html>`,
    );
    const drawn = page
      .addScriptTag({ content: script })
      .then(() =>
        page.evaluate(
          (text) => (globalThis as unknown as Drawer).draw(text),
          JSON.stringify(drawing, infinite),
        ),
      );
    await Promise.race([drawn, failed]);
    await page.screenshot({ path: file, fullPage: true });
  } finally {
    await page.close();
  }
}

interface Drawer {
  draw(text: string): Promise<void>;
}

/** JSON has no infinity: it goes as text, which the page reads back. */
function infinite(_: string, value: unknown): unknown {
  return value === Infinity || value === -Infinity ? String(value) : value;
}
