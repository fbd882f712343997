import * as pulumi from "@pulumi/pulumi";
import * as iam from "@pulumi/aws/iam";
import { trustPolicy } from "../iam-policy";

/** The backup's identities: one service account and one role each. A drill goes under `verify`'s. */
export const identities = ["dump", "state", "verify", "prune", "exporter", "restore"] as const;
export type Identity = (typeof identities)[number];

/** Values, not the roles themselves: the engine fetches a component's resources by a provider of its own. */
export type BackupRoles = Record<
  Identity,
  { name: pulumi.Output<string>; arn: pulumi.Output<string> }
>;

/** Namespace of the backup's pods. */
export const backupNamespace = "database";

/** The service account that has an identity, and no other. */
export const serviceAccountOf = (identity: Identity) => `database-backup-${identity}`;

/**
 * The roles of the backup's pods, without any rights yet: keys and vault name them in their own
 * policies, so they are there first. None depends on a cluster; a rebuilt one gets them back by
 * associations alone. EKS tags every session with the pod's namespace and service account, and each
 * role is given to its own only (Amazon EKS User Guide, "Create IAM role with trust policy required by
 * EKS Pod Identity").
 */
export class BackupIdentities extends pulumi.ComponentResource {
  readonly roles: BackupRoles;

  constructor(
    private readonly name: string,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:BackupIdentities", name, {}, opts);
    this.roles = Object.fromEntries(
      identities.map((identity) => [identity, this.role(identity)]),
    ) as BackupRoles;
    this.registerOutputs({});
  }

  private role(identity: Identity): BackupRoles[Identity] {
    const { name, arn } = new iam.Role(
      `${this.name}-${identity}-role`,
      {
        assumeRolePolicy: trustPolicy(
          "pods.eks.amazonaws.com",
          ["sts:AssumeRole", "sts:TagSession"],
          {
            StringEquals: {
              "aws:RequestTag/kubernetes-namespace": backupNamespace,
              "aws:RequestTag/kubernetes-service-account": serviceAccountOf(identity),
            },
          },
        ),
      },
      { parent: this },
    );
    return { name, arn };
  }
}
