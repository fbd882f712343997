import { LocalServer } from "../../lib/http-server";

/** A message as an incoming webhook takes it. */
export interface SlackMessage {
  text?: string;
  attachments?: { title?: string; text?: string; fallback?: string; color?: string }[];
}

/** A message that was taken. */
export interface ReceivedMessage extends SlackMessage {
  /** When, in milliseconds since the epoch. */
  receivedAt: number;
}

/**
 * A stand-in of one of Slack's incoming webhooks: it takes a message with a text or attachments, and
 * refuses others in Slack's words. It shows them to nobody, and has no limit of rates.
 */
export class SlackStandIn {
  readonly messages: ReceivedMessage[] = [];
  /** What it refused, in its words. */
  readonly refused: string[] = [];

  private constructor(
    private readonly server: LocalServer,
    /** The webhook's address, a secret. */
    readonly url: string,
  ) {}

  /** @param address where it listens; the loopback interface's by default */
  static async start(address?: string): Promise<SlackStandIn> {
    const path = "/services/T0STANDIN/B0STANDIN/not-a-real-token";
    const server = await LocalServer.start((request, response, body) => {
      const { status, words } = judge(request.url === path, body);
      if (status === 200)
        standIn.messages.push({ ...(JSON.parse(body) as SlackMessage), receivedAt: Date.now() });
      else standIn.refused.push(words);
      response.writeHead(status, { "content-type": "text/html" }).end(words);
    }, address);
    const standIn = new SlackStandIn(server, `${server.url}${path}`);
    return standIn;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

function judge(known: boolean, body: string): { status: number; words: string } {
  if (!known) return { status: 403, words: "invalid_token" };
  let message: SlackMessage;
  try {
    message = JSON.parse(body) as SlackMessage;
  } catch {
    return { status: 400, words: "invalid_payload" };
  }
  if (message === null || typeof message !== "object")
    return { status: 400, words: "invalid_payload" };
  const attachments = message.attachments ?? [];
  if (!message.text && attachments.length === 0) return { status: 400, words: "no_text" };
  if (attachments.length > 100) return { status: 400, words: "too_many_attachments" };
  return { status: 200, words: "ok" };
}
