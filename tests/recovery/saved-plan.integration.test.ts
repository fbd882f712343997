import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { output, run } from "../../lib/processes";
import { ProgramHost } from "../../rehearsal/engine/program-host";
import { tool } from "../../tools";
import { needTools } from "../support/need-tools";

const secret = "a-password-of-the-plan";

/**
 * What the workflows rely on, by the real CLI with its state in a folder and a program without providers:
 * a plan's secrets are closed, and an `up` does what is in the plan or nothing.
 */
describe("a plan that the engine saved", function () {
  this.timeout(120_000);
  let folder: string;
  let host: ProgramHost;
  /** What the stack exports beside its secret, and the components that it has. */
  let program: { figure: number; components: string[] };

  before(async function () {
    await needTools(this, ["pulumi"]);
    // Whatever a program makes, it makes in this process.
    host = await ProgramHost.start(async () => {
      for (const name of program.components) new pulumi.ComponentResource("test:index:Part", name);
      return { figure: program.figure, password: pulumi.secret(secret) };
    }, {});
  });
  after(() => host?.stop());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "mini-xdr-plan-"));
    await mkdir(path.join(folder, "state"));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
    program = { figure: 1, components: ["first"] };
    await cli("stack", "init", "prod");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const environment = () => ({
    PULUMI_HOME: path.join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${folder}/state`,
    PULUMI_CONFIG_PASSPHRASE: "of-this-test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });
  const ran = async (...args: string[]) =>
    run(await tool("pulumi"), [...args, "--non-interactive"], { cwd: folder, env: environment() });
  const cli = async (...args: string[]) =>
    output(await tool("pulumi"), [...args, "--non-interactive"], {
      cwd: folder,
      env: environment(),
    });
  const file = () => path.join(folder, "plan.json");
  const where = () => ["--stack", "prod", `--client=${host.address}`];
  const save = () => cli("preview", ...where(), "--save-plan", file(), "--diff");
  const up = () => ran("up", ...where(), "--plan", file(), "--yes");
  const state = async () => cli("stack", "export", "--stack", "prod");

  it("holds no secret that can be read", async () => {
    await save();
    const text = await readFile(file(), "utf8");
    assert.ok(!text.includes(secret));
    assert.match(text, /"ciphertext": "/);
    assert.match(text, /test:index:Part::first/);
  });

  it("is done as it was saved", async () => {
    await save();
    const { code, stdout, stderr } = await up();
    assert.equal(code, 0, stdout + stderr);
    assert.match(await state(), /test:index:Part::first/);
  });

  for (const [what, change] of [
    ["a part more", () => program.components.push("second")],
    ["another value", () => (program.figure = 2)],
    ["a part less", () => (program.components = [])],
  ] as const)
    it(`is refused for ${what}, before anything happens`, async () => {
      await save();
      const before = resourcesIn(await state());
      change();
      const { code, stdout } = await up();
      assert.notEqual(code, 0, stdout);
      assert.deepEqual(resourcesIn(await state()), before);
    });
});

function resourcesIn(state: string): string[] {
  const { deployment } = JSON.parse(state) as { deployment: { resources?: { urn: string }[] } };
  return (deployment.resources ?? []).map(({ urn }) => urn);
}
