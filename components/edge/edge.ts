import * as pulumi from "@pulumi/pulumi";
import * as acm from "@pulumi/aws/acm";
import * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as vpc from "@pulumi/aws/vpc";
import { AccessLogs } from "./access-logs";
import { transformed, type Transform } from "../transform";

export interface EdgeArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`; also the load balancer's name. */
  stackName: string;
  accountId: pulumi.Input<string>;
  vpcId: pulumi.Input<string>;
  /** Public subnets, one per zone. */
  publicSubnetIds: pulumi.Input<string>[];
  domain: { name: string; hostedZoneId: string };
  /** Whether the name may be another stack's until now: one whose Region is lost. */
  takesName: boolean;
  /** Literal name of the cluster that may bind pods to the target groups. */
  clusterName: string;
  transform?: {
    loadBalancer?: Transform<lb.LoadBalancerArgs>;
    listener?: Transform<lb.ListenerArgs>;
  };
}

/** How the load balancer finds a dead target: interval × threshold is the error window. */
export const healthCheck = { intervalSeconds: 5, timeoutSeconds: 3, threshold: 2 };

/** How long a leaving target keeps its open requests; the pods' preStop outlasts it. */
export const deregistrationDelaySeconds = 15;

const ports = { backend: 8000, frontend: 8080 };

/**
 * The load balancer, its certificate and its name. The cluster only binds pods to the target
 * groups: when it is lost, nothing is orphaned and the rebuilt one serves under the same name.
 *
 * Zones are balanced crosswise and zonal shift is on. Costs: the load balancer by the hour and by
 * what passes through it; the health check about one US dollar a month.
 */
export class Edge extends pulumi.ComponentResource {
  readonly securityGroupId: pulumi.Output<string>;
  readonly backendTargetGroupArn: pulumi.Output<string>;
  readonly frontendTargetGroupArn: pulumi.Output<string>;
  /** Last parts of the ARNs, as CloudWatch's dimensions want them. */
  readonly metricNames: {
    loadBalancer: pulumi.Output<string>;
    targetGroups: Record<"backend" | "frontend", pulumi.Output<string>>;
  };
  readonly loadBalancerDnsName: pulumi.Output<string>;
  readonly healthCheckId: pulumi.Output<string>;
  readonly certificateArn: pulumi.Output<string>;
  readonly url: string;

  constructor(
    private readonly name: string,
    private readonly args: EdgeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Edge", name, args, opts);
    const securityGroup = this.securityGroup();
    const loadBalancer = this.loadBalancer(securityGroup);
    // The pod's own faults only: a shared database must not take every target out.
    const backend = this.targetGroup("backend", "/health/serving");
    const frontend = this.targetGroup("frontend", "/healthz");
    this.certificateArn = this.certificate();
    const listener = this.listener(loadBalancer, this.certificateArn, frontend);
    this.hideInternals(listener);
    this.routeApi(listener, backend);
    this.redirectToTls(loadBalancer);
    this.record(loadBalancer, listener);

    this.securityGroupId = securityGroup.id;
    this.backendTargetGroupArn = backend.arn;
    this.frontendTargetGroupArn = frontend.arn;
    this.metricNames = {
      loadBalancer: loadBalancer.arnSuffix,
      targetGroups: { backend: backend.arnSuffix, frontend: frontend.arnSuffix },
    };
    this.loadBalancerDnsName = loadBalancer.dnsName;
    this.healthCheckId = this.outsideProbe().id;
    this.url = `https://${args.domain.name}`;
    this.registerOutputs({
      url: this.url,
      loadBalancerDnsName: this.loadBalancerDnsName,
      backendTargetGroupArn: this.backendTargetGroupArn,
      frontendTargetGroupArn: this.frontendTargetGroupArn,
      healthCheckId: this.healthCheckId,
    });
  }

  private securityGroup(): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(
      `${this.name}-security-group`,
      {
        vpcId: this.args.vpcId,
        description: "mini-xdr load balancer: the internet in; out by rules of the cluster's side",
        tags: { Name: `${this.args.stackName}-edge` },
      },
      { parent: this },
    );
    for (const port of [80, 443])
      new vpc.SecurityGroupIngressRule(
        `${this.name}-internet-${port}`,
        {
          securityGroupId: group.id,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          cidrIpv4: "0.0.0.0/0",
          description: port === 80 ? "redirected to TLS" : "users",
        },
        { parent: this },
      );
    return group;
  }

  private loadBalancer(securityGroup: ec2.SecurityGroup): lb.LoadBalancer {
    const logs = new AccessLogs(
      `${this.name}-access-logs`,
      { bucket: pulumi.interpolate`${this.args.stackName}-access-logs-${this.args.accountId}` },
      { parent: this },
    );
    return new lb.LoadBalancer(
      `${this.name}-load-balancer`,
      transformed(this.args.transform?.loadBalancer, {
        name: this.args.stackName,
        loadBalancerType: "application",
        internal: false,
        subnets: this.args.publicSubnetIds,
        securityGroups: [securityGroup.id],
        enableCrossZoneLoadBalancing: true,
        enableZonalShift: true,
        enableDeletionProtection: true,
        dropInvalidHeaderFields: true,
        idleTimeout: 60,
        accessLogs: { bucket: logs.bucket, enabled: true },
      }),
      // The load balancer tests its right to write logs when it is created.
      { parent: this, dependsOn: logs, protect: true },
    );
  }

  private targetGroup(kind: "backend" | "frontend", path: string): lb.TargetGroup {
    return new lb.TargetGroup(
      `${this.name}-${kind}-targets`,
      {
        name: `${this.args.stackName}-${kind}`,
        vpcId: this.args.vpcId,
        targetType: "ip",
        protocol: "HTTP",
        port: ports[kind],
        deregistrationDelay: deregistrationDelaySeconds,
        loadBalancingAlgorithmType: "least_outstanding_requests",
        healthCheck: {
          path,
          protocol: "HTTP",
          matcher: "200",
          interval: healthCheck.intervalSeconds,
          timeout: healthCheck.timeoutSeconds,
          healthyThreshold: healthCheck.threshold,
          unhealthyThreshold: healthCheck.threshold,
        },
        // EKS Auto Mode binds pods only to target groups that carry its cluster's name.
        tags: { "eks:eks-cluster-name": this.args.clusterName },
      },
      { parent: this },
    );
  }

  /**
   * The record that proves the name may be there already: it is the same for a name and an account in
   * every Region ("DNS validation", AWS Certificate Manager User Guide).
   */
  private certificate(): pulumi.Output<string> {
    const { domain } = this.args;
    const certificate = new acm.Certificate(
      `${this.name}-certificate`,
      { domainName: domain.name, validationMethod: "DNS" },
      { parent: this },
    );
    const validation = certificate.domainValidationOptions[0]!;
    const record = new route53.Record(
      `${this.name}-certificate-record`,
      {
        zoneId: domain.hostedZoneId,
        name: validation.resourceRecordName,
        type: validation.resourceRecordType,
        records: [validation.resourceRecordValue],
        ttl: 300,
        allowOverwrite: true,
      },
      { parent: this },
    );
    return new acm.CertificateValidation(
      `${this.name}-certificate-validation`,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      { parent: this },
    ).certificateArn;
  }

  private listener(
    loadBalancer: lb.LoadBalancer,
    certificateArn: pulumi.Output<string>,
    frontend: lb.TargetGroup,
  ): lb.Listener {
    return new lb.Listener(
      `${this.name}-listener`,
      transformed(this.args.transform?.listener, {
        loadBalancerArn: loadBalancer.arn,
        protocol: "HTTPS",
        port: 443,
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificateArn,
        defaultActions: [{ type: "forward", targetGroupArn: frontend.arn }],
      }),
      { parent: this },
    );
  }

  /**
   * Figures and health are for Prometheus, the kubelet and the load balancer itself, which ask the
   * pods; the listener's own rule would show the frontend's to everybody.
   */
  private hideInternals(listener: lb.Listener): void {
    new lb.ListenerRule(
      `${this.name}-metrics-rule`,
      {
        listenerArn: listener.arn,
        priority: 5,
        conditions: [{ pathPattern: { values: ["/metrics", "/healthz"] } }],
        actions: [
          {
            type: "fixed-response",
            fixedResponse: { statusCode: "404", contentType: "text/plain" },
          },
        ],
      },
      { parent: this },
    );
  }

  private routeApi(listener: lb.Listener, backend: lb.TargetGroup): void {
    new lb.ListenerRule(
      `${this.name}-api-rule`,
      {
        listenerArn: listener.arn,
        priority: 10,
        conditions: [{ pathPattern: { values: ["/api/*", "/events/*", "/health/ready"] } }],
        actions: [{ type: "forward", targetGroupArn: backend.arn }],
      },
      { parent: this },
    );
  }

  private redirectToTls(loadBalancer: lb.LoadBalancer): void {
    new lb.Listener(
      `${this.name}-redirect`,
      {
        loadBalancerArn: loadBalancer.arn,
        protocol: "HTTP",
        port: 80,
        defaultActions: [
          {
            type: "redirect",
            redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
          },
        ],
      },
      { parent: this },
    );
  }

  /**
   * Without `takesName` a name that somebody else serves is left alone: Route 53 refuses to create a
   * record that exists, and with `allowOverwrite` the provider writes over it (resourceRecordCreate in
   * terraform-provider-aws, internal/service/route53/record.go).
   */
  private record(loadBalancer: lb.LoadBalancer, listener: lb.Listener): void {
    new route53.Record(
      `${this.name}-record`,
      {
        zoneId: this.args.domain.hostedZoneId,
        name: this.args.domain.name,
        type: "A",
        aliases: [
          {
            name: loadBalancer.dnsName,
            zoneId: loadBalancer.zoneId,
            evaluateTargetHealth: true,
          },
        ],
        ...(this.args.takesName ? { allowOverwrite: true } : {}),
      },
      // A name leads to nobody who has not its certificate yet, also when the name is changed.
      { parent: this, dependsOn: listener },
    );
  }

  /** Asks from outside, through the whole path: an outage leaves no metrics of its own. */
  private outsideProbe(): route53.HealthCheck {
    return new route53.HealthCheck(
      `${this.name}-health-check`,
      {
        type: "HTTPS",
        fqdn: this.args.domain.name,
        port: 443,
        resourcePath: "/health/ready",
        requestInterval: 10,
        failureThreshold: 3,
        measureLatency: true,
        enableSni: true,
      },
      { parent: this },
    );
  }
}
