import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pWaitFor from "p-wait-for";
import { output, start } from "../../lib/processes";
import { Authority } from "../../rehearsal/sandbox/certificates";
import { LiveDatabase } from "../images/backup/support/live-database";
import { removeFolders } from "../images/backup/support/folder";
import { unprivileged } from "../images/backup/support/unprivileged";

/** A key of each of two organizations. */
export interface Keys {
  apiKey: string;
  otherApiKey: string;
}

/**
 * What a backend needs, private to a suite: PostgreSQL and a cache over TLS, migrated, with two
 * organizations. Both listen on a loopback address of their own, and nothing is simulated; the
 * pooler is left out.
 */
export class Laboratory {
  private constructor(
    private readonly folder: string,
    private readonly database: LiveDatabase,
    private readonly cache: ChildProcess,
    /** The backend's environment. */
    readonly environment: NodeJS.ProcessEnv,
    readonly keys: Keys,
  ) {}

  /** @param bundle the backend, as one file */
  static async start(bundle: string, redis: string): Promise<Laboratory> {
    const folder = await mkdtemp(path.join(tmpdir(), "mini-xdr-laboratory-"));
    const byte = () => 1 + Math.floor(Math.random() * 250);
    const address = `127.${byte()}.${byte()}.${byte()}`;
    const authority = await Authority.create(folder);
    const { certificate, key } = await authority.sign("server", [address]);
    if (unprivileged.uid !== undefined)
      for (const file of [folder, key]) await chown(file, unprivileged.uid, unprivileged.gid!);
    const database = await LiveDatabase.start({
      listen_addresses: address,
      ssl: "on",
      ssl_cert_file: certificate,
      ssl_key_file: key,
    });
    const cache = await startCache(redis, address, { certificate, key, ca: authority.file });
    const password = "only-for-this-test";
    const environment = {
      ...process.env,
      DATABASE_HOST: address,
      DATABASE_PORT: "5432",
      DATABASE_NAME: "minixdr",
      DATABASE_READ_ONLY_NAME: "minixdr",
      DATABASE_USER: "minixdr_app",
      DATABASE_PASSWORD: password,
      DATABASE_READ_ONLY_USER: "minixdr_read_only",
      DATABASE_READ_ONLY_PASSWORD: password,
      DATABASE_CA_FILE: authority.file,
      CACHE_HOST: address,
      CACHE_PORT: "6379",
      CACHE_TOKEN: password,
      CACHE_CA_FILE: authority.file,
    };
    const owner = { ...environment, DATABASE_USER: "minixdr_migrations" };
    const backend = (...args: string[]) =>
      output(process.execPath, [bundle, ...args], { env: owner });
    await backend("migrate");
    const organization = async (name: string) =>
      (JSON.parse(await backend("create-organization", name)) as { apiKey: string }).apiKey;
    const keys = { apiKey: await organization("one"), otherApiKey: await organization("two") };
    return new Laboratory(folder, database, cache, environment, keys);
  }

  async stop(): Promise<void> {
    const gone = once(this.cache, "exit");
    this.cache.kill("SIGKILL");
    await gone;
    await this.database.stop();
    await removeFolders();
    await rm(this.folder, { recursive: true });
  }
}

async function startCache(
  redis: string,
  address: string,
  { certificate, key, ca }: { certificate: string; key: string; ca: string },
): Promise<ChildProcess> {
  const settings = {
    bind: address,
    port: "0",
    "tls-port": "6379",
    "tls-cert-file": certificate,
    "tls-key-file": key,
    "tls-ca-cert-file": ca,
    "tls-auth-clients": "no",
    requirepass: "only-for-this-test",
    save: "",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const cache = await start(redis, args, { stdio: "ignore" });
  const answers = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(6379, address, () => resolve(true)).on("error", () => resolve(false));
      socket.on("close", () => socket.destroy()).on("connect", () => socket.destroy());
    });
  // It does not announce that it is ready.
  await pWaitFor(answers, { interval: 50, timeout: 20_000 });
  return cache;
}
