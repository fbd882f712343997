import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { output } from "../../lib/processes";
import { tool } from "../../tools";

/** With HTML let through, before GitHub's own sanitiser, and with comments' hard line breaks. */
const program = `
import sys
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options
options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_GITHUB_PRE_LANG | Options.CMARK_OPT_HARDBREAKS
sys.stdout.write(github_flavored_markdown_to_html(sys.stdin.read(), options=options))
`;

/** A comment's HTML, by GitHub's own renderer, cmark-gfm. */
export async function rendered(markdown: string): Promise<string> {
  const python = join(dirname(await tool("cmarkgfm")), "venv/bin/python");
  return output(python, ["-c", program], { input: markdown, env: { PYTHONUTF8: "1" } });
}

/** A comment in a browser, and what the page has asked the network for. */
export interface Shown {
  page: Page;
  requests: string[];
}

/**
 * Shows a comment as GitHub does: cmark-gfm's HTML, its pictures drawn by Mermaid. What stands in: the
 * styles, and that the pictures are in the page itself, not in a frame of their own. What GitHub does after
 * cmark-gfm is left out: its sanitiser, names of people and issues (see {@link foundByGitHub}), emoji.
 */
export async function shown(browser: Browser, markdown: string, as: string): Promise<Shown> {
  const page = await browser.newPage({ viewport: { width: 920, height: 600 } });
  const requests: string[] = [];
  await page.route("**", (route) => {
    requests.push(route.request().url());
    return route.abort();
  });
  await page.setContent(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>comment</title><style>${styles}</style>` +
      `<main><header><b>${as}</b> commented</header><article>${await rendered(markdown)}</article></main></html>`,
  );
  await page.addScriptTag({ content: readFileSync(require.resolve("@mermaid-js/tiny"), "utf8") });
  await page.evaluate(async () => {
    const { mermaid } = globalThis as unknown as Drawer;
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
    for (const [index, block] of [...document.querySelectorAll("pre[lang=mermaid]")].entries()) {
      const { svg } = await mermaid.render(`picture-${index}`, block.textContent!);
      const figure = document.createElement("figure");
      figure.innerHTML = svg;
      block.replaceWith(figure);
    }
  });
  return { page, requests };
}

/**
 * What GitHub would link in the finished page: `@name`, `#1` and `GH-1` outside of code, pictures and links,
 * as its html-pipeline has looked for them.
 */
export function foundByGitHub(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const texts = document.createTreeWalker(
      document.querySelector("article")!,
      NodeFilter.SHOW_TEXT,
    );
    while (texts.nextNode()) {
      const { parentElement, textContent } = texts.currentNode;
      if (parentElement?.closest("pre, code, a, figure")) continue;
      found.push(...(textContent!.match(/(?:^|\W)(?:@[a-z0-9][a-z0-9-]*|#\d+|GH-\d+)/gi) ?? []));
    }
    return found;
  });
}

interface Drawer {
  mermaid: {
    initialize(options: object): void;
    render(id: string, text: string): Promise<{ svg: string }>;
  };
}

const styles = `
  body { margin: 0; padding: 16px; font: 14px/1.5 "Liberation Sans", Arial, sans-serif; color: #1f2328; }
  main { border: 1px solid #d1d9e0; border-radius: 6px; }
  header { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; color: #59636e; }
  header b { color: #1f2328; }
  article { padding: 8px 16px; overflow-wrap: anywhere; }
  h2, h3 { margin: 16px 0 12px; line-height: 1.25; }
  h2 { font-size: 20px; padding-bottom: 6px; border-bottom: 1px solid #d1d9e0; }
  h3 { font-size: 16px; }
  code { padding: 2px 5px; background: #eff1f3; border-radius: 6px; font: 12px "Liberation Mono", monospace; }
  blockquote { margin: 0 0 12px; padding: 0 14px; color: #59636e; border-left: 4px solid #d1d9e0; }
  ul { padding-left: 28px; }
  details { margin: 4px 0; }
  figure { margin: 12px 0; text-align: center; }
`;
