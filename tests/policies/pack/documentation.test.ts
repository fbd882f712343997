import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { pages } from "../../../policies/pack/documentation";
import { readSettings } from "../../../policies/pack/settings";
import { root } from "../../support/planned";

describe("the pages about the policy pack", () => {
  for (const [path, text] of Object.entries(pages(readSettings(root, "prod"))))
    it(`${path} is what npm run docs writes`, async () => {
      assert.equal(
        readFileSync(join(root, path), "utf8"),
        await format(text, { parser: "markdown", printWidth: 100 }),
      );
    });
});
