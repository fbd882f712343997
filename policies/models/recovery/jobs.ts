import { bucketType, configures } from "../../model/buckets";
import { show } from "../../model/expectation";
import { cronJob, everyContainer, podSpec } from "../../model/kubernetes";
import { at, list, type Resource, type Stack } from "../../model/resource";
import { trusts } from "../../model/rights";
import { interval } from "../../model/schedule";
import backupSchedule from "../../rules/backups/backup-schedule";
import { broken } from "../chain";
import type { Break } from "../line";
import { held, keyType, type Question } from "./links";
import { lacking } from "./vault";

const association = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const roleType = "aws:iam/role:Role";

/** What a job does with the vault and with its key, by what it needs; that it may no more, a rule says. */
const rights: Record<string, { vault: string[]; key: string[] }> = {
  dump: { vault: ["s3:ListBucket", "s3:PutObject"], key: ["kms:GenerateDataKey", "kms:Decrypt"] },
  state: { vault: ["s3:ListBucket", "s3:PutObject"], key: ["kms:GenerateDataKey", "kms:Decrypt"] },
  verify: {
    vault: ["s3:ListBucket", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
    key: ["kms:GenerateDataKey", "kms:Decrypt"],
  },
  restore: {
    vault: ["s3:ListBucket", "s3:GetObject", "s3:GetObjectVersion"],
    key: ["kms:Decrypt"],
  },
};

/** Everything in a backup job that a backup needs. */
export interface Job {
  cron: Resource | undefined;
  /** Seconds between two runs. */
  every: number;
  /** The bucket that it fills or reads. */
  vault: Resource | undefined;
  broken: Break[];
}

/** The backup job of a kind, such as `dump`: scheduled, with its command, its vault and its rights. */
export function jobOf(question: Question, kind: string): Job {
  const { of, stack } = question;
  // A scratch server is called after the job that it serves.
  const cron = stack
    .ofType(cronJob)
    .find(({ name }) => name.endsWith(`-${kind}`) && !name.includes("-scratch-"));
  const [root] = stack.ofType("pulumi:pulumi:Stack");
  if (!cron) {
    const missing = { urn: root?.urn ?? "", name: kind };
    return {
      cron,
      every: Infinity,
      vault: undefined,
      broken: broken(of, "schedule of", missing, ["there is no such CronJob"]),
    };
  }
  const vault = vaultOf(cron, stack);
  return {
    cron,
    every: interval(String(at(cron.properties, "spec.schedule"))),
    vault,
    broken: [
      ...held(question, "schedule of", cron, backupSchedule),
      ...broken(of, "command of", cron, [
        everyContainer(cron).some((container) => list(container, "args")[0] === kind)
          ? undefined
          : `no container of it does ${kind}`,
      ]),
      ...broken(of, "vault of", cron, [
        vault
          ? undefined
          : `BACKUP_BUCKET is ${show(variables(cron, "BACKUP_BUCKET"))}, which is no bucket of this stack`,
      ]),
      ...(vault ? broken(of, "rights of", cron, rightsOf(cron, kind, vault, question)) : []),
    ],
  };
}

/** Values of a variable in a job's containers, each once. */
export function variables(cron: Resource, name: string): unknown[] {
  const values = everyContainer(cron)
    .flatMap((container) => list(container, "env"))
    .filter((entry) => at(entry, "name") === name)
    .map((entry) => at(entry, "value"));
  return [...new Set(values)];
}

/** By its name, and by what the release was given: the copy of a name leads elsewhere. */
function vaultOf(cron: Resource, stack: Stack): Resource | undefined {
  const release = cron.release === undefined ? undefined : stack.get(cron.release);
  const given = release ? stack.behind(release, "values", bucketType) : stack.ofType(bucketType);
  const names = variables(cron, "BACKUP_BUCKET");
  return names.length === 1
    ? given.find(({ properties }) => properties.bucket === names[0])
    : undefined;
}

function rightsOf(
  cron: Resource,
  kind: string,
  vault: Resource,
  question: Question,
): (string | undefined)[] {
  const { stack } = question;
  const account = at(podSpec(cron), "serviceAccountName");
  const namespace = cron.name.split("/")[0];
  const found = stack
    .ofType(association)
    .find(
      ({ properties }) =>
        properties.namespace === namespace && properties.serviceAccount === account,
    );
  if (!found) return [`no PodIdentityAssociation is for ${namespace}/${show(account)}`];
  const [role] = stack.behind(found, "roleArn", roleType);
  if (!role) return ["its PodIdentityAssociation names no role of this stack"];
  // A drill verifies, under the same identity.
  const needed = rights[kind === "drill" ? "verify" : kind]!;
  const encrypted = configures(vault, "BucketServerSideEncryptionConfiguration", stack);
  const keys = encrypted ? stack.behind(encrypted, "rules", keyType) : [];
  return [
    trusts(role, "pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession")
      ? undefined
      : `${role.name} does not trust EKS's pods`,
    ...lacking(role, needed.vault, [vault], question),
    ...lacking(role, needed.key, keys, question),
  ];
}
