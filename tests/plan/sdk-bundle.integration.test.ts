import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Result } from "../../lib/processes";
import { command, ownCheckout } from "../support/command";

describe("the preview's cache of compiled code", function () {
  this.timeout(120_000);
  const checkout = ownCheckout();
  let cache: string;
  /** What a preview says where nothing can be kept. */
  let uncached: string;

  before(async () => {
    cache = await mkdtemp(path.join(tmpdir(), "mini-xdr-cache-"));
    const { stdout, stderr, code } = await preview("/dev/null");
    assert.equal(code, 0, stderr);
    uncached = stdout;
  });
  after(() => rm(cache, { recursive: true }));

  async function preview(cacheHome = cache): Promise<Result> {
    const env = { XDG_CACHE_HOME: cacheHome };
    const result = await command("preview", ["--stack", "prod"], { cwd: checkout(), env });
    return { ...result, stdout: result.stdout.replace(/planned in .* s/, "") };
  }

  const compiled = () => path.join(cache, "mini-xdr/compiled");

  /** When each file of the cache was written. */
  async function written(): Promise<Record<string, number>> {
    const times: Record<string, number> = {};
    for (const name of await readdir(compiled()))
      times[name] = (await stat(path.join(compiled(), name))).mtimeMs;
    return times;
  }

  /** Does something to every file of the cache with such a name. */
  async function damage(files: RegExp, by: (content: Buffer) => Buffer): Promise<void> {
    const names = (await readdir(compiled())).filter((name) => files.test(name));
    assert.ok(names.length > 0, String(files));
    for (const name of names) {
      const file = path.join(compiled(), name);
      await writeFile(file, by(await readFile(file)));
    }
  }

  it("is made by the first run, which says so, and used by the next", async () => {
    const first = await preview();
    assert.match(first.stderr, /bundling the Pulumi SDKs, once/);
    const made = await written();
    const second = await preview();
    assert.equal(second.stderr, "");
    assert.deepEqual(await written(), made, "the second run compiled nothing");
    assert.equal(first.stdout, uncached);
    assert.equal(second.stdout, uncached);
  });

  it("keeps no more than its owner may read", async () => {
    const { mode } = await stat(compiled());
    assert.equal(mode & 0o077, 0);
  });

  it("never hides a change of the program", async () => {
    const file = path.join(checkout(), "components/cache.ts");
    const text = await readFile(file, "utf8");
    await writeFile(
      file,
      text.replace(/automaticFailoverEnabled: true/, "automaticFailoverEnabled: false"),
    );
    const { code, stdout } = await preview();
    assert.match(stdout, /✗ cache-failover \[mandatory\]/);
    assert.equal(code, 1);
    await writeFile(file, text);
    assert.equal((await preview()).stdout, uncached);
  });

  it("never hides a change of a rule", async () => {
    const file = path.join(checkout(), "policies/rules/cache/cache-failover.ts");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("automaticFailoverEnabled:", "notThere:"));
    assert.match((await preview()).stdout, /cache-failover.*[^]*notThere is absent/);
    await writeFile(file, text);
  });

  const damages: [string, RegExp, (content: Buffer) => Buffer][] = [
    ["what V8 compiled is cut off", /\.v8$/, (content) => content.subarray(0, content.length / 2)],
    ["what V8 compiled is overwritten", /\.v8$/, (content) => content.fill(7, 4000, 9000)],
    ["code is cut off", /\.js$/, (content) => content.subarray(0, content.length / 2)],
    [
      "the program is altered",
      /^program-.*\.js$/,
      (content) =>
        Buffer.from(content.toString("latin1").replaceAll("automatic", "xutomatic"), "latin1"),
    ],
    ["a description is no JSON", /\.json$/, () => Buffer.from("{")],
    ["a description is of another version", /\.json$/, () => Buffer.from('{"inputs":{}}')],
  ];
  for (const [what, files, by] of damages)
    it(`compiles again when ${what}`, async () => {
      await damage(files, by);
      for (const run of [await preview(), await preview()]) {
        assert.equal(run.code, 0, run.stderr);
        assert.equal(run.stdout, uncached);
      }
    });

  it("is left as it is by a run that ends early", async () => {
    await rm(compiled(), { recursive: true });
    await mkdir(compiled());
    const env = { XDG_CACHE_HOME: cache };
    await command("preview", ["--stack", "none"], { cwd: checkout(), env });
    assert.ok(!(await readdir(compiled())).some((name) => name.endsWith(".v8")));
  });
});
