import type { Store } from "./store";
import type { Valkey } from "./valkey";

/** What the service can do now. */
export interface State {
  mode: "normal" | "degraded" | "read-only";
  /** Why it is not normal. */
  reasons: string[];
}

/** Reads the mode off the dependencies as this process sees them. */
export function stateOf(
  store: Pick<Store, "writesRefused" | "replicaKeepsUp" | "breakers">,
  valkey: Pick<Valkey, "available">,
): State {
  const reasons: string[] = [];
  if (store.writesRefused) reasons.push(store.writesRefused);
  if (store.breakers.read.state !== "closed") reasons.push("database-reads-away");
  else if (!store.replicaKeepsUp) reasons.push("replica-behind");
  if (!valkey.available) reasons.push("cache-away");
  if (store.writesRefused) return { mode: "read-only", reasons };
  return { mode: reasons.length > 0 ? "degraded" : "normal", reasons };
}
