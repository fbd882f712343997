import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { start } from "../../lib/processes";
import { tool } from "../../tools";
import type { PgBouncer } from "./pgbouncer";
import { unprivileged } from "../sandbox/unprivileged";

/** The chart's own script, run beside one PgBouncer with the environment that the chart gives it. */
export class Sidecar {
  private said = "";

  private constructor(private readonly process: ChildProcess) {
    process.stdout!.setEncoding("utf8").on("data", (text: string) => (this.said += text));
  }

  static async start(folder: string, script: string, pooler: PgBouncer): Promise<Sidecar> {
    const file = join(folder, `${pooler.name}.reconnect.sh`);
    writeFileSync(file, script);
    const psql = dirname(await tool("postgres"));
    const [command = "", ...args] = [...unprivileged, "/bin/sh", file, "minixdr"];
    const environment = {
      PATH: `${psql}:${process.env.PATH}`,
      PGHOST: pooler.sockets,
      PGPORT: String(pooler.port),
      PGUSER: "pgbouncer",
      PGDATABASE: "pgbouncer",
    };
    return new Sidecar(
      await start(command, args, { env: environment, stdio: ["ignore", "pipe", "inherit"] }),
    );
  }

  /** How often it told the pool to reconnect. */
  get reconnects(): number {
    return this.said.split("\n").filter((line) => line.includes("RECONNECT")).length;
  }

  /** How often it took PgBouncer back to the names, as nobody signed that the topology is followed. */
  get fallbacks(): number {
    return this.said.split("\n").filter((line) => line.includes("back to the names")).length;
  }

  /** Ends it as Kubernetes does, and waits until it is gone. */
  async close(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const gone = once(this.process, "exit");
    this.process.kill("SIGTERM");
    await gone;
  }
}
