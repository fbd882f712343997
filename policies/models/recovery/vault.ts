import { readable } from "../../declared/recovery";
import { bucketType, configures } from "../../model/buckets";
import { show } from "../../model/expectation";
import { at, list, numberAt, type Resource } from "../../model/resource";
import { mayDo, trusts } from "../../model/rights";
import bucketEncryption from "../../rules/backups/bucket-encryption";
import bucketKept from "../../rules/backups/bucket-kept";
import bucketLifecycle from "../../rules/backups/bucket-lifecycle";
import bucketObjectLock from "../../rules/backups/bucket-object-lock";
import bucketReplication from "../../rules/backups/bucket-replication";
import vaultGuarded from "../../rules/backups/vault-guarded";
import bucketVersioning from "../../rules/backups/bucket-versioning";
import { broken } from "../chain";
import type { Break } from "../line";
import { held, keyed, keyType, type Question } from "./links";

const roleType = "aws:iam/role:Role";
const encryption = "BucketServerSideEncryptionConfiguration";

/** What keeps a bucket's objects: versions, lock, key, lifecycle, and a class that gives them back. */
export function kept(question: Question, bucket: Resource): Break[] {
  const { stack } = question;
  const encrypted = configures(bucket, encryption, stack);
  return [
    ...held(question, "bucket", bucket, bucketKept),
    ...held(question, "versions of", bucket, bucketVersioning),
    ...held(question, "lock of", bucket, bucketObjectLock),
    ...held(question, "key of", bucket, bucketEncryption),
    ...held(question, "policy of", bucket, vaultGuarded),
    ...(encrypted ? keyed(question, encrypted, "rules", bucket.properties.region) : []),
    ...held(question, "lifecycle of", bucket, bucketLifecycle),
    ...broken(question.of, "storage class of", bucket, frozen(bucket, question)),
  ];
}

/** Classes into which a lifecycle moves objects, and from which they would come back too late. */
function frozen(bucket: Resource, { stack }: Question): string[] {
  const rules = list(
    configures(bucket, "BucketLifecycleConfiguration", stack)?.properties,
    "rules",
  );
  return rules
    .flatMap((rule) => [
      ...list(rule, "transitions"),
      ...list(rule, "noncurrentVersionTransitions"),
    ])
    .map((transition) => at(transition, "storageClass"))
    .filter((storageClass) => !readable.includes(String(storageClass)))
    .map((storageClass) => slow(storageClass));
}

function slow(storageClass: unknown): string {
  return `${show(storageClass)} gives nothing back at once; it must be one of ${readable.join(", ")}`;
}

/** Days after which a bucket ends what is below a prefix, whatever it is; Infinity: never. */
export function daysOf(bucket: Resource, prefix: string, { stack }: Question): number {
  const rules = list(
    configures(bucket, "BucketLifecycleConfiguration", stack)?.properties,
    "rules",
  );
  const days = rules
    .filter((rule) => at(rule, "status") === "Enabled" && at(rule, "filter.prefix") === prefix)
    .map((rule) => numberAt(rule, "expiration.days"))
    .filter((found) => !Number.isNaN(found));
  return Math.min(Infinity, ...days);
}

/** Where a bucket is copied to: in another Region, with rights, keys and a lock of its own. */
export function replica(bucket: Resource, { stack }: Question): Resource | undefined {
  const copying = configures(bucket, "BucketReplicationConfig", stack);
  return copying && stack.behind(copying, "rules", bucketType)[0];
}

/** What is broken on the way to the copy in another Region, and in that copy. */
export function copied(question: Question, bucket: Resource): Break[] {
  const { of, stack } = question;
  const way = held(question, "copy of", bucket, bucketReplication);
  const copying = configures(bucket, "BucketReplicationConfig", stack);
  const copy = replica(bucket, question);
  if (!copying || !copy) return way;
  // Absent, it is the bucket's own, whose lifecycle says the rest.
  const storageClass = at(copying.properties, "rules.0.destination.storageClass") ?? "STANDARD";
  return [
    ...way,
    ...broken(of, "storage class of", copying, [
      readable.includes(String(storageClass)) ? undefined : slow(storageClass),
    ]),
    ...broken(of, "rights of", copying, copyRights(copying, bucket, copy, question)),
    ...kept(question, copy),
  ];
}

/** Actions without which S3 copies nothing, by what they act on. */
const copying = {
  bucket: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
  objects: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"],
  copies: ["s3:ReplicateObject"],
  key: ["kms:Decrypt"],
  copyKey: ["kms:Encrypt"],
};

function copyRights(
  config: Resource,
  bucket: Resource,
  copy: Resource,
  question: Question,
): (string | undefined)[] {
  const { stack } = question;
  const [role] = stack.behind(config, "role", roleType);
  if (!role) return ["role names no role of this stack"];
  const keys = (found: Resource) => {
    const encrypted = configures(found, encryption, stack);
    return encrypted ? stack.behind(encrypted, "rules", keyType) : [];
  };
  return [
    trusts(role, "s3.amazonaws.com", "sts:AssumeRole") ? undefined : `${role.name}: not S3's`,
    ...lacking(role, copying.bucket, [bucket], question),
    ...lacking(role, copying.objects, [bucket], question),
    ...lacking(role, copying.copies, [copy], question),
    ...lacking(role, copying.key, keys(bucket), question),
    ...lacking(role, copying.copyKey, keys(copy), question),
  ];
}

/** Actions on each of the targets that a role may not do. */
export function lacking(
  role: Resource,
  actions: string[],
  targets: Resource[],
  { stack }: Question,
): string[] {
  return targets.flatMap((target) =>
    actions
      .filter((action) => !mayDo(role, action, target, nameOf(target), stack))
      .map((action) => `${role.name} may not ${action} with ${target.name}`),
  );
}

/** How an ARN names a bucket; a key's is not known from what it is given. */
function nameOf({ type, properties }: Resource): RegExp {
  if (type !== bucketType) return /:key\//;
  const name = String(properties.bucket).replace(/[.]/g, "\\.");
  return new RegExp(`:::${name}(/.*)?$`);
}
