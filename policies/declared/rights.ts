/** Who may take each role, and on whose behalf: the end of the role's name, AWS's service, the actions. */
export const declaredTrust: Record<string, { service: string; actions: string[] }> = {
  "backups-replication-role": { service: "s3.amazonaws.com", actions: ["sts:AssumeRole"] },
  "backup-identity-role": pods(),
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
  "backup-identity-policy": [
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "cloudwatch:PutMetricData",
  ],
  "backups-replication-policy": [
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectRetention",
    "s3:GetObjectLegalHold",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
  ],
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
  "cloudwatch:PutMetricData": '{"StringEquals":{"cloudwatch:namespace":"MiniXdr/Backups"}}',
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
