import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readPrices, type Prices } from "../../cost/prices";
import { productOf } from "../../cost/products";
import { command, ownCheckout, stackTrace } from "../support/command";
import { root } from "../support/planned";

/** A price of the stand-in's list: what a unit costs, and its unit. */
type Dimension = [usd: number, unit: string, begin?: string];

/** Words of AWS's list for our units. */
const units: Record<string, string> = {
  hour: "Hrs",
  "GB-month": "GB-Mo",
  GB: "GB",
  "IOPS-month": "IOPS-Mo",
  month: "Keys",
};

const { prices: rows, region } = readPrices(root);

/** The name by which the stand-in knows a key of the table. */
function nameOf(key: string): string {
  const { service, attributes } = productOf(key, region)!;
  return [service, ...Object.values(attributes)].join(" ");
}

describe("npm run prices", function () {
  this.timeout(60_000);
  const checkout = ownCheckout();
  let bin: string;

  before(async () => {
    bin = await mkdtemp(path.join(tmpdir(), "mini-xdr-aws-"));
  });
  after(() => rm(bin, { recursive: true }));

  /**
   * A stand-in for `aws pricing get-products`: each key of the table costs 2 dollars, but for those that are
   * given. It knows no paging and no other attribute than those that it is asked by.
   */
  async function standIn(others: Record<string, Dimension[]>): Promise<void> {
    const answers = Object.entries(rows).map(([key, { per }]) => {
      const dimensions = others[key] ?? [[2, units[per]!] satisfies Dimension];
      const products = dimensions.map(([usd, unit, beginRange = "0"], index) => ({
        publicationDate: "2026-11-20T00:00:00Z",
        terms: {
          OnDemand: {
            [`term-${index}`]: {
              priceDimensions: { one: { unit, beginRange, pricePerUnit: { USD: String(usd) } } },
            },
          },
        },
      }));
      return [nameOf(key), products.map((product) => JSON.stringify(product))];
    });
    const script = `#!${process.execPath}
const words = process.argv.slice(2);
const { ServiceCode, Filters } = JSON.parse(words[words.indexOf("--cli-input-json") + 1]);
const asked = [ServiceCode, ...Filters.map(({ Value }) => Value)].join(" ");
const answers = ${JSON.stringify(Object.fromEntries(answers))};
if (words.slice(0, 4).join(" ") !== "pricing get-products --region us-east-1") process.exit(3);
console.log(JSON.stringify({ PriceList: answers[asked] }));
`;
    await writeFile(path.join(bin, "aws"), script, { mode: 0o755 });
  }

  async function ran(...args: string[]) {
    const env = { PATH: `${bin}:${process.env.PATH}` };
    const result = await command("prices", args, { cwd: checkout(), env });
    assert.doesNotMatch(result.stderr, stackTrace);
    return result;
  }

  const file = () => readFile(path.join(checkout(), "cost/prices.json"), "utf8");

  it("knows how AWS lists every price of the table", () => {
    for (const key of Object.keys(rows)) assert.ok(productOf(key, region), key);
    assert.equal(new Set(Object.keys(rows).map(nameOf)).size, Object.keys(rows).length);
  });

  it("--dry-run shows what would change, and writes nothing", async () => {
    await standIn({});
    const before = await file();
    const { code, stdout } = await ran("--dry-run");
    assert.equal(code, 0);
    assert.match(stdout, /^eks\.cluster: 0\.1 → 2 per hour$/m);
    assert.match(stdout, /^eks\.auto-mode: to be checked → 2 per hour$/m);
    assert.match(stdout, /prices read, \d+ changed; as of [\d-]+; nothing was written$/);
    assert.equal(await file(), before);
  });

  it("leaves what AWS does not tell, or tells twice, and then the date too", async () => {
    await standIn({
      "eks.cluster": [],
      "kms.key": [
        [1, "Keys"],
        [3, "Keys"],
      ],
      "vpc.nat-gateway": [[0.05, "GB"]],
      // What is free is no price.
      "s3.standard": [[0, "GB-Mo"]],
    });
    const { code, stdout, stderr } = await ran();
    assert.equal(code, 1);
    assert.match(stderr, /^unread: eks\.cluster: AWS lists no price of AmazonEKS EUC1-AmazonEKS/m);
    assert.match(stderr, /^unread: kms\.key: AWS lists 1 and 3 for awskms/m);
    assert.match(stderr, /^unread: vpc\.nat-gateway: AWS lists .* by GB, and not by hour/m);
    assert.match(stderr, /^unread: s3\.standard: AWS lists no price/m);
    const now = JSON.parse(await file()) as Prices;
    assert.match(stdout, new RegExp(`the date stays ${now.date}$`));
    assert.deepEqual(now.prices["eks.cluster"], rows["eks.cluster"]);
    assert.deepEqual(now.prices["ebs.gp3"], {
      usd: 2,
      per: "GB-month",
      source: "AWS Price List: AmazonEC2 EUC1-EBS:VolumeUsage.gp3, published 2026-11-20",
    });
  });

  it("writes every price with its source, as of today, and says nothing a second time", async () => {
    await standIn({});
    assert.equal((await ran()).code, 0);
    const now = readPrices(checkout());
    assert.equal(now.date, new Date().toISOString().slice(0, 10));
    for (const { usd, source } of Object.values(now.prices)) {
      assert.equal(usd, 2);
      assert.match(source!, /^AWS Price List: /);
    }
    const again = await ran();
    assert.match(again.stdout, /^\d+ of \d+ prices read, 0 changed; as of /);
  });

  it("says what AWS refuses in one line: exit code 1", async () => {
    const refusal = "An error occurred (AccessDeniedException) when calling the operation: no";
    const script = `#!/bin/sh\necho '${refusal}' >&2\nexit 254\n`;
    await writeFile(path.join(bin, "aws"), script, { mode: 0o755 });
    const { code, stderr } = await ran();
    assert.equal(code, 1);
    assert.match(stderr, /^error: aws pricing get-products: AccessDeniedException: /);
    assert.equal(stderr.split("\n").length, 1);
  });
});
