import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import { expect, Mismatch } from "./verdict";

/** What an image answered, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON, undefined where it is none. */
  json: unknown;
  milliseconds: number;
}

/** A request; what it does not say: GET, the first organization's key, no body. */
export interface Request {
  method?: string;
  /** Sent as JSON, or as it is where it is text. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Another API key; null: none. */
  apiKey?: string | null;
  /** How long to wait for the whole answer, ms. */
  within?: number;
}

/** How often a request that is told to slow down is sent again. */
const patience = 5;

/** A running image, as its clients see it. */
export class Target {
  constructor(
    /** Without a slash at the end. */
    readonly url: string,
    readonly apiKey?: string,
    /** The key of a second organization. */
    readonly otherApiKey?: string,
  ) {}

  /**
   * Sends a request. An image may tell anybody to slow down: then it waits as told and tries again.
   *
   * @throws Mismatch when there is no whole answer in time.
   */
  async ask(path: string, request: Request = {}): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.once(path, request);
      if (answer.status !== 429 || attempt === patience) return answer;
      await wait(Math.min(Number(answer.headers.get("retry-after")) || 1, 10) * 1000);
    }
  }

  /** Starts a request whose answer does not end, such as the stream's. */
  open(path: string, request: Request, signal: AbortSignal): Promise<Response> {
    return fetch(this.url + path, { ...this.init(request), signal });
  }

  private async once(path: string, request: Request): Promise<Answer> {
    const { within = 15_000 } = request;
    const started = performance.now();
    try {
      const response = await this.open(path, request, AbortSignal.timeout(within));
      const text = await response.text();
      const { status, headers } = response;
      const milliseconds = Math.round(performance.now() - started);
      return { status, headers, text, json: parse(text), milliseconds };
    } catch (error) {
      const { cause, message } = error as Error;
      throw new Mismatch(
        `an answer to ${request.method ?? "GET"} ${path} within ${within} ms`,
        cause instanceof Error ? cause.message : message,
        "answer every request, and never end a connection without an answer",
      );
    }
  }

  private init({ method = "GET", body, headers, apiKey = this.apiKey ?? null }: Request) {
    const json = body !== undefined && typeof body !== "string";
    return {
      method,
      body: json ? JSON.stringify(body) : (body as string | undefined),
      headers: {
        ...(apiKey === null ? {} : { "x-api-key": apiKey }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      redirect: "manual" as const,
    };
  }
}

/** @throws Mismatch unless the answer has this status. */
export function expectStatus(answer: Answer, status: number, of: string, remedy: string): void {
  expect(answer.status === status, `${status} to ${of}`, seen(answer), remedy);
}

/** The body in this shape. @throws Mismatch when it has another. */
export function expectShape<T>(answer: Answer, shape: z.ZodType<T>, of: string): T {
  const { success, data, error } = shape.safeParse(answer.json);
  if (success) return data;
  const [issue] = error.issues;
  const place = issue?.path.join(".") || "the body";
  throw new Mismatch(
    `${of} in its shape (${place}: ${issue?.message})`,
    seen(answer),
    "answer as the document's schemas say",
  );
}

/** An answer in a few words. */
export function seen({ status, headers, text }: Answer): string {
  const start = text.replaceAll(/\s+/g, " ").slice(0, 160);
  const type = headers.get("content-type") ?? "no content type";
  return `${status}, ${type}${start ? `, ${start}` : ""}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
