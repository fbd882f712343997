import * as pulumi from "@pulumi/pulumi";
import * as sns from "@pulumi/aws/sns";
import { paging } from "./alarms";

export interface NotificationsArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  accountId: pulumi.Input<string>;
  /** Encrypts the topic in the stack's Region; its policy admits the publishers. */
  kmsKeyArn: pulumi.Input<string>;
  /** Encrypts the topic in us-east-1; its policy admits CloudWatch. */
  globalKmsKeyArn: pulumi.Input<string>;
  /** Who is told; the address confirms its subscription once, by mail. */
  email: string;
  /** PagerDuty's CloudWatch integration; secret, as it holds a key. Absent: alarms are mailed alone. */
  pagerDutyUrl?: pulumi.Output<string>;
}

/** AWS services that publish to the topics: alarms, and the events of database and cache. */
export const publishers = {
  regional: ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "elasticache.amazonaws.com"],
  global: ["cloudwatch.amazonaws.com"],
};

/**
 * Where the cloud's own alarms and events arrive, also when the cluster and its Alertmanager are
 * gone: all of them by mail, those that say that users are hurt as pages too. Route 53 keeps its
 * metrics in us-east-1, so a second topic lives there.
 */
export class Notifications extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** Topic in us-east-1, for alarms on Route 53 health checks. */
  readonly globalTopicArn: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: NotificationsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Notifications", name, args, opts);
    this.topicArn = this.topic("topic", args.kmsKeyArn, publishers.regional);
    this.globalTopicArn = this.topic(
      "global-topic",
      args.globalKmsKeyArn,
      publishers.global,
      "us-east-1",
    );
    this.registerOutputs({ topicArn: this.topicArn, globalTopicArn: this.globalTopicArn });
  }

  private topic(
    kind: string,
    kmsKeyArn: pulumi.Input<string>,
    services: string[],
    region?: string,
  ): pulumi.Output<string> {
    const topic = new sns.Topic(
      `${this.name}-${kind}`,
      { name: `${this.args.stackName}-alarms`, kmsMasterKeyId: kmsKeyArn, region },
      { parent: this },
    );
    new sns.TopicPolicy(
      `${this.name}-${kind}-policy`,
      {
        arn: topic.arn,
        region,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: services },
              Action: "sns:Publish",
              Resource: topic.arn,
              Condition: { StringEquals: { "aws:SourceAccount": this.args.accountId } },
            },
          ],
        }),
      },
      { parent: this },
    );
    new sns.TopicSubscription(
      `${this.name}-${kind}-email`,
      { topic: topic.arn, protocol: "email", endpoint: this.args.email, region },
      { parent: this },
    );
    if (this.args.pagerDutyUrl) this.pages(kind, topic, this.args.pagerDutyUrl, region);
    return topic.arn;
  }

  /** PagerDuty confirms the subscription by itself, and resolves what CloudWatch calls OK again. */
  private pages(
    kind: string,
    topic: sns.Topic,
    endpoint: pulumi.Output<string>,
    region?: string,
  ): void {
    new sns.TopicSubscription(
      `${this.name}-${kind}-pagerduty`,
      {
        topic: topic.arn,
        protocol: "https",
        endpoint,
        endpointAutoConfirms: true,
        // Events of database and cache have no name of an alarm, and page nobody.
        filterPolicyScope: "MessageBody",
        filterPolicy: JSON.stringify({
          AlarmName: paging.map((name) => ({ prefix: `${this.args.stackName}-${name}` })),
        }),
        region,
      },
      { parent: this },
    );
  }
}
