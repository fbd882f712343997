import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { run, type Result } from "../../lib/processes";
import { command, ownCheckout, stackTrace } from "../support/command";
import { committed, gitIn } from "../support/git";

describe("npm run preview -- --against", function () {
  this.timeout(300_000);
  const checkout = ownCheckout();
  let cache: string;
  /** What a command keeps, and where it works: this suite's own. */
  const places = () => ({ XDG_CACHE_HOME: cache, TMPDIR: path.join(cache, "tmp") });

  const git = (...args: string[]) => gitIn(checkout())(...args);

  /** Commits files as they are to be, on a branch of its own from the base. */
  async function change(
    branch: string,
    files: [file: string, from: string | RegExp, to: string][],
  ) {
    await git("checkout", "--quiet", "-B", branch, "base");
    for (const [name, from, to] of files) {
      const file = path.join(checkout(), name);
      const text = await readFile(file, "utf8");
      const edited = text.replace(from, to);
      assert.notEqual(edited, text, `${name} is not as the edit expects it`);
      await writeFile(file, edited);
    }
    await git("commit", "--quiet", "--all", "--allow-empty", "--message", branch);
  }

  async function against(ref: string, ...args: string[]): Promise<Result> {
    const env = { ...places() };
    const all = ["--stack", "prod", "--against", ref, ...args];
    const result = await command("preview", all, { cwd: checkout(), env });
    assert.doesNotMatch(result.stderr, stackTrace);
    return result;
  }

  /** Nothing of a comparison may stay behind. */
  async function assertTidy() {
    const worktrees = await git("worktree", "list", "--porcelain");
    assert.equal(worktrees.match(/^worktree /gm)!.length, 1, worktrees);
    assert.deepEqual(await left(), []);
  }

  /** Folders of ours that are still there. */
  async function left() {
    return (await readdir(places().TMPDIR)).filter((name) => name.startsWith("mini-xdr-"));
  }

  before(async () => {
    cache = await mkdtemp(path.join(tmpdir(), "mini-xdr-cache-"));
    await mkdir(places().TMPDIR);
    await committed(checkout(), "base");
    // The first run bundles the SDKs, and says so.
    await command("preview", ["--stack", "prod"], {
      cwd: checkout(),
      env: { ...places() },
    });
  });
  after(() => rm(cache, { recursive: true }));
  afterEach(assertTidy);

  it("says in one line that nothing changes", async () => {
    await change("nothing", []);
    const { code, stdout, stderr } = await against("base");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^no change against base \([0-9a-f]{12}\)$/);
  });

  it("shows a harmless change, and gives the same bytes with and without its cache", async () => {
    const file = path.join(cache, "comment.md");
    await change("harmless", [
      ["components/network/network.ts", "retentionInDays: 90", "retentionInDays: 180"],
    ]);
    await rm(path.join(cache, "mini-xdr/revisions"), { recursive: true, force: true });
    const first = await against("base", "--markdown", file);
    const comment = await readFile(file, "utf8");
    const second = await against("base", "--markdown", file);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /retentionInDays: 90 → 180/);
    assert.equal(second.stdout, first.stdout);
    assert.equal(await readFile(file, "utf8"), comment);
  });

  describe("plans nothing twice", () => {
    const revisions = () => path.join(cache, "mini-xdr/revisions");
    const kept = async () => (await readdir(revisions())).length;
    beforeEach(() => rm(revisions(), { recursive: true, force: true }));

    it("where nothing that a plan reads has changed", async () => {
      await change("written", [["README.md", "# mini-xdr", "# Mini-xdr"]]);
      const { code, stdout, stderr } = await against("base");
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^no change against base/);
      assert.equal(await kept(), 1);
    });

    it("of a change that is merged: what was planned of it is the base of the next", async () => {
      const edit = (from: number, to: number) =>
        change(`days-${to}`, [
          ["components/network/network.ts", `retentionInDays: ${from}`, `retentionInDays: ${to}`],
        ]);
      await edit(90, 180);
      await against("base");
      assert.equal(await kept(), 2);
      await git("commit", "--quiet", "--allow-empty", "--message", "squashed");
      await git("branch", "--force", "squashed");
      await edit(90, 365);
      const { stdout } = await against("squashed");
      assert.match(stdout, /retentionInDays: 180 → 365/);
      assert.equal(await kept(), 3);
    });
  });

  it("exits 1 when something goes that holds data, unless it is allowed by its URN", async () => {
    await change("gone", [
      [
        "components/database/multi-az-cluster.ts",
        'engine: "postgres"',
        'engine: "postgres", storageType: "io1"',
      ],
      ["components/database/multi-az-cluster.ts", 'storageType: "gp3",', ""],
    ]);
    const { code, stdout } = await against("base");
    assert.equal(code, 1);
    const urn = /urn:pulumi:prod::\S+::database-cluster/.exec(stdout)![0];
    assert.match(stdout, /Cluster database-cluster: may be replaced; takes along the database/);
    // It is still refused by the rule that wants gp3, and by nothing else.
    const allowed = await against("base", "--allow", urn);
    assert.doesNotMatch(allowed.stdout, /of what holds data or an address goes/);
    const wrong = await against("base", "--allow", "urn:none");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /^error: --allow: urn:none: nothing of it changes$/m);
  });

  it("judges a change by the base's pack, tier and exemptions, whatever it edits of its own", async () => {
    await change("judge", [
      ["components/database/multi-az-cluster.ts", "protect: true", "protect: false"],
      ["policies/rules/stack/data-protected.ts", "protect ? []", "protect || true ? []"],
    ]);
    const code = await against("base");
    assert.equal(code.code, 1);
    assert.match(
      code.stdout,
      /edits policies, which judge it: policies\/rules\/stack\/data-protected\.ts/,
    );
    assert.match(code.stdout, /judged by the code of the base's own pack/);
    assert.match(code.stdout, /✗ data-protected \[mandatory\] database-cluster/);
    await change("tier", [
      ["Pulumi.prod.yaml", "tier: enterprise", "tier: starter"],
      ["Pulumi.prod.yaml", "natGateways: perZone", "natGateways: single"],
    ]);
    const tier = await against("base");
    assert.equal(tier.code, 1);
    assert.match(tier.stdout, /edits the tier of prod/);
    assert.match(tier.stdout, /✗ nat-per-zone \[mandatory\]/);
  });

  it("plans a base with another lock file by that one's dependencies and its own preview", async () => {
    await change("other-lock", [["package-lock.json", '"lockfileVersion"', ' "lockfileVersion"']]);
    await change("head", [
      ["components/network/network.ts", "retentionInDays: 90", "retentionInDays: 180"],
    ]);
    // Stands in for npm, which would ask a registry: it only tells where it was called.
    const bin = await mkdtemp(path.join(tmpdir(), "mini-xdr-bin-"));
    const called = path.join(bin, "called");
    const modules = path.join(checkout(), "node_modules");
    const script = `#!/bin/sh\necho "$PWD $*" > ${called}\nln -s ${modules} node_modules\n`;
    await writeFile(path.join(bin, "npm"), script, { mode: 0o755 });
    const { code, stdout, stderr } = await command(
      "preview",
      ["--stack", "prod", "--against", "other-lock"],
      { cwd: checkout(), env: { ...places(), PATH: `${bin}:${process.env.PATH}` } },
    );
    assert.match(await readFile(called, "utf8"), /mini-xdr-against-\w+\/base ci --ignore-scripts/);
    assert.match(stderr, /installing what the other revision's lock file names/);
    assert.match(stdout, /edits dependencies, which judge it: package-lock\.json/);
    assert.match(stdout, /retentionInDays: 90 → 180/);
    assert.equal(code, 0, stdout);
    await rm(bin, { recursive: true });
  });

  describe("leaves nothing behind when it is ended while it plans", () => {
    const worktrees = () => git("worktree", "list", "--porcelain");
    const isThere = async () => (await worktrees()).includes("mini-xdr-against-");

    /** Ends it once its base has a worktree. */
    async function endedBy(signal: NodeJS.Signals) {
      await change("ended", [
        ["components/network/network.ts", "retentionInDays: 90", "retentionInDays: 180"],
      ]);
      await rm(path.join(cache, "mini-xdr/revisions"), { recursive: true, force: true });
      const child = spawn(
        process.execPath,
        ["--no-opt", "commands/run.cjs", "preview", "--stack", "prod", "--against", "base"],
        { cwd: checkout(), env: { ...process.env, ...places() }, stdio: "ignore" },
      );
      const ended = once(child, "close");
      await pWaitFor(isThere, { interval: 20, timeout: 30_000 });
      child.kill(signal);
      return ended;
    }

    it("by its user", async () => {
      assert.deepEqual(await endedBy("SIGTERM"), [128 + 15, null]);
    });

    it("at once: what plans the base beside it removes its worktree, and ends", async () => {
      assert.deepEqual(await endedBy("SIGKILL"), [null, "SIGKILL"]);
      // The folder around it goes after it.
      const isGone = async () => (await left()).length === 0;
      await pWaitFor(isGone, { interval: 50, timeout: 30_000 });
    });
  });

  describe("exits 2 with one line, and leaves nothing behind", () => {
    const says = ({ code, stderr, stdout }: Result, line: RegExp) => {
      assert.equal(code, 2, stdout);
      const lines = stderr
        .trim()
        .split("\n")
        .filter((text) => !text.startsWith("preview: "));
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0]!, line);
    };

    it("when there is no such revision, an option among them", async () => {
      says(await against("nowhere"), /^error: --against: "nowhere" is no commit, branch or tag/);
      says(await against("--output=x"), /is no commit, branch or tag/);
    });

    it("when something is not committed", async () => {
      await change("dirty", []);
      await writeFile(path.join(checkout(), "new.ts"), "");
      says(await against("base"), /^error: --against: new\.ts is not committed/);
      await rm(path.join(checkout(), "new.ts"));
    });

    it("when the base has no lock file", async () => {
      await git("checkout", "--quiet", "-B", "unlocked", "base");
      await git("rm", "--quiet", "package-lock.json");
      await git("commit", "--quiet", "--message", "unlocked");
      await git("checkout", "--quiet", "-B", "head", "base");
      says(await against("unlocked"), /^error: --against: unlocked: it has no package-lock\.json/);
    });

    const broken: [title: string, branch: string, from: string, to: string, line: RegExp][] = [
      [
        "does not compile",
        "syntax",
        "const config = readConfig();",
        "const config = ;",
        /^error: --against: syntax: the program does not compile: index\.ts:\d+/,
      ],
      [
        "throws",
        "throws",
        "const config = readConfig();",
        'const config = readConfig(); throw new Error("no");',
        /^error: --against: throws: the program failed: no/,
      ],
    ];
    for (const [title, branch, from, to, line] of broken)
      it(`when the base's program ${title}`, async () => {
        await change(branch, [["index.ts", from, to]]);
        await git("checkout", "--quiet", "-B", "head", "base");
        says(await against(branch), line);
      });

    it("when the base's configuration cannot be used", async () => {
      await change("gold", [["Pulumi.prod.yaml", "tier: enterprise", "tier: gold"]]);
      await git("checkout", "--quiet", "-B", "head", "base");
      says(
        await against("gold"),
        /^error: --against: gold: .*configuration of this stack cannot be used: .*gold/,
      );
    });

    it("when the settings of the base's pack cannot be used", async () => {
      await change("unsettled", [["policies/config.json", /^\{/, ""]]);
      await git("checkout", "--quiet", "-B", "head", "base");
      const line = /^error: --against: unsettled: policies\/config\.json: not readable: /;
      says(await against("unsettled"), line);
    });

    it("when the clone is a shallow one", async () => {
      const shallow = await mkdtemp(path.join(tmpdir(), "mini-xdr-shallow-"));
      await git("checkout", "--quiet", "-B", "head", "base");
      await git("commit", "--quiet", "--allow-empty", "--message", "second");
      const clone = path.join(shallow, "clone");
      await run("git", [
        "clone",
        "--quiet",
        "--depth",
        "1",
        "--branch",
        "head",
        `file://${checkout()}`,
        clone,
      ]);
      const result = await command("preview", ["--stack", "prod", "--against", "base"], {
        cwd: checkout(),
        env: { ...places(), GIT_DIR: path.join(clone, ".git"), GIT_WORK_TREE: clone },
      });
      says(result, /"base" is not in this clone, which is shallow; run git fetch --unshallow/);
      await rm(shallow, { recursive: true });
    });

    it("when the stack is in neither of the two", async () => {
      const result = await command("preview", ["--stack", "none", "--against", "base"], {
        cwd: checkout(),
        env: { ...places() },
      });
      says(result, /^error: --stack: "none" is not allowed; allowed: prod, staging$/);
    });

    it("for a base without a comparison that asks for it", async () => {
      const alone = await run(process.execPath, ["commands/run.cjs", "plan-revision", "base"], {
        cwd: checkout(),
      });
      says(alone, /^error: plan-revision: it is for preview --against alone$/);
    });

    it("for options that do not go together", async () => {
      const alone = await command("preview", ["--allow", "x", "--markdown", "x.md"], {
        cwd: checkout(),
      });
      assert.equal(alone.code, 2);
      assert.match(alone.stderr, /--markdown: there is a comparison with --against/);
      assert.match(alone.stderr, /--allow: there is a comparison with --against/);
    });
  });
});
