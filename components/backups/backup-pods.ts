import * as pulumi from "@pulumi/pulumi";
import * as eks from "@pulumi/aws/eks";
import {
  backupNamespace,
  identities,
  serviceAccountOf,
  type BackupRoles,
} from "./backup-identities";

export interface BackupPodsArgs {
  clusterName: pulumi.Input<string>;
  roles: BackupRoles;
}

/** The cluster's side of the backup's identities: which service account gets which role. */
export class BackupPods extends pulumi.ComponentResource {
  constructor(name: string, args: BackupPodsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mini-xdr:index:BackupPods", name, args, opts);
    for (const identity of identities)
      new eks.PodIdentityAssociation(
        `${name}-${identity}`,
        {
          clusterName: args.clusterName,
          namespace: backupNamespace,
          serviceAccount: serviceAccountOf(identity),
          roleArn: args.roles[identity].arn,
        },
        { parent: this },
      );
    this.registerOutputs({});
  }
}
