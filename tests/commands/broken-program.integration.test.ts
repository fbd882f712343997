import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { ends } from "../../lib/ends";
import { command, ownCheckout, stackTrace } from "../support/command";

const late = `new Promise<void>((resolve) => setTimeout(resolve, 300))`;

/** What is added to the end of index.ts, and what the preview has to say of it. */
const broken: [title: string, code: string, says: RegExp][] = [
  ["an exception", "(undefined as never as () => void)();", /the program failed: .*not a function/],
  ["an exception that is no error", `throw null;`, /the program failed: null/],
  ["a rejected promise", `void Promise.reject(new Error("mine"));`, /the program failed: mine/],
  [
    "an exception in an apply",
    `pulumi.output(1).apply(() => { throw new Error("mine"); });`,
    /the program failed: mine/,
  ],
  [
    "an exception in an apply, after a while",
    `pulumi.output(${late}).apply(() => { throw new Error("mine"); });`,
    /the program failed: mine/,
  ],
  [
    "an exception in a timer",
    `setTimeout(() => { throw new Error("mine"); }, 50);`,
    /the program failed: mine/,
  ],
  [
    "an export that never settles",
    `export const never = new Promise(() => {});`,
    /the program failed: it waits for a promise that never settles/,
  ],
  ["a logged error", `void pulumi.log.error("mine");`, /the program failed: it logged an error/],
  [
    "a resource type without a stand-in",
    `new pulumi.CustomResource("aws:nothing/here:Here", "here", {});`,
    /aws:nothing\/here:Here \("here"\) has no stand-in; add a row to plan\/stand-ins\.ts/,
  ],
];

describe("a program that cannot be planned, met by npm run preview", function () {
  this.timeout(60_000);
  const checkout = ownCheckout();
  let program: string;

  before(async () => {
    program = await readFile(path.join(checkout(), "index.ts"), "utf8");
    await preview();
  });
  afterEach(() => write(program));

  const write = (text: string) => writeFile(path.join(checkout(), "index.ts"), text);

  function preview(args: string[] = [], env: NodeJS.ProcessEnv = {}) {
    return command("preview", ["--stack", "prod", ...args], { cwd: checkout(), env });
  }

  for (const [title, code, says] of broken)
    it(`${title}: one line, exit code 2`, async () => {
      await write(`import * as pulumi from "@pulumi/pulumi";\n${program}\n${code}\n`);
      const { code: ended, stderr } = await preview();
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, stackTrace);
      const lines = stderr.split("\n").filter((line) => !line.startsWith("error: [runtime]"));
      assert.equal(lines.length, 1, stderr);
      assert.equal(ended, ends.usage);
    });

  it("an import of a package that is not there: names it, exit code 2", async () => {
    await write(`import "@pulumi/nothere";\n${program}`);
    const { code, stderr } = await preview();
    assert.match(stderr, /^error: the program failed: Cannot find module '@pulumi\/nothere'/m);
    assert.doesNotMatch(stderr, stackTrace);
    assert.equal(code, ends.usage);
  });

  it("an end from within: says so, and is no success", async () => {
    await write(`${program}\nprocess.exit(0);\n`);
    const { code, stderr } = await preview();
    assert.match(stderr, /^error: preview was ended from within before it was done/);
    assert.equal(code, ends.fault);
  });

  it("waits for what the program does late, as the engine does", async () => {
    const resource = `new random.RandomId("late", { byteLength: 4 })`;
    await write(
      `import * as pulumi from "@pulumi/pulumi";\nimport * as random from "@pulumi/random";\n${program}\n` +
        `pulumi.output(${late}).apply(() => { ${resource}; });\n`,
    );
    const file = path.join(checkout(), "plan.json");
    const { code, stderr } = await preview(["--json", file]);
    assert.equal(code, ends.done, stderr);
    const { resources } = JSON.parse(await readFile(file, "utf8"));
    assert.ok(resources.some(({ name }: { name: string }) => name === "late"));
  });

  it("MINI_XDR_DEBUG=1 shows where", async () => {
    await write(`${program}\nfunction mine() { throw new Error("mine"); }\nmine();\n`);
    const { stderr } = await preview([], { MINI_XDR_DEBUG: "1" });
    assert.match(stderr, /Error: mine\n\s+at mine \(.*index\.(ts|cjs):\d+:\d+\)/);
  });
});
