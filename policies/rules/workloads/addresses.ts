import { ownRegion } from "../../model/region";
import { addressesOfClusters, declaredAddresses, type Lead } from "../../declared/addresses";
import { writers } from "../../budgets/failover";
import { databaseCluster, replicasOf } from "../../model/database";
import { show } from "../../model/expectation";
import { releaseType } from "../../model/kubernetes";
import { at, unknown, type Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import { encryptsVault, signsWith } from "../../model/vault-keys";
import { leftOut } from "../../releases/deployed";

export default {
  name: "addresses",
  severity: "critical",
  from: "starter",
  demands:
    "Addresses that a release is given lead where they have to: to the writer's, the readers', each member's and the cache's own endpoints, our registry, its own target group.",
  reason:
    "One instance's address looks like the writer's, until the day of the failover; the committed objects leave it out.",
  needs: "stack",
  types: [releaseType],
  judge: ({ properties }, stack, settings) => {
    const name = String(properties.name);
    const declared = {
      ...declaredAddresses[name],
      ...(stack.ofType(databaseCluster).length > 0 ? addressesOfClusters[name] : {}),
    };
    return [
      ...leftOut(name, settings)
        .filter((path) => !Object.hasOwn(declared, path))
        .map(
          (path) =>
            `its committed objects leave out values.${path}, which is not declared in policies/declared/addresses`,
        ),
      ...Object.entries(declared).flatMap(([path, lead]) => {
        const value = at(properties.values, path);
        // A first preview knows none of them; the engine asks again before it installs the release.
        if (value === unknown) return [];
        const pattern = patternOf(lead, stack);
        return typeof value === "string" && pattern.some((allowed) => allowed.test(value))
          ? []
          : [`values.${path} is ${show(value)}, which does not lead to ${says(lead)}`];
      }),
    ];
  },
} satisfies RuleDefinition;

function patternOf(lead: Lead, stack: Stack): RegExp[] {
  if (lead === "writer") return writers(stack).map((writer) => endpoint(writer, "cluster-"));
  if (lead === "readers")
    return writers(stack).flatMap((writer) =>
      writer.type === databaseCluster
        ? [endpoint(writer, "cluster-ro-")]
        : replicasOf(writer, stack).map((replica) => endpoint(replica, "")),
    );
  if (lead === "cache")
    return stack
      .ofType("aws:elasticache/replicationGroup:ReplicationGroup")
      .map(
        ({ properties }) =>
          new RegExp(
            `^master\\.${text(properties.replicationGroupId)}\\.[a-z0-9]+\\.[a-z0-9.-]*cache\\.amazonaws\\.com$`,
          ),
      );
  // Another than the vault's own is refused by the vault's policy, at the first dump.
  if (lead === "backup key")
    return encryptsVault(stack).map((arn) =>
      typeof arn === "string"
        ? new RegExp(`^${arn}$`)
        : new RegExp(`^arn:aws:kms:${ownRegion(stack)}:\\d{12}:key/[0-9a-f-]+$`),
    );
  if (lead === "an end") return [/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/];
  if (lead === "a checksum") return [/^[0-9a-f]{64}$/];
  if ("member" in lead)
    return writers(stack).map(({ properties }) =>
      instance(`${text(properties.clusterIdentifier)}-instance-${lead.member}`),
    );
  if ("signedBy" in lead) {
    const arn = signsWith(lead.signedBy, stack);
    return arn === undefined ? [] : [new RegExp(`^${arn}$`)];
  }
  if ("image" in lead)
    return [
      new RegExp(`^\\d{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com/mini-xdr/${lead.image}$`),
    ];
  return [
    new RegExp(
      `^arn:aws:elasticloadbalancing:[a-z0-9-]+:\\d{12}:targetgroup/[a-z0-9-]+-${lead.targetGroup}/[0-9a-f]+$`,
    ),
  ];
}

/** AWS's name of a cluster's endpoint, or of an instance's. */
function endpoint(
  { type, properties }: { type: string; properties: Record<string, unknown> },
  of: string,
): RegExp {
  if (type !== databaseCluster) return instance(text(properties.identifier));
  return instance(text(properties.clusterIdentifier), of);
}

/** @param of what AWS puts before the domain of a cluster's own endpoints */
function instance(name: string, of = ""): RegExp {
  return new RegExp(`^${name}\\.${of}(?!ro-)[a-z0-9]+\\.[a-z0-9-]+\\.rds\\.amazonaws\\.com$`);
}

/** A name as part of a pattern: no sign of it means anything but itself. */
function text(value: unknown): string {
  return typeof value === "string" ? value.replaceAll(/[^\w-]/g, "\\$&") : "unknown";
}

function says(lead: Lead): string {
  if (lead === "an end") return "a certificate's end, RFC 3339";
  if (lead === "a checksum") return "a SHA-256";
  if (typeof lead === "string") return `the ${lead}`;
  if ("member" in lead) return `member ${lead.member} of the cluster`;
  if ("signedBy" in lead) return `the key that ${lead.signedBy} signs with`;
  return "image" in lead
    ? `the image ${lead.image} of our registry`
    : `the ${lead.targetGroup}'s own target group`;
}
