import { includedEntries } from "../../declared/pgbouncer";
import { databaseCluster } from "../../model/database";
import { show } from "../../model/expectation";
import { containers, deployment, everyContainer, job } from "../../model/kubernetes";
import { poolers } from "../../model/pooler";
import { at, list, numberAt, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "pooler-topology",
  severity: "critical",
  from: "starter",
  demands:
    "Before a Multi-AZ DB cluster every pooler follows the topology: it asks all three members, PgBouncer goes where it says, and the role that asks may connect twice as often as there are poolers. Before an instance none does.",
  reason:
    "By its name alone the new writer is found seconds later; one that asks two members of three, or is refused, has no majority when one of them fails.",
  needs: "stack",
  types: [deployment],
  judge: (workload, stack) => {
    const pooler = poolers(stack).find(({ pods }) => pods === workload);
    if (!pooler) return [];
    const follower = containers(workload).find((one) => at(one, "name") === "topology");
    const [cluster] = stack.ofType(databaseCluster);
    const included = pooler.text.includes(includedEntries);
    if (!cluster)
      return follower || included
        ? ["it follows a topology, but an instance and its standby have one name; topology.enabled"]
        : [];
    if (!follower) return ["no container topology follows the cluster's members; topology.enabled"];
    return [
      ...(included ? [] : ["pgbouncer.ini does not include what follows the topology writes"]),
      ...asked(follower, cluster),
      ...admitted(workload, stack),
    ];
  },
} satisfies RuleDefinition;

/** Members that it does not ask, and others that it does. Which addresses they have is judged with the release's values. */
function asked(follower: unknown, { properties }: Resource): string[] {
  const variable = list(follower, "env").find((each) => at(each, "name") === "TOPOLOGY_ENDPOINTS");
  const members = [1, 2, 3].map(
    (number) => `${String(properties.clusterIdentifier)}-instance-${number}`,
  );
  const names = String(at(variable, "value") ?? "")
    .split(" ")
    .map((endpoint) => endpoint.split(".")[0]!);
  // A first preview knows none of them.
  if (names.every((name) => name === "unknown")) return [];
  return names.join() === members.join()
    ? []
    : [`it asks ${names.join(", ") || "nobody"}; it must be ${members.join(", ")}`];
}

/** Whether the bootstrap lets in who asks: while a rollout replaces all poolers the old ones are still there. */
function admitted({ properties }: Resource, stack: Stack): string[] {
  const needed = 2 * numberAt(properties, "spec.replicas");
  return stack
    .ofType(job)
    .flatMap(everyContainer)
    .flatMap((container) => list(container, "env"))
    .filter((variable) => at(variable, "name") === "EXPORTER_CONNECTIONS")
    .map((variable) => at(variable, "value"))
    .filter((most) => !(Number(most) >= needed))
    .map(
      (most) => `the role that asks may connect ${show(most)} times; it must be ${needed} or more`,
    );
}
