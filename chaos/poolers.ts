import { setTimeout as pause } from "node:timers/promises";
import pWaitFor from "p-wait-for";
import type { Pod } from "../rehearsal/workloads/workloads";
import type { Platform } from "./platform";
import { containerOf, freezeContainer, killContainer, runIn } from "./pods";

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

/** Seconds after which nobody signs: three looks of the sidecar that sheds, and two more for a busy machine. */
const leaseEnds = 5;
/** Seconds in which a program that begins anew leads: a container that ends again waits for ten. */
const leadsAgain = 60;

/**
 * Runs `work` while nobody follows the topology: the program beside every PgBouncer stands still, and
 * the names decide. A stack without such a program is left as it is. The program begins anew after it: its
 * kubelet, which has asked in vain, would end it a minute later, in some other drill.
 *
 * @throws Error when a pooler does not go back to the names, TimeoutError when it is not led again
 */
export async function byName<T>(platform: Platform, work: () => Promise<T>): Promise<T> {
  const pods = followed(platform);
  const followers = pods.map((pod) => containerOf(pod, "topology"));
  await Promise.all(followers.map((follower) => freezeContainer(platform, follower)));
  try {
    await pause(pods.length > 0 ? leaseEnds * 1000 : 0);
    for (const pod of pods)
      if (await isLed(platform, pod))
        throw new Error(`${pod.metadata.name} does not go by the names`);
    return await work();
  } finally {
    await Promise.all(followers.map((follower) => killContainer(platform, follower)));
    for (const pod of pods)
      await pWaitFor(() => isLed(platform, pod), { interval: 500, timeout: leadsAgain * 1000 });
  }
}

/** Whether a program leads this pooler: what it has written counts while it signs. */
async function isLed(platform: Platform, pod: Pod): Promise<boolean> {
  const written = ["test", "-s", "/var/run/pgbouncer/entries.ini"];
  return (await runIn(platform, containerOf(pod, "reconnect"), written)) === 0;
}

/** Has every PgBouncer close its connections to the database as they fall idle, and open new ones. */
export function reconnect(platform: Platform): Promise<void> {
  return tellAll(platform, "RECONNECT");
}

async function tellAll(platform: Platform, line: string): Promise<void> {
  await Promise.all(
    poolers(platform).map(async (pod) => {
      // The sidecar has psql, and the console's socket.
      const code = await runIn(platform, containerOf(pod, "reconnect"), [...psql, line]);
      if (code !== 0) throw new Error(`${pod.metadata.name} refuses: ${line}`);
    }),
  );
}

/** Whether a program leads its pooler, and took another writer since it began. */
const switched = `
  fetch("http://127.0.0.1:9128/metrics").then((answer) => answer.text()).then((text) => {
    const has = (line) => new RegExp("^minixdr_topology_" + line + "$", "m").test(text);
    process.exit(has("by_name 0") && has("switches_total [1-9][0-9]*") ? 0 : 1);
  });`;

/** How many poolers' programs follow the topology and have taken another writer, of how many. */
export async function switchedPoolers(platform: Platform): Promise<{ of: number; did: number }> {
  const pods = followed(platform);
  const codes = await Promise.all(
    pods.map((pod) => runIn(platform, containerOf(pod, "topology"), ["node", "-e", switched])),
  );
  return { of: pods.length, did: codes.filter((code) => code === 0).length };
}

/** Poolers whose pods have a program that follows the topology. */
function followed(platform: Platform): Pod[] {
  return poolers(platform).filter(({ spec }) =>
    spec.containers.some(({ name }) => name === "topology"),
  );
}

function poolers({ workloads }: Platform): Pod[] {
  return workloads.all.find(({ id }) => id === "database/pgbouncer")!.pods;
}

const psql = ["psql", "--no-psqlrc", "--no-password", "--quiet", "--command"];
