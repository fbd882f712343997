import { claim, type Claim } from "../lib/claim";
import type { Bed } from "./bed";
import type { Result } from "./measure";
import { reasonsSince } from "./reasons";
import { storedKeys } from "../rehearsal/services/tenant";
import { counts, violations } from "./traffic/ledger";

/** Milliseconds before a fault in which its sham run was. */
const before = 30_000;

/** The claims of every experiment: a quiet sham run, and a database that contradicts no client. */
export async function soundness(bed: Bed, drill: string, result: Result): Promise<Claim[]> {
  const stored = await storedKeys(bed.platform.services, bed.tenant);
  const wrong = violations(result.writes, stored);
  const { acknowledged, refused, unknown } = counts(result.writes);
  const example = wrong[0] ? `; first: ${wrong[0].message}` : "";
  const { failedBefore, injected } = result;
  const reasons = failedBefore > 0 ? await reasonsSince(bed.platform, injected - before) : "";
  return [
    claim({
      id: `${drill}.sham`,
      claim: `Before, under the same load with nothing injected, nothing fails${reasons && `; backends say: ${reasons}`}`,
      value: failedBefore,
      unit: "requests",
      limit: 0,
    }),
    claim({
      id: `${drill}.ledger`,
      claim: `Of ${acknowledged} acknowledged writes each is stored once, of ${refused} refused none, of ${unknown} unknown each at most once${example}`,
      value: wrong.length,
      unit: "writes",
      limit: 0,
      injection: result.injection,
    }),
  ];
}

/** That no request failed. @param text what went on, up to the count */
export function noneFailed(drill: string, text: string, result: Result): Claim {
  return claim({
    id: `${drill}.failed`,
    claim: `${text}: of ${result.requests} requests none fails${outcomes(result)}`,
    value: result.failed,
    unit: "requests",
    limit: 0,
    injection: result.injection,
  });
}

/** That no request failed for good, where clients try an idempotent one once more. */
export function noneFailedTwice(drill: string, result: Result): Claim {
  const text = `With one idempotent retry, which ${result.rescued} needed`;
  return noneFailed(drill, text, result);
}

/** That reads of the list were served though the database was not there for them. */
export function cachedReadsServed(drill: string, result: Result): Claim {
  const { requests, failed } = cachedReads(result);
  return claim({
    id: `${drill}.cached-reads`,
    claim: `Cached reads are served: ${failed} of ${requests} failed${outcomes(result)}`,
    value: (failed / requests) * 100,
    unit: "% failed",
    limit: 0.1,
    injection: result.injection,
  });
}

/** Reads of the list, both modes together. */
export function cachedReads({ reports }: Result): { requests: number; failed: number } {
  const reads = Object.values(reports).flatMap((report) => report?.kinds.list ?? []);
  return {
    requests: reads.reduce((sum, { requests }) => sum + requests, 0),
    failed: reads.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** That failures end when the load balancer has found the dead targets. */
export function windowClosed(drill: string, { edge }: Bed, result: Result): Claim {
  return claim({
    id: `${drill}.window`,
    claim: `Failures end within health interval × threshold and the check's time-out; ${result.failed} of ${result.requests} failed${outcomes(result)}`,
    value: result.errorWindow,
    unit: "s",
    limit: edge.errorWindow,
    injection: result.injection,
  });
}

/** How and when requests of an experiment failed, for a claim's text. */
export function outcomes({ reports, injected }: Result): string {
  const failed = Object.entries(reports).flatMap(([mode, report]) => {
    if (!report?.failures) return [];
    const { failures } = report;
    const kinds = Object.entries(report.kinds).flatMap(
      ([kind, { outcomes: all, failed: count }]) =>
        count === 0 ? [] : [`${kind} ${JSON.stringify(all)}`],
    );
    const [from, to] = [failures.first, failures.last].map((at) => seconds(at - injected));
    return [`${mode}, from ${from} to ${to} s: ${kinds.join(", ")}`];
  });
  return failed.length > 0 ? ` (${failed.join("; ")})` : "";
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
