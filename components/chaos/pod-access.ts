import * as pulumi from "@pulumi/pulumi";
import * as eks from "@pulumi/aws/eks";
import * as k8s from "@pulumi/kubernetes";
import { serviceAccount } from "./experiments";

export interface PodAccessArgs {
  clusterName: pulumi.Input<string>;
  /** Role that deletes pods. */
  roleArn: pulumi.Input<string>;
  /** The only namespace in which it may. */
  namespace: string;
}

/** What the cluster calls the role. */
const user = "chaos";

/**
 * Lets experiments delete pods of one namespace: an access entry for the role, and rights for it
 * and for the pod that Fault Injection Service starts there. AWS's own list, without ephemeral
 * containers, which deleting does not need.
 */
export class PodAccess extends pulumi.ComponentResource {
  constructor(name: string, args: PodAccessArgs, opts: pulumi.ComponentResourceOptions) {
    super("mini-xdr:index:PodAccess", name, args, opts);
    const child = { parent: this };
    new eks.AccessEntry(
      `${name}-entry`,
      { clusterName: args.clusterName, principalArn: args.roleArn, userName: user },
      child,
    );
    const metadata = { name: serviceAccount, namespace: args.namespace };
    new k8s.core.v1.ServiceAccount(`${name}-account`, { metadata }, child);
    new k8s.rbac.v1.Role(
      `${name}-role`,
      {
        metadata,
        rules: [
          rule("", "pods", ["create", "delete", "deletecollection", "get", "list"]),
          rule("", "pods/exec", ["create"]),
          rule("", "configmaps", ["create", "delete", "get", "patch"]),
          rule("apps", "deployments", ["get"]),
        ],
      },
      child,
    );
    new k8s.rbac.v1.RoleBinding(
      `${name}-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: serviceAccount },
        subjects: [
          { kind: "ServiceAccount", ...metadata },
          { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user },
        ],
      },
      child,
    );
    this.registerOutputs({});
  }
}

function rule(apiGroup: string, resource: string, verbs: string[]) {
  return { apiGroups: [apiGroup], resources: [resource], verbs };
}
