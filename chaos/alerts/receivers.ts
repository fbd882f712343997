import { output } from "../../lib/processes";
import { beat, receiversSecret, secretKeys } from "../../observability/routing";
import { DeadMansSwitch } from "../../rehearsal/receivers/dead-mans-switch";
import { PagerDutyStandIn } from "../../rehearsal/receivers/pagerduty";
import { SlackStandIn } from "../../rehearsal/receivers/slack";

/** Outside of everything that is ours, as PagerDuty and Slack are (RFC 5737, TEST-NET-2). */
const address = "198.51.100.10";
/** As long as PagerDuty's. */
const routingKey = "0123456789abcdef0123456789abcdef";

/** What somebody was told, and when. */
export interface Told {
  /** Milliseconds since the epoch. */
  at: number;
  /** Names of the alerts in it, each once. */
  alerts: string[];
}

/** Stand-ins for PagerDuty, Slack and a dead man's switch, where the planned Alertmanagers reach them. */
export class Receivers {
  private constructor(
    private readonly pagerDuty: PagerDutyStandIn,
    private readonly slack: SlackStandIn,
    readonly deadMansSwitch: DeadMansSwitch,
  ) {}

  static async start(): Promise<Receivers> {
    await output("ip", ["address", "replace", `${address}/32`, "dev", "lo"]);
    return new Receivers(
      await PagerDutyStandIn.start(routingKey, address),
      await SlackStandIn.start(address),
      await DeadMansSwitch.start(beat.switchWaits, address),
    );
  }

  /** The planned Secret that opens them. */
  get secrets(): Record<string, Record<string, string>> {
    return {
      [receiversSecret]: {
        [secretKeys.pagerDuty]: routingKey,
        [secretKeys.slack]: this.slack.url,
        [secretKeys.deadMansSwitch]: this.deadMansSwitch.url,
      },
    };
  }

  /** The planned values with PagerDuty's address, the only one that no secret holds. */
  told(values: Record<string, unknown>): Record<string, unknown> {
    const { alertmanager } = values as { alertmanager: { config: { global: object } } };
    const { config } = alertmanager;
    const global = { ...config.global, pagerduty_url: this.pagerDuty.url };
    return { ...values, alertmanager: { ...alertmanager, config: { ...config, global } } };
  }

  /** What rang a phone, in its order: a page that is open already does not ring again. */
  get pages(): Told[] {
    return this.pagerDuty.pages.map((event) => toldBy(event, event.receivedAt));
  }

  /** What was written, without what only says that something is over. */
  get messages(): Told[] {
    return this.slack.messages
      .filter(({ attachments }) => !attachments?.[0]?.title?.startsWith("Resolved: "))
      .map((message) => toldBy(message, message.receivedAt));
  }

  /** What is told from now on, whenever it is asked. */
  listen(): () => Record<"pages" | "messages", Told[]> {
    const said = { pages: this.pages.length, messages: this.messages.length };
    return () => ({
      pages: this.pages.slice(said.pages),
      messages: this.messages.slice(said.messages),
    });
  }

  /** What they refused, in their words. */
  get refused(): string[] {
    return [...this.pagerDuty.refused, ...this.slack.refused];
  }
}

/** Names as PagerDuty's details have them, which are JSON in JSON, and as our messages do. */
const named = /alertname\W+(\w+)|\*(\w+)\*/g;

/** What an event or a message tells. @param at when it came, ms */
export function toldBy(content: object, at: number): Told {
  const names = [...JSON.stringify(content).matchAll(named)].map(([, one, other]) => one ?? other!);
  return { at, alerts: [...new Set(names)].sort() };
}
