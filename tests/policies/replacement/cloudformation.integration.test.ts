import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import committed from "../../../policies/replacement/cloudformation.json";
import { tool } from "../../../tools";
import { needTools } from "../../support/need-tools";

interface Schema {
  properties: Record<string, unknown>;
  createOnlyProperties?: string[];
  conditionalCreateOnlyProperties?: string[];
  readOnlyProperties?: string[];
}

describe("CloudFormation's schemas, by the cfn-lint that moto comes with", function () {
  this.timeout(60_000);

  before(async function () {
    await needTools(this, ["moto_server"]);
  });

  it("say what is committed of them", async () => {
    const lib = join(dirname(await tool("moto_server")), "venv/lib");
    const [python] = readdirSync(lib);
    const folder = join(lib, python!, "site-packages/cfnlint/data/schemas");
    const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8")) as unknown;
    const files = read("providers/eu-central-1.json") as Record<string, string>;
    for (const [type, lists] of Object.entries(committed.types)) {
      const schema = read(`resources/${files[type]}.json`) as Schema;
      const names = (paths: string[] = []) =>
        [...new Set(paths.map((path) => path.replace("/properties/", "")))].sort();
      const replace = names(schema.createOnlyProperties);
      const may = names(schema.conditionalCreateOnlyProperties);
      const others = [...replace, ...may, ...names(schema.readOnlyProperties)];
      const inPlace = Object.keys(schema.properties).filter((name) => !others.includes(name));
      assert.deepEqual(lists, { replace, may, inPlace: inPlace.sort() }, type);
    }
  });
});
