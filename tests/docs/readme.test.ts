import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withConfigKeys } from "../../commands/docs";
import { root } from "../support/planned";

const documents = ["README.md", "docs/architecture.md", "docs/decisions/README.md"];

describe("the documents", () => {
  it("README: the table of configuration keys is today's (npm run docs)", async () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    assert.equal(await withConfigKeys(readme), readme);
  });

  it("README: every npm script that it names exists", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const [, script] of readme.matchAll(/npm run ([\w:-]+)/g))
      assert.ok(script! in scripts, `npm run ${script}`);
  });

  for (const document of documents)
    it(`${document}: every link into the repository resolves`, () => {
      const text = readFileSync(join(root, document), "utf8");
      for (const [, target] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
        if (!/^https?:/.test(target!))
          assert.ok(existsSync(join(root, dirname(document), target!)), target);
    });
});
