import type { Mutant, Passing } from "./mutated";

/** An image that breaks one thing under a fault or at its end, and the clauses that have to name it. */
export interface SteeredMutant {
  mutant?: Mutant;
  /** What it does at SIGTERM in place of passing it on. */
  onTerm?: "die";
  /** What it exits with in place of the image's own code. */
  exitCode?: number;
  /** The clauses, the one meant first. */
  names: string[];
}

const write = ({ method, path }: Passing) => method === "POST" && path === "/api/events";
const read = ({ method, path }: Passing) => method === "GET" && path.startsWith("/api/incidents");

/** Answers one path with what another one is answered. */
const as = (path: string, other: string): Mutant => ({
  request: (sent) => void (sent.path === path && (sent.path = other)),
});

const answers = (change: (answer: Passing) => void): Mutant => ({ answer: change });

/** One image a line: what is wrong with it. */
export const steered: Record<string, SteeredMutant> = {
  "cut-no-retry-after": {
    mutant: answers(
      ({ status, headers }) => void (status === 503 && delete headers["retry-after"]),
    ),
    names: ["cut.retry-after"],
  },
  "cut-html": {
    mutant: answers(
      ({ status, headers }) => void (status === 503 && (headers["content-type"] = "text/html")),
    ),
    names: ["cut.problem"],
  },
  "cut-stale-unmarked": {
    mutant: answers(
      ({ headers }) => void (headers["x-cache"] === "stale" && (headers["x-cache"] = "hit")),
    ),
    names: ["cut.stale"],
  },
  "cut-no-stale-reads": {
    mutant: answers(
      (answer) => void (answer.headers["x-cache"] === "stale" && (answer.status = 503)),
    ),
    names: ["cut.reads", "cut.stale"],
  },
  "cut-live-asks-the-database": {
    mutant: as("/health/live", "/health/ready"),
    names: ["cut.live"],
  },
  "cut-serving-asks-the-database": {
    mutant: as("/health/serving", "/health/ready"),
    names: ["cut.serving"],
  },
  "cut-ready-asks-nothing": { mutant: as("/health/ready", "/health/live"), names: ["cut.ready"] },
  "cut-ready-names-nothing": {
    mutant: answers((answer) => void (answer.path === "/health/ready" && (answer.body = "{}"))),
    names: ["cut.ready"],
  },
  "cut-always-normal": {
    mutant: answers((answer) => {
      if (answer.path === "/api/state")
        answer.body = JSON.stringify({ mode: "normal", reasons: [], version: "1" });
    }),
    names: ["cut.mode"],
  },
  "cut-acknowledges-what-it-lost": {
    mutant: answers(
      (answer) => void (write(answer) && answer.status === 503 && (answer.status = 201)),
    ),
    names: ["cut.refused"],
  },
  "cut-never-comes-back": {
    mutant: (() => {
      let refused = false;
      return answers((answer) => {
        if (!write(answer)) return;
        refused ||= answer.status === 503;
        if (refused) answer.status = 503;
      });
    })(),
    names: ["cut.back"],
  },
  "cache-needed-to-read": {
    mutant: {
      async answer(answer) {
        if (!read(answer) || answer.path.endsWith("/stream")) return;
        const ready = await answer.ask("/health/ready", {});
        if (ready.status === 503) answer.status = 503;
      },
    },
    names: ["cache.reads"],
  },
  "shutdown-exit-code": { exitCode: 1, names: ["shutdown.exit"] },
  "shutdown-at-once": {
    onTerm: "die",
    names: ["shutdown.no-failure", "shutdown.connection-close", "shutdown.serving"],
  },
  "shutdown-serving": {
    mutant: answers((answer) => void (answer.path === "/health/serving" && (answer.status = 200))),
    names: ["shutdown.serving"],
  },
};
