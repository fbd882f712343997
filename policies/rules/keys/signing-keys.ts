import { signers } from "../../declared/denials";
import { demandsCopies } from "../../model/alone";
import { equals, isTrue, mismatch, show } from "../../model/expectation";
import { ownRegion } from "../../model/region";
import type { Resource, Stack } from "../../model/resource";
import type { RuleDefinition } from "../../model/rule";
import type { Settings } from "../../model/settings";

const key = "aws:kms/key:Key";
const replica = "aws:kms/replicaKey:ReplicaKey";

export default {
  name: "signing-keys",
  severity: "critical",
  from: "starter",
  demands:
    "The keys that sign the backups' evidence are asymmetric and have a replica in another Region, under the same alias; every other key encrypts.",
  reason:
    "Whoever checks needs the public part only, and needs it where the copies are when the first Region is lost.",
  needs: "stack",
  types: [key],
  judge: (found, stack, settings) => {
    if (found.ofPlugin) return [];
    const { properties } = found;
    if (!Object.hasOwn(signers, found.name))
      return ["keyUsage", "customerMasterKeySpec", "multiRegion"]
        .filter((property) => properties[property] !== undefined)
        .map((property) => `${property} is ${show(properties[property])}; it must be absent`);
    return [
      mismatch(properties, "keyUsage", equals("SIGN_VERIFY")),
      mismatch(properties, "customerMasterKeySpec", equals("ECC_NIST_P256")),
      mismatch(properties, "multiRegion", isTrue),
      ...(demandsCopies(settings) ? copied(found, stack, settings) : []),
    ].filter((problem) => problem !== undefined);
  },
} satisfies RuleDefinition;

function copied(found: Resource, stack: Stack, { stack: name }: Settings): string[] {
  const [copy] = stack.pointingAt(found, replica, "primaryKeyArn");
  if (!copy) return ["no ReplicaKey copies it to another Region"];
  const { region } = copy.properties;
  const alias = `alias/mini-xdr-${name}-${found.name.replace(/^keys-/, "")}`;
  const named = stack
    .pointingAt(copy, "aws:kms/alias:Alias", "targetKeyId")
    .some(({ properties }) => properties.name === alias && properties.region === region);
  return [
    ...(typeof region === "string" && region !== ownRegion(stack)
      ? []
      : ["its replica is not in another Region"]),
    ...(named ? [] : [`its replica has no alias ${alias}, by which a recovery looks for it`]),
  ];
}
