import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { output, run, type Result } from "../../lib/processes";
import { ownCheckout } from "../support/command";
import { committed } from "../support/git";

/** All that the page asks for before the account. */
const programs = ["git", "node", "npm", "sh"];

/** The shell blocks of a page's sections, by the number that their heading begins with. */
function blocksOf(page: string): Map<number, string> {
  const sections = page.split(/^## /m).map((section) => {
    const blocks = [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block!);
    return [Number.parseInt(section), blocks.join("")] as const;
  });
  return new Map(sections);
}

/**
 * The page as a newcomer follows it, in an environment that has nothing but what the page asks for.
 * What a container would have and this has not: a file system of its own.
 */
describe("getting started, as written, in an empty environment", function () {
  this.timeout(600_000);
  const checkout = ownCheckout();
  let home: string;
  let blocks: Map<number, string>;
  let environment: string[];

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), "mini-xdr-newcomer-"));
    const page = await readFile(path.join(checkout(), "docs/getting-started.md"), "utf8");
    blocks = blocksOf(page);
    const address = /^git clone (\S+)/m.exec(page)![1]!;
    environment = await emptyEnvironment(address);
    // Changes that nobody has committed are in it.
    await committed(checkout(), "main");
  });
  after(() => rm(home, { recursive: true }));

  /** A home without a file, a path of the page's programs, and where npm and git find what they fetch. */
  async function emptyEnvironment(address: string): Promise<string[]> {
    const [bin, empty] = [path.join(home, "bin"), path.join(home, "home")];
    for (const folder of [bin, empty]) mkdirSync(folder);
    for (const program of programs) {
      const found = await output("sh", ["-c", `command -v ${program}`]);
      await symlink(found.trim(), path.join(bin, program));
    }
    const npm = (key: string) => output("npm", ["config", "get", key]);
    return Object.entries({
      HOME: empty,
      PATH: bin,
      npm_config_registry: await npm("registry"),
      npm_config_cache: await npm("cache"),
      npm_config_userconfig: await npm("userconfig"),
      npm_config_prefer_offline: "true",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.${checkout()}.insteadOf`,
      GIT_CONFIG_VALUE_0: address,
    }).map(([name, value]) => `${name}=${value}`);
  }

  async function follow(section: number, folder: string): Promise<Result> {
    const script = blocks.get(section)!;
    assert.ok(script.trim() !== "", `section ${section} has no command`);
    const args = ["-i", ...environment, "sh", "-eu", "-c", script];
    return run("env", args, { cwd: path.join(home, folder) });
  }

  it("clones and installs", async () => {
    const { code, stderr } = await follow(1, "home");
    assert.equal(code, 0, stderr);
  });

  it("plans staging, judges the plan, and compares it with what is committed", async () => {
    const { code, stdout, stderr } = await follow(2, "home/mini-xdr");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /no change against HEAD/);
  });

  it("is refused with one clear line where an account is needed", async () => {
    const { code, stderr } = await follow(3, "home/mini-xdr");
    assert.equal(code, 2);
    // Before it stands what was being asked.
    const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
    assert.deepEqual(errors, ["error: aws: it is not on the PATH; install it"]);
    assert.ok(stderr.endsWith(errors[0]!), stderr);
    const page = await readFile(path.join(checkout(), "docs/getting-started.md"), "utf8");
    assert.ok(page.includes(`\`${errors[0]}\``), "the page says something else");
  });
});
