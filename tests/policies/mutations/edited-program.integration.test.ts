import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { command, ownCheckout } from "../../support/command";

/** Edits of the program itself, and the rule that has to stop its preview. */
const edits: { title: string; file: string; from: RegExp; to: string; rule: string }[] = [
  {
    title: "experiments that no alarm ends",
    file: "components/chaos/chaos.ts",
    from: /stopConditions: [^]*?\}\)\),/,
    to: 'stopConditions: [{ source: "none" }],',
    rule: "chaos-stops",
  },
  {
    title: "experiments that may hit nothing",
    file: "components/chaos/chaos.ts",
    from: /emptyTargetResolutionMode: "fail"/,
    to: 'emptyTargetResolutionMode: "skip"',
    rule: "chaos-stops",
  },
  {
    title: "experiments without a log",
    file: "components/chaos/chaos.ts",
    from: /logConfiguration: \{[^]*?\},\n {8}\},/,
    to: "",
    rule: "chaos-stops",
  },
];

describe("the preview of a program that is edited to be less safe", function () {
  this.timeout(120_000);
  const checkout = ownCheckout();

  for (const { title, file, from, to, rule } of edits)
    it(`stops ${title}, by ${rule}`, async () => {
      const edited = path.join(checkout(), file);
      const before = await readFile(edited, "utf8");
      const after = before.replace(from, to);
      assert.notEqual(after, before, `${file} is not as this test expects it`);
      await writeFile(edited, after);
      try {
        const args = ["--stack", "prod"];
        const { code, stdout, stderr } = await command("preview", args, { cwd: checkout() });
        assert.equal(code, 1, stdout + stderr);
        assert.match(stdout + stderr, new RegExp(rule));
      } finally {
        await writeFile(edited, before);
      }
    });
});
