import { claim, skipped, type Claim } from "../lib/claim";
import type { Clause } from "./clause";
import type { Context } from "./context";
import { Mismatch, Unchecked } from "./verdict";

/**
 * Checks an image against clauses, one after the other.
 *
 * @param say told which clause is being checked
 * @returns a claim a clause; what could not be tried is skipped, and says what is wanted for it.
 */
export async function check(
  clauses: readonly Clause[],
  context: Context,
  say: (text: string) => void = () => {},
): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const clause of clauses) {
    context.signal?.throwIfAborted();
    say(clause.id);
    claims.push(await checkOne(clause, context));
  }
  return claims;
}

async function checkOne({ id, title, check }: Clause, context: Context): Promise<Claim> {
  const verdict = { id, unit: "mismatches", limit: 0 };
  try {
    const injection = (await check(context)) ?? null;
    return claim({ ...verdict, claim: title, value: 0, injection });
  } catch (error) {
    if (error instanceof Unchecked) return skipped(id, `${title}: ${error.message}`);
    if (error instanceof Mismatch)
      return claim({ ...verdict, claim: title, value: 1, injection: error.message });
    throw error;
  }
}
