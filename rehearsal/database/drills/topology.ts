import { claim, type Claim } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import { percentile } from "../percentile";
import { onBench, type Case, type Found } from "./topology/bench";
import { clockCases } from "./topology/clocks";
import { instanceCases } from "./topology/instances";
import { sidecarCases } from "./topology/sidecar";

const cases = [...instanceCases, ...clockCases, ...sidecarCases];

/** Repetitions at most where the pooler as shipped sets the limit, the cases in turn. */
const compared = 3;
/** Seconds between two looks of the shell sidecar, and for which a pooler believes a name. */
const look = 1;

/** Everything that may mislead the sidecar that follows the topology, and its own end. */
export const topology: Drill<DatabaseBed> = {
  name: "topology",
  title: "Who the writer is, while names, networks and the sidecar itself fail",
  async run({ laboratory, repetitions }, say) {
    const found = new Map<Case, Found[]>(cases.map((each) => [each, []]));
    for (let number = 0; number < Math.min(compared, repetitions); number++)
      for (const each of cases) {
        if (number > 0 && each.limit !== undefined) continue;
        const { injection, recovery, today, ...rest } = await onBench(laboratory, each);
        found.get(each)!.push({ injection, recovery, today, ...rest });
        const seconds = `${recovery.toFixed(2)} s, as shipped ${today.toFixed(2)} s`;
        say(`${each.name}: ${seconds}; ${injection}`);
      }
    return [...found].flatMap(([each, samples]) => claimsOf(each, samples));
  },
};

function claimsOf({ name, claim: what, limit }: Case, samples: Found[]): Claim[] {
  const repetitions = samples.length;
  const { injection } = samples[0]!;
  const theirs = samples.map(({ today }) => today);
  const said = theirs.map((seconds) => `${seconds.toFixed(2)} s`).join(", ");
  return [
    claim({
      id: `topology.${name}.wrong`,
      claim: `${what}: writes at a server that is not the newest writer, or lost`,
      value: samples.reduce((sum, { wrong }) => sum + wrong, 0),
      unit: "",
      limit: 0,
      injection,
      repetitions,
    }),
    claim({
      id: `topology.${name}.recovery`,
      claim: `${what}: seconds to the next acknowledged write, the median (as shipped: ${said})`,
      value: percentile(
        samples.map(({ recovery }) => recovery),
        0.5,
      ),
      unit: "s",
      limit: limit ?? neverWorse(theirs),
      injection,
      repetitions,
    }),
    ...(limit === undefined ? [behind(what, name, samples)] : []),
    ...samples.flatMap(({ more = [] }) => more),
  ];
}

/** Largest median that is not worse than as shipped, in seconds: the slowest of theirs and one look. */
function neverWorse(theirs: number[]): number {
  return Number((Math.max(...theirs) + look).toFixed(3));
}

/**
 * How much later than as shipped, sample by sample. Both ways met each fault at the same time, through
 * one resolver: AWS's time to live, by which either is spread over 5 s, ended at one moment for both,
 * and so few samples do. What is left to chance is a second each, two in all: when the shell sidecar
 * looks, and when a pooler asks the name again.
 */
function behind(what: string, name: string, samples: Found[]): Claim {
  const later = samples.map(({ recovery, today }) => recovery - today);
  const said = later.map((seconds) => `${seconds.toFixed(2)} s`).join(", ");
  return claim({
    id: `topology.${name}.behind`,
    claim: `${what}: how much later than as shipped in the same fault, the median of ${said}`,
    value: percentile(later, 0.5),
    unit: "s",
    limit: 2 * look,
    injection: samples[0]!.injection,
    repetitions: samples.length,
  });
}
