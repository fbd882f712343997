import { claim, type Claim } from "../lib/claim";
import type { Say } from "../rehearsal/drill";
import type { Bed, Run } from "./bed";
import { warningsSince } from "./reasons";
import { starvedAbove } from "./starvation";
import { steady } from "./steady";
import type { Variant } from "./variant";

/** A drill, or its control. */
export interface Trial {
  /** What the ids of its claims begin with: the drill's name, or `drill.control`. */
  id: string;
  title: string;
  /** What backends it wants. */
  variant: Variant;
  run(bed: Bed, say: Say): Promise<Claim[]>;
}

/**
 * Runs a drill or a control from a steady state; one that breaks off is a broken claim, and the others go
 * on. What {@link doubtOf} doubts is run once more, and the report says why.
 */
export async function trial(
  bed: Bed,
  { id, title, variant, run }: Trial,
  say: Say,
): Promise<Claim[]> {
  const tell = (line: string) => say(`${id}: ${line}`);
  return believed(id, bed.runs, tell, async () => {
    tell(`▸ ${title}`);
    const started = Date.now();
    bed.runs.length = 0;
    const claims = await claimsOf(id, async () => {
      await bed.backends.become(variant);
      await steady(bed);
      return run(bed, tell);
    });
    if (claims.some(({ holds }) => !holds)) {
      const warnings = warningsSince(bed.platform, started);
      tell(`pods warned:\n${await warnings.catch((error: Error) => error.message)}`);
    }
    tell(`${((Date.now() - started) / 1000).toFixed(1)} s`);
    return claims;
  });
}

/** What an attempt finds, or a second one finds where the first is in doubt. Both fill `runs`. */
export async function believed(
  id: string,
  runs: Run[],
  tell: Say,
  attempt: () => Promise<Claim[]>,
): Promise<Claim[]> {
  const since = Date.now();
  const first = await attempt();
  const seconds = (Date.now() - since) / 1000;
  const doubt = doubtOf(first, runs);
  if (doubt === undefined) return first;
  tell(`says nothing, and is run once more: ${doubt}`);
  const second = await attempt();
  const lag = lagOf(runs);
  const found = lag === undefined ? second : [brokenOff(id, `two runs are void: ${lag}`)];
  return [
    ...found,
    claim({
      id: `${id}.repeated`,
      claim: `Run once more, as the first run says nothing: ${doubt}`,
      value: seconds,
      unit: "s of the first",
    }),
  ];
}

/**
 * Why an attempt says nothing about the stack. A generator that lagged makes every run void. A pod that
 * waited for this machine's processors explains failed requests only: it makes nothing succeed. Neither
 * explains a write that is lost, or there twice.
 */
function doubtOf(claims: Claim[], runs: Run[]): string | undefined {
  const broken = claims.filter(({ holds }) => !holds);
  if (broken.some(({ id }) => id.endsWith(".ledger"))) return undefined;
  const lag = lagOf(runs);
  if (lag !== undefined || broken.length === 0) return lag;
  const waited = Math.max(0, ...runs.map((run) => run.waited));
  if (waited <= starvedAbove) return undefined;
  return `a process that serves waited for a processor for ${Math.round(waited)} ms of a second`;
}

function lagOf(runs: Run[]): string | undefined {
  return runs.find((run) => run.void)?.void;
}

/** What is claimed by some work, or that it broke off. */
async function claimsOf(id: string, work: () => Promise<Claim[]>): Promise<Claim[]> {
  try {
    return await work();
  } catch (error) {
    process.stderr.write(`${(error as Error).stack}\n`);
    return [brokenOff(id, (error as Error).message)];
  }
}

function brokenOff(id: string, why: string): Claim {
  return claim({
    id: `${id}.completed`,
    claim: `It runs to its end; it did not: ${why}`,
    value: 1,
    unit: "failures",
    limit: 0,
  });
}
