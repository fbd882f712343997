import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { format } from "prettier";
import { dumpCost, dumpCostTable, dumpKeeping, dumpsStored } from "../../cost/dumps";
import { readPrices } from "../../cost/prices";
import { plannedStack, root } from "../support/planned";

const prices = readPrices(root);

describe("what dumps cost", () => {
  it("follows from the planned schedule, lifecycle and lock", async () => {
    const keeping = dumpKeeping(await plannedStack("prod"));
    assert.deepEqual(keeping, {
      perDay: 48,
      pruneEvery: 7,
      expireDays: 1,
      noncurrentDays: 7,
      lockDays: 7,
    });
    assert.equal(dumpsStored(keeping), 48 * 11.5 + 17);
    assert.equal(dumpKeeping(await plannedStack("staging")).perDay, 1);
  });

  it("is a third of what thirty days of noncurrent versions would store", async () => {
    const keeping = dumpKeeping(await plannedStack("prod"));
    const before = dumpsStored({ ...keeping, noncurrentDays: 30 });
    assert.ok(dumpsStored(keeping) < 0.36 * before);
  });

  it("grows with the size alone, and never falls with more dumps or days", async () => {
    const keeping = dumpKeeping(await plannedStack("prod"));
    const size = fc.double({ min: 0.1, max: 1000, noNaN: true });
    fc.assert(
      fc.property(size, fc.nat(50), fc.nat(50), (gigabytes, dumps, days) => {
        const { total } = dumpCost(keeping, gigabytes, prices);
        assert.ok(
          Math.abs(dumpCost(keeping, 2 * gigabytes, prices).total - 2 * total) < 1e-6 * total,
        );
        const more = {
          ...keeping,
          perDay: keeping.perDay + dumps,
          noncurrentDays: keeping.noncurrentDays + days,
        };
        assert.ok(dumpCost(more, gigabytes, prices).total >= total);
      }),
    );
  });

  it("is what docs/disaster-recovery.md says (npm run docs)", async () => {
    const page = readFileSync(join(root, "docs/disaster-recovery.md"), "utf8");
    const table = dumpCostTable(dumpKeeping(await plannedStack("prod")), prices);
    const formatted = await format(table, { parser: "markdown", printWidth: 100 });
    assert.ok(page.includes(formatted.trim()), formatted);
  });
});
