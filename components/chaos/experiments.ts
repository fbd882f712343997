import type * as pulumi from "@pulumi/pulumi";
import type { fis } from "@pulumi/aws/types/input";

/** One fault: what is done to what. */
export interface Experiment {
  /** Last part of the template's name. */
  name: string;
  description: string;
  /** Experiments with the same rights share a role. */
  rights: "pods" | "network" | "cache" | "database";
  action: {
    id: string;
    /** What the action calls its target. */
    targetKey: string;
    parameters: Record<string, string>;
  };
  target: Omit<fis.ExperimentTemplateTarget, "name">;
}

/** How long a zone or a part of it is gone: long enough for nodes to count as lost, ISO 8601. */
const duration = "PT10M";

/** Service account of the pod that Fault Injection Service starts to delete others. */
export const serviceAccount = "chaos";

/** One pod of a component of the application, at random: no user may notice. */
export function podDeletion(component: string, clusterName: string, namespace: string): Experiment {
  return {
    name: `${component}-pod`,
    description: `One pod of the ${component} is deleted`,
    rights: "pods",
    action: {
      id: "aws:eks:pod-delete",
      targetKey: "Pods",
      // The namespace admits no other pods.
      parameters: { kubernetesServiceAccount: serviceAccount, fisPodSecurityPolicy: "restricted" },
    },
    target: {
      resourceType: "aws:eks:pod",
      selectionMode: "COUNT(1)",
      // By name: an ARN's output would tie the experiment to one life of the cluster.
      parameters: {
        clusterIdentifier: clusterName,
        namespace,
        selectorType: "labelSelector",
        selectorValue: `app.kubernetes.io/name=mini-xdr,app.kubernetes.io/component=${component}`,
      },
    },
  };
}

/** Every subnet of a zone is cut off: as near to its loss as Auto Mode's nodes allow. */
export function zoneLoss(zone: string, subnetArns: pulumi.Input<string>[]): Experiment {
  return {
    name: `zone-${zone}`,
    description: `No traffic enters or leaves the subnets in ${zone}`,
    rights: "network",
    action: {
      id: "aws:network:disrupt-connectivity",
      targetKey: "Subnets",
      parameters: { scope: "all", duration },
    },
    target: { resourceType: "aws:ec2:subnet", selectionMode: "ALL", resourceArns: subnetArns },
  };
}

/** The cache's nodes in a zone lose power; if the primary is among them, a replica takes over. */
export function cachePowerLoss(zone: string, arn: pulumi.Input<string>): Experiment {
  return {
    name: `cache-${zone}`,
    description: `The cache's nodes in ${zone} lose power`,
    rights: "cache",
    action: {
      id: "aws:elasticache:replicationgroup-interrupt-az-power",
      targetKey: "ReplicationGroups",
      parameters: { duration },
    },
    target: {
      resourceType: "aws:elasticache:replicationgroup",
      selectionMode: "ALL",
      resourceArns: [arn],
      parameters: { availabilityZoneIdentifier: zone },
    },
  };
}

/** The database's instance fails over to its standby. */
export function databaseFailover(arn: pulumi.Input<string>): Experiment {
  return {
    name: "database",
    description: "The database fails over to its standby",
    rights: "database",
    action: {
      id: "aws:rds:reboot-db-instances",
      targetKey: "DBInstances",
      parameters: { forceFailover: "true" },
    },
    target: { resourceType: "aws:rds:db", selectionMode: "ALL", resourceArns: [arn] },
  };
}
