import { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";

/** Where copies of a purpose go, and what encrypts them there. */
export interface RecoveryPlace {
  region: string;
  kmsKeyArn: pulumi.Output<string>;
  /** The account that holds them; absent: the stack's own. */
  account?: RecoveryAccount;
}

/** Another account, in which vault and key of the copies live, and how `up` gets there. */
export interface RecoveryAccount {
  id: string;
  /** The role there that `up` takes on; it alone may change what protects the copies. */
  roleArn: string;
  provider: Provider;
}

/** A provider that takes a role of another account on, and what is known of that account by it. */
export function recoveryAccount(
  roleArn: string,
  region: string,
  tags: Record<string, string>,
): RecoveryAccount {
  return {
    id: roleArn.split(":")[4]!,
    roleArn,
    provider: new Provider("recovery-account", {
      region,
      assumeRoles: [{ roleArn }],
      defaultTags: { tags },
    }),
  };
}
