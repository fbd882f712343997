import assert from "node:assert/strict";
import { includedEntries } from "../../../policies/declared/pgbouncer";
import type { Resource } from "../../../policies/model/resource";
import poolerSettings from "../../../policies/rules/pooler/pooler-settings";

const judge = (...lines: string[]) => {
  const properties = { data: { "pgbouncer.ini": lines.join("\n") } };
  return poolerSettings.judge({ properties } as unknown as Resource);
};
const database = "minixdr = host=w.test port=5432 dbname=minixdr";

describe("the sidecar's entries in a pgbouncer.ini", () => {
  it("are included after the databases' own", () => {
    assert.deepEqual(judge("[databases]", database, includedEntries, "[pgbouncer]"), []);
  });

  const refused: [string, string[]][] = [
    ["twice", ["[databases]", database, includedEntries, includedEntries]],
    ["among the settings", ["[databases]", database, "[pgbouncer]", includedEntries]],
    ["before any section", [includedEntries, "[databases]", database]],
    ["from another file", ["[databases]", database, "%include /tmp/entries.ini"]],
  ];
  for (const [how, lines] of refused)
    it(`are not included ${how}`, () =>
      assert.match(judge(...lines).join("\n"), /includes or hides settings/));
});
