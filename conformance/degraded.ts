import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import type { Clause } from "./clause";
import { event, type Context } from "./context";
import type { Proxy } from "./proxy";
import { State } from "./state";
import { seen, type Answer } from "./target";
import { expect, Mismatch } from "./verdict";

/** Within how long an answer must be there whatever the database does, ms. */
const answerWithin = 10_000;
/** How long a mode may take to be entered and left, s. */
const changeSeconds = 30;
/** How long cached reads must survive, s. */
const readSeconds = 12;

type Fault = "slow" | "cut";
type Mode = z.infer<typeof State>["mode"];

/** What clients saw through one fault, and after it. */
interface Watched {
  writes: Answer[];
  reads: Answer[];
  health: Record<"live" | "serving" | "ready", Answer>;
  /** The mode in the end of the fault, and all that were seen. */
  modes: Set<Mode | undefined>;
  /** The first write after it that was taken, and the mode then; neither within the limit: not. */
  after: { write?: Answer; mode?: Mode; seconds: number };
  /** The key of a refused write, tried again after the fault with its body. */
  again: Answer;
  /** How it was proved that there was a fault. */
  proof: string;
}

const faults: Record<Fault, { what: string; begin(proxy: Proxy): void; modes: Mode[] }> = {
  slow: {
    what: "a database that does not answer",
    begin: (proxy) => proxy.hold(),
    modes: ["degraded", "read-only"],
  },
  cut: {
    what: "a database that is cut off",
    begin: (proxy) => proxy.cut(),
    modes: ["read-only"],
  },
};

/** How the image lives through a slow database, a lost one, and a lost cache. */
export const degraded: Clause[] = (Object.keys(faults) as Fault[]).flatMap(ofDatabase);

function ofDatabase(fault: Fault): Clause[] {
  const { what, modes } = faults[fault];
  const clause = (
    id: string,
    title: string,
    remedy: string,
    judge: (watched: Watched) => [so: boolean, expected: string, seen: string],
  ): Clause => ({
    id: `${fault}.${id}`,
    title: `With ${what} ${title}`,
    async check(context) {
      const watched = await context.once(fault, () => watch(context, fault));
      const [so, expected, saw] = judge(watched);
      expect(so, expected, saw, remedy);
      return watched.proof;
    },
  });
  return [
    clause(
      "refused",
      "a write is answered 503",
      "give up by a time-out, cancel the query, and answer 503",
      ({ writes }) => {
        const other = writes.find(({ status }) => status !== 503);
        return [!other, "503 to every write", other ? seen(other) : ""];
      },
    ),
    clause(
      "in-time",
      `every answer is there within ${answerWithin / 1000} s`,
      "bound statement, database and route by time-outs, each within the next",
      ({ writes, reads }) => {
        const longest = Math.max(...[...writes, ...reads].map((one) => one.milliseconds));
        return [longest <= answerWithin, `at most ${answerWithin} ms`, `${longest} ms`];
      },
    ),
    clause(
      "retry-after",
      "a 503 has Retry-After in seconds",
      "say when to try again",
      ({ writes }) => {
        const bad = writes
          .filter(({ status }) => status === 503)
          .find(({ headers }) => !/^\d+$/.test(headers.get("retry-after") ?? ""));
        return [!bad, "Retry-After in seconds", bad ? seen(bad) : ""];
      },
    ),
    clause(
      "problem",
      "a 503 is application/problem+json",
      "answer these errors as all others",
      ({ writes }) => {
        const bad = writes
          .filter(({ status }) => status === 503)
          .find(({ headers }) => !headers.get("content-type")?.startsWith("application/problem"));
        return [!bad, "application/problem+json", bad ? seen(bad) : ""];
      },
    ),
    clause(
      "reads",
      "what was read before is still answered 200",
      "keep what is read in the cache and beside it, and answer with that",
      ({ reads }) => {
        const bad = reads.find(({ status }) => status !== 200);
        return [!bad, "200 to every cached read", bad ? seen(bad) : ""];
      },
    ),
    clause(
      "stale",
      `cached reads are marked X-Cache: hit or stale, stale within ${readSeconds} s`,
      "mark what could not be refreshed",
      ({ reads }) => {
        const marks = reads
          .filter(({ status }) => status === 200)
          .map(({ headers }) => headers.get("x-cache"));
        const only = marks.every((mark) => mark === "hit" || mark === "stale");
        const all = [...new Set(marks)].join(", ") || "no read";
        return [only && marks.includes("stale"), "hit, then stale", all];
      },
    ),
    clause(
      "live",
      "/health/live answers 200: a restart would not help",
      "let it ask nothing",
      ({ health }) => [health.live.status === 200, "200", seen(health.live)],
    ),
    clause(
      "serving",
      "/health/serving answers 200: cached reads are served",
      "let it fail for the process's own faults only: starting, draining, stalled",
      ({ health }) => [health.serving.status === 200, "200", seen(health.serving)],
    ),
    clause(
      "ready",
      "/health/ready answers 503 and names the database",
      "ask the database, with a time-out, and name it where it fails",
      ({ health }) => [
        health.ready.status === 503 && health.ready.text.includes("database"),
        '503 with "database"',
        seen(health.ready),
      ],
    ),
    clause(
      "mode",
      `/api/state says ${modes.join(" or ")} within ${changeSeconds} s`,
      "enter the mode when the breaker opens",
      ({ modes: seenModes }) => [
        modes.some((mode) => seenModes.has(mode)),
        modes.join(" or "),
        [...seenModes].join(", "),
      ],
    ),
    clause(
      "back",
      `passed, writes are taken and the mode is normal within ${changeSeconds} s, by itself`,
      "try again after a while, and leave the mode when it works",
      ({ after }) => [
        after.write?.status === 201 && after.mode === "normal",
        '201 and "normal"',
        `${after.write?.status ?? "no write taken"}, ${after.mode ?? "no mode"} after ${after.seconds} s`,
      ],
    ),
    clause(
      "absent",
      "a write refused for certain was not made: its key is new afterwards",
      "answer 503 only once nothing can be committed, or say Outcome: unknown",
      ({ again, writes }) => {
        const certain = writes[0]!.headers.get("outcome") !== "unknown";
        const replayed = again.headers.get("idempotency-replayed") === "true";
        return [!certain || !replayed, "no replay of a refused write", seen(again)];
      },
    ),
  ];
}

/** Injects the fault, watches what clients see, and waits until it is over for them. */
async function watch(context: Context, fault: Fault): Promise<Watched> {
  const { target } = context;
  const proxy = context.proxy("database");
  const read = `/api/incidents/${await context.incident()}`;
  const body = event();
  const key = { "idempotency-key": randomUUID() };
  await target.ask(read);
  try {
    faults[fault].begin(proxy);
    const watched = await during(
      context,
      read,
      () => context.ingest(body, key),
      faults[fault].modes,
    );
    const hits = proxy.hits;
    if (hits === 0)
      throw new Mismatch(
        "connections to the database through DATABASE_HOST and DATABASE_PORT",
        "none",
        "read both from the environment",
      );
    proxy.pass();
    const after = await recovery(context);
    const again = await context.ingest(body, key);
    const proof = `the database's proxy held or cut ${hits} connections`;
    return { ...watched, after, again, proof };
  } finally {
    proxy.pass();
  }
}

/** What clients see while the fault lasts. */
async function during(
  context: Context,
  read: string,
  write: () => Promise<Answer>,
  expected: Mode[],
): Promise<Pick<Watched, "writes" | "reads" | "health" | "modes">> {
  const { target } = context;
  const reads: Answer[] = [];
  const writes: Answer[] = [];
  const modes = new Set<Mode | undefined>();
  const within = 2 * answerWithin;
  const started = Date.now();
  const passed = () => (Date.now() - started) / 1000;
  const stale = () => reads.some(({ headers }) => headers.get("x-cache") === "stale");
  const inMode = () => expected.some((mode) => modes.has(mode));
  while (passed() < readSeconds ? !(stale() && inMode()) : !inMode() && passed() < changeSeconds) {
    reads.push(await target.ask(read, { within }));
    writes.push(writes.length === 0 ? await write() : await context.ingest(event()));
    modes.add(await modeOf(context));
    await wait(250);
  }
  const health = (name: string) => target.ask(`/health/${name}`, { within, apiKey: null });
  const [live, serving, ready] = [
    await health("live"),
    await health("serving"),
    await health("ready"),
  ];
  return { reads, writes, modes, health: { live, serving, ready } };
}

/** The first write that is taken again, and the first normal mode. */
async function recovery(context: Context): Promise<Watched["after"]> {
  const started = Date.now();
  for (;;) {
    const write = await context.ingest(event());
    const mode = await modeOf(context);
    const seconds = Math.round((Date.now() - started) / 1000);
    if (write.status === 201 && mode === "normal") return { write, mode, seconds };
    if (seconds >= changeSeconds) return { write, mode, seconds };
    await wait(250);
  }
}

async function modeOf({ target }: Context): Promise<Mode | undefined> {
  const { json } = await target.ask("/api/state", { apiKey: null });
  return State.safeParse(json).data?.mode;
}
