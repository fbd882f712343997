import type * as pulumi from "@pulumi/pulumi";

/** Where copies of a purpose go, and what encrypts them there. */
export interface RecoveryPlace {
  region: string;
  kmsKeyArn: pulumi.Output<string>;
}
