import { backupIdentities, identityNames } from "./backup-identities";

/** Who may take each role, and on whose behalf: the end of the role's name, AWS's service, the actions. */
export const declaredTrust: Record<string, { service: string; actions: string[] }> = {
  "backups-replication-role": { service: "s3.amazonaws.com", actions: ["sts:AssumeRole"] },
  ...Object.fromEntries(
    identityNames.map((identity) => [`backup-identities-${identity}-role`, pods()]),
  ),
  "container-logs-identity-role": pods(),
  "edge-metrics-identity-role": pods(),
  "network-flow-logs-role": { service: "vpc-flow-logs.amazonaws.com", actions: ["sts:AssumeRole"] },
  "database-monitoring-role": {
    service: "monitoring.rds.amazonaws.com",
    actions: ["sts:AssumeRole"],
  },
  ...Object.fromEntries(
    ["pods", "network", "cache", "database"].map((kind) => [
      `chaos-${kind}-role`,
      { service: "fis.amazonaws.com", actions: ["sts:AssumeRole"] },
    ]),
  ),
};

/** EKS tags the sessions of pods, and without the right to it hands out none. */
function pods() {
  return { service: "pods.eks.amazonaws.com", actions: ["sts:AssumeRole", "sts:TagSession"] };
}

/** Actions that what runs under a role needs: without any of them it fails, mostly unseen. */
export const declaredActions: Record<string, string[]> = {
  // The rule backup-identities says with what, and that there is no other.
  ...Object.fromEntries(
    Object.entries(backupIdentities).map(([policy, rights]) => [
      policy,
      rights.flatMap(({ actions }) => actions),
    ]),
  ),
  "container-logs-identity-policy": [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogStreams",
  ],
  "edge-metrics-identity-policy": ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
  "nodes-tags-policy": [
    "ec2:CreateFleet",
    "ec2:RunInstances",
    "ec2:CreateLaunchTemplate",
    "ec2:CreateVolume",
    "ec2:CreateSnapshot",
    "ec2:CreateNetworkInterface",
  ],
  "network-flow-logs-policy": [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogStreams",
  ],
};

/** Conditions that an action may have; any other takes the right away from whoever does not meet it. */
export const declaredConditions: Record<string, string> = {
  ...Object.fromEntries(
    Object.values(backupIdentities)
      .flat()
      .filter(({ condition }) => condition)
      .flatMap(({ actions, condition }) =>
        actions.map((action) => [action, JSON.stringify(condition)]),
      ),
  ),
  ...madeForTheCluster(
    { "eks:kubernetes-node-class-name": "*", "eks:kubernetes-node-pool-name": "*" },
    "ec2:CreateFleet",
    "ec2:RunInstances",
    "ec2:CreateLaunchTemplate",
  ),
  ...madeForTheCluster({}, "ec2:CreateVolume", "ec2:CreateSnapshot"),
  ...madeForTheCluster({ "eks:kubernetes-cni-node-name": "*" }, "ec2:CreateNetworkInterface"),
};

/** What AWS's own example demands of a request with tags of ours: that it is for the cluster whose session asks. */
function madeForTheCluster(like: Record<string, string>, ...actions: string[]) {
  const requested = Object.entries(like).map(([tag, value]) => [`aws:RequestTag/${tag}`, value]);
  const condition = JSON.stringify({
    StringEquals: {
      "aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}",
    },
    ...(requested.length > 0 ? { StringLike: Object.fromEntries(requested) } : {}),
  });
  return Object.fromEntries(actions.map((action) => [action, condition]));
}
