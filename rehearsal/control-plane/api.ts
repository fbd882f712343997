import https from "node:https";
import { createInterface } from "node:readline";
import type { IncomingMessage } from "node:http";

/** Any Kubernetes object, with the parts that all of them have. */
export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; name: string; uid: string }[];
  };
}

/** One line of a watch. */
export interface WatchEvent<T> {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: T;
}

/** The API server said no. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The Kubernetes API of one server: JSON over HTTPS, as the API's own reference has it. */
export class Api {
  private readonly agent: https.Agent;

  constructor(
    private readonly server: string,
    private readonly token: string,
    certificateAuthority: string,
  ) {
    this.agent = new https.Agent({ ca: certificateAuthority, keepAlive: true });
  }

  async get<T>(path: string): Promise<T> {
    return this.request<T>("GET", path);
  }

  async list<T>(path: string): Promise<T[]> {
    return (await this.request<{ items: T[] }>("GET", path)).items;
  }

  async create<T>(path: string, object: unknown): Promise<T> {
    return this.request<T>("POST", path, object);
  }

  /** JSON merge patch. */
  async patch<T>(path: string, change: unknown): Promise<T> {
    return this.request<T>("PATCH", path, change, "application/merge-patch+json");
  }

  async delete(path: string): Promise<void> {
    await this.request("DELETE", path);
  }

  /**
   * Lists what is there and then reports every change, in order, until `signal` ends it. Resolves
   * once the first list has been reported; `onEnd` hears when the server ends the watch by itself.
   */
  async watch<T extends KubernetesObject>(
    path: string,
    onEvent: (event: WatchEvent<T>) => void,
    onEnd: (error: Error) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const list = await this.get<{ items: T[]; metadata: { resourceVersion: string } }>(path);
    for (const object of list.items) onEvent({ type: "ADDED", object });
    const from = `${path}?watch=1&resourceVersion=${list.metadata.resourceVersion}`;
    const response = await this.send("GET", from, undefined, undefined, signal);
    const end = (error?: Error) => {
      if (!signal.aborted) onEnd(error ?? new Error(`the watch of ${path} ended`));
    };
    const lines = createInterface({ input: response });
    lines.on("error", end).on("close", end);
    lines.on("line", (line) => {
      const event = JSON.parse(line) as WatchEvent<T>;
      if ((event.type as string) === "ERROR") end(new Error(line));
      else onEvent(event);
    });
  }

  private async request<T>(method: string, path: string, body?: unknown, type?: string) {
    const response = await this.send(method, path, body, type);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const status = response.statusCode ?? 0;
    if (status >= 300) throw new ApiError(status, message(text) || `${method} ${path}: ${status}`);
    return (text.startsWith("{") ? JSON.parse(text) : text) as T;
  }

  private send(
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${this.token}`, "Content-Type": type };
      https
        .request(this.server + path, { method, headers, agent: this.agent, signal }, resolve)
        .on("error", reject)
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function message(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? "";
  } catch {
    return text.trim();
  }
}
