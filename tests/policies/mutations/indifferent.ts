/**
 * What does not count as an availability property in the prod plan, and why. `**` stands for
 * everything below a path.
 */
const identity = "identity: another value is another stack, not a less available one";
const tuning = "tuning: any value keeps the service up";
const wiring = "wiring: a wrong one fails the first deployment, whatever redundancy there is";
const security = "security without effect on availability";

/** Types none of whose properties counts. */
export const indifferentTypes: Record<string, string> = {
  "aws:cloudwatch/logGroup:LogGroup": tuning,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": security,
  "aws:ec2/eip:Eip": identity,
  "aws:ec2/flowLog:FlowLog": security,
  "aws:ec2/internetGateway:InternetGateway": wiring,
  "aws:ec2/natGateway:NatGateway":
    "its zone is where its subnet is, which the routes' mutants move",
  "aws:ec2/routeTable:RouteTable": wiring,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": wiring,
  "aws:ec2/securityGroup:SecurityGroup": wiring,
  "aws:ec2/vpcEndpoint:VpcEndpoint": tuning,
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": tuning,
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": tuning,
  "aws:ecr/repository:Repository": security,
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": wiring,
  "aws:elasticache/parameterGroup:ParameterGroup": tuning,
  "aws:iam/role:Role": wiring,
  "aws:iam/rolePolicy:RolePolicy": wiring,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": wiring,
  "aws:kms/alias:Alias": identity,
  "aws:lb/listenerRule:ListenerRule": wiring,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": security,
  "aws:secretsmanager/secretVersion:SecretVersion": wiring,
  "aws:sns/topic:Topic": wiring,
  "aws:sns/topicPolicy:TopicPolicy": wiring,
  "aws:sns/topicSubscription:TopicSubscription": wiring,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": wiring,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": wiring,
  "kubernetes:core/v1:ConfigMap": "PgBouncer's settings are mutated one by one; the rest is wiring",
  "kubernetes:core/v1:Namespace": security,
  "kubernetes:core/v1:Secret": wiring,
  "kubernetes:core/v1:Service": wiring,
  "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding": wiring,
  "pulumi:providers:kubernetes": wiring,
  "random:index/randomId:RandomId": identity,
  "random:index/randomPassword:RandomPassword": security,
  "tls:index/privateKey:PrivateKey": security,
  "tls:index/selfSignedCert:SelfSignedCert": wiring,
};

const object = ["apiVersion", "kind", "metadata/**"];

/** Single properties of the other types. */
export const indifferent: Record<string, string[]> = {
  "aws:acm/certificate:Certificate": ["domainName"],
  "aws:acm/certificateValidation:CertificateValidation": ["certificateArn"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [
    // What an alarm watches for is proved by the alert tests, not by a rule.
    ...["alarmDescription", "comparisonOperator", "dimensions/**", "evaluationPeriods"],
    ...["metricName", "name", "namespace", "okActions/**", "period", "region"],
    ...["statistic", "threshold", "unit", "datapointsToAlarm"],
  ],
  "aws:ec2/route:Route": ["routeTableId"],
  "aws:ec2/subnet:Subnet": ["cidrBlock", "tags/**", "vpcId"],
  "aws:ec2/vpc:Vpc": ["cidrBlock", "tags/**"],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    ...["description", "engine", "engineVersion", "logDeliveryConfigurations/**"],
    ...["maintenanceWindow", "nodeType", "notificationTopicArn", "parameterGroupName", "port"],
    ...["replicationGroupId", "securityGroupIds/**", "snapshotWindow"],
  ],
  "aws:elasticache/subnetGroup:SubnetGroup": ["description", "name"],
  "aws:kms/key:Key": ["description", "policy", "region"],
  "aws:lb/listener:Listener": [
    ...["defaultActions/*/targetGroupArn", "defaultActions/*/redirect/**", "defaultActions/*/type"],
    ...["loadBalancerArn", "port"],
  ],
  "aws:lb/loadBalancer:LoadBalancer": [
    ...["accessLogs/**", "dropInvalidHeaderFields", "idleTimeout", "internal"],
    ...["loadBalancerType", "name", "securityGroups/**"],
  ],
  "aws:lb/targetGroup:TargetGroup": [
    ...["healthCheck/protocol", "loadBalancingAlgorithmType", "name", "port", "protocol"],
    ...["tags/**", "vpcId"],
  ],
  "aws:rds/cluster:Cluster": [
    ...["allocatedStorage", "clusterIdentifier", "databaseName", "iops", "masterPassword"],
    ...["masterUsername", "performanceInsightsKmsKeyId", "performanceInsightsRetentionPeriod"],
    ...["port", "preferredBackupWindow", "preferredMaintenanceWindow", "storageType"],
    ...["vpcSecurityGroupIds/**"],
  ],
  "aws:rds/instance:Instance": [
    ...["allocatedStorage", "backupWindow", "dbName", "identifier", "instanceClass", "kmsKeyId"],
    ...["maintenanceWindow", "password", "performanceInsightsKmsKeyId", "port", "storageType"],
    ...["performanceInsightsRetentionPeriod", "username", "vpcSecurityGroupIds/**"],
    // A replica's is true, by AWS's rules; the rule's own test breaks a source's.
    "skipFinalSnapshot",
  ],
  "aws:rds/parameterGroup:ParameterGroup": [
    ...["description", "family", "namePrefix", "parameters/**", "skipDestroy"],
  ],
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": [
    ...["description", "family", "namePrefix", "parameters/**"],
  ],
  "aws:rds/eventSubscription:EventSubscription": ["name", "sourceType", "eventCategories/*"],
  "aws:rds/subnetGroup:SubnetGroup": ["description", "name"],
  "aws:route53/healthCheck:HealthCheck": ["enableSni", "measureLatency", "port"],
  "aws:route53/record:Record": [
    ...["allowOverwrite", "name", "records/**", "ttl", "type", "zoneId"],
    ...["aliases/*/name", "aliases/*/zoneId"],
  ],
  "aws:s3/bucket:Bucket": ["bucket", "region"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": [
    ...["bucket", "region", "rules/**"],
  ],
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ["bucket", "region"],
  "aws:s3/bucketPolicy:BucketPolicy": ["bucket", "region", "policy/**"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["bucket", "region"],
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": [
    ...["bucket", "rules/*/id", "rules/*/priority", "rules/*/destination/storageClass"],
    "rules/*/destination/metrics/eventThreshold/minutes",
  ],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    ...["bucket", "region", "rules/*/bucketKeyEnabled"],
  ],
  "aws:s3/bucketVersioning:BucketVersioning": ["bucket", "region"],
  "aws:secretsmanager/secret:Secret": ["name"],
  "eks:index:Cluster": [
    ...["accessEntries/**", "autoMode/createNodeRole", "createOidcProvider", "name", "vpcId"],
    ...["kubernetesServiceIpAddressRange", "publicSubnetIds/**"],
  ],
  "kubernetes:apps/v1:Deployment": [
    ...[...object, "spec/selector/**"],
    // Only those behind the load balancer need it, and there it is judged by a mutant of its own.
    "spec/minReadySeconds",
    // The kinds of probe's other timings: a rollout shows the wrong ones.
    ...["startupProbe", "readinessProbe", "livenessProbe"].map(
      (kind) => `spec/template/spec/containers/*/${kind}/**`,
    ),
    ...[
      ...["serviceAccountName", "automountServiceAccountToken", "enableServiceLinks"],
      ...["securityContext/**", "dnsConfig/**", "volumes/**"],
      ...[
        "name",
        "ports/**",
        "env/**",
        "securityContext/**",
        "volumeMounts/**",
        "command/**",
        "args/**",
      ].map((key) => `containers/*/${key}`),
      ...["topologySpreadConstraints", "affinity"].map((key) => `${key}/**`),
      "tolerations/*/operator",
    ].map((key) => `spec/template/spec/${key}`),
    // The labels as a whole are taken away by a mutant.
    "spec/template/metadata/**",
  ],
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": [
    ...[...object, "spec/scaleTargetRef/apiVersion", "spec/metrics/*/type"],
    ...["spec/metrics/*/resource/name", "spec/metrics/*/resource/target/type"],
  ],
  "kubernetes:batch/v1:CronJob": [...object, "spec/**"],
  "kubernetes:batch/v1:Job": [...object, "spec/**"],
  "kubernetes:helm.sh/v3:Release": [
    ...["compat", "createNamespace", "repositoryOpts/**", "values/**"],
  ],
  "kubernetes:karpenter.sh/v1:NodePool": [
    ...[...object, "spec/disruption/consolidateAfter", "spec/disruption/consolidationPolicy"],
    ...["spec/template/spec/expireAfter", "spec/template/spec/nodeClassRef/**"],
    ...["spec/template/spec/requirements/**", "spec/template/spec/terminationGracePeriod"],
  ],
  "kubernetes:monitoring.coreos.com/v1:Alertmanager": [...object, "spec/**"],
  "kubernetes:monitoring.coreos.com/v1:Prometheus": [...object, "spec/**"],
  // The labels as a whole are replaced by a mutant.
  "kubernetes:policy/v1:PodDisruptionBudget": [...object, "spec/selector/**"],
  "kubernetes:storage.k8s.io/v1:StorageClass": [
    ...[...object, "allowVolumeExpansion", "parameters/type", "provisioner", "reclaimPolicy"],
  ],
};
