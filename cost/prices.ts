import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../lib/ends";

const price = z.union([
  z.strictObject({ usd: z.number().positive(), per: z.string(), source: z.string().min(10) }),
  // Nobody has read it yet: it is to be checked, and no number stands in for it.
  z.strictObject({ usd: z.null(), per: z.string(), source: z.null() }),
]);

const schema = z.strictObject({
  date: z.iso.date(),
  region: z.string(),
  prices: z.record(z.string(), price),
});

/** List prices in US dollars, read on one day for one Region, each with where it was read. */
export type Prices = z.output<typeof schema>;
export type Price = Prices["prices"][string];

export const pricesFile = "cost/prices.json";

/** A price that has to be known. @throws UsageError when nobody has read it. */
export function priceOf({ prices }: Prices, key: string): number {
  const usd = prices[key]?.usd ?? null;
  if (usd === null)
    throw new UsageError(`${pricesFile}: prices.${key}: to be checked; read it and write it`);
  return usd;
}

/** `cost/prices.json` of a checkout. @throws UsageError when it cannot be used, a line for each fault. */
export function readPrices(root: string): Prices {
  const text = readFileSync(join(root, pricesFile), "utf8");
  const { data, error } = schema.safeParse(JSON.parse(text));
  if (data) return data;
  const problems = error.issues.map(
    ({ path, message }) => `${pricesFile}: ${path.join(".")}: ${message}`,
  );
  throw new UsageError(problems.join("\n"));
}
