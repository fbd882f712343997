import type { Claim } from "../lib/claim";
import { View } from "../lib/progress";
import { conclude, report } from "../lib/report";
import { unlessStopped } from "../lib/signals";
import { evaluateValues } from "../plan/evaluate";
import { loadProgram } from "../plan/program";
import { readStackSettings } from "../plan/stack-settings";
import { accountChecks } from "./account";
import { carryOut, notBegun, type Check } from "./check";
import { domainChecks, nameServersOf, type NameServersOf } from "./domain";
import { imageChecks } from "./images";
import { landingZoneChecks } from "./landing-zone";
import { needsOf, type Needs } from "./needs";
import { placeChecks } from "./places";
import { awsCli, type Ask } from "./question";
import { quotaChecks } from "./quotas";

/** What may be otherwise around a preflight. */
export interface Circumstances {
  /** Leaves the images out: for an `up` of the registry, which comes before them. */
  withoutImages?: boolean;
  /** Who tells which servers a zone is led to; by default this machine's resolver. */
  lookUp?: NameServersOf;
  view?: View;
}

/** How a preflight is asked for. */
export interface PreflightOptions extends Circumstances {
  stack: string;
  /** File for the report. */
  json?: string;
  stop: AbortSignal;
}

/**
 * Asks an account whether it can take a stack, and says everything that stands in the way at once,
 * before anything is made. It changes nothing, and takes seconds.
 *
 * @returns the exit code: 1 when something stands in the way
 * @throws UsageError when the configuration cannot be used, MissingTool without the AWS CLI.
 */
export async function preflight(root: string, options: PreflightOptions): Promise<number> {
  const { stack, stop, json } = options;
  const since = Date.now();
  const settings = readStackSettings(root, stack);
  const program = await loadProgram(root);
  // Charts are found from the project's root, as under the real engine.
  process.chdir(root);
  const needs = needsOf(root, await evaluateValues(program, settings), settings);
  const ask = awsCli(needs.region, stop);
  const claims = await unlessStopped(stop, claimsOf(needs, ask, options));
  return conclude(report("preflight", stack, since, claims), json);
}

/** The claim of every check. Without an identity nobody is asked: each answer would be the same refusal. */
export async function claimsOf(
  needs: Needs,
  ask: Ask,
  { lookUp = nameServersOf, view = new View(), withoutImages }: Circumstances = {},
): Promise<Claim[]> {
  const carriedOut = (title: string, checks: Check[]) =>
    view.run(
      view.add(title),
      () => Promise.all(checks.map((check) => carryOut(check, ask))),
      (found) => found.every(({ claim }) => claim.holds),
    );
  const groups: [title: string, checks: Check[], obstacle?: string | false][] = [
    ["quotas", quotaChecks(needs)],
    ["places", placeChecks(needs)],
    ["domain", domainChecks(needs, lookUp)],
    ["images", imageChecks(needs), withoutImages && "they come after the registry"],
    ["landing zone", landingZoneChecks(needs)],
  ];
  try {
    const account = await carriedOut("account", accountChecks(needs));
    const unknown = account.some(({ answered }) => !answered) && "AWS does not say who asks";
    const others = groups.map(async ([title, checks, obstacle]) => {
      const why = unknown || obstacle;
      if (why) return checks.map((check) => notBegun(check, why));
      return (await carriedOut(title, checks)).map(({ claim }) => claim);
    });
    return [account.map(({ claim }) => claim), ...(await Promise.all(others))].flat();
  } finally {
    view.end();
  }
}
