import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { crash, hostOf, type Bench, type Case, type Found } from "./bench";

/** The sidecar's own faults while the writer is lost. */
export const sidecarCases: Case[] = [
  { name: "killed", claim: "the sidecar is killed when the writer is lost", run: killed },
  { name: "frozen", claim: "the sidecar stands still when the writer is lost", run: frozen },
  { name: "garbage", claim: "all instances answer the sidecar with garbage", run: garbage },
];

async function killed(bench: Bench): Promise<Found> {
  const found = await crash(bench, () => bench.follower.kill());
  if (bench.follower.running) throw new Error("the fault was not injected: the sidecar runs");
  return { ...found, injection: `the sidecar was killed; ${found.injection}` };
}

async function frozen(bench: Bench): Promise<Found> {
  const { follower, laboratory, pooler } = bench;
  const found = await crash(bench, () => Promise.resolve(follower.freeze()));
  const before = follower.said.length;
  await pause(1000);
  if (follower.said.length > before)
    throw new Error("the fault was not injected: the sidecar speaks");
  // It wakes with what it knew of the old writer, which is still down.
  follower.thaw();
  const { cluster, instances } = laboratory;
  let astray = 0;
  for (let look = 0; look < 40; look++) {
    const host = await hostOf(pooler);
    if (!host.includes(".cluster-") && host !== instances.endpoint(cluster.writer.name)) astray++;
    await pause(50);
  }
  return {
    ...found,
    wrong: found.wrong + astray,
    injection: `the sidecar stood still; ${found.injection}`,
  };
}

/** Something accepts connections in the place of every instance and answers whatever it is asked with noise. */
async function garbage(bench: Bench): Promise<Found> {
  const { cluster, instances } = bench.laboratory;
  const noise = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(Buffer.from("S\x00\xff\xfeGARBAGE\r\n".repeat(20))));
  }).listen(5432, "127.0.1.250");
  let met = 0;
  noise.on("connection", () => met++);
  await once(noise, "listening");
  for (const { name } of cluster.members) instances.lead(name, "127.0.1.250");
  await pause(5500); // the resolver believes the old answers for 5 s
  await instances.endQuestions();
  try {
    const found = await crash(bench);
    if (met === 0) throw new Error("the fault was not injected: nobody heard the noise");
    return { ...found, injection: `${met} connections met noise; ${found.injection}` };
  } finally {
    noise.close();
    for (const { name, address } of cluster.members) instances.lead(name, address);
  }
}
