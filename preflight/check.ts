import { claim, skipped, type Claim } from "../lib/claim";
import { Refused, type Ask } from "./question";

/** What a check has found. */
export interface Finding {
  /** One line each, with the key, the value and the remedy; none: the check holds. */
  problems: string[];
  /** What was counted and the most that it may be; absent: the problems are. */
  counted?: { value: number; unit: string; limit: number };
}

/** One thing that has to hold of the account before anything is created in it. */
export interface Check {
  /** Part of the claim's id. */
  id: string;
  /** One sentence. */
  claim: string;
  find(ask: Ask): Promise<Finding>;
}

/** A check's claim, and whether AWS has answered at all. */
export interface Outcome {
  claim: Claim;
  answered: boolean;
}

/** Carries out a check. A question that AWS does not answer is a problem: unknown is no pass. */
export async function carryOut(check: Check, ask: Ask): Promise<Outcome> {
  try {
    return { claim: claimOf(check, await check.find(ask)), answered: true };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { claim: claimOf(check, { problems: [unanswered(error)] }), answered: false };
  }
}

/** The claim of a check that could not begin. */
export function notBegun({ id, claim: text }: Check, why: string): Claim {
  return skipped(`preflight.${id}`, `${text}: ${why}`);
}

/** The report's form prints the evidence of a claim that fails: here, every problem. */
function claimOf({ id, claim: text }: Check, { problems, counted }: Finding): Claim {
  const { value, unit, limit } = counted ?? { value: problems.length, unit: "problems", limit: 0 };
  const injection = problems.length > 0 ? problems.join("; ") : null;
  const made = claim({ id: `preflight.${id}`, claim: text, value, unit, limit, injection });
  return { ...made, holds: problems.length === 0 };
}

function unanswered({ question, code, isDenied, message }: Refused): string {
  const { service, operation } = question;
  const remedy = isDenied
    ? `allow the role ${actionOf(service, operation)}`
    : "try again when it answers";
  return `aws ${service} ${operation}: ${code || "no answer"}: ${message}; ${remedy}`;
}

/** A question as IAM's policies name it. */
function actionOf(service: string, operation: string): string {
  const name = operation.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) =>
    letter.toUpperCase(),
  );
  return `${service.replace("service-quotas", "servicequotas")}:${name}`;
}
