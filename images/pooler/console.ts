import { Client } from "pg";

/** Longest time for one command, in milliseconds. */
export const patience = 1000;

/** A database as PgBouncer has it now. */
export interface Shown {
  host: string;
  paused: boolean;
}

/**
 * PgBouncer's console on its Unix socket, where its own operating system user is the administrator:
 * no password. Every method rejects when PgBouncer does not answer; the next one connects again.
 */
export class Console {
  private client: Client | undefined;
  /** Opened beforehand: when work has to wait, every millisecond counts. */
  private spare: Client | undefined;

  /** @param sockets folder of PgBouncer's Unix socket */
  constructor(
    private readonly sockets: string,
    private readonly port: number,
  ) {}

  async databases(): Promise<Map<string, Shown>> {
    this.spare ??= await this.connect();
    const rows = await this.rows<{ name: string; host: string; paused: unknown }>("SHOW DATABASES");
    return new Map(
      rows.map(({ name, host, paused }) => [name, { host, paused: Number(paused) === 1 }]),
    );
  }

  /** Has it read its configuration again. Connections to a host that is no longer an entry's end when idle. */
  async reload(): Promise<void> {
    await this.rows("RELOAD");
  }

  /**
   * Lets new work wait. It counts at once, but PgBouncer answers only when the last statement in
   * flight has ended, which may be never: so over a connection of its own that nobody waits for.
   */
  async pause(database: string): Promise<void> {
    const client = this.spare ?? (await this.connect());
    this.spare = undefined;
    void client
      .query(`PAUSE ${database}`)
      .catch(() => undefined)
      .finally(() => void client.end().catch(() => undefined));
  }

  async resume(database: string): Promise<void> {
    await this.rows(`RESUME ${database}`);
  }

  /**
   * Ends the clients whose statement runs at another address than the writer's: nobody will answer
   * it, and until then its connection takes a place in the pool. Returns how many.
   */
  async shed(database: string, writer: string): Promise<number> {
    const servers = await this.rows<Socket>("SHOW SERVERS");
    const lost = servers
      .filter((row) => row.database === database && row.state === "active")
      .filter(({ addr, link }) => addr !== writer && link !== "")
      .map(({ link }) => link);
    if (lost.length === 0) return 0;
    const clients = await this.rows<Socket>("SHOW CLIENTS");
    const ids = clients.filter(({ ptr }) => lost.includes(ptr)).map(({ id }) => Number(id));
    // One that left meanwhile is no error.
    for (const id of ids) await this.rows(`KILL_CLIENT ${id}`).catch(() => undefined);
    return ids.length;
  }

  private async rows<Row>(command: string): Promise<Row[]> {
    this.client ??= await this.connect();
    try {
      return (await this.client.query(command)).rows as Row[];
    } catch (error) {
      // A command that PgBouncer refuses leaves the connection as it is; all else ends it.
      if (!(error as { code?: string }).code) this.client = undefined;
      throw error;
    }
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      host: this.sockets,
      port: this.port,
      user: "pgbouncer",
      database: "pgbouncer",
      connectionTimeoutMillis: patience,
      query_timeout: patience,
    });
    client.on("error", () => {
      if (this.client === client) this.client = undefined;
      if (this.spare === client) this.spare = undefined;
    });
    await client.connect();
    return client;
  }
}

/** What is read of a row of SHOW SERVERS and SHOW CLIENTS. */
interface Socket {
  database: string;
  state: string;
  addr: string;
  ptr: string;
  link: string;
  id: unknown;
}
