import http, { type IncomingMessage, type RequestOptions } from "node:http";
import type { Answer } from "../ledger";

/** How a try without a whole answer has failed. */
export type TransportFailure =
  /** Nobody listens there. */
  | "refused"
  /** No way there. */
  | "unreachable"
  /** The connection has ended before the answer began. */
  | "reset"
  /** The answer has begun and breaks off. */
  | "truncated"
  | "time-out";

/** One try: a whole answer, or how it failed. */
export type Try = { answer: Answer; reason?: string } | { failure: TransportFailure };

/** A connection that is kept until the other side closes it, whatever that side announces. */
export class KeptAgent extends http.Agent {
  constructor() {
    super({ keepAlive: true, maxFreeSockets: Infinity });
  }

  override keepSocketAlive(): boolean {
    return true; // Node's own would not use a connection that is to end soon, and hide that it does
  }
}

/**
 * Sends one request and reads its answer to the end. Once: `node:http` repeats nothing by itself
 * (undici sends again what was queued on a connection that ends), so a reset of a kept connection is
 * seen.
 *
 * @param agent the kept connections; undefined: a new connection, closed after it
 */
export function send(
  url: string,
  options: RequestOptions,
  body: string | undefined,
  timeout: number,
  agent: http.Agent | undefined,
): Promise<Try> {
  return new Promise((resolve) => {
    const request = http.request(url, { ...options, agent: agent ?? false });
    let began = false;
    const timer = setTimeout(() => {
      end({ failure: "time-out" });
      request.destroy();
    }, timeout);
    const end = (result: Try) => {
      clearTimeout(timer);
      resolve(result); // the first one counts
    };
    request.on("error", (error: NodeJS.ErrnoException) =>
      end({ failure: began ? "truncated" : failureOf(error.code) }),
    );
    request.on("response", (response) => {
      began = true;
      const answer = answerOf(response);
      let body = "";
      response.on("data", (chunk: Buffer) => answer.problem && (body += chunk.toString()));
      response.on("error", () => {}); // its close follows
      response.on("close", () =>
        end(
          response.complete
            ? { answer, reason: answer.problem ? reasonOf(body) : undefined }
            : { failure: "truncated" },
        ),
      );
    });
    request.end(body);
  });
}

function answerOf({ statusCode, headers }: IncomingMessage): Answer {
  return {
    status: statusCode!,
    problem: headers["content-type"]?.startsWith("application/problem+json") ?? false,
    outcomeUnknown: headers.outcome === "unknown",
  };
}

/** The last part of a problem's type: what a report shows beside the status. */
function reasonOf(body: string): string | undefined {
  return /"type":"[^"]*?([\w-]+)"/.exec(body)?.[1];
}

function failureOf(code: string | undefined): TransportFailure {
  if (code === "ECONNREFUSED") return "refused";
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return "unreachable";
  return code === "ETIMEDOUT" ? "time-out" : "reset";
}
