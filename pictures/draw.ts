import { join } from "node:path";
import { answered } from "./answers";
import { startBrowser } from "./browser";
import type { Dashboard } from "./dashboard";
import type { Range } from "./interval";
import { pageScript, photograph } from "./photograph";
import type { Prometheus } from "./prometheus";

/** What is drawn. */
export interface Drawn {
  dashboards: Dashboard[];
  prometheus: Prometheus;
  range: Range;
  /** Who answered, for the pictures' heads. */
  source: string;
  /** Folder of the PNG files, each named like its dashboard. */
  out: string;
}

/** Draws dashboards from a Prometheus's answers, and tells which panels had none. */
export async function draw(
  { dashboards, prometheus, range, source, out }: Drawn,
  tell: (line: string) => void,
): Promise<void> {
  const script = await pageScript();
  const browser = await startBrowser();
  try {
    for (const dashboard of dashboards) {
      const { name, title, description } = dashboard;
      const panels = await answered(dashboard, prometheus, range);
      const file = join(out, `${name}.png`);
      await photograph(browser, script, { title, description, ...range, source, panels }, file);
      const asked = panels.filter(({ queries }) => queries.length > 0);
      const empty = asked.filter(({ series }) => series.length === 0);
      tell(`${name}.png: ${asked.length - empty.length} of ${asked.length} panels have data`);
      for (const panel of empty) tell(`  no data: ${panel.title}`);
    }
  } finally {
    await browser.close();
  }
}
