import type { Prices } from "../cost/prices";
import type { Quantity } from "../cost/quantities";

/**
 * What a change costs a month by quoted list prices, as a line: what it adds or saves of what has a price,
 * and which rows changed that have none.
 */
export function moneyLine(before: Quantity[], after: Quantity[], prices: Prices): string {
  const priced = (rows: Quantity[]) =>
    rows.reduce((sum, { price, units }) => sum + units * (prices.prices[price]?.usd ?? 0), 0);
  const change = priced(after) - priced(before);
  const sum = Math.abs(change).toFixed(2);
  const sign = sum === "0.00" ? "±" : change > 0 ? "+" : "−";
  const open = unpriced(before, after, prices);
  const unknown = open.length > 0 ? `; without a price, and not in it: ${open.join(", ")}` : "";
  return `${sign} US$ ${sum} a month, by list prices quoted on ${prices.date}${unknown}`;
}

/** Prices that nobody has read, of which another number of units is taken. */
function unpriced(before: Quantity[], after: Quantity[], { prices }: Prices): string[] {
  const units = (rows: Quantity[], key: string) =>
    rows.filter(({ price }) => price === key).reduce((sum, row) => sum + row.units, 0);
  return [...new Set([...before, ...after].map(({ price }) => price))]
    .filter((key) => (prices[key]?.usd ?? null) === null)
    .filter((key) => units(before, key) !== units(after, key))
    .sort();
}
