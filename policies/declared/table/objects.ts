import { equals, matches } from "../../model/expectation";
import { each, free, identity, judged, only, type Fields } from "../declaration";

/** Labels that are no selector's own: what selects by them is judged with the selector. */
export const labels = each(free("what selects by a label is judged with the selector"));

/** What every Kubernetes object has; `annotations` are those of its kind. */
export function object(annotations: Fields = {}): Fields {
  return {
    apiVersion: judged("declared-types"),
    kind: judged("declared-types"),
    metadata: {
      name: judged("expected"),
      namespace: free("an object in another namespace is missing in this one"),
      labels,
      annotations,
    },
  };
}

/** A hook of Helm, which has to run at an installation and at an upgrade alike. */
export const hook = (weight: string): Fields => ({
  "helm.sh/hook": only(
    equals("pre-install,pre-upgrade"),
    "a hook at one of them only leaves the other without it",
  ),
  "helm.sh/hook-delete-policy": only(
    equals("before-hook-creation,hook-succeeded"),
    "a hook that is deleted too early, or never, stops the next upgrade",
  ),
  "helm.sh/hook-weight": only(equals(weight), "an account has to be there before its job"),
});

/** A selector by labels alone. */
export function selector(...rules: string[]): Fields {
  return { matchLabels: each(judged(...rules)) };
}

/** An address range within a network that nobody outside routes to. */
export const privateRange = matches(
  /^(10\.\d+|172\.(1[6-9]|2\d|3[01])|192\.168)\.\d+\.\d+\/(1[6-9]|2\d|3[0-2])$/,
  "a private range of /16 or smaller",
);

/** What identifies a thing of one stack. */
export const name = free(identity);
