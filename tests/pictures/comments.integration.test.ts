import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { startBrowser } from "../../pictures/browser";
import { headings, marker } from "../../review/heading";
import { reviewMarkdown } from "../../review/markdown";
import { bot, FakeGitHub, repository, token, type Pull } from "../review/comment/fake-github";
import { hostile } from "../review/hostile";
import { hostileReview } from "../review/made-up";
import { tool } from "../../tools";
import { command, ownCheckout } from "../support/command";
import { committed, gitIn } from "../support/git";
import { needTools } from "../support/need-tools";
import { root } from "../support/planned";
import { foundByGitHub, shown, type Shown } from "./github-page";

describe("a comment, by GitHub's own renderer in a browser", function () {
  this.timeout(300_000);
  const head = "0123456789abcdef0123456789abcdef01234567";
  const fork = { ref: "main", sha: head, repo: { full_name: "somebody/infrastructure" } };
  let browser: Browser;
  let github: FakeGitHub;
  let folder: string;

  before(async function () {
    await needTools(this, ["chromium", "cmarkgfm"]);
    browser = await startBrowser();
    github = await FakeGitHub.start();
    folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-comments-"));
  });
  after(async () => {
    await browser?.close();
    await github?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  /** What the command makes of an artifact on a pull request, in a browser. */
  async function commented(artifact: string, given: Partial<Pull> = {}): Promise<Shown> {
    github.forget();
    const pull = github.open(7, head, given);
    const file = path.join(folder, "comment.md");
    await writeFile(file, artifact);
    const { code, stderr } = await command(
      "comment",
      ["--repository", repository, "--head", head, "--artifact", file, "--run", "42"],
      { env: { GITHUB_TOKEN: token, GITHUB_API_URL: github.url } },
    );
    assert.equal(code, 0, stderr);
    return shown(browser, pull.comments[0]!.body, bot);
  }

  /** Nothing but what a comparison is made of, whatever names are in it. */
  async function assertHarmless({ page, requests }: Shown): Promise<void> {
    const kinds = await page.evaluate(() => [
      ...new Set(
        [...document.querySelectorAll("article *:not(figure, figure *)")].map(
          (one) => one.localName,
        ),
      ),
    ]);
    const ours = ["h2", "h3", "p", "br", "ul", "li", "blockquote", "strong", "code", "a"];
    const strange = kinds.filter((kind) => ![...ours, "details", "summary"].includes(kind));
    assert.deepEqual(strange, []);
    const links = await page.$$eval("article a", (all) =>
      all.map((link) => (link as HTMLAnchorElement).href),
    );
    const run = `https://github.com/${repository}/actions/runs/42`;
    assert.deepEqual([...new Set(links)], [run]);
    assert.deepEqual(await foundByGitHub(page), []);
    assert.equal(await page.locator("article h2").count(), 1, "one verdict");
    assert.deepEqual(requests, []);
  }

  /** Text of the whole comment, folded parts included. */
  async function textOf({ page }: Shown): Promise<string> {
    const text = await page.evaluate(() => document.querySelector("article")!.textContent);
    return text.replaceAll("\u200b", "");
  }

  for (const [index, text] of hostile.entries())
    it(`shows hostile text ${index + 1} as text, wherever it stands: ${JSON.stringify(text)}`, async () => {
      for (const given of [{}, { head: fork }]) {
        const comment = await commented(reviewMarkdown(hostileReview(text)), given);
        await assertHarmless(comment);
        const [line] = text.split("\n");
        if (!/[\p{C}&]/u.test(line!)) assert.ok((await textOf(comment)).includes(line!.trim()));
        const sections = await comment.page.$$eval("details", (all) =>
          all.map((one) => one.querySelectorAll("details").length),
        );
        // Four of its stack, each folded for itself, and in the frame of a fork's.
        assert.deepEqual(sections, "head" in given ? [4, 0, 0, 0, 0] : [0, 0, 0, 0]);
        await comment.page.close();
      }
    });

  it("shows an artifact that somebody has written himself as text, inside its frame", async () => {
    const artifact = `${marker}\n${headings.blocked}`;
    const comment = await commented([artifact, ...hostile, "</details>", ...hostile].join("\n\n"), {
      head: fork,
    });
    await assertHarmless(comment);
    assert.equal(await comment.page.locator("article > details:last-child").count(), 1);
    assert.equal(
      await comment.page.locator("article > h2").textContent(),
      "⚠️ By its own word: blocked",
    );
    await comment.page.close();
  });

  describe("of changes as they are planned", () => {
    const checkout = ownCheckout();
    const git = (...args: string[]) => gitIn(checkout())(...args);

    let helm: string;

    before(async function () {
      await needTools(this, ["helm"]);
      helm = await tool("helm");
      await committed(checkout(), "main");
    });

    /** What is committed on a branch, compared with main and commented on. */
    async function planned(
      stack: string,
      edits: [file: string, from: string, to: string][],
      given: Partial<Pull> = {},
    ): Promise<Shown> {
      await git("checkout", "--quiet", "-B", "change", "main");
      for (const [name, from, to] of edits) {
        const file = path.join(checkout(), name);
        const text = await readFile(file, "utf8");
        assert.ok(text.includes(from), `${name} is not as the edit expects it`);
        await writeFile(file, text.replace(from, to));
      }
      await git("commit", "--quiet", "--all", "--message", "change");
      const file = path.join(folder, "planned.md");
      const env = {
        XDG_CACHE_HOME: path.join(folder, "cache"),
        // Changed values are rendered by the Helm that is on the PATH.
        PATH: `${path.dirname(helm)}:${process.env.PATH}`,
      };
      const args = ["--stack", stack, "--against", "main", "--markdown", file];
      const { code, stderr } = await command("preview", args, { cwd: checkout(), env });
      assert.ok(code <= 1, stderr);
      const files = edits.map(([filename]) => ({ filename, status: "modified" }));
      return commented(await readFile(file, "utf8"), { files, ...given });
    }

    /** The beginning of its picture, for the documents when that is asked for; else one that is looked at by nobody. */
    async function photographed({ page }: Shown, name: string): Promise<void> {
      const out = process.env.WRITE_PICTURE ? path.join(root, "docs/pictures/comments") : folder;
      await mkdir(out, { recursive: true });
      const { width, height } = (await page.locator("body").boundingBox())!;
      const clip = { x: 0, y: 0, width, height: Math.min(height, 1400) };
      const png = await page.screenshot({
        path: path.join(out, `${name}.png`),
        fullPage: true,
        clip,
      });
      assert.ok(png.length > 10_000);
      await page.close();
    }

    it("blocked: says so first, draws what goes, and folds the rest", async () => {
      const comment = await planned("prod", [["Pulumi.prod.yaml", "10.20.0.0/16", "10.21.0.0/16"]]);
      await assertHarmless(comment);
      assert.equal(await comment.page.locator("h2").textContent(), "⛔ Blocked");
      assert.match(
        await textOf(comment),
        /Vpc \S+ replaced, takes along every address of the network/,
      );
      assert.ok((await comment.page.locator("figure svg .node").count()) > 10);
      assert.equal(await comment.page.locator("details[open]").count(), 0);
      await photographed(comment, "blocked");
    });

    it("harmless: says so, and opens to what changes", async () => {
      const comment = await planned("prod", [
        ["components/network/network.ts", "retentionInDays: 90", "retentionInDays: 180"],
      ]);
      await assertHarmless(comment);
      assert.equal(await comment.page.locator("h2").textContent(), "✅ Nothing blocks it");
      await comment.page.locator("summary", { hasText: "LogGroup" }).first().click();
      assert.ok(await comment.page.getByText("retentionInDays").first().isVisible());
      await photographed(comment, "harmless");
    });

    it("from a fork that edits a rule: is its own word, and folded", async () => {
      const comment = await planned(
        "prod",
        [["policies/rules/workloads/disruption-budget.ts", "most === 1", "most !== 0"]],
        { head: fork },
      );
      await assertHarmless(comment);
      assert.match(
        await textOf(comment),
        /It edits policies, which judge it: .*disruption-budget\.ts/,
      );
      assert.equal(await comment.page.locator("article > details[open]").count(), 0);
      await photographed(comment, "fork");
    });
  });
});
