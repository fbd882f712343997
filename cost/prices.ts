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

/** `cost/prices.json` of a checkout. @throws UsageError when it cannot be used, a line for each fault. */
export function readPrices(root: string): Prices {
  const file = "cost/prices.json";
  const { data, error } = schema.safeParse(JSON.parse(readFileSync(join(root, file), "utf8")));
  if (data) return data;
  const problems = error.issues.map(
    ({ path, message }) => `${file}: ${path.join(".")}: ${message}`,
  );
  throw new UsageError(problems.join("\n"));
}
