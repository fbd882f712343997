import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { Client } from "pg";
import { claim, type Claim } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Laboratory } from "../laboratory";
import type { PgBouncer } from "../pgbouncer";

const logins = 800;
const atOnce = 20;

/** Processor time of one login, in milliseconds. */
interface Cost {
  pooler: number;
  /** Of this process, which is the client. */
  client: number;
  /** Logins whose TLS session was resumed. */
  resumed: number;
}

/**
 * After a failover hundreds of clients log in at once. What a login costs PgBouncer, which has one
 * thread, and what its client; processor time, so that the load beside it does not matter.
 */
export const loginCost: Drill<DatabaseBed> = {
  name: "login-cost",
  title: "What a login costs",
  async run({ laboratory }, say) {
    const pooler = await laboratory.addPooler();
    try {
      const shipped = await cost(laboratory, pooler);
      const session = await ticket(laboratory, pooler);
      const resumed = await cost(laboratory, pooler, session);
      await passwords(laboratory, pooler);
      const plain = await cost(laboratory, pooler);
      const told = { shipped, resumed, plain };
      for (const [name, { pooler: its, client, resumed: again }] of Object.entries(told))
        say(
          `${name}: ${its.toFixed(2)} ms of PgBouncer, ${client.toFixed(2)} ms of the client, ${again} resumed`,
        );
      return [
        ...claims("shipped", "verifiers in the user list, as shipped", shipped),
        ...claims("resumed", "the same, and the client resumes its TLS session", resumed),
        ...claims("plain", "passwords in the user list", plain),
      ];
    } finally {
      await pooler.kill();
    }
  },
};

function claims(name: string, what: string, { pooler, client, resumed }: Cost): Claim[] {
  const injection = `${logins} logins, ${atOnce} at once, ${resumed} of them resumed a TLS session`;
  const measure = (id: string, whose: string, value: number) =>
    claim({
      id: `login-cost.${name}.${id}`,
      claim: `processor time of ${whose} a login: ${what}`,
      value,
      unit: "ms",
      repetitions: logins,
      injection,
    });
  return [measure("pooler", "PgBouncer", pooler), measure("client", "the client", client)];
}

async function cost(laboratory: Laboratory, pooler: PgBouncer, session?: Buffer): Promise<Cost> {
  await login(laboratory, pooler, session); // the pool has its server's greeting then
  const before = pooler.cpuSeconds();
  const own = process.cpuUsage();
  let resumed = 0;
  let left = logins;
  const one = async () => {
    while (left-- > 0) if (await login(laboratory, pooler, session)) resumed++;
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const { user, system } = process.cpuUsage(own);
  return {
    pooler: ((pooler.cpuSeconds() - before) * 1000) / logins,
    client: (user + system) / 1000 / logins,
    resumed,
  };
}

/** Logs in and out. Whether a TLS session was resumed. */
async function login(
  laboratory: Laboratory,
  pooler: PgBouncer,
  session?: Buffer,
): Promise<boolean> {
  const client = clientOf(laboratory, pooler, session);
  await client.connect();
  const resumed = streamOf(client).isSessionReused();
  await client.end();
  return resumed;
}

/** A TLS session that a later login may resume. */
async function ticket(laboratory: Laboratory, pooler: PgBouncer): Promise<Buffer | undefined> {
  const client = clientOf(laboratory, pooler);
  await client.connect();
  const session = streamOf(client).getSession();
  await client.end();
  return session;
}

/** Gives the same users to PgBouncer with their passwords in the place of verifiers. */
async function passwords({ logins: all }: Laboratory, pooler: PgBouncer): Promise<void> {
  const lines = all.all.map(({ username, password }) => `"${username}" "${password}"\n`);
  await writeFile(join(pooler.sockets, "userlist.txt"), lines.join(""), { mode: 0o600 });
  await pooler.command("RELOAD");
}

function clientOf(laboratory: Laboratory, pooler: PgBouncer, session?: Buffer): Client {
  const {
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  } = laboratory.environment("", 0);
  const ssl = { ca: laboratory.authority.pem, servername: pooler.serverName, session };
  return new Client({ host: pooler.address, port: pooler.port, user, password, database, ssl });
}

const streamOf = (client: Client) =>
  (client as unknown as { connection: { stream: TLSSocket } }).connection.stream;
