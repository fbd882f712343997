import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { claim } from "../../../../lib/claim";
import type { PgBouncer } from "../../pgbouncer";
import { beSteady } from "../failover";
import { crash, hostOf, pointed, type Bench, type Case, type Found } from "./bench";

const minute = 60_000; // ms
const watching = 3000; // ms without a fault

/** Clocks that differ: the sidecar's own jumps between seven minutes ahead and behind, as two instances' are. */
export const clockCases: Case[] = [
  {
    name: "clocks",
    claim: "clocks differ by minutes",
    limit: 1.5,
    preload: path.join(__dirname, "../../other-clock.cjs"),
    run: clocks,
  },
];

async function clocks(bench: Bench): Promise<Found> {
  const { laboratory, pooler, follower, ledger } = bench;
  const { instances } = laboratory;
  await instances.unsettleClocks();
  try {
    const off = await instances.clocks();
    if (Math.max(...off) < 6 || Math.min(...off) > -6)
      throw new Error(
        `the fault was not injected: instances' clocks are ${off.join(", ")} min off`,
      );
    await pointed(laboratory, pooler);
    await beSteady(ledger);
    const moved = await readsMoved(pooler);
    const found = await crash(bench);
    const own = follower.said.map(({ at, heard }) => (at - heard) / minute);
    const [least, most] = [Math.min(...own), Math.max(...own)];
    if (own.some((minutes) => Math.abs(minutes) < 6))
      throw new Error(
        `the fault was not injected: the sidecar's clock is ${own.join(", ")} min off`,
      );
    const injection =
      `the sidecar dated its own lines from ${least.toFixed(1)} to ${most.toFixed(1)} min off, ` +
      `and was told instances' clocks ${off.map((each) => each.toFixed(1)).join(", ")} min off`;
    const more = claim({
      id: "topology.clocks.reads-moved",
      claim: "clocks differ by minutes: times that reads were moved though all standbys keep up",
      value: moved,
      unit: "",
      limit: 0,
      injection,
    });
    return { ...found, injection, more: [more] };
  } finally {
    await instances.settleClocks();
  }
}

/** How often reads were pointed at another standby while nothing was wrong. */
async function readsMoved(pooler: PgBouncer): Promise<number> {
  let moved = 0;
  let before = await hostOf(pooler, "minixdr_ro");
  for (const end = performance.now() + watching; performance.now() < end; await pause(50)) {
    const now = await hostOf(pooler, "minixdr_ro");
    if (now !== before) moved++;
    before = now;
  }
  return moved;
}
