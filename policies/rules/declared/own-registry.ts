import { accounts } from "../../model/account";
import { releaseType } from "../../model/kubernetes";
import { unknown } from "../../model/resource";
import { ownRegion } from "../../model/region";
import type { RuleDefinition } from "../../model/rule";

const registry = /(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/g;

export default {
  name: "own-registry",
  severity: "critical",
  from: "starter",
  demands: "Charts and images come from the registry of the stack's own account and Region.",
  reason:
    "Another Region's registry is lost with that Region, and another account's is emptied without a look at this one.",
  needs: "stack",
  types: [releaseType],
  judge: ({ properties: { chart, values } }, stack) => {
    const named = new Set(JSON.stringify([chart, values]).match(registry));
    const own = accounts(stack).filter((account) => account !== unknown);
    const region = ownRegion(stack);
    return [...named]
      .filter((host) => {
        const [, account, place] = [...host.matchAll(registry)][0]!;
        return (own.length > 0 && !own.includes(account)) || (region && place !== region);
      })
      .map((host) => `it names ${host}; the stack's own registry is in ${region}`);
  },
} satisfies RuleDefinition;
