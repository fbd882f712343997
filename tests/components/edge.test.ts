import assert from "node:assert/strict";
import { memoryGib } from "../../components/database/instance-class";
import { named, ofType, only, plannedStack } from "../support/planned";

describe("the edge", () => {
  it("balances over three zones, cannot be deleted by accident, and logs", async () => {
    const { inputs, protect } = only(
      await plannedStack("prod"),
      "aws:lb/loadBalancer:LoadBalancer",
    );
    assert.equal((inputs.subnets as string[]).length, 3);
    assert.equal(inputs.enableCrossZoneLoadBalancing, true);
    assert.equal(inputs.enableDeletionProtection, true);
    assert.equal((inputs.accessLogs as { enabled: boolean }).enabled, true);
    assert.equal(protect, true);
  });

  it("keeps its access logs in a bucket that a load balancer can write: SSE-S3, no lock", async () => {
    const plan = await plannedStack("prod");
    assert.match(JSON.stringify(named(plan, "edge-access-logs-encryption").inputs), /"AES256"/);
    assert.ok(!plan.resources.some(({ name }) => name === "edge-access-logs-lock"));
  });

  it("asks the backend whether it can serve, and finds a dead target within its error window", async () => {
    const plan = await plannedStack("prod");
    const { healthCheck, targetType, tags, deregistrationDelay } = named(
      plan,
      "edge-backend-targets",
    ).inputs as Record<string, Record<string, unknown>>;
    assert.equal(healthCheck!.path, "/health/serving");
    assert.equal(Number(healthCheck!.interval) * Number(healthCheck!.unhealthyThreshold), 10);
    assert.equal(targetType, "ip");
    assert.equal(deregistrationDelay, 15);
    assert.deepEqual(tags, { "eks:eks-cluster-name": "mini-xdr-prod" });
  });

  it("serves TLS with a validated certificate and redirects HTTP to it", async () => {
    const plan = await plannedStack("prod");
    const listener = named(plan, "edge-listener");
    assert.equal(listener.inputs.protocol, "HTTPS");
    assert.match(String(listener.inputs.sslPolicy), /TLS13/);
    assert.match(listener.propertyDependencies.certificateArn![0]!, /certificate-validation$/);
    assert.match(JSON.stringify(named(plan, "edge-redirect").inputs), /"HTTP_301"/);
  });

  it("shows nobody the frontend's figures and health, before any rule that forwards", async () => {
    const rules = ofType(await plannedStack("prod"), "aws:lb/listenerRule:ListenerRule").sort(
      (a, b) => Number(a.inputs.priority) - Number(b.inputs.priority),
    );
    const [first, ...others] = rules.map(({ inputs }) => inputs);
    assert.deepEqual(first!.conditions, [{ pathPattern: { values: ["/metrics", "/healthz"] } }]);
    assert.deepEqual(first!.actions, [
      {
        type: "fixed-response",
        fixedResponse: { statusCode: "404", contentType: "text/plain" },
      },
    ]);
    // The listener's own rule has all the rest; no other may bring them back.
    assert.ok(others.length > 0);
    for (const { conditions } of others)
      assert.doesNotMatch(JSON.stringify(conditions), /metrics|healthz/);
  });

  it("has a name that follows the load balancer, and a probe from outside", async () => {
    const plan = await plannedStack("prod");
    const record = named(plan, "edge-record").inputs;
    assert.equal(record.name, "xdr.example.com");
    assert.match(JSON.stringify(record.aliases), /"evaluateTargetHealth":true/);
    const probe = only(plan, "aws:route53/healthCheck:HealthCheck").inputs;
    assert.equal(probe.type, "HTTPS");
    assert.equal(probe.resourcePath, "/health/ready");
  });
});

describe("the alarms", () => {
  it("watch what Prometheus cannot see when the cluster is gone", async () => {
    const alarms = ofType(await plannedStack("prod"), "aws:cloudwatch/metricAlarm:MetricAlarm");
    const metrics = new Set(alarms.map(({ inputs }) => `${inputs.namespace}/${inputs.metricName}`));
    for (const metric of [
      "AWS/RDS/CPUUtilization",
      "AWS/RDS/FreeStorageSpace",
      "AWS/RDS/DatabaseConnections",
      "AWS/RDS/ReplicaLag",
      "AWS/RDS/FreeableMemory",
      "AWS/RDS/MaximumUsedTransactionIDs",
      "AWS/ElastiCache/FreeableMemory",
      "AWS/S3/ReplicationLatency",
      "AWS/S3/OperationsFailedReplication",
      "MiniXdr/Backups/NewestBackupSeconds",
      "AWS/ElastiCache/MasterLinkHealthStatus",
      "AWS/ApplicationELB/HTTPCode_ELB_5XX_Count",
      "AWS/ApplicationELB/HTTPCode_Target_5XX_Count",
      "AWS/ApplicationELB/UnHealthyHostCount",
      "AWS/ApplicationELB/HealthyHostCount",
      "AWS/Route53/HealthCheckStatus",
      "AWS/CertificateManager/DaysToExpiry",
      "MiniXdr/Backups/NewestBackupAgeSeconds",
    ])
      assert.ok(metrics.has(metric), metric);
  });

  it("every one of them tells the topic, and where silence means trouble, it alarms", async () => {
    const alarms = ofType(await plannedStack("prod"), "aws:cloudwatch/metricAlarm:MetricAlarm");
    for (const { inputs, name } of alarms) {
      assert.equal((inputs.alarmActions as string[]).length, 1, name);
      assert.equal((inputs.okActions as string[]).length, 1, name);
    }
    for (const name of [
      "alarms-backup-age",
      "alarms-edge-unreachable",
      "alarms-edge-healthy-backend",
      "alarms-edge-certificate",
    ])
      assert.equal(alarms.find((a) => a.name === name)?.inputs.treatMissingData, "breaching");
  });

  it("asks for the certificate's end once a day, of the certificate that the listener shows", async () => {
    const plan = await plannedStack("prod");
    const { period, evaluationPeriods, dimensions } = named(plan, "alarms-edge-certificate").inputs;
    assert.deepEqual([period, evaluationPeriods], [86_400, 1]);
    const { certificateArn } = named(plan, "edge-listener").inputs;
    assert.deepEqual(dimensions, { CertificateArn: certificateArn });
  });

  it("tells of spent credits where a class earns some, and nowhere else", async () => {
    const credits = async (stack: string) =>
      ofType(await plannedStack(stack), "aws:cloudwatch/metricAlarm:MetricAlarm")
        .filter(({ inputs }) => inputs.metricName === "CPUCreditBalance")
        .map(({ inputs }) => (inputs.dimensions as Record<string, string>).DBInstanceIdentifier);
    assert.deepEqual(await credits("prod"), []);
    assert.deepEqual(await credits("staging"), ["mini-xdr-staging", "mini-xdr-staging-replica-1"]);
  });

  it("knows the memory of the classes that AWS lists", () => {
    const known = {
      "db.t4g.medium": 4,
      "db.t4g.2xlarge": 32,
      "db.r6gd.large": 16,
      "db.r6gd.xlarge": 32,
      "db.m6gd.large": 8,
      "db.m6gd.16xlarge": 256,
      "db.c6gd.2xlarge": 16,
    };
    for (const [name, gib] of Object.entries(known)) assert.equal(memoryGib(name), gib, name);
  });

  it("a copy's delay is told where S3 keeps it, in the copy's Region; a failure in the vault's", async () => {
    const plan = await plannedStack("prod");
    const late = named(plan, "alarms-backup-copy-late").inputs;
    assert.equal(late.region, "eu-west-1");
    assert.match((late.alarmActions as string[])[0]!, /^arn:aws:sns:eu-west-1:/);
    assert.deepEqual(late.dimensions, {
      SourceBucket: "mini-xdr-prod-backups-123456789012",
      DestinationBucket: "mini-xdr-prod-backups-recovery-123456789012",
      RuleId: "to-recovery-region",
    });
    assert.equal(named(plan, "alarms-backup-copy-failed").inputs.region, undefined);
  });

  it("a dump has the time that the recovery point leaves it", async () => {
    const budget = async (stack: string) =>
      named(await plannedStack(stack), "alarms-backup-duration").inputs.threshold;
    assert.equal(await budget("prod"), 3600 - 1800 - 900);
    assert.equal(await budget("staging"), 26 * 3600 - 86_400 - 900);
  });

  it("Route 53's alarm and its topic live in us-east-1", async () => {
    const plan = await plannedStack("prod");
    const { inputs } = named(plan, "alarms-edge-unreachable");
    assert.equal(inputs.region, "us-east-1");
    assert.match((inputs.alarmActions as string[])[0]!, /^arn:aws:sns:us-east-1:/);
  });
});
