// Runs inside the sandbox: what PgBouncer and the sidecar run with, against what Helm renders.
import assert from "node:assert/strict";
import { parsePgBouncerIni } from "../../../policies/model/pgbouncer-ini";
import { Laboratory } from "../../../rehearsal/database/laboratory";
import type { PgBouncer } from "../../../rehearsal/database/pgbouncer";
import type { Shipped } from "../../../rehearsal/database/shipped";
import { enterSandbox } from "../../../rehearsal/sandbox/sandbox";

/** What says where this machine has things. All else is the chart's. */
const places = [
  "auth_file",
  "client_tls_cert_file",
  "client_tls_key_file",
  "listen_addr",
  "server_tls_ca_file",
  "unix_socket_dir",
];

interface Rendered {
  named: string;
  followed: string;
  environment: Record<string, string>;
}

async function main(folder: string, shipped: Shipped, rendered: Rendered): Promise<void> {
  enterSandbox(folder);
  const laboratory = await Laboratory.start(folder, shipped);
  for (const pooler of laboratory.poolers) await runs(pooler, rendered.named);
  const followed = await laboratory.addFollowed();
  await runs(followed, rendered.followed);
  assert.match(rendered.followed, /^%include /m);

  const { environment } = await laboratory.follow(followed);
  const own = Object.keys(environment).filter(
    (name) => environment[name] !== rendered.environment[name],
  );
  assert.deepEqual(own.sort(), [
    "PATH",
    "TOPOLOGY_CA_FILE",
    "TOPOLOGY_CONFIG",
    "TOPOLOGY_ENDPOINTS",
    "TOPOLOGY_METRICS_PORT",
    "TOPOLOGY_PASSWORD",
    "TOPOLOGY_RUN",
    "TOPOLOGY_USER",
  ]);
  const missing = Object.keys(rendered.environment).filter((name) => !(name in environment));
  assert.deepEqual(missing, []);
}

/** PgBouncer's own word for every setting and database that the chart renders. */
async function runs(pooler: PgBouncer, text: string): Promise<void> {
  const config = await pooler.command("SHOW CONFIG");
  const { pgbouncer = {}, databases = {} } = parsePgBouncerIni(text);
  const values = new Map(config.map(({ key, value }) => [key, String(value ?? "")]));
  const others = Object.keys(pgbouncer).filter((key) => values.get(key) !== pgbouncer[key]);
  assert.deepEqual(others.sort(), places, pooler.name);
  const shown = (await pooler.command("SHOW DATABASES")).filter(({ name }) => name !== "pgbouncer");
  assert.deepEqual(
    Object.fromEntries(
      shown.map(({ name, host, port, database }) => [
        name,
        `host=${host} port=${port} dbname=${database}`,
      ]),
    ),
    databases,
  );
}

const [folder = "", shipped = "", rendered = ""] = process.argv.slice(2);
main(folder, JSON.parse(shipped) as Shipped, JSON.parse(rendered) as Rendered).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
