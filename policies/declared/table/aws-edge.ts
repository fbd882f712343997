import { between, equals, matches, onceKnown, oneOf } from "../../model/expectation";
import {
  document,
  each,
  fixed,
  free,
  identity,
  judged,
  judgedAndLeadsTo,
  judgedWithin,
  leadsTo,
  only,
  opaque,
  wording,
  type Fields,
} from "../declaration";
import { name } from "./objects";
import {
  bucketType,
  key,
  logGroup,
  network,
  region,
  role,
  securityGroup,
  subnet,
  topic,
} from "./references";

const certificate = "aws:acm/certificate:Certificate";
const balancer = "aws:lb/loadBalancer:LoadBalancer";
const eventRule = "aws:cloudwatch/eventRule:EventRule";
const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const targetGroup = "aws:lb/targetGroup:TargetGroup";
// Which of them is judged by what determines it.
const forward = { targetGroupArn: leadsTo(targetGroup) };

export const edges: Record<string, Fields> = {
  [certificate]: {
    domainName: judged("certificate-renewal"),
    validationMethod: judged("certificate-renewal"),
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    certificateArn: judgedAndLeadsTo([certificate], "certificate-renewal"),
    validationRecordFqdns: judged("certificate-renewal"),
  },
  [balancer]: {
    accessLogs: { bucket: leadsTo(bucketType), enabled: fixed(true) },
    dropInvalidHeaderFields: fixed(true),
    enableCrossZoneLoadBalancing: judged("load-balancer-cross-zone"),
    enableDeletionProtection: judged("load-balancer-protection"),
    enableZonalShift: judged("load-balancer-zonal-shift"),
    idleTimeout: only(between(30, 300), "streams of events are cut while they are quiet"),
    internal: fixed(false),
    loadBalancerType: fixed("application"),
    name,
    securityGroups: leadsTo(securityGroup),
    subnets: judgedAndLeadsTo([subnet], "load-balancer-zones", "public-egress"),
  },
  [targetGroup]: {
    deregistrationDelay: judged("target-health", "load-balancer-drain"),
    healthCheck: {
      healthyThreshold: judged("target-health"),
      interval: judged("target-health"),
      matcher: judgedWithin(equals("200"), "an error counts as healthy", "target-health"),
      path: judgedWithin(
        matches(/^\/(healthz|health\/serving)$/, "/healthz or /health/serving"),
        "a check that asks for the database takes every target out at once when it fails",
        "target-health",
      ),
      protocol: fixed("HTTP"),
      timeout: judged("target-health"),
      unhealthyThreshold: judged("target-health"),
    },
    loadBalancingAlgorithmType: fixed("least_outstanding_requests", "round_robin"),
    name,
    port: fixed(8000, 8080),
    protocol: fixed("HTTP"),
    tags: each(free("marks that the cluster's controller looks for")),
    targetType: judged("target-type"),
    vpcId: network,
  },
  "aws:lb/listener:Listener": {
    certificateArn: judged("tls-listener"),
    defaultActions: each({
      redirect: {
        port: fixed("443"),
        protocol: judged("tls-listener"),
        statusCode: fixed("HTTP_301", "HTTP_302"),
      },
      ...forward,
      type: judgedWithin(
        matches(/^(forward|redirect)$/, "forward or redirect"),
        "users get an answer that is none of ours",
        "traffic-rules",
      ),
    }),
    loadBalancerArn: judgedAndLeadsTo([balancer], "users-address"),
    port: judged("users-address"),
    protocol: judged("tls-listener", "users-address"),
    sslPolicy: judged("tls-listener"),
  },
  "aws:lb/listenerRule:ListenerRule": {
    actions: each({
      fixedResponse: { contentType: fixed("text/plain"), statusCode: fixed("404") },
      ...forward,
      type: judged("traffic-rules"),
    }),
    conditions: each({ pathPattern: { values: judged("traffic-rules") } }),
    listenerArn: judgedAndLeadsTo(["aws:lb/listener:Listener"], "traffic-rules"),
    priority: free("AWS refuses two alike, and no two rules concern the same path"),
  },
  "aws:route53/record:Record": {
    // The prefix of a weighted, failover or multi-value record is not declared: there is one address.
    aliases: each({
      evaluateTargetHealth: judged("users-address"),
      name: leadsTo(balancer),
      zoneId: free("the load balancer's own"),
    }),
    // Of the users' name only in a lost stack's place: the rule takes-over.
    allowOverwrite: fixed(true),
    name: judged("users-address", "outside-view"),
    records: judged("certificate-renewal"),
    ttl: only(between(60, 3600), "a record that is believed for long stays wrong for long"),
    type: only(onceKnown(oneOf("A", "CNAME")), "the load balancer has no address of another kind"),
    zoneId: free(identity),
  },
  "aws:route53/healthCheck:HealthCheck": {
    enableSni: fixed(true),
    failureThreshold: judged("external-check"),
    fqdn: judged("external-check", "outside-view"),
    measureLatency: free("only a graph"),
    port: fixed(443),
    requestInterval: judged("external-check"),
    resourcePath: judgedWithin(
      equals("/health/ready"),
      "only this one asks for everything that a user needs",
      "external-check",
    ),
    type: judged("external-check"),
  },
};

export const watching: Record<string, Fields> = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    // `actionsEnabled` is not declared: an alarm that is switched off tells nobody.
    alarmActions: judgedAndLeadsTo([topic], "alarm-notifies"),
    okActions: leadsTo(topic),
    alarmDescription: free(wording),
    name,
    ...Object.fromEntries(
      [
        "comparisonOperator",
        "evaluationPeriods",
        "datapointsToAlarm",
        "metricName",
        "namespace",
        "period",
        "statistic",
        "threshold",
      ].map((property) => [property, judged("alarm-catalogue")]),
    ),
    dimensions: {
      Stack: judged("alarm-catalogue"),
      DBInstanceIdentifier: judged("alarm-catalogue"),
      CacheClusterId: judged("alarm-catalogue"),
      LoadBalancer: leadsTo(balancer, targetGroup),
      TargetGroup: leadsTo(targetGroup),
      CertificateArn: leadsTo("aws:acm/certificateValidation:CertificateValidation"),
      SourceBucket: leadsTo(replication),
      DestinationBucket: leadsTo("aws:s3/bucket:Bucket"),
      RuleId: leadsTo(replication),
      RuleName: leadsTo(eventRule),
      HealthCheckId: leadsTo("aws:route53/healthCheck:HealthCheck"),
    },
    // `unit` is not declared: under another one than its own a metric has no figures.
    region,
    treatMissingData: judged("alarm-notifies", "alarm-catalogue"),
  },
  [eventRule]: {
    description: free(wording),
    eventPattern: judged("backups-watched"),
    name,
    region: judged("backups-watched"),
    state: fixed("ENABLED"),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    arn: leadsTo(topic),
    region: judged("backups-watched"),
    rule: leadsTo(eventRule),
  },
  [topic]: { kmsMasterKeyId: leadsTo(key), name, region },
  "aws:sns/topicPolicy:TopicPolicy": {
    arn: judgedAndLeadsTo([topic], "topic-heard"),
    policy: document("topic-heard", "rights"),
    region,
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    endpoint: judged("topic-heard"),
    protocol: judgedWithin(
      matches(/^(email|https)$/, "email or https"),
      "nobody reads it",
      "topic-heard",
    ),
    region,
    topic: judgedAndLeadsTo([topic], "topic-heard"),
    endpointAutoConfirms: fixed(true),
    filterPolicy: document("topic-heard"),
    filterPolicyScope: fixed("MessageBody"),
  },
  "aws:fis/experimentTemplate:ExperimentTemplate": {
    actions: opaque("an experiment runs only when somebody starts it, and stops by its alarm"),
    targets: opaque("an experiment runs only when somebody starts it, and stops by its alarm"),
    description: free(wording),
    experimentOptions: {
      accountTargeting: fixed("single-account"),
      emptyTargetResolutionMode: judged("chaos-stops"),
    },
    logConfiguration: {
      cloudwatchLogsConfiguration: { logGroupArn: judgedAndLeadsTo([logGroup], "chaos-stops") },
      logSchemaVersion: fixed(2),
    },
    roleArn: leadsTo(role),
    stopConditions: each({ source: judged("chaos-stops"), value: judged("chaos-stops") }),
    tags: each(free(wording)),
  },
};
