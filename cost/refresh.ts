import { Failure } from "../lib/ends";
import { Refused, type Ask } from "../preflight/question";
import type { Price, Prices } from "./prices";
import { productOf, type Product } from "./products";

/** What became of a table of prices. */
export interface Refreshed {
  prices: Prices;
  /** A line for each price that is another now. */
  changed: string[];
  /** A line for each that AWS has not told: it stays as it was. */
  unread: string[];
}

/** Region in which AWS answers for all Regions (AWS Billing User Guide, "Price List Query API"). */
const region = "us-east-1";

/**
 * Reads every price of a table anew, from AWS's price list. What AWS does not tell, or tells in more than one
 * way, stays; and with it the table's date, as it would speak for what nobody has read on that day.
 *
 * @throws Failure when AWS refuses.
 */
export async function refreshed(prices: Prices, ask: Ask, today: string): Promise<Refreshed> {
  const rows = await Promise.all(
    Object.entries(prices.prices).map(async ([key, old]) => {
      const product = productOf(key, prices.region);
      const found = product ? await listed(product, old, ask) : "it is not known how AWS lists it";
      return { key, old, found };
    }),
  );
  const read = rows.flatMap(({ key, old, found }) =>
    typeof found === "string" ? [] : [{ key, old, now: found }],
  );
  const unread = rows.flatMap(({ key, found }) =>
    typeof found === "string" ? [`${key}: ${found}; it stays as it is`] : [],
  );
  return {
    prices: {
      ...prices,
      date: unread.length > 0 ? prices.date : today,
      prices: {
        ...prices.prices,
        ...Object.fromEntries(read.map(({ key, now }) => [key, now])),
      },
    },
    changed: read
      .filter(({ old, now }) => old.usd !== now.usd)
      .map(
        ({ key, old, now }) => `${key}: ${old.usd ?? "to be checked"} → ${now.usd} per ${now.per}`,
      ),
    unread,
  };
}

/** A product as AWS's price list has it; only what is read here. */
interface Listed {
  publicationDate: string;
  terms: { OnDemand?: Record<string, { priceDimensions: Record<string, Dimension> }> };
}

interface Dimension {
  unit: string;
  /** Where its tier begins; absent or 0: the first. */
  beginRange?: string;
  pricePerUnit: { USD?: string };
}

/** Units of AWS's list by ours; of what is counted in pieces, each service has words of its own. */
const units: Record<string, RegExp> = {
  hour: /^(hrs|hours?)$/i,
  "GB-month": /^gb-mo/i,
  GB: /^gb$/i,
  "IOPS-month": /^iops-mo/i,
};

/** The price of a product, or why there is none, as a clause. */
async function listed(product: Product, { per }: Price, ask: Ask): Promise<Price | string> {
  const { service, attributes } = product;
  const name = `${service} ${attributes.usagetype}`;
  const answer = await ask<{ PriceList?: string[] }>({
    service: "pricing",
    operation: "get-products",
    region,
    input: {
      ServiceCode: service,
      Filters: Object.entries(attributes).map(([Field, Value]) => ({
        Type: "TERM_MATCH",
        Field,
        Value,
      })),
    },
  }).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    throw new Failure(`aws pricing get-products: ${error.code || "no answer"}: ${error.message}`);
  });
  const all = (answer.PriceList ?? []).map((text) => JSON.parse(text) as Listed);
  const first = all.flatMap(firstTier);
  const fitting = first.filter(({ unit }) => units[per]?.test(unit) ?? true);
  const values = [...new Set(fitting.map(({ pricePerUnit }) => Number(pricePerUnit.USD)))];
  const [usd] = values;
  if (usd === undefined && first.length > 0)
    return `AWS lists ${name} by ${first[0]!.unit}, and not by ${per}`;
  if (usd === undefined) return `AWS lists no price of ${name}`;
  if (values.length > 1) return `AWS lists ${values.join(" and ")} for ${name}`;
  const published = all[0]!.publicationDate.slice(0, "YYYY-MM-DD".length);
  return { usd, per, source: `AWS Price List: ${name}, published ${published}` };
}

/** What the first unit costs that is not free. */
function firstTier({ terms }: Listed): Dimension[] {
  return Object.values(terms.OnDemand ?? {}).flatMap(({ priceDimensions }) => {
    const begin = ({ beginRange }: Dimension) => Number(beginRange ?? 0);
    const paid = Object.values(priceDimensions).filter(
      ({ pricePerUnit }) => Number(pricePerUnit.USD) > 0,
    );
    return paid.sort((a, b) => begin(a) - begin(b)).slice(0, 1);
  });
}
