import { chmod, chown } from "node:fs/promises";
import { join } from "node:path";
import pWaitFor from "p-wait-for";
import { output } from "../../../../lib/processes";
import { newFolder, removeFolders } from "../../backup/support/folder";
import { LiveDatabase } from "../../backup/support/live-database";
import { unprivileged } from "../../backup/support/unprivileged";
import { Backend, command } from "./backend";
import { CacheServer } from "./cache-server";
import { Link } from "./link";

const token = "only-for-this-test";

/**
 * A real PostgreSQL with the stack's roles, over TLS and behind a path that can be made bad; a real
 * cache; as many backends as a test wants. No PgBouncer: the laboratory has it.
 */
export class Bed {
  readonly backends: Backend[] = [];

  private constructor(
    readonly database: LiveDatabase,
    readonly link: Link,
    readonly cache: CacheServer,
    private readonly authority: string,
  ) {}

  static async start(): Promise<Bed> {
    const folder = await newFolder();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const names = "subjectAltName=DNS:localhost";
    const curve = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const request = ["req", "-x509", "-newkey", ...curve, "-keyout", key, "-out", cert];
    await output("openssl", [...request, "-days", "2", "-subj", "/CN=test", "-addext", names]);
    // PostgreSQL wants its key to itself.
    await chmod(key, 0o600);
    if (unprivileged.uid !== undefined) await chown(key, unprivileged.uid, unprivileged.gid!);
    // An address of its own, so that the port is free.
    const host = `127.${1 + (process.pid % 250)}.${1 + Math.floor(Math.random() * 250)}.7`;
    const tls = { ssl: "on", ssl_cert_file: cert, ssl_key_file: key };
    const database = await LiveDatabase.start({ listen_addresses: host, ...tls });
    const link = await Link.to(5432, host);
    const cache = await CacheServer.in(folder, { cert, key, token });
    const bed = new Bed(database, link, cache, cert);
    try {
      await cache.start();
      const { code } = await command(["migrate"], bed.owner);
      if (code !== 0) throw new Error(`migrate ended with ${code}`);
      return bed;
    } catch (error) {
      // Else mocha would wait for them without an end.
      await bed.stop();
      throw error;
    }
  }

  /** Environment of the owner's commands. */
  get owner(): NodeJS.ProcessEnv {
    return {
      DATABASE_HOST: "localhost",
      DATABASE_PORT: String(this.link.port),
      DATABASE_NAME: "minixdr",
      DATABASE_USER: "minixdr_migrations",
      DATABASE_PASSWORD: token,
      DATABASE_CA_FILE: this.authority,
    };
  }

  /** Environment of a backend. */
  get environment(): NodeJS.ProcessEnv {
    return {
      ...this.owner,
      DATABASE_USER: "minixdr_app",
      DATABASE_READ_ONLY_NAME: "minixdr",
      DATABASE_READ_ONLY_USER: "minixdr_read_only",
      DATABASE_READ_ONLY_PASSWORD: token,
      CACHE_HOST: "localhost",
      CACHE_PORT: String(this.cache.port),
      CACHE_TOKEN: token,
      CACHE_CA_FILE: this.authority,
    };
  }

  async backend(env: NodeJS.ProcessEnv = {}): Promise<Backend> {
    const backend = await Backend.start({ ...this.environment, ...env });
    this.backends.push(backend);
    return backend;
  }

  async organization(name: string): Promise<{ organization: string; apiKey: string }> {
    const { stdout } = await command(["create-organization", name], this.owner);
    return JSON.parse(stdout) as { organization: string; apiKey: string };
  }

  /** Blocks all ingestion at the database for so many seconds, from when this resolves. */
  async hold(seconds: number): Promise<{ released: Promise<unknown> }> {
    const released = this.database.query(
      `BEGIN; LOCK TABLE minixdr.idempotency_keys; SELECT pg_sleep(${seconds}); COMMIT`,
    );
    await this.until("SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted");
    return { released };
  }

  /** Resolves when a query of the superuser has a row; the database announces nothing. */
  async until(query: string): Promise<void> {
    await pWaitFor(async () => (await this.database.query(query)).length > 0);
  }

  async stop(): Promise<void> {
    for (const backend of this.backends) backend.kill();
    await this.cache.stop();
    await this.link.close();
    await this.database.stop();
    await removeFolders();
  }
}
