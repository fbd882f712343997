import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { files } from "../../observability/files";
import { root } from "../support/planned";

const folder = join(root, "charts/observability/files");

describe("the files of the chart observability", () => {
  it("are those that the data gives, and no others: npm run render", () => {
    const committed = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    assert.deepEqual(committed.sort(), [...files().keys()].sort());
    for (const [name, text] of files())
      assert.equal(readFileSync(join(folder, name), "utf8"), text, name);
  });

  it("are the same each time", () => {
    assert.deepEqual([...files()], [...files()]);
  });
});
