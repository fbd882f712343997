import type { RuleDefinition } from "../../model/rule";

const copies = [
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  "aws:ecr/replicationConfiguration:ReplicationConfiguration",
];

export default {
  name: "alone",
  severity: "critical",
  from: "starter",
  demands:
    "Only a stack in a lost one's place is without a copy in another Region, until the day that policies/config.json says and no longer.",
  reason:
    "After the loss of a Region the one for copies is the lost one. What is not copied meanwhile is lost with the next.",
  needs: "stack",
  types: ["pulumi:pulumi:Stack"],
  judge: (_, stack, { stack: name, alone, recoveryOf, today }) => {
    if (!alone) return [];
    return [
      ...(recoveryOf === undefined
        ? [`${name} takes no lost stack's place: it has no recovery.of`]
        : []),
      ...(alone.until < today
        ? [
            `its leave has ended on ${alone.until}: give it a recoveryRegion, or renew the leave in a review`,
          ]
        : []),
      ...(stack.ofType(...copies).length > 0
        ? [`it has copies: remove alone.${name} from policies/config.json`]
        : []),
    ];
  },
} satisfies RuleDefinition;
