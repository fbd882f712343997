import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { run } from "../../lib/processes";
import { tool } from "../../tools";
import { npm } from "../docs/known-commands";
import { needTools } from "../support/need-tools";
import { root } from "../support/planned";
import { commandsOf, folder, workflows } from "./workflow";

/** A fault by the name that its finder gives it, and how it comes into which workflow. */
type Planted = [name: string, file: string, from: string | RegExp, to: string];

describe("the workflows, by the linters", function () {
  this.timeout(60_000);
  let own: string;

  before(async function () {
    await needTools(this, ["actionlint", "zizmor"]);
  });
  beforeEach(async () => {
    own = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-workflows-"));
    // By this actionlint knows where a repository begins, and finds workflows that others call.
    await mkdir(path.join(own, ".git"));
    await cp(folder, path.join(own, ".github/workflows"), { recursive: true });
  });
  afterEach(() => rm(own, { recursive: true, force: true }));

  const files = async (where: string) =>
    (await readdir(where)).map((file) => path.join(where, file));
  // Without a shell's linter beside it: what it found would depend on the machine.
  const actionlint = async (where: string) =>
    run(await tool("actionlint"), ["-shellcheck=", "-pyflakes=", ...(await files(where))]);
  const zizmor = async (where: string) =>
    run(await tool("zizmor"), ["--offline", "--persona=pedantic", "--no-progress", where]);

  const plant = async ([, file, from, to]: Planted) => {
    const where = path.join(own, ".github/workflows", `${file}.yml`);
    const text = await readFile(where, "utf8");
    const changed = text.replace(from, to);
    assert.notEqual(changed, text);
    await writeFile(where, changed);
  };

  it("are as actionlint wants them", async () => {
    const { code, stdout } = await actionlint(folder);
    assert.equal(code, 0, stdout);
    assert.equal(stdout, "");
  });

  it("are as zizmor wants them, at its most pedantic, with exceptions that say why", async () => {
    const { code, stdout, stderr } = await zizmor(folder);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout + stderr, /No findings to report/);
    const excused = Object.values(workflows).flatMap(
      ({ text }) => text.match(/zizmor: ignore.*/g) ?? [],
    );
    assert.deepEqual(excused.sort(), [
      "zizmor: ignore[dangerous-triggers]",
      "zizmor: ignore[self-repository]",
      "zizmor: ignore[self-repository]",
    ]);
  });

  const actionlintFinds: Planted[] = [
    ["syntax-check", "deploy", "needs: staging", "need: staging"],
    ["expression", "up", "inputs.stack }}-plan", "inputs.stak }}-plan"],
    ["runner-label", "tests", "ubuntu-24.04", "ubuntu-24.4"],
    ["job-needs", "deploy", "needs: staging", "needs: stage"],
    ["events", "drift", "23 3 * * *", "23 25 * * *"],
    ["workflow-call", "deploy", "stack: prod", "stak: prod"],
    ["permissions", "comment", "actions: read", "actions: look"],
  ];
  for (const planted of actionlintFinds)
    it(`would be found out by actionlint: ${planted[0]}`, async () => {
      await plant(planted);
      const { code, stdout } = await actionlint(path.join(own, ".github/workflows"));
      assert.equal(code, 1);
      assert.match(stdout, new RegExp(`\\[${planted[0]}\\]`));
    });

  const zizmorFinds: Planted[] = [
    ["unpinned-uses", "tests", /checkout@\w+/, "checkout@v7"],
    [
      "template-injection",
      "pull-request",
      "run: npm ci",
      "run: echo ${{ github.event.pull_request.title }}",
    ],
    ["excessive-permissions", "pull-request", "permissions: {}", "permissions: write-all"],
    ["dangerous-triggers", "pull-request", "pull_request:", "pull_request_target:"],
    ["artipacked", "up", /persist-credentials: false/, "fetch-depth: 0"],
    ["self-repository", "deploy", / # zizmor: .*/, ""],
    ["unpinned-images", "drills", /@sha256:\w+/, ""],
    ["undocumented-permissions", "drift", / # the issue/, ""],
    ["concurrency-limits", "drift", /concurrency:\n.*\n.*\n/, ""],
  ];
  for (const planted of zizmorFinds)
    it(`would be found out by zizmor: ${planted[0]}`, async () => {
      await plant(planted);
      const { code, stdout } = await zizmor(path.join(own, ".github/workflows"));
      assert.ok(code > 10, `${code}: ${stdout}`);
      assert.match(stdout, new RegExp(`\\[${planted[0]}\\]`));
    });

  it("give the project's own commands options that they have", async () => {
    const problems = await Promise.all(
      Object.values(workflows)
        .flatMap(commandsOf)
        .filter(
          ([program, verb, script]) => program === "npm" && verb === "run" && script !== "$SCRIPT",
        )
        .map(async ([, ...words]) => (await npm(words)) && words.join(" ")),
    );
    assert.deepEqual(problems.filter(Boolean), []);
    const launched = Object.values(workflows)
      .flatMap(commandsOf)
      .filter(([program]) => program === "node");
    for (const [, launcher, script, ...words] of launched) {
      const { code, stdout } = await run(process.execPath, [launcher!, script!, "--help"], {
        cwd: root,
      });
      assert.equal(code, 0, script);
      for (const option of words.filter((word) => word.startsWith("--")))
        assert.match(stdout, new RegExp(`${option}\\b`), `${script} ${option}`);
    }
  });
});
