import { setTimeout as wait } from "node:timers/promises";
import { type Broken, answers, at, json } from "./kit";

/** Images with a fault in its health or its state, each with the clauses that say so. */
export const healthMutants: Record<string, Broken> = {
  "no /health": {
    mutant: answers(at("/health"), (answer) => void (answer.status = 404)),
    names: ["health.summary"],
  },
  "no /health/live": {
    mutant: answers(at("/health/live"), (answer) => void (answer.status = 404)),
    names: ["health.live"],
  },
  "start-up that never ends": {
    mutant: answers(at("/health/startup"), (answer) => void (answer.status = 503)),
    names: ["health.startup"],
  },
  "readiness that fails without cause": {
    mutant: answers(at("/health/ready"), (answer) => void (answer.status = 503)),
    names: ["health.ready"],
  },
  "no /health/serving": {
    mutant: answers(at("/health/serving"), (answer) => void (answer.status = 404)),
    names: ["health.serving"],
  },
  "health as plain text": {
    mutant: answers(at("/health/live"), (answer) => {
      answer.headers["content-type"] = "text/plain";
      answer.body = "OK";
    }),
    names: ["health.json"],
  },
  "a probe that is slower than its time-out": {
    mutant: answers(at("/health/ready"), () => wait(3100)),
    names: ["health.quick"],
  },
  "a state in other words": {
    mutant: json(at("/api/state"), (body) => (body.mode = "ok")),
    names: ["state.shape", "state.normal"],
  },
  "a mode that is never left": {
    mutant: json(at("/api/state"), (body) =>
      Object.assign(body, { mode: "degraded", reasons: ["x"] }),
    ),
    names: ["state.normal"],
  },
};
