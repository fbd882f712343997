import { deployment, everyContainer, job, podSpec } from "../../model/kubernetes";
import { at, list, type Resource, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";

export default {
  name: "secrets-followed",
  severity: "critical",
  from: "starter",
  demands:
    "Pods of a release that read a password bear the checksum of its Secret, and the release follows that password.",
  reason:
    "A rotation changes Secrets alone: pods that do not start anew keep the old password until the next rotation ends it.",
  needs: "stack",
  types: [deployment, job],
  judge: (workload, stack) => {
    const read = secretsOf(workload, stack);
    if (read.length === 0) return [];
    const followed = stack.get(workload.release!)?.propertyDependencies.values ?? [];
    const forgotten = read
      .flatMap((secret) => behind(secret, stack))
      .filter(({ urn }) => !followed.includes(urn))
      .map(({ name }) => name);
    const annotations = at(workload.properties, "spec.template.metadata.annotations");
    const checksum = (annotations as Record<string, unknown> | undefined)?.["checksum/secrets"];
    // A first preview renders what it does not know as "unknown".
    const borne = typeof checksum === "string" && /^([0-9a-f]{64}|unknown)$/.test(checksum);
    return [
      ...(borne
        ? []
        : [`its pods read the Secret ${read[0]!.name} and bear no SHA-256 as checksum/secrets`]),
      ...[...new Set(forgotten)].map(
        (name) => `its release does not follow ${name}: no value of it changes with that password`,
      ),
    ];
  },
} satisfies RuleDefinition;

/** Secrets of the program that its pods name and passwords fill. */
function secretsOf(workload: Resource, stack: Stack): Resource[] {
  if (!workload.release) return [];
  const [namespace] = workload.name.split("/");
  const named = [
    ...everyContainer(workload)
      .flatMap((container) => list(container, "env"))
      .map((variable) => at(variable, "valueFrom.secretKeyRef.name")),
    ...list(podSpec(workload), "volumes")
      .flatMap((volume) => [volume, ...list(volume, "projected.sources")])
      .flatMap((source) => [at(source, "secret.secretName"), at(source, "secret.name")]),
  ];
  return stack
    .ofType("kubernetes:core/v1:Secret")
    .filter(
      (secret) =>
        !secret.release &&
        at(secret.properties, "metadata.namespace") === namespace &&
        named.includes(at(secret.properties, "metadata.name")),
    )
    .filter((secret) => behind(secret, stack).length > 0);
}

function behind(secret: Resource, stack: Stack): Resource[] {
  return stack.behind(secret, "stringData", "random:index/randomPassword:RandomPassword");
}
