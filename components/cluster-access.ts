import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import * as eks from "@pulumi/aws/eks";

export interface ClusterAccessArgs {
  clusterName: pulumi.Input<string>;
  /** Role that runs `up`. */
  deployRoleArn: string;
  /** Roles of people who administer the cluster besides. */
  adminRoleArns: string[];
}

/**
 * Milliseconds until EKS's access entries count: they "may take several seconds to be effective"
 * (Amazon EKS User Guide, Create access entries). Before, the API answers Unauthorized.
 */
const settling = 15_000;

/**
 * Who may use the cluster's API: an administrator's entry for each role, and none that EKS makes by
 * itself for whoever creates the cluster.
 *
 * A second entry of a principal fails with ResourceInUseException, 409. An entry that is deleted
 * shuts its role out at once, so everything on the cluster has to go before them.
 */
export class ClusterAccess extends pulumi.ComponentResource {
  /** What everything on the cluster is made after, and deleted before. */
  readonly granted: eks.AccessPolicyAssociation[];
  private readonly deployer: eks.AccessPolicyAssociation;

  constructor(
    private readonly name: string,
    private readonly args: ClusterAccessArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:ClusterAccess", name, args, opts);
    this.deployer = this.administrator(args.deployRoleArn);
    this.granted = [this.deployer, ...args.adminRoleArns.map((arn) => this.administrator(arn))];
    this.registerOutputs({});
  }

  /** A value that is handed out once EKS lets the deploy role in; later runs do not wait. */
  effective(value: pulumi.Output<string>): pulumi.Output<string> {
    return pulumi.all([value, this.deployer.associatedAt]).apply(async ([known, since]) => {
      const left = Date.parse(since) + settling - Date.now();
      // Never longer, whatever this machine's clock says.
      await sleep(Math.min(settling, Math.max(0, left)));
      return known;
    });
  }

  private administrator(principalArn: string): eks.AccessPolicyAssociation {
    const { clusterName } = this.args;
    // Unique with its account: an administrator may come from another one.
    const [, account, role] = /::(\d+):role\/(?:.*\/)?(.+)$/.exec(principalArn)!;
    const name = `${this.name}-${account}-${role}`;
    const entry = new eks.AccessEntry(name, { clusterName, principalArn }, { parent: this });
    return new eks.AccessPolicyAssociation(
      `${name}-policy`,
      {
        clusterName,
        principalArn,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        accessScope: { type: "cluster" },
      },
      { parent: this, dependsOn: entry },
    );
  }
}
