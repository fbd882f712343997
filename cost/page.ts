import { UsageError } from "../lib/ends";
import type { Prices } from "./prices";
import type { Quantity } from "./quantities";

/** A stack with what it takes. */
export interface StackCost {
  stack: string;
  quantities: Quantity[];
}

/** What belongs on every bill and follows from use, not from the plan. */
const byUse = [
  "what passes through load balancer (LCU), NAT gateways, zones and Regions, by the GB",
  "logs that CloudWatch takes in: containers, control plane, database, flow logs, by the GB",
  "objects in the vaults, their copies and their requests; dumps by [disaster recovery](disaster-recovery.md)",
  "backups of the database beyond its own size, and its copy in the recovery Region",
  "figures of the backups and of the load balancer, requests to keys and secrets",
  "nodes above the fewest: an autoscaler at its most, a rollout, a lost zone",
];

/** What halves a bill, and what that gives up. */
const halves: [what: string, gives: string][] = [
  [
    "Reserve what is always there: database, cache, and nodes by a savings plan",
    "a year's commitment, nothing else",
  ],
  [
    "`network.natGateways: single`",
    "the loss of one zone takes every node's way out; not in the enterprise tier",
  ],
  [
    "`database.topology: instance` with one replica",
    "AWS's quoted failover: 60 to 120 s instead of 35 s, and one reader instead of two",
  ],
  ["`observability.retentionDays` and `volumeGb`", "how far back a graph goes; 31 days at least"],
  [
    "`cache.nodes: 2`, a smaller `cache.nodeType`",
    "a lost node leaves no spare; a smaller cache answers fewer reads",
  ],
  [
    "Tear staging down at night: [taking a stack down](runbooks/README.md)",
    "an hour each morning; the hours of nodes, database and gateways",
  ],
];

/**
 * `docs/cost.md`: each stack's month by row. A row whose price nobody has read is said to be so, and
 * counts nothing.
 *
 * @throws UsageError for a quantity that the table of prices does not know, a line each.
 */
export function costPage(stacks: StackCost[], prices: Prices): string {
  const unknown = stacks
    .flatMap(({ quantities }) => quantities)
    .filter(({ price }) => !Object.hasOwn(prices.prices, price))
    .map(
      ({ price }) =>
        `cost/prices.json: prices.${price}: missing; write it with null until it has been read`,
    );
  if (unknown.length > 0) throw new UsageError([...new Set(unknown)].join("\n"));
  return [
    "# What a month costs",
    "",
    `Written by \`npm run docs\`. Quantities come from each stack's plan; prices are **quoted**, not measured: on-demand list prices of ${prices.region} in US dollars without tax, read on ${prices.date}, from [cost/prices.json](../cost/prices.json). “To be checked” is a price that nobody has read for this table: it counts nothing in the sum, so **a sum with such rows is less than the bill**. Read it at AWS Pricing Calculator or with \`aws pricing get-products\`, and write it with its source.`,
    "",
    ...stacks.flatMap((stack) => section(stack, prices)),
    "## By use",
    "",
    "Not in the sums, as no plan knows it:",
    "",
    ...byUse.map((line) => `- ${line}`),
    "",
    "## What halves it",
    "",
    "| what | what that gives up |",
    "| --- | --- |",
    ...halves.map(([what, gives]) => `| ${what} | ${gives} |`),
    "",
    "## Where the prices were read",
    "",
    "| price | US dollars | per | source |",
    "| --- | --- | --- | --- |",
    ...Object.entries(prices.prices).map(
      ([key, { usd, per, source }]) =>
        `| \`${key}\` | ${usd ?? "to be checked"} | ${per} | ${source ?? ""} |`,
    ),
    "",
  ].join("\n");
}

function section({ stack, quantities }: StackCost, { prices }: Prices): string[] {
  const rows = quantities.map(({ what, price, units }) => {
    const { usd } = prices[price]!;
    return { what, price, units, cost: usd === null ? undefined : units * usd };
  });
  const known = rows.reduce((total, { cost }) => total + (cost ?? 0), 0);
  const open = rows.filter(({ cost }) => cost === undefined).length;
  return [
    `## ${stack}`,
    "",
    "| what | units a month | price | US dollars a month |",
    "| --- | --: | --- | --: |",
    ...rows.map(
      ({ what, price, units, cost }) =>
        `| ${what} | ${round(units)} | \`${price}\` | ${cost === undefined ? "to be checked" : cost.toFixed(2)} |`,
    ),
    `| **sum of what has been read** |  |  | **${known.toFixed(2)}** |`,
    `| rows to be checked |  |  | ${open} of ${rows.length} |`,
    "",
  ];
}

function round(units: number): number {
  return Math.round(units * 10) / 10;
}
