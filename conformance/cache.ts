import { setTimeout as wait } from "node:timers/promises";
import type { Clause } from "./clause";
import { event, type Context } from "./context";
import { seen, type Answer } from "./target";
import { expect } from "./verdict";

/** How long the image may take to find the cache again, s. */
const backSeconds = 30;
/** How long one answer of a probe may serve all who ask, so that probes load nothing, s. */
const noticeSeconds = 2;

interface Watched {
  writes: Answer[];
  reads: Answer[];
  serving: Answer;
  ready: Answer;
  back: Answer;
  proof: string;
}

/** How the image lives without its cache. */
export const cache: Clause[] = [
  clause("writes", "writes are taken", "never wait for the cache to write", ({ writes }) =>
    bad(writes, 201),
  ),
  clause("reads", "reads are answered 200", "ask the database where the cache fails", ({ reads }) =>
    bad(reads, 200),
  ),
  clause(
    "serving",
    "/health/serving answers 200",
    "let it fail for the process's own faults only",
    ({ serving }) => bad([serving], 200),
  ),
  clause(
    "ready",
    `/health/ready answers 503 and names the cache within ${noticeSeconds} s`,
    "ask the cache, with a time-out, and name it where it fails",
    ({ ready }) =>
      ready.text.includes("cache") ? bad([ready], 503) : `no "cache": ${seen(ready)}`,
  ),
  clause(
    "back",
    `back, /health/ready answers 200 within ${backSeconds} s`,
    "connect again by itself",
    ({ back }) => bad([back], 200),
  ),
];

function clause(
  id: string,
  title: string,
  remedy: string,
  judge: (watched: Watched) => string | undefined,
): Clause {
  return {
    id: `cache.${id}`,
    title: `With the cache ${id === "back" ? "" : "cut off "}${title}`,
    async check(context) {
      const watched = await context.once("cache", () => watch(context));
      const wrong = judge(watched);
      expect(wrong === undefined, title, wrong ?? "", remedy);
      return watched.proof;
    },
  };
}

async function watch(context: Context): Promise<Watched> {
  const { target, apiKey } = context;
  const proxy = context.proxy("cache");
  const read = `/api/incidents/${await context.incident()}`;
  const health = (name: string) => target.ask(`/health/${name}`, { apiKey: null });
  try {
    proxy.cut();
    const reads: Answer[] = [];
    const writes: Answer[] = [];
    for (let n = 0; n < 5; n++) {
      reads.push(await target.ask(read), await target.ask("/api/incidents", { apiKey }));
      writes.push(await context.ingest(event()));
    }
    const serving = await health("serving");
    const ready = await asked(
      () => health("ready"),
      ({ text }) => text.includes("cache"),
      noticeSeconds,
    );
    const proof = `the cache's proxy cut ${proxy.hits} connections`;
    proxy.pass();
    const back = await asked(
      () => health("ready"),
      ({ status }) => status === 200,
      backSeconds,
    );
    return { reads, writes, serving, ready, back, proof };
  } finally {
    proxy.pass();
  }
}

/** The first answer that is as it shall be, or the last within so many seconds. */
async function asked(
  ask: () => Promise<Answer>,
  isSo: (answer: Answer) => boolean,
  seconds: number,
): Promise<Answer> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (isSo(answer) || Date.now() >= until) return answer;
    await wait(250);
  }
}

function bad(answers: Answer[], status: number): string | undefined {
  const other = answers.find((answer) => answer.status !== status);
  return other && seen(other);
}
