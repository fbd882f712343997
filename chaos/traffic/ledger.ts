/** What became of a write, as far as its client can know. */
export type Outcome = "acknowledged" | "refused" | "unknown";

/** A whole answer to one try of a write. */
export interface Answer {
  status: number;
  /** Whether it is a problem document (RFC 9457), which only the workload itself sends. */
  problem: boolean;
  /** Whether it says `Outcome: unknown`: the workload does not know either. */
  outcomeUnknown: boolean;
}

/** One idempotency key, and what its client knows of it. */
export interface Write {
  /** The organization's id. */
  organization: string;
  key: string;
  /** Rows that it makes when it is stored: the events of its batch. */
  rows: number;
  outcome: Outcome;
}

/** One row of `SELECT organization_id, idempotency_key, count(*) FROM events GROUP BY 1, 2`. */
export interface StoredKey {
  organization: string;
  key: string;
  rows: number;
}

/** A write whose outcome the database contradicts. */
export interface Violation extends Write {
  stored: number;
  /** One sentence. */
  message: string;
}

/** What one try says; without an answer (reset, time-out, cut short) nothing is known. */
export function outcomeOf(answer: Answer | undefined): Outcome {
  if (!answer) return "unknown";
  const { status, problem, outcomeUnknown } = answer;
  if (status >= 200 && status < 300) return "acknowledged";
  if (status >= 400 && status < 500) return "refused";
  // A load balancer's own 503 is no problem document and says nothing about the write.
  return status === 503 && problem && !outcomeUnknown ? "refused" : "unknown";
}

/**
 * What several tries of one key say together: one acknowledgement settles it, and one unknown try
 * outweighs every refusal, as it may have been stored.
 */
export function settled(outcomes: Outcome[]): Outcome {
  if (outcomes.includes("acknowledged")) return "acknowledged";
  return outcomes.includes("unknown") || outcomes.length === 0 ? "unknown" : "refused";
}

/** How many writes ended how; a key that was written with several times counts once. */
export function counts(writes: Iterable<Write>): Record<Outcome, number> {
  const counted = { acknowledged: 0, refused: 0, unknown: 0 };
  for (const { outcome } of merged(writes)) counted[outcome]++;
  return counted;
}

/**
 * Compares what clients know with what the database holds: acknowledged is there exactly once,
 * refused is absent, unknown is there at most once, and never a part of a batch.
 *
 * @param stored keys that nobody wrote with here are somebody else's and not judged
 */
export function violations(writes: Iterable<Write>, stored: Iterable<StoredKey>): Violation[] {
  const rows = new Map<string, number>();
  for (const row of stored) rows.set(idOf(row), (rows.get(idOf(row)) ?? 0) + row.rows);
  return merged(writes).flatMap((write) => {
    const found = rows.get(idOf(write)) ?? 0;
    const fault = faultOf(write, found);
    if (fault === undefined) return [];
    const message = `${write.outcome} write ${write.key} of ${write.organization} ${fault}`;
    return [{ ...write, stored: found, message }];
  });
}

function faultOf({ outcome, rows }: Write, stored: number): string | undefined {
  if (stored === 0) return outcome === "acknowledged" ? "is lost" : undefined;
  if (outcome === "refused") return `is stored: ${stored} rows`;
  if (stored < rows) return `is stored in part: ${stored} of ${rows} rows`;
  if (stored > rows) return `is stored more than once: ${stored} rows for ${rows}`;
  return undefined;
}

/** Each key once. */
function merged(writes: Iterable<Write>): Write[] {
  const byKey = new Map<string, Write>();
  for (const write of writes) {
    const known = byKey.get(idOf(write));
    const outcome = known ? settled([known.outcome, write.outcome]) : write.outcome;
    byKey.set(idOf(write), { ...write, outcome });
  }
  return [...byKey.values()];
}

function idOf({ organization, key }: { organization: string; key: string }): string {
  return JSON.stringify([organization, key]);
}
