import { documentOf } from "./policy-document";
import { at, list, type Stack } from "./resource";

/** The ARN of the key that an identity of the backup may sign with; undefined: none, or not known yet. */
export function signsWith(identity: string, stack: Stack): string | undefined {
  const policy = stack
    .ofType("aws:iam/rolePolicy:RolePolicy")
    .find(({ name }) => name === `backups-${identity}-policy`)?.properties.policy;
  const statement = list(documentOf(policy), "Statement").find((one) =>
    [at(one, "Action")].flat().includes("kms:Sign"),
  );
  const [arn] = [at(statement, "Resource")].flat();
  return typeof arn === "string" ? arn : undefined;
}

/** What the vault is encrypted with, by its own default; empty: it has none. */
export function encryptsVault(stack: Stack): unknown[] {
  return stack
    .ofType(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    )
    .filter(({ name }) => name === "backups-primary-encryption")
    .map(({ properties }) =>
      at(properties, "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId"),
    );
}
