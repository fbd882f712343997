import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ends } from "../../lib/ends";
import type { Result } from "../../lib/processes";
import { command, ownCheckout, scripts, stackTrace } from "../support/command";
import { root } from "../support/planned";

/** What each command wants at least; the rest wants nothing. */
const required: Record<string, string[]> = {
  policy: ["--plan", "plan.json"],
  comment: ["--repository", "o/n", "--head", "0".repeat(40), "--artifact", "comment.md"],
  failover: ["--stack", "prod"],
  restore: ["--stack", "prod"],
  rebuild: ["--stack", "prod"],
  mirror: ["--stack", "prod"],
  up: ["--stack", "prod"],
  drift: ["--stack", "prod"],
  images: ["--stack", "prod", "--archives", ".", "--tag", "1"],
  propose: ["--repository", "o/n", "--branch", "b", "--title", "t"],
};

/** Commands whose input is the program. */
const plan = [
  "preview",
  "preflight",
  "render",
  "rehearse",
  "rehearse:alerts",
  "rehearse:chaos",
  "rehearse:database",
  "rehearse:rebuild",
];

/** An environment of a machine that has only what makes namespaces. */
async function bare(folder: string): Promise<Record<string, string>> {
  for (const [name, file] of Object.entries({ unshare: "/usr/bin/unshare", ip: "/usr/sbin/ip" }))
    if (!existsSync(path.join(folder, name))) await symlink(file, path.join(folder, name));
  return { PATH: folder, XDG_CACHE_HOME: folder, HOME: folder };
}

describe("how every command ends", function () {
  this.timeout(120_000);
  const checkout = ownCheckout();
  let folder: string;
  let all: string[];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-ends-"));
    all = await scripts();
  });
  after(() => rm(folder, { recursive: true }));

  /** Each command, as people start it; none of them may show a stack trace. */
  async function each(
    names: string[],
    args: (name: string) => string[],
    judge: (result: Result, name: string) => void,
    options: Parameters<typeof command>[2] = {},
  ): Promise<void> {
    const run = async (name: string) => {
      const result = await command(name, args(name), { cwd: checkout(), ...options });
      assert.doesNotMatch(result.stderr, stackTrace, name);
      judge(result, name);
    };
    await Promise.all(names.map(run));
  }

  it("--help: how it is used on standard output, exit code 0", () =>
    each(
      all,
      () => ["--help"],
      ({ code, stdout, stderr }, name) => {
        assert.equal(code, ends.done, name + stderr);
        assert.match(stdout, new RegExp(`^Usage: npm run ${name} -- \\[options\\]`), name);
        assert.equal(stderr, "", name);
      },
    ));

  it("an unknown option: one line that names it, exit code 2", () =>
    each(
      all,
      (name) => ["--nonsense", ...(required[name] ?? [])],
      ({ code, stdout, stderr }, name) => {
        assert.equal(code, ends.usage, name);
        assert.equal(stderr, "error: unknown option '--nonsense'", name);
        assert.equal(stdout, "", name);
      },
    ));

  it("a missing option: one line that names it, exit code 2", () =>
    each(
      Object.keys(required),
      () => [],
      ({ code, stderr }, name) => {
        assert.equal(code, ends.usage, name);
        assert.match(stderr, /^error: required option '--\w+ <\w+>' not specified$/, name);
      },
    ));

  describe("with a syntax error in index.ts", () => {
    before(async () => {
      const file = path.join(checkout(), "index.ts");
      await writeFile(file, `const broken = ;\n${await readFile(file, "utf8")}`);
    });
    after(async () => {
      await writeFile(
        path.join(checkout(), "index.ts"),
        await readFile(path.join(root, "index.ts")),
      );
    });

    it("--help is given as ever", () =>
      each(
        all,
        () => ["--help"],
        ({ code, stderr }, name) => assert.equal(code, ends.done, name + stderr),
      ));

    it("what plans a stack names the place, exit code 2", () =>
      each(
        plan,
        () => [],
        ({ code, stderr }, name) => {
          assert.match(stderr, /^(error: )?the program does not compile:$/m, name);
          assert.match(stderr, /^ {2}index\.ts:1:16: Unexpected ";"$/m, name);
          assert.equal(code, ends.usage, name);
        },
      ));

    it("what acts on an account never notices", async () => {
      const before = await ofRecovery(root);
      assert.deepEqual(await ofRecovery(checkout()), before);
    });

    /** What the recovery commands say without anything that they need. */
    async function ofRecovery(cwd: string): Promise<Result[]> {
      const env = { ...(await bare(folder)), PGSSLROOTCERT: undefined };
      const names = ["failover", "restore", "rebuild"];
      return Promise.all(names.map((name) => command(name, required[name]!, { cwd, env })));
    }
  });

  it("a program that fails: what it says, exit code 2", async () => {
    const file = path.join(checkout(), "index.ts");
    const text = await readFile(file, "utf8");
    await writeFile(file, `${text}\n(undefined as unknown as () => void)();\n`);
    await each(
      ["preview"],
      () => ["--stack", "prod"],
      ({ code, stderr }) => {
        assert.match(stderr, /^error: the program failed: .*is not a function/);
        assert.equal(stderr.split("\n").length, 1);
        assert.equal(code, ends.usage);
      },
    );
    await writeFile(file, text);
  });

  it("a tool that is missing and cannot be had: its name and the remedy, exit code 2", async () => {
    await each(
      [
        "rehearse:rebuild",
        "rehearse",
        "rehearse:alerts",
        "rehearse:chaos",
        "rehearse:database",
        "render",
        "tools",
        "rebuild",
        "restore",
        "preflight",
        "prices",
        "up",
        "drift",
      ],
      (name) => required[name] ?? [],
      ({ code, stderr }, name) => {
        assert.match(
          stderr,
          /^(error: | {2})\w[\w-]*( v?[\d.]+)?.* (is|are) not on the PATH.*(install|put it)/m,
          name,
        );
        assert.equal(code, ends.usage, name + stderr);
      },
      { env: await bare(folder) },
    );
  });

  it("a fault of the command itself: says so, exit code 70; MINI_XDR_DEBUG shows where", async () => {
    const file = path.join(checkout(), "plan/judged.ts");
    const text = await readFile(file, "utf8");
    const broken = text.replace("judgeStack(", "(null as never as typeof judgeStack)(");
    assert.notEqual(broken, text);
    await writeFile(file, broken);
    const args = ["--stack", "prod"];
    await each(
      ["preview"],
      () => args,
      ({ code, stderr }) => {
        assert.match(stderr, /^error: .*\nThis is a fault of the command, not of its input/);
        assert.equal(code, ends.fault);
      },
    );
    const env = { MINI_XDR_DEBUG: "1" };
    const { stderr } = await command("preview", args, { cwd: checkout(), env });
    assert.match(stderr, stackTrace);
    await writeFile(file, text);
  });

  it("Ctrl-C: ended by the signal, nothing on standard error", async () => {
    // The session of its own is a terminal's foreground group: all of it gets the signal.
    const child = spawn("npm", ["run", "--silent", "preview"], { cwd: root, detached: true });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    await once(child.stdout, "data");
    process.kill(-child.pid!, "SIGINT");
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    assert.ok(code === 130 || signal === "SIGINT", `${code} ${signal}`);
    assert.equal(said, "");
  });
});
