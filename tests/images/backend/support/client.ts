import { randomUUID } from "node:crypto";
import type { Backend } from "./backend";

/** An event that the model raises an incident for. */
export const attack = {
  time: 1_764_000_000_000,
  class_uid: 3002,
  activity_id: 1,
  severity_id: 4,
  message: "Brute force: 40 failed logins",
  metadata: { product: { name: "Okta" }, uid: "1" },
  src_endpoint: { ip: "203.0.113.7" },
};

export interface Answer {
  status: number;
  headers: Headers;
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- what the test asserts
}

/** Talks to backends as one tenant. */
export class Client {
  constructor(
    readonly apiKey: string,
    private readonly backend: Backend,
  ) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request("GET", path, undefined, headers);
  }

  async patch(path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
    return this.request("PATCH", path, JSON.stringify(body), headers);
  }

  /** Sends events; `key` and `backend` as given, or a new key to the client's own backend. */
  async send(
    body: unknown,
    key: string = randomUUID(),
    backend: Backend = this.backend,
  ): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return this.request("POST", "/api/events", text, { "idempotency-key": key }, backend);
  }

  async request(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string> = {},
    backend: Backend = this.backend,
  ): Promise<Answer> {
    const type: Record<string, string> = body ? { "content-type": "application/json" } : {};
    const response = await fetch(backend.url(path), {
      method,
      body,
      headers: { "x-api-key": this.apiKey, ...type, ...headers },
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }
}
