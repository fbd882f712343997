import { waitsFor } from "../../declared/order";
import { awaited, wayTo } from "../../model/cluster-loss";
import { releaseType } from "../../model/kubernetes";
import type { Resource } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "release-order",
  severity: "high",
  from: "starter",
  demands: "A release waits for the releases that policies/declared says it needs.",
  reason:
    "One that comes before its database roles or definitions fails, and is taken back: on the night of a rebuild.",
  needs: "stack",
  types: [releaseType],
  judge: (release, stack) =>
    (waitsFor[release.name] ?? [])
      .filter((needed) => {
        const isNeeded = ({ type, name }: Resource) => type === releaseType && name === needed;
        return !wayTo(isNeeded, release, stack, awaited);
      })
      .map((needed) => `it does not wait for ${needed}`),
} satisfies RuleDefinition;
