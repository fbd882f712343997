import assert from "node:assert/strict";
import { backupsIn } from "../../../images/backup/new-backup";
import { isTableData } from "../../../images/backup/contents";

describe("what a dump sees by names alone", () => {
  it("a table's data is known by the kind of the entry, not by a name that says so", () => {
    assert.ok(isTableData("3401; 0 16421 TABLE DATA minixdr events minixdr_migrations"));
    for (const line of [
      "215; 1259 16421 TABLE minixdr events minixdr_migrations",
      // Names may hold anything but the end of a line, which pg_restore writes as a blank.
      "216; 1259 16422 INDEX minixdr x TABLE DATA y minixdr_migrations",
      "; 0 16421 TABLE DATA minixdr events minixdr_migrations",
      ";     Dump Version: 1.14-0",
    ])
      assert.ok(!isTableData(line), line);
  });

  it("backups are there by their manifests, but for those of version 1, and nothing else", () => {
    const object = (key: string) => ({ key, modified: 0, bytes: 1, etag: "x" });
    const [one, two, old] = ["000001", "000002", "000003"].map(
      (end) => `2026-11-23T02-00-00Z-${end}`,
    );
    const found = backupsIn(
      [
        `weekly/${two}/manifest.json`,
        `weekly/${two}/database.dump`,
        `daily/${one}/manifest.json`,
        `daily/${old}/manifest.json`,
        `daily/${old}/roles.sql`,
        "daily/2026-11-23T02-00-00Z-000004/database.dump",
        "daily/not-a-backup/manifest.json",
        "daily/2026-11-23T02-00-00Z-000005/deeper/manifest.json",
        "daily/2026-13-45T02-00-00Z-000006/manifest.json",
      ].map(object),
    );
    assert.deepEqual(found, [one, two]);
  });
});
