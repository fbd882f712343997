import { LocalServer } from "../../lib/http-server";

/** What PagerDuty's Events API v2 takes. */
export interface PagerDutyEvent {
  routing_key: string;
  event_action: "trigger" | "acknowledge" | "resolve";
  dedup_key?: string;
  payload: {
    summary: string;
    source: string;
    severity: string;
    custom_details?: Record<string, unknown>;
  };
  links?: { href: string; text: string }[];
}

/** An event that was taken. */
export interface ReceivedEvent extends PagerDutyEvent {
  /** When, in milliseconds since the epoch. */
  receivedAt: number;
}

/**
 * A stand-in of PagerDuty's Events API v2: it refuses what the real one refuses, in its words, and
 * keeps an incident a dedup key. There are no people, schedules and escalations in it, and no limit of
 * rates. The words are those of its documentation, and of what its users report.
 */
export class PagerDutyStandIn {
  /** Events that it took, in their order. */
  readonly events: ReceivedEvent[] = [];
  /** What it refused, and why. */
  readonly refused: string[] = [];
  private readonly open = new Map<string, ReceivedEvent>();
  /** Each incident's first event: what rings a phone. */
  readonly pages: ReceivedEvent[] = [];

  private constructor(
    private readonly server: LocalServer,
    /** What `pagerduty_url` is set to. */
    readonly url: string,
  ) {}

  /**
   * One service with one integration.
   *
   * @param address where it listens; the loopback interface's by default
   */
  static async start(routingKey: string, address?: string): Promise<PagerDutyStandIn> {
    const server = await LocalServer.start((request, response, body) => {
      const answer = (status: number, content: object) =>
        response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify(content));
      if (request.method !== "POST" || request.url !== "/v2/enqueue") return answer(404, {});
      const { event, errors } = read(body, routingKey);
      if (!event) {
        standIn.refused.push(...errors);
        const message = "Event object is invalid";
        return answer(400, { status: "invalid event", message, errors });
      }
      const dedupKey = standIn.take(event);
      answer(202, { status: "success", message: "Event processed", dedup_key: dedupKey });
    }, address);
    const standIn = new PagerDutyStandIn(server, `${server.url}/v2/enqueue`);
    return standIn;
  }

  /** Incidents that nobody has resolved. */
  get incidents(): ReceivedEvent[] {
    return [...this.open.values()];
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private take(taken: PagerDutyEvent): string {
    const event = { ...taken, receivedAt: Date.now() };
    const key = event.dedup_key ?? `made-${this.events.length}`;
    this.events.push(event);
    if (event.event_action === "resolve") this.open.delete(key);
    if (event.event_action === "trigger") {
      if (!this.open.has(key)) this.pages.push(event);
      this.open.set(key, event);
    }
    return key;
  }
}

function read(body: string, routingKey: string): { event?: PagerDutyEvent; errors: string[] } {
  let event: Partial<PagerDutyEvent>;
  try {
    event = JSON.parse(body) as Partial<PagerDutyEvent>;
  } catch {
    return { errors: ["JSON is invalid"] };
  }
  const { routing_key: key = "", event_action: action = "", payload } = event;
  const errors = [
    ...(key.length === 32
      ? []
      : ["Length of 'routing_key' is incorrect (should be 32 characters)"]),
    ...(key.length === 32 && key !== routingKey ? ["Invalid routing key"] : []),
    ...(["trigger", "acknowledge", "resolve"].includes(action)
      ? []
      : ["'event_action' is missing or invalid"]),
    ...(action === "trigger" ? missing(payload) : []),
    ...((event.dedup_key ?? "").length > 255 ? ["'dedup_key' is too long"] : []),
    ...(Buffer.byteLength(body) > 512 * 1024 ? ["Event is larger than 512 KB"] : []),
  ];
  return errors.length > 0 ? { errors } : { event: event as PagerDutyEvent, errors };
}

function missing(payload: PagerDutyEvent["payload"] | undefined): string[] {
  const given = payload ?? { summary: "", source: "", severity: "" };
  return [
    ...(["summary", "source", "severity"] as const)
      .filter((field) => !given[field])
      .map((field) => `'payload.${field}' is missing or blank`),
    ...(given.severity && !["critical", "error", "warning", "info"].includes(given.severity)
      ? ["'payload.severity' is invalid (must be one of: critical, error, warning, info)"]
      : []),
    ...(given.summary.length > 1024 ? ["'payload.summary' is too long"] : []),
  ];
}
