import type { Platform } from "./platform";
import { containerOf, runIn } from "./pods";

/**
 * Runs `work` while every PgBouncer has other settings than planned, given at its console, and then
 * has them read their file again. Nothing restarts.
 *
 * @throws Error when a pooler refuses one
 */
export async function withPoolers<T>(
  platform: Platform,
  settings: Record<string, number>,
  work: () => Promise<T>,
): Promise<T> {
  const lines = Object.entries(settings).map(([name, value]) => `SET ${name} = ${value}`);
  try {
    for (const line of lines) await tellAll(platform, line);
    return await work();
  } finally {
    await tellAll(platform, "RELOAD");
  }
}

/** Has every PgBouncer close its connections to the database as they fall idle, and open new ones. */
export function reconnect(platform: Platform): Promise<void> {
  return tellAll(platform, "RECONNECT");
}

async function tellAll(platform: Platform, line: string): Promise<void> {
  const { pods } = platform.workloads.all.find(({ id }) => id === "database/pgbouncer")!;
  await Promise.all(
    pods.map(async (pod) => {
      // The sidecar has psql, and the console's socket.
      const code = await runIn(platform, containerOf(pod, "reconnect"), [...psql, line]);
      if (code !== 0) throw new Error(`${pod.metadata.name} refuses: ${line}`);
    }),
  );
}

const psql = ["psql", "--no-psqlrc", "--no-password", "--quiet", "--command"];
