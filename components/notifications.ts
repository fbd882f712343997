import * as pulumi from "@pulumi/pulumi";
import * as sns from "@pulumi/aws/sns";
import { paging } from "./alarms";
import type { RecoveryPlace } from "./recovery-place";

export interface NotificationsArgs {
  /** Stack's name prefix, such as `mini-xdr-prod`. */
  stackName: string;
  accountId: pulumi.Input<string>;
  /** Encrypts the topic in the stack's Region; its policy admits the publishers. */
  kmsKeyArn: pulumi.Input<string>;
  /** Encrypts the topic in us-east-1; its policy admits CloudWatch. */
  globalKmsKeyArn: pulumi.Input<string>;
  /** Region of the copies, and what encrypts the topic there; its policy admits CloudWatch. Absent: no copies. */
  recovery?: RecoveryPlace;
  /** Who is told; the address confirms its subscription once, by mail. */
  email: string;
  /** PagerDuty's CloudWatch integration; secret, as it holds a key. Absent: alarms are mailed alone. */
  pagerDutyUrl?: pulumi.Output<string>;
}

/** AWS services that publish to the encrypted topics: alarms, what was done to backups, the database's events. */
export const publishers = {
  regional: ["cloudwatch.amazonaws.com", "events.amazonaws.com", "events.rds.amazonaws.com"],
  elsewhere: ["cloudwatch.amazonaws.com", "events.amazonaws.com"],
};

/** EventBridge, which does not say for which account it speaks. */
const eventBridge = "events.amazonaws.com";

interface TopicUse {
  /** What follows the stack's name in the topic's. */
  name: string;
  /** Absent: not encrypted. */
  kmsKeyArn?: pulumi.Input<string>;
  region?: string;
  /** Who may publish, and on whose behalf. */
  publishers: Publisher[];
}

interface Publisher {
  Principal: object;
  Condition?: object;
}

/**
 * Where the cloud's own alarms and events arrive, also when the cluster and its Alertmanager are
 * gone: all of them by mail, those that say that users are hurt as pages too. Route 53 keeps its
 * metrics in us-east-1 and S3 some in the copy's Region, so a topic lives in each. ElastiCache
 * publishes to no encrypted topic, so one is for its events alone: names of nodes and what became of
 * them, nothing secret.
 *
 * Each topic's subscription by mail has to be confirmed, so four mails come.
 */
export class Notifications extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** Topic in us-east-1, for alarms on Route 53 health checks. */
  readonly globalTopicArn: pulumi.Output<string>;
  /** The recovery Region and the topic in it, for the alarm on the backups' copies. */
  readonly recovery?: { region: string; topicArn: pulumi.Output<string> };
  /** What becomes of the cache's nodes; mailed, and no page. */
  readonly cacheTopicArn: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: NotificationsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Notifications", name, args, opts);
    this.topicArn = this.pagingTopic("topic", args.kmsKeyArn);
    this.globalTopicArn = this.pagingTopic("global-topic", args.globalKmsKeyArn, "us-east-1");
    if (args.recovery) this.recovery = this.recoveryTopic(args.recovery);
    this.cacheTopicArn = this.cacheTopic().arn;
    this.registerOutputs({
      topicArn: this.topicArn,
      globalTopicArn: this.globalTopicArn,
      cacheTopicArn: this.cacheTopicArn,
    });
  }

  /** A topic of alarms that mails all of them, and pages those that say that users are hurt. */
  private pagingTopic(
    kind: string,
    kmsKeyArn: pulumi.Input<string>,
    region?: string,
  ): pulumi.Output<string> {
    const topic = this.alarmTopic(kind, "alarms", { kmsKeyArn, region });
    if (this.args.pagerDutyUrl) this.pages(kind, topic, this.args.pagerDutyUrl, region);
    return topic.arn;
  }

  private recoveryTopic(place: RecoveryPlace) {
    const { arn } = this.alarmTopic("recovery-topic", "recovery-alarms", place);
    return { region: place.region, topicArn: arn };
  }

  private alarmTopic(
    kind: string,
    name: string,
    place: Pick<TopicUse, "kmsKeyArn" | "region">,
  ): sns.Topic {
    const services = place.region ? publishers.elsewhere : publishers.regional;
    return this.topic(kind, {
      name,
      ...place,
      publishers: [
        {
          Principal: { Service: services.filter((service) => service !== eventBridge) },
          Condition: { StringEquals: { "aws:SourceAccount": this.args.accountId } },
        },
        // As AWS writes it, without a condition (EventBridge User Guide, "Amazon SNS permissions").
        { Principal: { Service: eventBridge } },
      ],
    });
  }

  /**
   * Not encrypted, and by the topic's owner: otherwise ElastiCache calls the topic inactive and says
   * nothing (ElastiCache User Guide, "Event notifications and Amazon SNS", "SNS topic access policy
   * requirement"). It names no service of its own there, so the principal is anybody, for this account.
   */
  private cacheTopic(): sns.Topic {
    const publisher = {
      Principal: { AWS: "*" },
      Condition: { StringEquals: { "aws:SourceOwner": this.args.accountId } },
    };
    return this.topic("cache-topic", { name: "cache-events", publishers: [publisher] });
  }

  private topic(kind: string, { name, kmsKeyArn, region, publishers }: TopicUse): sns.Topic {
    const topic = new sns.Topic(
      `${this.name}-${kind}`,
      { name: `${this.args.stackName}-${name}`, kmsMasterKeyId: kmsKeyArn, region },
      { parent: this },
    );
    new sns.TopicPolicy(
      `${this.name}-${kind}-policy`,
      {
        arn: topic.arn,
        region,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: publishers.map((publisher) => ({
            Effect: "Allow",
            ...publisher,
            Action: "sns:Publish",
            Resource: topic.arn,
          })),
        }),
      },
      { parent: this },
    );
    new sns.TopicSubscription(
      `${this.name}-${kind}-email`,
      { topic: topic.arn, protocol: "email", endpoint: this.args.email, region },
      { parent: this },
    );
    return topic;
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
