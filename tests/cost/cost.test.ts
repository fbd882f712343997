import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { costPage } from "../../cost/page";
import { readPrices, type Prices } from "../../cost/prices";
import { quantitiesOf, type Quantity } from "../../cost/quantities";
import { stackNames } from "../../plan/stack-names";
import { readStackSettings } from "../../plan/stack-settings";
import { needsOf } from "../../preflight/needs";
import { plannedStack, root } from "../support/planned";

const prices: Prices = {
  date: "2026-01-01",
  region: "eu-central-1",
  prices: {
    known: { usd: 0.5, per: "hour", source: "a page of that day" },
    open: { usd: null, per: "month", source: null },
  },
};

async function quantities(stack: string): Promise<Quantity[]> {
  const needs = needsOf(root, await plannedStack(stack), readStackSettings(root, stack));
  return quantitiesOf(needs.stack, needs.zones.length);
}

describe("what a month costs", function () {
  this.timeout(120_000);

  it("takes every quantity from the plan", async () => {
    const [prod, staging] = [await quantities("prod"), await quantities("staging")];
    const units = (rows: Quantity[], price: RegExp) =>
      rows.filter((row) => price.test(row.price)).reduce((total, row) => total + row.units, 0);
    // A gateway a zone, or one; 730 hours a month.
    assert.equal(units(prod, /^vpc\.nat-gateway$/), 3 * 730);
    assert.equal(units(staging, /^vpc\.nat-gateway$/), 730);
    assert.equal(units(prod, /^elasticache/), 3 * 730);
    assert.equal(units(prod, /^rds\.multi-az-cluster\.storage\./), 400);
    assert.equal(units(staging, /^rds\.single-az\.db\./), 730);
    // A replica says nothing of its storage: it has its source's.
    assert.equal(units(staging, /^rds\.single-az\.storage\./), 50);
    assert.equal(units(prod, /^route53/), 3);
    // A node of the smallest size in each zone is the least there can be.
    assert.ok(units(prod, /^ec2/) >= 3 * 730);
    assert.equal(units(prod, /^eks\.auto-mode$/), units(prod, /^ec2/));
  });

  it("adds up what has been read, and says what has not", () => {
    const rows = [
      { what: "one", price: "known", units: 730 },
      { what: "other", price: "open", units: 2 },
    ];
    const page = costPage([{ stack: "prod", quantities: rows }], prices);
    assert.match(page, /^\| one \| 730 \| `known` \| 365\.00 \|$/m);
    assert.match(page, /^\| other \| 2 \| `open` \| to be checked \|$/m);
    assert.match(page, /\*\*365\.00\*\*/);
    assert.match(page, /^\| rows to be checked \| {2}\| {2}\| 1 of 2 \|$/m);
    assert.match(page, /read on 2026-01-01/);
  });

  it("refuses a quantity without a price, instead of leaving it out", () => {
    const rows = [{ what: "one", price: "new", units: 1 }];
    assert.throws(
      () => costPage([{ stack: "prod", quantities: rows }], prices),
      /^UsageError: cost\/prices\.json: prices\.new: missing; write it with null/,
    );
  });

  it("has a source for every number, and no number without one", () => {
    for (const [key, { usd, source }] of Object.entries(readPrices(root).prices))
      assert.equal(usd === null, source === null, key);
  });

  it("is committed as it is today", async () => {
    const stacks = [];
    for (const stack of stackNames(root))
      stacks.push({ stack, quantities: await quantities(stack) });
    const page = costPage(stacks, readPrices(root));
    assert.equal(
      await readFile(join(root, "docs/cost.md"), "utf8"),
      await format(page, { parser: "markdown", printWidth: 100 }),
      "run: npm run docs",
    );
  });
});
