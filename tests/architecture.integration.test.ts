import assert from "node:assert/strict";
import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";
import { run } from "../lib/processes";
import { ownCheckout } from "./support/command";
import { root } from "./support/planned";

/** Arrows that point the wrong way: where, to what, and the rule that has to say so. */
const wrong: [from: string, to: string, rule: string][] = [
  ["lib/colours.ts", "../tools/lock", "lib-imports"],
  ["tools/source.ts", "../plan/plan", "tools-imports"],
  ["upstream/upstream.ts", "../lib/ends", "upstream-imports"],
  ["mirror/archive.ts", "../plan/plan", "mirror-imports"],
  ["policies/model/routes.ts", "../../lib/ends", "policies-imports"],
  ["images/backend/database/failure.ts", "../../../lib/ends", "images-imports"],
  ["conformance/check.ts", "../images/backend/etag", "conformance-imports"],
  ["pictures/interval.ts", "../observability/rules", "pictures-imports"],
  ["components/bucket.ts", "../plan/plan", "components-imports"],
  ["plan/wire.ts", "../recovery/engine", "plan-imports"],
  ["recovery/engine.ts", "../rehearsal/sandbox/sandbox", "recovery-imports"],
  ["recovery/application.ts", "../index", "recovery-imports"],
  ["rehearsal/sandbox/network.ts", "../../components/bucket", "rehearsal-imports"],
  ["config.ts", "./plan/plan", "the-program-imports"],
  ["commands/rebuild.ts", "../plan/evaluate", "on-call-commands-import"],
  ["plan/plan.ts", "../commands/launch", "nothing-imports-commands"],
  ["plan/judged.ts", "../tests/support/planned", "nothing-imports-tests"],
  ["policies/model/zones.ts", "../rules", "no-circle"],
];

describe("the rooms of this project", function () {
  this.timeout(60_000);
  const checkout = ownCheckout();

  const depcruise = (cwd: string) =>
    run(process.execPath, [path.join(root, "node_modules/.bin/depcruise"), "."], { cwd });

  it("import each other in one direction only", async () => {
    const { code, stdout } = await depcruise(root);
    assert.equal(code, 0, stdout);
  });

  it("are held to it: every arrow the wrong way is found, one of types alone too", async () => {
    for (const [from, to] of wrong)
      await appendFile(path.join(checkout(), from), `\nexport type * from "${to}";\n`);
    const { code, stdout } = await depcruise(checkout());
    assert.notEqual(code, 0);
    for (const [from, to, rule] of wrong) {
      const target = rule === "no-circle" ? "" : path.join(path.dirname(from), to);
      assert.ok(
        stdout.includes(`error ${rule}: ${from} → ${target}`),
        `${rule}: ${from}\n${stdout}`,
      );
    }
  });

  it("stay under a third of the code each", async () => {
    const { stdout } = await run("git", ["ls-files", "*.ts", "*.cjs"], { cwd: root });
    const lines = new Map<string, number>();
    for (const file of stdout.split("\n").filter((name) => !name.startsWith("tests/"))) {
      const room = file.includes("/") ? file.split("/")[0]! : "the program";
      const text = await readFile(path.join(root, file), "utf8");
      lines.set(room, (lines.get(room) ?? 0) + text.split("\n").length);
    }
    const all = [...lines.values()].reduce((sum, count) => sum + count, 0);
    for (const [room, count] of lines)
      assert.ok(count < all / 3, `${room} has ${count} of ${all} lines`);
  });

  it("hold thin commands, one file an npm script", async () => {
    const { scripts } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
    for (const line of Object.values(scripts as Record<string, string>)) {
      const name = /commands\/run\.cjs (\S+)/.exec(line)?.[1];
      if (!name) continue;
      const lines = (await readFile(path.join(root, `commands/${name}.ts`), "utf8")).split("\n");
      assert.ok(
        lines.length <= 81,
        `commands/${name}.ts has ${lines.length - 1} lines; 80 are allowed`,
      );
    }
  });
});
