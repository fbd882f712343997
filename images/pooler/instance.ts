import { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import type { Report } from "./decide";
import { answerOf, question } from "./question";

/** Milliseconds between two questions. */
export const askEvery = 100;
/** Questions between two looks at the members. */
const membersEvery = 100;
/** Longest time for a connection, and for an answer, in milliseconds. */
const patience = 1000;
/** Not the application's: a restore closes that one, and renames it. Every login may enter this one. */
const database = "postgres";

/** How an instance is reached; the same for all but the host. */
export type Access = Pick<ClientConfig, "port" | "user" | "password"> & {
  /** PEM of the authority; the certificate has to name the endpoint. */
  ca: string;
};

/**
 * One endpoint, asked all the time over one connection, which is opened again whenever it breaks.
 * Nothing of it rejects: what is not answered makes the report grow old.
 */
export class Instance {
  readonly report: Report;
  /** Members' endpoints by the database's own word, where it has one. */
  members: string[] | undefined;
  private socket = new Socket();
  private ended = false;

  /** @param onReport called after every answer, and when the host refuses */
  constructor(
    readonly endpoint: string,
    private readonly access: Access,
    private readonly onReport: () => void,
    private readonly onTrouble: (endpoint: string, error: Error) => void,
  ) {
    this.report = { endpoint, since: performance.now() };
    void this.watch();
  }

  end(): void {
    this.ended = true;
    this.socket.destroy();
  }

  private async watch(): Promise<void> {
    while (!this.ended) {
      let answered = false;
      const began = performance.now();
      try {
        const client = await this.connected();
        for (let round = 0; !this.ended; round++) {
          await this.ask(client, round);
          answered = true;
        }
      } catch (error) {
        if (this.ended) break;
        this.onTrouble(this.endpoint, error as Error);
        // A connection that broke says little: whether its host takes another one says all.
        if (!answered && isRefusal(error)) this.refuse(began);
      }
      this.socket.destroy();
      if (!answered) await pause(askEvery);
    }
  }

  private async connected(): Promise<Client> {
    const socket = new Socket();
    this.socket = socket;
    const { ca, ...access } = this.access;
    const client = new Client({
      ...access,
      database,
      host: this.endpoint,
      ssl: { ca, servername: this.endpoint },
      stream: () => socket,
      application_name: "topology",
      connectionTimeoutMillis: patience,
      query_timeout: patience,
      keepAlive: true,
    });
    client.on("error", (error) => {
      // Told at once, between two questions: every millisecond more lets PgBouncer's clients fail.
      if (isShutdown(error)) this.refuse(performance.now());
    });
    await client.connect();
    return client;
  }

  private refuse(at: number): void {
    this.report.refused = at;
    this.onReport();
  }

  /** @throws when there is no answer, or none that can be believed */
  private async ask(client: Client, round: number): Promise<void> {
    const at = performance.now();
    const { rows } = await client.query(question);
    const answer = answerOf(rows[0], at);
    if (!answer) throw new Error("no answer to what was asked");
    this.report.answer = answer;
    if (round % membersEvery === 0) this.members = await membersBy(client);
    this.onReport();
    const broken = new AbortController();
    const abort = () => broken.abort();
    this.socket.once("close", abort);
    await pause(Math.max(0, at + askEvery - performance.now()), undefined, {
      signal: broken.signal,
    }).catch(() => undefined); // the next question rejects
    this.socket.off("close", abort);
  }
}

/**
 * The endpoints of a Multi-AZ DB cluster by RDS's own table. Where it is stale that costs only speed:
 * who writes is never taken from it, as it may name the old writer (aws-advanced-nodejs-wrapper,
 * SupportForRDSMultiAzDBCluster.md, "Known Issues"). The extension has to be made, and a role needs
 * rights on its schema and functions (ibid., UsingTheBlueGreenPlugin.md): the bootstrap does both.
 */
async function membersBy(client: Client): Promise<string[] | undefined> {
  try {
    const there = "SELECT to_regproc('rds_tools.show_topology') IS NOT NULL AS there";
    const { rows } = await client.query<{ there: boolean }>(there);
    if (!rows[0]?.there) return undefined;
    const table = "SELECT endpoint FROM rds_tools.show_topology('mini-xdr')";
    return (await client.query<{ endpoint: string }>(table)).rows.map(({ endpoint }) => endpoint);
  } catch {
    return undefined; // no right to it: the planned endpoints remain
  }
}

/** Whether the server ends, and the connection with it. */
const isShutdown = (error: unknown) => (error as { code?: string }).code === "57P01";

/** Whether the host itself said no, or the server that it is on its way down or up. */
function isRefusal(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return /^(ECONNREFUSED|ECONNRESET|57P0[123])$/.test(code);
}
